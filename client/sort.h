// Elements in order. None waits unless a tensor's shape does; each throws Error at the caller's line for what inference
// refuses. nn.h has top_k and in_top_k.
#pragma once

#include "client/tensor.h"

namespace eager {

enum class SortDirection { kAscending, kDescending };

// Each row along `axis` in order, real numbers of any dtype; no gradient order is promised for nan.
Tensor sort(const Operand& values, int64_t axis = -1, SortDirection direction = SortDirection::kAscending);
// The indices, int32, that put each row in order: gather(x, argsort(x)) is sort(x) for a vector. Stable: of equal
// elements the first stays first.
Tensor argsort(const Operand& values, int64_t axis = -1, SortDirection direction = SortDirection::kAscending);

}  // namespace eager
