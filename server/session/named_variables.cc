#include "server/session/named_variables.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/exec/executor.h"

namespace eager::server {
namespace {

constexpr size_t kMaxNameBytes = 512;

// Whether these are whole UTF-8 sequences: JSON and protobuf take nothing else.
bool IsUtf8(absl::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    if ((first >= 0x80 && first < 0xC2) || first > 0xF4) return false;
    const size_t n = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (text.size() - i < n) return false;
    uint32_t code = n == 1 ? first : first & (0x7Fu >> n);
    for (size_t k = 1; k < n; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xC0) != 0x80) return false;
      code = code << 6 | (next & 0x3F);
    }
    if ((n == 3 && (code < 0x800 || (code >= 0xD800 && code < 0xE000))) || (n == 4 && (code < 0x10000 || code > 0x10FFFF))) {
      return false;
    }
    i += n;
  }
  return true;
}

// The device was reset since: the values are gone.
bool WasLost(const Variable& v, const DeviceSet& devices) {
  if (v.device().health().ok()) return false;
  const absl::StatusOr<Device*> device = devices.Find(v.device().attributes().name);
  return device.ok() && (*device)->health().ok();
}

class SharedVariablesOfTenant final : public SharedVariables {
 public:
  SharedVariablesOfTenant(NamedVariables& variables, const DeviceSet& devices, const void* user)
      : variables_(variables), devices_(devices), user_(user) {}
  absl::StatusOr<RefPtr<Variable>> Open(const std::string& name, TensorSpec spec, Device& device) override {
    return variables_.Open(name, spec, devices_, device, user_);
  }

 private:
  NamedVariables& variables_;
  const DeviceSet& devices_;
  const void* const user_;
};

}  // namespace

NamedVariables::~NamedVariables() {
  MutexLock lock(&mu_);
  entries_.clear();  // before their queues
}

Device& NamedVariables::QueueFor(const DeviceSet& devices, Device& device) {
  const std::string& name = device.attributes().name;
  if (queues_.empty()) queues_.push_back(std::make_unique<DeviceQueues>(devices, terms_));
  absl::StatusOr<Device*> queue = queues_.back()->Find(name);
  if (!queue.ok()) return device;
  const absl::StatusOr<Device*> whole = devices.Find(name);
  if ((*queue)->health().ok() || !whole.ok() || !(*whole)->health().ok()) return **queue;
  queues_.push_back(std::make_unique<DeviceQueues>(devices, terms_));
  queue = queues_.back()->Find(name);
  return queue.ok() ? **queue : device;
}

absl::StatusOr<RefPtr<Variable>> NamedVariables::Open(const std::string& name, const TensorSpec& spec,
                                                      const DeviceSet& devices, Device& near, const void* user) {
  RETURN_IF_ERROR(CheckVariableName(name));
  MutexLock lock(&mu_);
  Entry& entry = entries_[name];
  if (!entry.variable || entry.variable->deleted() || WasLost(*entry.variable, devices)) {
    entry = {MakeRef<Variable>(spec, name, QueueFor(devices, near), /*shared=*/true), {}};
  } else if (entry.variable->spec() != spec) {
    return absl::InvalidArgumentError(absl::StrCat("variable '", name, "' exists and holds ", entry.variable->spec().ToString(),
                                                   ", but is asked for as ", spec.ToString()));
  }
  if (user != nullptr) entry.users.insert(user);
  return entry.variable;
}

void NamedVariables::Forget(const void* user) {
  MutexLock lock(&mu_);
  for (auto& [name, entry] : entries_) entry.users.erase(user);
}

absl::StatusOr<RefPtr<Variable>> NamedVariables::Find(const std::string& name) const {
  MutexLock lock(&mu_);
  const auto it = entries_.find(name);
  if (it != entries_.end() && !it->second.variable->deleted()) return it->second.variable;
  return absl::NotFoundError(absl::StrCat("there is no variable '", name, "'"));
}

absl::Status NamedVariables::Delete(const std::string& name) {
  MutexLock lock(&mu_);
  const auto it = entries_.find(name);
  const bool found = it != entries_.end() && it->second.variable->Destroy().ok();
  if (it != entries_.end()) entries_.erase(it);
  return found ? absl::OkStatus() : absl::NotFoundError(absl::StrCat("there is no variable '", name, "'"));
}

absl::Status NamedVariables::Put(const std::string& name, const HostTensor& value, const DeviceSet& devices,
                                 absl::string_view device) {
  ASSIGN_OR_RETURN(Device * near, devices.Find(device));
  static const OpSpec& read = **OpTable::Builtin().Get("ReadVariableOp");
  if (KernelsFor(*near).Find(read, value.dtype()) == nullptr) near = &devices.host();
  const bool there = Find(name).ok();
  ASSIGN_OR_RETURN(const RefPtr<Variable> variable, Open(name, value.spec(), devices, *near, nullptr));
  absl::StatusOr<TensorRef> tensor = MakeTensor(value.spec(), value.bytes(), Place(variable->device(), devices.host(), true));
  if (tensor.ok()) return variable->Assign(*std::move(tensor));
  if (!there) Delete(name).IgnoreError();  // not one without a value
  return tensor.status();
}

std::vector<NamedVariables::Listed> NamedVariables::List() const {
  std::vector<Listed> list;
  MutexLock lock(&mu_);
  for (const auto& [name, entry] : entries_) {
    if (entry.variable->deleted()) continue;
    const int64_t sessions = entry.variable->HasOneRef() ? 0 : static_cast<int64_t>(entry.users.size());
    list.push_back({name, entry.variable, sessions});
  }
  return list;
}

int64_t NamedVariables::size() const {
  MutexLock lock(&mu_);
  return std::count_if(entries_.begin(), entries_.end(), [](const auto& entry) { return !entry.second.variable->deleted(); });
}

std::unique_ptr<SharedVariables> SharedVariablesOf(NamedVariables& variables, const DeviceSet& devices, const void* user) {
  return std::make_unique<SharedVariablesOfTenant>(variables, devices, user);
}

absl::Status CheckVariableName(const std::string& name) {
  const auto refuse = [&](absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat("a variable's name ", why));
  };
  if (name.empty()) return refuse("is empty");
  if (name.size() > kMaxNameBytes) return refuse(absl::StrCat("has ", name.size(), " bytes; at most ", kMaxNameBytes, " are allowed"));
  if (!IsUtf8(name)) return refuse("is not UTF-8");
  for (const char c : name) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return refuse("has a control character");
  }
  if (name == "_CHECKPOINTABLE_OBJECT_GRAPH") return refuse("is a key that checkpoints have for themselves");
  return absl::OkStatus();
}

absl::StatusOr<HostTensor> ToHost(const Tensor& tensor) {
  HostTensor host = HostTensor::Uninitialized(tensor.spec(), tensor.num_bytes());
  RETURN_IF_ERROR(tensor.buffer()->device()->CopyToHost(*tensor.buffer(), tensor.offset(), host.num_bytes(), host.data()));
  return host;
}

}  // namespace eager::server
