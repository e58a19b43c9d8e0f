// Reductions, scans and norms under TensorFlow's names: what makes one number of many.
//
// `axis` is one axis, a list, or left out for all of them; keepdims leaves the reduced axes with an extent of 1. Dtypes
// are those of the raw op in the row's listing (docs/ops.md). None waits unless a line says so; each throws Error at the
// caller's line for what inference refuses.
#pragma once

#include "client/axes.h"
#include "client/tensor.h"

namespace eager {

Tensor reduce_sum(const Operand& x, const Axes& axis = {}, bool keepdims = false);
Tensor reduce_mean(const Operand& x, const Axes& axis = {}, bool keepdims = false);  // of integers cut toward 0
Tensor reduce_max(const Operand& x, const Axes& axis = {}, bool keepdims = false);
Tensor reduce_min(const Operand& x, const Axes& axis = {}, bool keepdims = false);
Tensor reduce_prod(const Operand& x, const Axes& axis = {}, bool keepdims = false);
Tensor reduce_any(const Operand& x, const Axes& axis = {}, bool keepdims = false);  // of bool
Tensor reduce_all(const Operand& x, const Axes& axis = {}, bool keepdims = false);  // of bool
// The mean of (x - mean(x))^2, and its square root. INVALID_ARGUMENT for integers.
Tensor reduce_variance(const Operand& x, const Axes& axis = {}, bool keepdims = false);
Tensor reduce_std(const Operand& x, const Axes& axis = {}, bool keepdims = false);
// log(sum(exp(x))), of numbers of any size.
Tensor reduce_logsumexp(const Operand& x, const Axes& axis = {}, bool keepdims = false);
// How many elements are not 0 (for strings: not empty).
Tensor count_nonzero(const Operand& x, const Axes& axis = {}, bool keepdims = false, DType dtype = DType::kInt64);
// The share of elements that are 0: a float32 scalar.
Tensor zero_fraction(const Operand& x);

// Where along `axis` the largest or smallest element is: the first of several. output_type is int32 or int64.
Tensor argmax(const Operand& x, int64_t axis = 0, DType output_type = DType::kInt64);
Tensor argmin(const Operand& x, int64_t axis = 0, DType output_type = DType::kInt64);

// Sums and products of the elements up to each one; exclusive: without the element itself, reverse: from the end.
struct ScanOptions {
  bool exclusive = false;
  bool reverse = false;
};
Tensor cumsum(const Operand& x, int64_t axis = 0, const ScanOptions& options = {});
Tensor cumprod(const Operand& x, int64_t axis = 0, const ScanOptions& options = {});

// Which norm: "euclidean", "fro" (the same, of matrices), or a positive number; infinity is the largest |x|.
struct NormOrder {
  NormOrder(const char* name) : name(name) {}    // NOLINT
  NormOrder(double number) : number(number) {}  // NOLINT
  std::string name;
  double number = 2;
};
// Over all elements, over one axis (a vector norm), or over two (a matrix norm: "euclidean", "fro", 1 or infinity; the
// largest singular value, 2, is UNIMPLEMENTED). INVALID_ARGUMENT for another order or number of axes.
Tensor norm(const Operand& x, const NormOrder& ord = "euclidean", const Axes& axis = {}, bool keepdims = false);

// For each segment the sum of the entries of data whose segment id names it, its mean, or its sum divided by the root
// of their number. Ids are of the shape of data's leading axes, int32 or int64; a negative one belongs to no segment. A
// segment of none is 0.
Tensor unsorted_segment_sum(const Operand& data, const Operand& segment_ids, const Operand& num_segments);
Tensor unsorted_segment_mean(const Operand& data, const Operand& segment_ids, const Operand& num_segments);
Tensor unsorted_segment_sqrt_n(const Operand& data, const Operand& segment_ids, const Operand& num_segments);
// The same with one ascending id for each entry of axis 0; the last one says how many segments there are, so they wait
// for the ids. INVALID_ARGUMENT if they do not ascend from 0 on, or are not as many as the entries.
Tensor segment_sum(const Operand& data, const Operand& segment_ids);
Tensor segment_mean(const Operand& data, const Operand& segment_ids);

}  // namespace eager
