// Adds rows of elements of any dtype that can be added: what scattering and folding have in common.
#pragma once

#include <algorithm>
#include <cstdint>

#include "common/status_macros.h"
#include "server/device/cpu/compute.h"
#include "server/device/tensor.h"
#include "server/kernels/cpu/data_movement.h"

namespace eager::server {

// dst[i] += src[i] for n elements; for bool, "or". The rows may not overlap.
using AddRowFn = void (*)(void* dst, const void* src, int64_t n);

// Null for a dtype that cannot be added.
AddRowFn AddRow(DType dtype);

// Sums of a wider type than the elements: `size` bytes each, started from n elements, added to and rounded back.
struct WideSums {
  size_t size;
  void (*load)(void* sums, const void* elements, int64_t n);
  void (*add)(void* sums, const void* elements, int64_t n);
  void (*store)(const void* sums, void* elements, int64_t n);
};

// What sums of elements of `dtype` need to be accurate: float for 16 bits; double for float32 if there are `many`
// terms. Null where the elements themselves will do.
const WideSums* WideSumsOf(DType dtype, bool many);

// Adds row r of `updates` to the `width` elements of `out` from offset(r) on, for each r in order; negative offsets are
// left out. Wide rows are shared among the cores by columns, so that the order of additions never changes.
template <class Offset>
absl::Status ScatterAdd(const Tensor& updates, int64_t rows, int64_t width, const Tensor& out, Offset offset) {
  const int64_t size = static_cast<int64_t>(SizeOf(out.dtype())), total = out.num_elements();
  const char* from = static_cast<const char*>(updates.raw());
  char* to = static_cast<char*>(out.raw());
  constexpr int64_t kLeastColumns = 64, kManyTerms = 16, kGrain = 1 << 15;
  const WideSums* const wide = WideSumsOf(out.dtype(), updates.num_elements() / kManyTerms >= total);
  const AddRowFn add = wide != nullptr ? wide->add : AddRow(out.dtype());
  BufferRef buffer;
  char* sums = to;
  int64_t sum_size = size;
  if (wide != nullptr) {
    sum_size = static_cast<int64_t>(wide->size);
    ASSIGN_OR_RETURN(buffer, out.buffer()->device()->Allocate(static_cast<size_t>(total * sum_size)));
    sums = static_cast<char*>(buffer->data());
    ParallelFor(total, kGrain, [&](int64_t begin, int64_t end) {
      wide->load(sums + begin * sum_size, to + begin * size, end - begin);
    });
  }
  ParallelFor(width, std::max(kLeastColumns, MoveGrain(rows * size)), [&](int64_t begin, int64_t end) {
    for (int64_t r = 0; r < rows; ++r) {
      const int64_t at = offset(r);
      if (at >= 0) add(sums + (at + begin) * sum_size, from + (r * width + begin) * size, end - begin);
    }
  });
  if (wide != nullptr) {
    ParallelFor(total, kGrain, [&](int64_t begin, int64_t end) {
      wide->store(sums + begin * sum_size, to + begin * size, end - begin);
    });
  }
  return absl::OkStatus();
}

}  // namespace eager::server
