// Batches of matrices as Eigen sees them, and the loop over a batch.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cstdint>

#include "absl/functional/function_ref.h"
#include "common/shape.h"
#include "server/device/cpu/compute.h"

namespace eager::server {

template <class T>
using RowMatrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class T>
using ColumnMatrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor>;
template <class T>
using RowMatrixMap = Eigen::Map<RowMatrix<T>>;
template <class T>
using ConstRowMatrixMap = Eigen::Map<const RowMatrix<T>>;
template <class T>
using ConstColumnMatrixMap = Eigen::Map<const ColumnMatrix<T>>;

// How many matrices the last two axes of a tensor make, and of what size; none if they are empty.
struct MatrixBatch {
  explicit MatrixBatch(const Shape& shape) : rows(shape[shape.rank() - 2]), columns(shape[shape.rank() - 1]) {
    const int64_t size = rows * columns;
    count = size == 0 ? 0 : shape.num_elements() / size;
  }
  int64_t rows, columns, count = 0;
};
struct SquareBatch : MatrixBatch {
  explicit SquareBatch(const Shape& shape) : MatrixBatch(shape), n(rows) {}
  int64_t n;
};

// Calls body(i) for each matrix of a batch, of about `work` multiplications each: on all cores if that is worth it.
inline void ForMatrices(int64_t count, int64_t work, absl::FunctionRef<void(int64_t)> body) {
  constexpr int64_t kGrain = 1 << 16;
  ParallelFor(count, std::max<int64_t>(1, kGrain / std::max<int64_t>(1, work)), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) body(i);
  });
}

}  // namespace eager::server
