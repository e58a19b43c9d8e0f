// Keeping values and gradients within bounds.
//
// Floating dtypes; none waits, each throws Error at the caller's line for what inference refuses.
#pragma once

#include <initializer_list>
#include <optional>
#include <vector>

#include "client/axes.h"
#include "client/tensor.h"

namespace eager {

// Each element, but not less than the one bound nor more than the other; integer dtypes as well. The bounds are scalars
// or broadcast to t's shape: INVALID_ARGUMENT if the result would have another one.
Tensor clip_by_value(const Operand& t, const Operand& clip_value_min, const Operand& clip_value_max);
// t, scaled down where its L2 norm along `axes` (all: left out) is more than clip_norm.
Tensor clip_by_norm(const Operand& t, const Operand& clip_norm, const Axes& axes = {});

// The L2 norm of all tensors together; those that are not there (a gradient's nullopt) count as 0. INVALID_ARGUMENT for
// none at all.
Tensor global_norm(const std::vector<Tensor>& tensors, std::source_location where = std::source_location::current());
Tensor global_norm(const std::vector<std::optional<Tensor>>& tensors,
                   std::source_location where = std::source_location::current());
inline Tensor global_norm(std::initializer_list<Tensor> tensors,
                          std::source_location where = std::source_location::current()) {
  return global_norm(std::vector<Tensor>(tensors), where);
}

// All tensors, scaled by one factor where their global norm is more than clip_norm; nan if that norm is not finite.
// use_norm: a global norm that is known already. For what tape.gradient() gives:
//   auto [clipped, norm] = clip_by_global_norm(tape.gradient(loss, variables), 1.0);
template <class T>
struct ClippedByGlobalNorm {
  std::vector<T> tensors;  // in the order of the given ones
  Tensor global_norm;      // before
};
ClippedByGlobalNorm<Tensor> clip_by_global_norm(const std::vector<Tensor>& tensors, const Operand& clip_norm,
                                                const std::optional<Operand>& use_norm = {});
ClippedByGlobalNorm<std::optional<Tensor>> clip_by_global_norm(const std::vector<std::optional<Tensor>>& tensors,
                                                               const Operand& clip_norm,
                                                               const std::optional<Operand>& use_norm = {});
inline ClippedByGlobalNorm<Tensor> clip_by_global_norm(std::initializer_list<Tensor> tensors, const Operand& clip_norm,
                                                       const std::optional<Operand>& use_norm = {}) {
  return clip_by_global_norm(std::vector<Tensor>(tensors), clip_norm, use_norm);
}

}  // namespace eager
