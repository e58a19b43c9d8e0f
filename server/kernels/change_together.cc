#include "server/kernels/change_together.h"

#include <algorithm>
#include <functional>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace eager::server {
namespace {

absl::Status Lock(absl::Span<ChangedVariable* const> changed, absl::FunctionRef<absl::Status()> then) {
  if (changed.empty()) return then();
  return changed[0]->variable->Update([&](TensorRef& value) {
    changed[0]->value = &value;
    return Lock(changed.subspan(1), then);
  });
}

void WaitForOther(Device& queue, Device& other) {
  if (&queue != &other) queue.WaitFor(other);
}

}  // namespace

absl::Status ChangeTogether(KernelContext& k, absl::Span<ChangedVariable> changed, absl::FunctionRef<void()> step) {
  absl::InlinedVector<ChangedVariable*, 4> ordered;
  for (size_t i = 0; i < changed.size(); ++i) {
    changed[i].variable = &k.input(static_cast<int>(i)).variable();
    ordered.push_back(&changed[i]);
  }
  // In one order everywhere: two steps with the same variables cannot wait for each other.
  std::sort(ordered.begin(), ordered.end(), [](const ChangedVariable* a, const ChangedVariable* b) {
    return std::less<Variable*>()(a->variable, b->variable);
  });
  for (size_t i = 1; i < ordered.size(); ++i) {
    if (ordered[i - 1]->variable != ordered[i]->variable) continue;
    const auto name = [&](const ChangedVariable* v) {
      return k.op().inputs[static_cast<size_t>(v - changed.data())].name;
    };
    return absl::InvalidArgumentError(
        absl::StrCat(name(ordered[i - 1]), " and ", name(ordered[i]), " are the same variable"));
  }
  return Lock(ordered, [&]() -> absl::Status {
    for (ChangedVariable& v : changed) {
      if (!*v.value) return v.variable->NoValue();
      const Tensor& value = **v.value;
      if (!value.ExclusivelyOwned()) {
        ASSIGN_OR_RETURN(BufferRef buffer, v.variable->device().Allocate(value.num_bytes()));
        v.next = MakeRef<Tensor>(value.spec(), std::move(buffer));
      }
      v.from = value.raw();
      v.to = (v.next ? v.next : *v.value)->raw();
    }
    // A shared variable may lie on another queue of the device: its earlier work comes first, its later work afterwards.
    for (const ChangedVariable& v : changed) WaitForOther(k.device(), v.variable->device());
    step();
    for (const ChangedVariable& v : changed) WaitForOther(v.variable->device(), k.device());
    for (ChangedVariable& v : changed) {
      if (v.next) *v.value = std::move(v.next);
    }
    return absl::OkStatus();
  });
}

}  // namespace eager::server
