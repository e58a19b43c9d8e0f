// Adds rows of elements of any dtype that can be added: what scattering and folding have in common.
#pragma once

#include <algorithm>
#include <cstdint>

#include "server/device/cpu/compute.h"
#include "server/device/tensor.h"
#include "server/kernels/cpu/data_movement.h"

namespace eager::server {

// dst[i] += src[i] for n elements; for bool, "or". The rows may not overlap.
using AddRowFn = void (*)(void* dst, const void* src, int64_t n);

// Null for a dtype that cannot be added.
AddRowFn AddRow(DType dtype);

// Adds row r of `updates` to the `width` elements of `out` from offset(r) on, for each r in order; negative offsets are
// left out. Wide rows are shared among the cores by columns, so that the order of additions never changes.
template <class Offset>
void ScatterAdd(const Tensor& updates, int64_t rows, int64_t width, const Tensor& out, Offset offset) {
  const AddRowFn add = AddRow(out.dtype());
  const int64_t size = static_cast<int64_t>(SizeOf(out.dtype()));
  const char* from = static_cast<const char*>(updates.raw());
  char* to = static_cast<char*>(out.raw());
  constexpr int64_t kLeastColumns = 64;
  ParallelFor(width, std::max(kLeastColumns, MoveGrain(rows * size)), [&](int64_t begin, int64_t end) {
    for (int64_t r = 0; r < rows; ++r) {
      const int64_t at = offset(r);
      if (at >= 0) add(to + (at + begin) * size, from + (r * width + begin) * size, end - begin);
    }
  });
}

}  // namespace eager::server
