#include "server/exec/placement.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace eager::server {
namespace {

constexpr int64_t kSmall = 64;  // elements

// Sizes, axes, indices and counters: what a host reads.
bool IsSmallInteger(const TensorSpec& spec) {
  return (spec.dtype == DType::kInt32 || spec.dtype == DType::kInt64) && spec.shape.num_elements() <= kSmall;
}

bool CountsOrBranches(const TensorSpec& spec) {
  return IsSmallInteger(spec) || (spec.dtype == DType::kBool && spec.shape.num_elements() <= kSmall);
}

bool OnHost(const Tensor& t) { return !t.is_variable() && t.buffer()->device()->host_accessible(); }

// Whether there are inputs that an op computes from, and `all` holds for each of them.
template <class F>
bool AllValues(const OpSpec& op, absl::Span<const TensorRef> inputs, F all) {
  bool any = false;
  const int n = static_cast<int>(inputs.size());
  for (int i = 0; i < n; ++i) {
    if (op.IsHostInput(i, n)) continue;
    if (!all(*inputs[i])) return false;
    any = true;
  }
  return any;
}

absl::Status NoKernel(const OpSpec& op, DType dtype, const Device& device) {
  return absl::NotFoundError(absl::StrCat(op.name, ": there is no kernel for ", Name(dtype), " on ",
                                          device.attributes().name, ", only for ",
                                          KernelsFor(device).dtypes(op).ToString()));
}

}  // namespace

absl::StatusOr<Place> Place::Find(DeviceQueues& queues, absl::string_view name) {
  ASSIGN_OR_RETURN(Device * device, queues.Find(name));
  return Place(*device, queues.host(), !name.empty());
}

Device& PlaceValue(const TensorSpec& spec, const Place& place) {
  const bool stays = spec.dtype == DType::kString || (!place.named && IsSmallInteger(spec));
  return stays ? *place.host : *place.device;
}

absl::StatusOr<Placement> PlaceOp(const OpSpec& op, DType dtype, absl::Span<const TensorRef> inputs,
                                  absl::Span<const TensorSpec> outputs, const Place& place) {
  const bool alias = op.def->effect == Effect::kAlias;
  const auto on = [&](Device& device) -> absl::StatusOr<Placement> {
    const KernelRow* kernel = alias ? nullptr : KernelsFor(device).Find(op, dtype);
    if (kernel == nullptr && !alias) return NoKernel(op, dtype, device);
    return Placement{&device, kernel};
  };
  if (!inputs.empty() && inputs[0]->is_variable() && !alias) {
    Device& there = inputs[0]->variable().device();
    for (size_t i = 1; i < inputs.size(); ++i) {
      // Two queues of a device are one place (change_together.h).
      if (!inputs[i]->is_variable() || there.SameDevice(inputs[i]->variable().device())) continue;
      return absl::InvalidArgumentError(absl::StrCat(
          op.name, ": the variables of inputs 0 and ", i, " lie on different devices, ", there.attributes().name, " and ",
          inputs[i]->variable().device().attributes().name));
    }
    if (there.host_accessible() || KernelsFor(there).Find(op, dtype) != nullptr) return on(there);
    return absl::UnimplementedError(absl::StrCat(op.name, ": there is no kernel for ", Name(dtype), " on ",
                                                 there.attributes().name, ", where the variable is"));
  }
  if (place.device == place.host) return on(*place.host);
  const auto of_host = [](const Tensor& t) { return OnHost(t) && IsSmallInteger(t.spec()); };
  if (!place.named && AllValues(op, inputs, of_host) && absl::c_all_of(outputs, CountsOrBranches)) return on(*place.host);
  if (AllValues(op, inputs, [](const Tensor& t) { return t.dtype() == DType::kString; })) return on(*place.host);
  if (alias || KernelsFor(*place.device).Find(op, dtype) != nullptr) return on(*place.device);
  ASSIGN_OR_RETURN(Placement fallen, on(*place.host));
  fallen.fell_to_host = true;
  return fallen;
}

}  // namespace eager::server
