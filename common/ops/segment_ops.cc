// Sums, means, products and extrema of the rows of a tensor that have the same segment id. UnsortedSegmentSum is in
// gather_ops.cc.
#include <limits>

#include "absl/strings/str_cat.h"
#include "common/ops/grad_context.h"
#include "common/ops/host_inputs.h"
#include "common/ops/op_table.h"
#include "common/status_macros.h"

namespace eager {
namespace {

// `segments` rows like those of data behind its first `rank` axes.
absl::Status SetRows(ShapeContext& c, int64_t segments, const Shape& data, int rank) {
  Shape::Dims dims(data.dims().begin() + rank, data.dims().end());
  dims.insert(dims.begin(), segments);
  ASSIGN_OR_RETURN(Shape out, Shape::Make(dims));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

// One more than the last id; ids must not fall.
absl::StatusOr<int64_t> SegmentsOf(const ShapeContext& c, int i) {
  const HostInts ids = c.ints(i);
  if (ids.empty()) return 0;
  if (ids.back() < 0) return Invalid("segment ids must be >= 0");
  const int64_t segments = ids.back() == std::numeric_limits<int64_t>::max() ? ids.back() : ids.back() + 1;
  for (size_t at = 0; at < ids.size(); ++at) {
    if (at > 0 && ids[at] < ids[at - 1]) return Invalid("segment ids are not increasing");
    if (ids[at] >= 0 && ids[at] < segments) continue;
    return Invalid("Segment id ", ids[at], " out of range [0, ", segments,
                   "), possibly because 'segment_ids' input is not sorted.");
  }
  return segments;
}

absl::Status SegmentShape(ShapeContext& c) {
  const Shape &data = c.input(0), &ids = c.input(1);
  if (ids.rank() != 1) return Invalid("segment_ids should be a vector.");
  if (data.rank() < 1 || data[0] != ids[0])
    return Invalid("segment_ids should be the same size as dimension 0 of input.");
  ASSIGN_OR_RETURN(const int64_t segments, SegmentsOf(c, 1));
  return SetRows(c, segments, data, 1);
}

absl::Status UnsortedShape(ShapeContext& c) {
  const Shape &data = c.input(0), &ids = c.input(1);
  if (data.rank() < ids.rank() || data.dims().subspan(0, static_cast<size_t>(ids.rank())) != ids.dims()) {
    return Invalid("data.shape = ", data.ToString(), " does not start with segment_ids.shape = ", ids.ToString());
  }
  ASSIGN_OR_RETURN(const int64_t segments, HostScalar(c, 2));
  if (segments < 0) return Invalid("num_segments must be non-negative, got ", segments);
  return SetRows(c, segments, data, ids.rank());
}

absl::Status CheckSparse(const ShapeContext& c) {
  const Shape &indices = c.input(1), &ids = c.input(2);
  if (c.input(0).rank() < 1) return Invalid("input must be at least 1-D");
  if (indices.rank() != 1) return Invalid("indices should be a vector.");
  if (ids.rank() != 1) return Invalid("segment_ids should be a vector.");
  if (indices[0] != ids[0]) return Invalid("segment_ids and indices should have same size.");
  return absl::OkStatus();
}

absl::Status SparseShape(ShapeContext& c) {
  RETURN_IF_ERROR(CheckSparse(c));
  ASSIGN_OR_RETURN(int64_t segments, SegmentsOf(c, 2));
  if (c.num_inputs() > 3) {
    ASSIGN_OR_RETURN(const int64_t given, HostScalar(c, 3));
    if (given < segments) return Invalid("segment ids must be < num_segments");
    segments = given;
  }
  return SetRows(c, segments, c.input(0), 1);
}

absl::Status SparseGradShape(ShapeContext& c) {
  RETURN_IF_ERROR(CheckSparse(c));
  ASSIGN_OR_RETURN(const int64_t rows, HostScalar(c, 3));
  if (rows < 0) return Invalid("output_dim0 must be non-negative, got ", rows);
  return SetRows(c, rows, c.input(0), 1);
}

// How the ops on segments, sorted or not, see their ids: the gradients are the same.
class Segments {
 public:
  explicit Segments(GradContext& g) : g_(g), unsorted_(g.num_inputs() == 3) {
    axis_ = g.Const(HostTensor::Scalar<int32_t>(0));
    ids_ = g.input(1);
    if (!unsorted_) return;
    const Node none =
        g.Const(ids_.spec.dtype == DType::kInt64 ? HostTensor::Scalar<int64_t>(0) : HostTensor::Scalar<int32_t>(0));
    Shape shape = g.shape(ids_);
    while (shape.rank() < g.shape(g.input(0)).rank()) shape.push_back(1);
    inside_ = g.Reshape(g.Op("GreaterEqual", {ids_, none}), shape);
    ids_ = g.Op("Maximum", {ids_, none});
  }
  bool unsorted() const { return unsorted_; }

  Node Fold(absl::string_view fold, const Node& x) const {
    if (!unsorted_) return g_.Op(absl::StrCat("Segment", fold), {x, g_.input(1)});
    return g_.Op(absl::StrCat("UnsortedSegment", fold), {x, g_.input(1), g_.input(2)});
  }
  // Of each row of data, its segment's.
  Node Of(const Node& segments) const { return g_.Op("GatherV2", {segments, ids_, axis_}); }
  // What belongs to a segment, and zero elsewhere.
  Node Inside(const Node& x) const { return unsorted_ ? g_.Op("SelectV2", {inside_, x, g_.ZerosLike(x)}) : x; }
  Node Inside(const Node& x, const Node& condition) const {
    const Node both = unsorted_ ? g_.Op("LogicalAnd", {condition, inside_}) : condition;
    return g_.Op("SelectV2", {both, x, g_.ZerosLike(x)});
  }

 private:
  GradContext& g_;
  bool unsorted_;
  Node axis_, ids_, inside_;
};

bool NoSegments(GradContext& g, Grads& grads) {
  if (g.shape(g.output(0)).num_elements() > 0) return false;
  grads[0] = g.ZerosLike(g.input(0));
  return true;
}

absl::Status SumGradient(GradContext& g, Grads& grads) {
  if (!NoSegments(g, grads)) grads[0] = Segments(g).Of(g.upstream(0));
  return g.status();
}

// Counts of members: what nobody has is divided by 1.
Node AtLeastOne(GradContext& g, const Node& counts) { return g.Op("Maximum", {counts, g.Scalar(1, counts)}); }

absl::Status MeanGradient(GradContext& g, Grads& grads) {
  if (NoSegments(g, grads)) return g.status();
  const Segments segments(g);
  const Node up = g.upstream(0);
  Shape rows = g.shape(g.input(1));
  while (rows.rank() < g.shape(up).rank()) rows.push_back(1);
  grads[0] = segments.Of(g.Div(up, AtLeastOne(g, segments.Fold("Sum", g.BroadcastTo(g.Scalar(1, up), rows)))));
  return g.status();
}

// In equal parts to all elements that are the extremum.
absl::Status ExtremumGradient(GradContext& g, Grads& grads) {
  if (NoSegments(g, grads)) return g.status();
  const Segments segments(g);
  const Node up = g.upstream(0);
  const Node chosen = g.Op("Equal", {g.input(0), segments.Inside(segments.Of(g.output(0)))});
  const Node ones = segments.Inside(g.Cast(chosen, up.spec.dtype));
  grads[0] = segments.Inside(segments.Of(g.Div(up, AtLeastOne(g, segments.Fold("Sum", ones)))), chosen);
  return g.status();
}

// The product over each element; of the one zero of a segment, the product of the others; nothing where there are two.
absl::Status ProductGradient(GradContext& g, Grads& grads) {
  if (NoSegments(g, grads)) return g.status();
  const Segments segments(g);
  const Node &x = g.input(0), up = g.upstream(0);
  const Node zero = g.Op("Equal", {x, g.ZerosLike(x)});
  const Node zeros = segments.Fold("Sum", g.Cast(zero, DType::kInt32));
  const Node several = g.Op("Greater", {zeros, g.Const(HostTensor::Scalar<int32_t>(1))});
  const Node flows = g.Op("SelectV2", {several, g.ZerosLike(up), up});
  const Node others = g.Op("SelectV2", {zero, g.OnesLike(x), x});
  const Node product_of_others = segments.Of(segments.Fold("Prod", others));
  const Node over = g.Div(segments.Of(g.output(0)), segments.unsorted() ? x : others);
  const Node slope = g.Op("SelectV2", {zero, product_of_others, over});
  grads[0] = g.Mul(segments.Inside(segments.Of(flows)), slope);
  return g.status();
}

enum class Sparse { kSum, kMean, kSqrtN };

template <Sparse kFold>
absl::Status SparseGradient(GradContext& g, Grads& grads) {
  const Node rows = g.Const(HostTensor::Scalar(static_cast<int32_t>(g.shape(g.input(0))[0])));
  constexpr absl::string_view kOps[] = {"SparseSegmentSumGrad", "SparseSegmentMeanGrad", "SparseSegmentSqrtNGrad"};
  grads[0] = g.Op(kOps[static_cast<int>(kFold)], {g.upstream(0), g.input(1), g.input(2), rows});
  return g.status();
}

// The folded rows again, whose ids need not be sorted here.
template <Sparse kFold>
absl::Status SparseGradGradient(GradContext& g, Grads& grads) {
  const Node up = g.upstream(0), &ids = g.input(2);
  const Node segments = g.Const(HostTensor::Scalar(g.shape(g.input(0))[0]));
  const Node taken = g.Op("GatherV2", {up, g.input(1), g.Const(HostTensor::Scalar<int32_t>(0))});
  grads[0] = g.Op("UnsortedSegmentSum", {taken, ids, segments});
  if (kFold == Sparse::kSum) return g.status();
  Shape rows = g.shape(ids);
  while (rows.rank() < g.shape(up).rank()) rows.push_back(1);
  const Node ones = g.BroadcastTo(g.Scalar(1, up), rows);
  const Node counts = AtLeastOne(g, g.Op("UnsortedSegmentSum", {ones, ids, segments}));
  grads[0] = g.Div(grads[0], kFold == Sparse::kMean ? counts : g.Op("Sqrt", {counts}));
  return g.status();
}

constexpr OpDef kRows[] = {
    {.name = "SegmentSum",
     .doc = "Sums of the rows of data with the same segment id; ids rise.",
     .inputs = "data: T, segment_ids: host Tindices",
     .outputs = "output: T",
     .attrs =
         "T: {float, double, int32, uint8, int16, int8, complex64, int64, bfloat16, uint16, complex128, half, uint32, "
         "uint64}, Tindices: {int32, int64}",
     .shape = &SegmentShape,
     .gradient = &SumGradient,
     .saves = Saves::kIndexInputs},
    {.name = "SegmentMean",
     .doc = "Means of the rows of data with the same segment id; ids rise.",
     .inputs = "data: T, segment_ids: host Tindices",
     .outputs = "output: T",
     .attrs =
         "T: {float, double, int32, uint8, int16, int8, complex64, int64, bfloat16, uint16, complex128, half, uint32, "
         "uint64}, Tindices: {int32, int64}",
     .shape = &SegmentShape,
     .gradient = &MeanGradient,
     .saves = Saves::kIndexInputs},
    {.name = "SegmentProd",
     .doc = "Products of the rows of data with the same segment id; ids rise.",
     .inputs = "data: T, segment_ids: host Tindices",
     .outputs = "output: T",
     .attrs =
         "T: {float, double, int32, uint8, int16, int8, complex64, int64, bfloat16, uint16, complex128, half, uint32, "
         "uint64}, Tindices: {int32, int64}",
     .shape = &SegmentShape,
     .gradient = &ProductGradient,
     .saves = Saves::kBoth},
    {.name = "SegmentMax",
     .doc = "Maxima of the rows of data with the same segment id; ids rise.",
     .inputs = "data: T, segment_ids: host Tindices",
     .outputs = "output: T",
     .attrs = "T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}, Tindices: "
              "{int32, int64}",
     .shape = &SegmentShape,
     .gradient = &ExtremumGradient,
     .saves = Saves::kBoth},
    {.name = "SegmentMin",
     .doc = "Minima of the rows of data with the same segment id; ids rise.",
     .inputs = "data: T, segment_ids: host Tindices",
     .outputs = "output: T",
     .attrs = "T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}, Tindices: "
              "{int32, int64}",
     .shape = &SegmentShape,
     .gradient = &ExtremumGradient,
     .saves = Saves::kBoth},
    {.name = "UnsortedSegmentProd",
     .doc = "Products of the slices of data with the same segment id; a negative id belongs to no segment.",
     .inputs = "data: T, segment_ids: Tindices, num_segments: host Tnumsegments",
     .outputs = "output: T",
     .attrs =
         "T: {float, double, int32, uint8, int16, int8, complex64, int64, bfloat16, uint16, complex128, half, uint32, "
         "uint64}, Tindices: {int32, int64}, Tnumsegments: {int32, int64} = int32",
     .shape = &UnsortedShape,
     .gradient = &ProductGradient,
     .saves = Saves::kBoth},
    {.name = "UnsortedSegmentMax",
     .doc = "Maxima of the slices of data with the same segment id; a negative id belongs to no segment.",
     .inputs = "data: T, segment_ids: Tindices, num_segments: host Tnumsegments",
     .outputs = "output: T",
     .attrs = "T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}, Tindices: "
              "{int32, int64}, Tnumsegments: {int32, int64} = int32",
     .shape = &UnsortedShape,
     .gradient = &ExtremumGradient,
     .saves = Saves::kBoth},
    {.name = "UnsortedSegmentMin",
     .doc = "Minima of the slices of data with the same segment id; a negative id belongs to no segment.",
     .inputs = "data: T, segment_ids: Tindices, num_segments: host Tnumsegments",
     .outputs = "output: T",
     .attrs = "T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}, Tindices: "
              "{int32, int64}, Tnumsegments: {int32, int64} = int32",
     .shape = &UnsortedShape,
     .gradient = &ExtremumGradient,
     .saves = Saves::kBoth},
    {.name = "SparseSegmentSum",
     .doc = "Sums of those rows of data that indices name, by their segment ids.",
     .inputs = "data: T, indices: Tidx, segment_ids: host Tsegmentids",
     .outputs = "output: T",
     .attrs =
         "T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}, Tidx: {int32, "
         "int64} = int32, Tsegmentids: {int32, int64} = int32, sparse_gradient: bool = false",
     .shape = &SparseShape,
     .gradient = &SparseGradient<Sparse::kSum>,
     .saves = Saves::kIndexInputs},
    {.name = "SparseSegmentSumWithNumSegments",
     .doc = "Sums of those rows of data that indices name, by their segment ids.",
     .inputs = "data: T, indices: Tidx, segment_ids: host Tsegmentids, num_segments: host Tnumsegments",
     .outputs = "output: T",
     .attrs =
         "T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}, Tidx: {int32, "
         "int64} = int32, Tnumsegments: {int32, int64} = int32, Tsegmentids: {int32, int64} = int32, sparse_gradient: "
         "bool = false",
     .shape = &SparseShape,
     .gradient = &SparseGradient<Sparse::kSum>,
     .saves = Saves::kIndexInputs},
    {.name = "SparseSegmentMean",
     .doc = "Means of those rows of data that indices name, by their segment ids.",
     .inputs = "data: T, indices: Tidx, segment_ids: host Tsegmentids",
     .outputs = "output: T",
     .attrs = "T: {bfloat16, half, float, double}, Tidx: {int32, int64} = int32, Tsegmentids: {int32, int64} = int32, "
              "sparse_gradient: bool = false",
     .shape = &SparseShape,
     .gradient = &SparseGradient<Sparse::kMean>,
     .saves = Saves::kIndexInputs},
    {.name = "SparseSegmentMeanWithNumSegments",
     .doc = "Means of those rows of data that indices name, by their segment ids.",
     .inputs = "data: T, indices: Tidx, segment_ids: host Tsegmentids, num_segments: host Tnumsegments",
     .outputs = "output: T",
     .attrs = "T: {bfloat16, half, float, double}, Tidx: {int32, int64} = int32, Tnumsegments: {int32, int64} = int32, "
              "Tsegmentids: {int32, int64} = int32, sparse_gradient: bool = false",
     .shape = &SparseShape,
     .gradient = &SparseGradient<Sparse::kMean>,
     .saves = Saves::kIndexInputs},
    {.name = "SparseSegmentSqrtN",
     .doc = "Sums, over the root of their numbers, of those rows of data that indices name, by their segment ids.",
     .inputs = "data: T, indices: Tidx, segment_ids: host Tsegmentids",
     .outputs = "output: T",
     .attrs = "T: {bfloat16, half, float, double}, Tidx: {int32, int64} = int32, Tsegmentids: {int32, int64} = int32, "
              "sparse_gradient: bool = false",
     .shape = &SparseShape,
     .gradient = &SparseGradient<Sparse::kSqrtN>,
     .saves = Saves::kIndexInputs},
    {.name = "SparseSegmentSqrtNWithNumSegments",
     .doc = "Sums, over the root of their numbers, of those rows of data that indices name, by their segment ids.",
     .inputs = "data: T, indices: Tidx, segment_ids: host Tsegmentids, num_segments: host Tnumsegments",
     .outputs = "output: T",
     .attrs = "T: {bfloat16, half, float, double}, Tidx: {int32, int64} = int32, Tnumsegments: {int32, int64} = int32, "
              "Tsegmentids: {int32, int64} = int32, sparse_gradient: bool = false",
     .shape = &SparseShape,
     .gradient = &SparseGradient<Sparse::kSqrtN>,
     .saves = Saves::kIndexInputs},
    {.name = "SparseSegmentSumGrad",
     .doc = "The gradient of SparseSegmentSum.",
     .inputs = "grad: T, indices: Tidx, segment_ids: Tsegmentids, output_dim0: host int32",
     .outputs = "output: T",
     .attrs = "T: {bfloat16, half, float, double}, Tidx: {int32, int64} = int32, Tsegmentids: {int32, int64} = int32",
     .shape = &SparseGradShape,
     .gradient = &SparseGradGradient<Sparse::kSum>,
     .saves = Saves::kIndexInputs},
    {.name = "SparseSegmentMeanGrad",
     .doc = "The gradient of SparseSegmentMean.",
     .inputs = "grad: T, indices: Tidx, segment_ids: Tsegmentids, output_dim0: host int32",
     .outputs = "output: T",
     .attrs = "T: {bfloat16, half, float, double}, Tidx: {int32, int64} = int32, Tsegmentids: {int32, int64} = int32",
     .shape = &SparseGradShape,
     .gradient = &SparseGradGradient<Sparse::kMean>,
     .saves = Saves::kIndexInputs},
    {.name = "SparseSegmentSqrtNGrad",
     .doc = "The gradient of SparseSegmentSqrtN.",
     .inputs = "grad: T, indices: Tidx, segment_ids: Tsegmentids, output_dim0: host int32",
     .outputs = "output: T",
     .attrs = "T: {bfloat16, half, float, double}, Tidx: {int32, int64} = int32, Tsegmentids: {int32, int64} = int32",
     .shape = &SparseGradShape,
     .gradient = &SparseGradGradient<Sparse::kSqrtN>,
     .saves = Saves::kIndexInputs},
};

}  // namespace

absl::Span<const OpDef> SegmentOps() { return kRows; }

}  // namespace eager
