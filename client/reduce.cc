#include "client/reduce.h"

#include <cmath>

#include "client/array.h"
#include "client/core/compose.h"

namespace eager {
namespace {

using internal::Refuse;
using internal::Run;
using internal::Term;
using internal::Where;

Tensor Reduce(absl::string_view op, const Operand& x, const Axes& axis, bool keepdims) {
  return Run(op, {x, Operand(internal::AxesOf(x, axis), x.where())}, {{"keep_dims", keepdims}});
}
Term ReduceTerm(absl::string_view op, const Term& x, const Axes& axis, bool keepdims) {
  return {Reduce(op, x, axis, keepdims), x.where()};
}

Tensor Scan(absl::string_view op, const Operand& x, int64_t axis, const ScanOptions& options) {
  return Run(op, {x, Operand(axis, x.where())}, {{"exclusive", options.exclusive}, {"reverse", options.reverse}});
}

bool IsMatrixNorm(const Axes& axis) { return axis.has_value() && axis->size() == 2; }

void CheckNorm(const NormOrder& ord, const Axes& axis, const Where& where) {
  if (axis.has_value() && axis->size() != 1 && axis->size() != 2) {
    Refuse(absl::StrCat("norm: axis must be left out, one axis or two, got ", axis->size()), where);
  }
  const bool matrix = IsMatrixNorm(axis);
  if (ord.name == "euclidean" || (matrix && ord.name == "fro")) return;
  if (!ord.name.empty() || !(ord.number > 0) || (matrix && ord.number != 1 && ord.number != 2 && !std::isinf(ord.number))) {
    const std::string order = ord.name.empty() ? absl::StrCat(ord.number) : ord.name;
    Refuse(matrix ? absl::StrCat("norm: ord of a matrix must be 'euclidean', 'fro', 1 or inf, got ", order)
                  : absl::StrCat("norm: ord of a vector must be 'euclidean' or a positive number, got ", order),
           where);
  }
  if (matrix && ord.number == 2) {
    throw Error(absl::UnimplementedError("norm: ord 2 of a matrix, its largest singular value, is not there"), where);
  }
}

// With the reduced axes kept.
Term NormKept(const Term& x, const NormOrder& ord, const Axes& axis) {
  if (!ord.name.empty() || ord.number == 2) return ReduceTerm("Sum", x * x, axis, true).To("Sqrt");
  const Term size = x.To("Abs");
  const bool matrix = IsMatrixNorm(axis);
  const auto only = [&](size_t i) { return axis.has_value() ? Axes((*axis)[i]) : axis; };
  if (ord.number == 1) {
    const Term sum = ReduceTerm("Sum", size, only(0), true);
    return matrix ? ReduceTerm("Max", sum, only(1), true) : sum;
  }
  if (std::isinf(ord.number)) {
    return ReduceTerm("Max", matrix ? ReduceTerm("Sum", size, only(1), true) : size, only(0), true);
  }
  const Where& where = x.where();
  return ReduceTerm("Sum", size.To("Pow", Operand(ord.number, where)), axis, true).To("Pow", Operand(1 / ord.number, where));
}

// How many entries each segment has, at least 1, in data's dtype and broadcast to the sums.
Term SegmentCounts(const Term& data, const Term& ids, const Operand& num_segments) {
  const Term one = Term(Run("OnesLike", {ids}), ids.where()).Cast(data.dtype());
  const Term counts(Run("UnsortedSegmentSum", {one, ids, num_segments}), data.where());
  const Term positive = counts.To("Maximum", Operand(1, data.where()));
  Shape::Dims dims = {-1};
  dims.insert(dims.end(), static_cast<size_t>(data.rank() - ids.rank()), 1);
  return positive.To("Reshape", std::vector<int64_t>(dims.begin(), dims.end()));
}

// The number of segments that ascending ids name.
int64_t CountSegments(const Term& data, const Term& ids, absl::string_view function) {
  const Where& where = ids.where();
  if (ids.rank() != 1 || data.rank() < 1 || ids.shape()[0] != data.shape()[0]) {
    Refuse(absl::StrCat(function, ": segment_ids must be a vector with an id for each of the entries of data, got shape ",
                        ids.shape().ToString(), " for data of shape ", data.shape().ToString()),
           where);
  }
  const std::vector<int64_t> values = ids.Cast(DType::kInt64).tensor().read<int64_t>(where);
  int64_t last = 0;
  for (const int64_t id : values) {
    if (id < last) Refuse(absl::StrCat(function, ": segment_ids must ascend from 0 on, got ", id, " after ", last), where);
    last = id;
  }
  return values.empty() ? 0 : last + 1;
}

}  // namespace

Tensor reduce_sum(const Operand& x, const Axes& axis, bool keepdims) { return Reduce("Sum", x, axis, keepdims); }
Tensor reduce_mean(const Operand& x, const Axes& axis, bool keepdims) { return Reduce("Mean", x, axis, keepdims); }
Tensor reduce_max(const Operand& x, const Axes& axis, bool keepdims) { return Reduce("Max", x, axis, keepdims); }
Tensor reduce_min(const Operand& x, const Axes& axis, bool keepdims) { return Reduce("Min", x, axis, keepdims); }
Tensor reduce_prod(const Operand& x, const Axes& axis, bool keepdims) { return Reduce("Prod", x, axis, keepdims); }
Tensor reduce_any(const Operand& x, const Axes& axis, bool keepdims) { return Reduce("Any", x, axis, keepdims); }
Tensor reduce_all(const Operand& x, const Axes& axis, bool keepdims) { return Reduce("All", x, axis, keepdims); }

Tensor reduce_variance(const Operand& x, const Axes& axis, bool keepdims) {
  const Term value = x;
  if (!IsFloating(value.dtype())) {
    Refuse(absl::StrCat("reduce_variance: input must be of a floating dtype, got ", Name(value.dtype())), x.where());
  }
  const Term distance = value - ReduceTerm("Mean", value, axis, true);
  return Reduce("Mean", distance.To("Square"), axis, keepdims);
}

Tensor reduce_std(const Operand& x, const Axes& axis, bool keepdims) {
  return Run("Sqrt", {Operand(reduce_variance(x, axis, keepdims), x.where())});
}

// The largest element is taken out first, unless it is infinite: exp() then does not overflow.
Tensor reduce_logsumexp(const Operand& x, const Axes& axis, bool keepdims) {
  const Term value = x;
  const Term largest = ReduceTerm("Max", value, axis, true);
  const Term shift = Select(largest.To("IsFinite"), largest, largest.To("ZerosLike")).To("StopGradient");
  const Term sum = ReduceTerm("Sum", (value - shift).To("Exp"), axis, keepdims).To("Log");
  return sum + (keepdims ? shift : shift.To("Reshape", Term(Run("Shape", {sum}), x.where())));
}

Tensor count_nonzero(const Operand& x, const Axes& axis, bool keepdims, DType dtype) {
  const Term value = x;
  const Term differs = value.To("NotEqual", value.To("ZerosLike"));
  return ReduceTerm("Sum", differs.Cast(DType::kInt64), axis, keepdims).Cast(dtype);
}

Tensor zero_fraction(const Operand& x) {
  const Term value = x;
  const Term zero = value.To("Equal", value.To("ZerosLike"));
  const Term count = ReduceTerm("Sum", zero.Cast(DType::kInt64), {}, false);
  const Term size = value.To("Size", {{"out_type", DType::kInt64}});
  return count.Cast(DType::kFloat32).To("RealDiv", size.Cast(DType::kFloat32));
}

Tensor argmax(const Operand& x, int64_t axis, DType output_type) {
  return Run("ArgMax", {x, Operand(axis, x.where())}, {{"output_type", output_type}});
}
Tensor argmin(const Operand& x, int64_t axis, DType output_type) {
  return Run("ArgMin", {x, Operand(axis, x.where())}, {{"output_type", output_type}});
}

Tensor cumsum(const Operand& x, int64_t axis, const ScanOptions& options) { return Scan("Cumsum", x, axis, options); }
Tensor cumprod(const Operand& x, int64_t axis, const ScanOptions& options) { return Scan("Cumprod", x, axis, options); }

Tensor norm(const Operand& x, const NormOrder& ord, const Axes& axis, bool keepdims) {
  CheckNorm(ord, axis, x.where());
  const Term value = x;
  const Term kept = NormKept(value, ord, axis);
  return keepdims ? kept.tensor() : squeeze(kept, internal::AxesOf(value, axis));
}

Tensor unsorted_segment_sum(const Operand& data, const Operand& segment_ids, const Operand& num_segments) {
  return Run("UnsortedSegmentSum", {data, segment_ids, num_segments});
}

Tensor unsorted_segment_mean(const Operand& data, const Operand& segment_ids, const Operand& num_segments) {
  const Term values = data, ids = segment_ids;
  const Term sums(Run("UnsortedSegmentSum", {values, ids, num_segments}), data.where());
  return sums.To("RealDiv", SegmentCounts(values, ids, num_segments));
}

Tensor unsorted_segment_sqrt_n(const Operand& data, const Operand& segment_ids, const Operand& num_segments) {
  const Term values = data, ids = segment_ids;
  const Term sums(Run("UnsortedSegmentSum", {values, ids, num_segments}), data.where());
  return sums.To("RealDiv", SegmentCounts(values, ids, num_segments).To("Sqrt"));
}

Tensor segment_sum(const Operand& data, const Operand& segment_ids) {
  const Term values = data, ids = segment_ids;
  const int64_t segments = CountSegments(values, ids, "segment_sum");
  return unsorted_segment_sum(values, ids, Operand(segments, data.where()));
}

Tensor segment_mean(const Operand& data, const Operand& segment_ids) {
  const Term values = data, ids = segment_ids;
  const int64_t segments = CountSegments(values, ids, "segment_mean");
  return unsorted_segment_mean(values, ids, Operand(segments, data.where()));
}

}  // namespace eager
