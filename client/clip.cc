#include "client/clip.h"

#include "client/core/compose.h"
#include "client/reduce.h"

namespace eager {
namespace {

using internal::Run;
using internal::Term;
using internal::Where;

std::vector<Tensor> Present(const std::vector<std::optional<Tensor>>& tensors) {
  std::vector<Tensor> present;
  for (const std::optional<Tensor>& t : tensors) {
    if (t.has_value()) present.push_back(*t);
  }
  return present;
}

// What all tensors are multiplied by: clip_norm / max(norm, clip_norm), and nan for a norm that is not finite.
Term GlobalScale(const Term& norm, const Operand& clip_norm) {
  const Where& where = clip_norm.where();
  const auto one_over = [&](const Operand& x) { return Term(Run("RealDiv", {Operand(1.0, where), x}), where); };
  const Term limit = norm.To("OnesLike").To("Mul", clip_norm);
  const Term finite = limit * Term(Run("Minimum", {one_over(norm), one_over(limit)}), where);
  return finite + (norm - norm);
}

}  // namespace

Tensor clip_by_value(const Operand& t, const Operand& clip_value_min, const Operand& clip_value_max) {
  const Term value = t;
  const Term clipped = value.To("Minimum", clip_value_max).To("Maximum", clip_value_min);
  if (clipped.shape() != value.shape()) {
    internal::Refuse(absl::StrCat("clip_by_value: the bounds must broadcast to the shape of t, ", value.shape().ToString(),
                                  ", but with them it is ", clipped.shape().ToString()),
                     t.where());
  }
  return clipped;
}

Tensor clip_by_norm(const Operand& t, const Operand& clip_norm, const Axes& axes) {
  const Term value = t;
  const Term sum(reduce_sum(value * value, axes, /*keepdims=*/true), t.where());
  // The root has no gradient at 0: it is not taken there.
  const Term positive = sum.To("Greater", sum.To("ZerosLike"));
  const Term root = Select(positive, sum, sum.To("OnesLike")).To("Sqrt");
  const Term norm = Select(positive, root, sum);
  return value.To("Mul", clip_norm).To("RealDiv", norm.To("Maximum", clip_norm));
}

Tensor global_norm(const std::vector<Tensor>& tensors, std::source_location where) {
  if (tensors.empty()) internal::Refuse("global_norm: there is no tensor", where);
  std::vector<Operand> halves;  // of the sums of squares
  std::vector<Tensor> held;
  for (const Tensor& t : tensors) held.push_back(Run("L2Loss", {Operand(t, where)}));
  for (const Tensor& t : held) halves.emplace_back(t, where);
  const Term sum(reduce_sum(Operand(internal::RunList("Pack", halves), where)), where);
  return (sum * 2).To("Sqrt");
}
Tensor global_norm(const std::vector<std::optional<Tensor>>& tensors, std::source_location where) {
  return global_norm(Present(tensors), where);
}

ClippedByGlobalNorm<std::optional<Tensor>> clip_by_global_norm(const std::vector<std::optional<Tensor>>& tensors,
                                                               const Operand& clip_norm,
                                                               const std::optional<Operand>& use_norm) {
  const Where& where = clip_norm.where();
  const Term norm = use_norm.has_value() ? Term(*use_norm) : Term(global_norm(tensors, where), where);
  const Term scale = GlobalScale(norm, clip_norm);
  ClippedByGlobalNorm<std::optional<Tensor>> result{{}, norm};
  for (const std::optional<Tensor>& t : tensors) {
    result.tensors.push_back(t.has_value() ? std::optional<Tensor>(Run("Mul", {Operand(*t, where), scale.Cast(t->dtype())}))
                                           : std::nullopt);
  }
  return result;
}

ClippedByGlobalNorm<Tensor> clip_by_global_norm(const std::vector<Tensor>& tensors, const Operand& clip_norm,
                                                const std::optional<Operand>& use_norm) {
  const std::vector<std::optional<Tensor>> all(tensors.begin(), tensors.end());
  auto clipped = clip_by_global_norm(all, clip_norm, use_norm);
  return {Present(clipped.tensors), clipped.global_norm};
}

}  // namespace eager
