// One product of (batches of) matrices, free of how its operands lie: c[i] = op(a[i]) op(b[i]).
#pragma once

#include <algorithm>

#include "absl/container/inlined_vector.h"
#include "common/shape.h"

namespace eager::server {

struct MatMulDims {
  int64_t m = 1, n = 1, k = 1;
  bool transpose_a = false, transpose_b = false;
  // Batch axes, outermost first, of equal number; where they differ one extent is 1 and repeats. Empty for MatMul.
  absl::InlinedVector<int64_t, 4> batch_a, batch_b, batch_c;

  // Shapes as the op's inference has passed them.
  static MatMulDims Make(const Shape& a, const Shape& b, const Shape& c, bool transpose_a, bool transpose_b) {
    MatMulDims d;
    d.transpose_a = transpose_a;
    d.transpose_b = transpose_b;
    d.m = c[c.rank() - 2];
    d.n = c[c.rank() - 1];
    d.k = a[a.rank() - (transpose_a ? 2 : 1)];
    const auto batch = [&](const Shape& s) {
      absl::InlinedVector<int64_t, 4> axes(static_cast<size_t>(c.rank() - s.rank()), 1);
      axes.insert(axes.end(), s.dims().begin(), s.dims().end() - 2);
      return axes;
    };
    d.batch_a = batch(a);
    d.batch_b = batch(b);
    d.batch_c = batch(c);
    return d;
  }

  int64_t batches() const {
    int64_t count = 1;
    for (int64_t extent : batch_c) count *= extent;
    return count;
  }
  // Which matrix of an operand with the batch axes `batch` takes part in product `i`.
  int64_t Matrix(const absl::InlinedVector<int64_t, 4>& batch, int64_t i) const {
    int64_t index = 0, stride = 1;
    for (size_t axis = batch.size(); axis-- > 0;) {
      if (batch[axis] != 1) index += i % batch_c[axis] * stride;
      stride *= batch[axis];
      i /= batch_c[axis];
    }
    return index;
  }
  // Multiplications, as a measure of work; no more than a double holds.
  double work() const {
    return static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k) * static_cast<double>(batches());
  }

  friend bool operator==(const MatMulDims&, const MatMulDims&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const MatMulDims& d) {
    return H::combine(std::move(h), d.m, d.n, d.k, d.transpose_a, d.transpose_b, d.batch_a, d.batch_b);
  }
};

}  // namespace eager::server
