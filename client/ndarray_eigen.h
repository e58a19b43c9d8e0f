// NDArrays as Eigen sees them, and back. Not part of eager.h: only programs that include it need Eigen.
//
//   Eigen::VectorXf y = eager::eigen::matrix<float>(a) * eager::eigen::vector<float>(x);
//   NDArray b = eager::eigen::array(y);
#pragma once

#include <Eigen/Core>

#include "client/ndarray.h"

namespace eager::eigen {

template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class T>
using ConstMatrixMap = Eigen::Map<const Matrix<T>, 0, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>>;
template <class T>
using ConstVectorMap = Eigen::Map<const Eigen::Matrix<T, Eigen::Dynamic, 1>, 0, Eigen::InnerStride<Eigen::Dynamic>>;

namespace internal {

// The first element, for an array of the given rank whose strides Eigen can walk.
template <class T>
const T* First(const NDArray& a, int rank, std::source_location where) {
  if (a.rank() != rank) {
    throw Error(absl::InvalidArgumentError(absl::StrCat("Eigen: an array of rank ", rank,
                                                        " is expected, this one has shape ", a.shape().ToTuple())),
                where);
  }
  for (const int64_t stride : a.strides()) {
    if (stride < 0)
      throw Error(absl::InvalidArgumentError("Eigen: a reversed axis has no map: copy() the array first"), where);
  }
  if (a.size() == 0) return nullptr;
  return rank == 1 ? &a.at<T>(Position(0, where)) : &a.at<T>(Position(0, where), 0);
}

}  // namespace internal

// The array's own elements, without a copy, for as long as the array or one that shares them lives. INVALID_ARGUMENT
// for another rank, another dtype than T's, or a reversed axis.
template <class T>
ConstMatrixMap<T> matrix(const NDArray& a, std::source_location where = std::source_location::current()) {
  const T* first = internal::First<T>(a, 2, where);
  const auto strides = a.strides();
  const auto size = static_cast<int64_t>(sizeof(T));
  return ConstMatrixMap<T>(first, a.shape()[0], a.shape()[1], {strides[0] / size, strides[1] / size});
}
template <class T>
ConstVectorMap<T> vector(const NDArray& a, std::source_location where = std::source_location::current()) {
  const T* first = internal::First<T>(a, 1, where);
  return ConstVectorMap<T>(first, a.shape()[0], Eigen::InnerStride<>(a.strides()[0] / static_cast<int64_t>(sizeof(T))));
}

// A copy of an Eigen expression: of rank 1 for vectors, else 2.
template <class Derived>
NDArray array(const Eigen::DenseBase<Derived>& values) {
  using T = typename Derived::Scalar;
  const Matrix<T> dense = values;
  const std::span<const T> flat(dense.data(), static_cast<size_t>(dense.size()));
  if constexpr (Derived::IsVectorAtCompileTime) return NDArray(flat, Shape{dense.size()});
  return NDArray(flat, Shape{dense.rows(), dense.cols()});
}

}  // namespace eager::eigen
