#include "server/kernels/variable.h"

#include <algorithm>
#include <functional>

#include "absl/strings/str_cat.h"

namespace eager::server {
namespace {

struct Living {
  Mutex mu;
  std::map<std::string, std::atomic<int64_t>> by_device ABSL_GUARDED_BY(mu);

  static Living& Get() {
    static auto* living = new Living();
    return *living;
  }
  std::atomic<int64_t>& On(const Device& device) {
    MutexLock lock(&mu);
    return by_device[device.attributes().name];
  }
};

}  // namespace

std::map<std::string, int64_t> LivingVariables() {
  std::map<std::string, int64_t> counts;
  Living& living = Living::Get();
  MutexLock lock(&living.mu);
  for (const auto& [device, count] : living.by_device) counts[device] = count.load(std::memory_order_relaxed);
  return counts;
}

Variable::Variable(TensorSpec spec, std::string name, Device& device, bool shared)
    : spec_(std::move(spec)), name_(std::move(name)), device_(device), shared_(shared), living_(Living::Get().On(device)) {
  living_.fetch_add(1, std::memory_order_relaxed);
}

Variable::~Variable() { living_.fetch_sub(1, std::memory_order_relaxed); }

absl::Status Variable::NoValue() const {
  if (deleted()) return absl::NotFoundError(absl::StrCat("variable '", name_, "' (", spec_.ToString(), ") was deleted"));
  return absl::FailedPreconditionError(
      absl::StrCat("variable '", name_, "' (", spec_.ToString(), ") has no value: nothing was assigned to it yet"));
}

absl::Status Variable::Assign(TensorRef value) {
  MutexLock lock(&mu_);
  if (deleted()) return NoValue();
  ++version_;
  value_ = std::move(value);
  return absl::OkStatus();
}

absl::Status Variable::Initialize(TensorRef value) {
  MutexLock lock(&mu_);
  if (deleted()) return NoValue();
  if (value_) return absl::OkStatus();
  ++version_;
  value_ = std::move(value);
  return absl::OkStatus();
}

absl::Status Variable::Destroy() {
  MutexLock lock(&mu_);
  ++version_;
  const bool had_value = static_cast<bool>(value_), was_there = shared_ ? !deleted() : had_value;
  value_.reset();
  if (shared_) deleted_.store(true, std::memory_order_release);
  if (was_there) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("variable '", name_, "' has no value to be destroyed"));
}

// The analysis cannot follow locks of a list.
std::vector<Variable::Moment> Variable::ReadTogether(absl::Span<const RefPtr<Variable>> variables)
    ABSL_NO_THREAD_SAFETY_ANALYSIS {
  std::vector<const Variable*> ordered;
  for (const auto& v : variables) ordered.push_back(v.get());
  // The order of everybody who locks several (change_together.h).
  std::sort(ordered.begin(), ordered.end(), std::less<const Variable*>());
  for (const Variable* v : ordered) v->mu_.Lock();
  std::vector<Moment> moments;
  for (const auto& v : variables) moments.push_back({v->value_, v->version_});
  for (const Variable* v : ordered) v->mu_.Unlock();
  return moments;
}

Variable& Tensor::variable() const { return static_cast<Variable&>(*variable_); }

}  // namespace eager::server
