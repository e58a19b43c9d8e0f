// Moves elements of any fixed size between dense tensors and strided views of them: what transposing, slicing, tiling,
// broadcasting and joining have in common.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "absl/types/span.h"

namespace eager::server {

// How many elements apart neighbours along each axis lie: 0 repeats an element, negative goes backwards.
using Strides = absl::InlinedVector<int64_t, 6>;

// Of a row-major tensor without gaps.
Strides DenseStrides(absl::Span<const int64_t> extents);

// Copies to each index of `extents` in dst the element at that index in src; both pointers are to index (0, …, 0).
// The elements written must not overlap each other or those read. Large copies use all cores.
void StridedCopy(size_t element_size, absl::Span<const int64_t> extents, const void* src,
                 absl::Span<const int64_t> src_strides, void* dst, absl::Span<const int64_t> dst_strides);

// Writes one element to `n` places in a row.
void FillElements(size_t element_size, const void* value, void* dst, int64_t n);

}  // namespace eager::server
