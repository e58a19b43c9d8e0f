// What the kernels that only move elements share: which dtypes they take, and outputs that are parts of their inputs.
#pragma once

#include "server/kernels/kernel.h"

namespace eager::server {

// The dtypes whose elements are all of one size: moving them needs to know nothing else.
inline constexpr DTypeSet kFixedSizeTypes = {DType::kFloat32,  DType::kFloat64,   DType::kInt32,     DType::kUint8,
                                             DType::kInt16,    DType::kInt8,      DType::kInt64,     DType::kBool,
                                             DType::kUint16,   DType::kUint32,    DType::kUint64,    DType::kFloat16,
                                             DType::kBFloat16, DType::kComplex64, DType::kComplex128};

// How much one turn of a thread moves; less stays on the caller's thread.
inline constexpr int64_t kMoveGrainBytes = 128 << 10;
inline int64_t MoveGrain(int64_t unit_bytes) {
  return unit_bytes > kMoveGrainBytes ? 1 : kMoveGrainBytes / (unit_bytes > 0 ? unit_bytes : 1);
}

// Makes output `o` the elements of input `i` from `first` on, without a copy, if that is worth it: a small part is
// copied more cheaply than it keeps the whole buffer alive. False: not done.
inline bool ShareInput(KernelContext& k, int o, int i, int64_t first) {
  const Tensor &whole = k.input(i), &part = k.output(o);
  constexpr size_t kLeastBytes = 4096, kLeastShare = 64;
  if (part.num_bytes() < kLeastBytes || part.num_bytes() < whole.num_bytes() / kLeastShare) return false;
  const size_t offset = whole.offset() + static_cast<size_t>(first) * SizeOf(whole.dtype());
  k.set_output(o, MakeRef<Tensor>(part.spec(), whole.buffer(), offset));
  return true;
}

// The product of the extents of axes [from, to).
inline int64_t Extent(const Shape& shape, int from, int to) {
  int64_t n = 1;
  for (int axis = from; axis < to; ++axis) n *= shape[axis];
  return n;
}

}  // namespace eager::server
