#include "server/kernels/cpu/training_step.h"

#include <algorithm>
#include <functional>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace eager::server::training {
namespace {

absl::Status Lock(absl::Span<Place* const> places, absl::FunctionRef<absl::Status()> then) {
  if (places.empty()) return then();
  return places[0]->variable->Update([&](TensorRef& value) {
    places[0]->value = &value;
    return Lock(places.subspan(1), then);
  });
}

}  // namespace

absl::Status ChangeTogether(KernelContext& k, absl::Span<Place> places, absl::FunctionRef<void()> step) {
  absl::InlinedVector<Place*, 4> ordered;
  for (size_t i = 0; i < places.size(); ++i) {
    places[i].variable = &k.input(static_cast<int>(i)).variable();
    ordered.push_back(&places[i]);
  }
  // In one order everywhere: two steps with the same variables cannot wait for each other.
  std::sort(ordered.begin(), ordered.end(),
            [](const Place* a, const Place* b) { return std::less<Variable*>()(a->variable, b->variable); });
  for (size_t i = 1; i < ordered.size(); ++i) {
    if (ordered[i - 1]->variable != ordered[i]->variable) continue;
    const auto name = [&](const Place* p) { return k.op().inputs[static_cast<size_t>(p - places.data())].name; };
    return absl::InvalidArgumentError(
        absl::StrCat(name(ordered[i - 1]), " and ", name(ordered[i]), " are the same variable"));
  }
  return Lock(ordered, [&]() -> absl::Status {
    for (Place& p : places) {
      if (!*p.value) return p.variable->NoValue();
      const Tensor& value = **p.value;
      if (!value.ExclusivelyOwned()) {
        ASSIGN_OR_RETURN(BufferRef buffer, k.device().Allocate(value.num_bytes()));
        p.next = MakeRef<Tensor>(value.spec(), std::move(buffer));
      }
      p.from = value.raw();
      p.to = (p.next ? p.next : *p.value)->raw();
    }
    step();
    for (Place& p : places) {
      if (p.next) *p.value = std::move(p.next);
    }
    return absl::OkStatus();
  });
}

}  // namespace eager::server::training
