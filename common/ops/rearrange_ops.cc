// Ops that put a tensor's elements into another order: transposed, reversed, rolled, repeated, cut to a band.

#include "absl/strings/str_join.h"
#include "common/ops/grad_context.h"
#include "common/ops/host_inputs.h"
#include "common/ops/op_table.h"
#include "common/status_macros.h"

namespace eager {
namespace {

absl::Status TransposeShape(ShapeContext& c) {
  const Shape& in = c.input(0);
  ASSIGN_OR_RETURN(const HostInts perm, HostVector(c, 1));
  if (static_cast<int>(perm.size()) != in.rank()) {
    return Invalid("transpose expects perm to be a vector of size ", in.rank(), ". But input(1) is a vector of size ",
                   perm.size());
  }
  std::vector<bool> seen(perm.size(), false);
  Shape out;
  for (int64_t axis : perm) {
    if (axis < -in.rank() || axis >= in.rank()) {
      return Invalid("perm: ", axis, " is out of range [", -in.rank(), " .. ", in.rank(), ")");
    }
    if (axis < 0) axis += in.rank();
    seen[axis] = true;
    out.push_back(in[static_cast<int>(axis)]);
  }
  for (size_t axis = 0; axis < seen.size(); ++axis) {
    if (!seen[axis]) return Invalid("perm: ", axis, " is missing from {", absl::StrJoin(perm, ","), "}.");
  }
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status TransposeGrad(GradContext& g, Grads& grads) {
  const HostInts perm = g.ints(1);
  HostInts inverse(perm.size());
  for (size_t i = 0; i < perm.size(); ++i) {
    const int64_t axis = perm[i] < 0 ? perm[i] + static_cast<int64_t>(perm.size()) : perm[i];
    inverse[static_cast<size_t>(axis)] = static_cast<int64_t>(i);
  }
  grads[0] = g.Transpose(g.upstream(0), inverse);
  return absl::OkStatus();
}

absl::Status InvertPermutationShape(ShapeContext& c) {
  if (c.input(0).rank() != 1) return Invalid("x must be a vector, got shape ", c.input(0).ToString());
  return SameAsInput0(c);
}

absl::Status ReverseShape(ShapeContext& c) {
  const int rank = c.input(0).rank();
  // There is nothing to reverse: TensorFlow does not look at the axes.
  if (rank == 0 || c.input(0).num_elements() == 0) return SameAsInput0(c);
  ASSIGN_OR_RETURN(const HostInts axes, HostVector(c, 1));
  std::vector<bool> seen(static_cast<size_t>(rank), false);
  for (size_t i = 0; i < axes.size(); ++i) {
    if (axes[i] < -rank || axes[i] >= rank) {
      return Invalid("'axis'[", i, "] = ", axes[i], " is out of valid range [", -rank, ", ", rank, ")");
    }
    const int64_t axis = axes[i] < 0 ? axes[i] + rank : axes[i];
    if (seen[axis]) return Invalid("axis ", axis, " specified more than once.");
    seen[axis] = true;
  }
  return SameAsInput0(c);
}

absl::Status ReverseGrad(GradContext& g, Grads& grads) {
  grads[0] = g.Op("ReverseV2", {g.upstream(0), g.input(1)});
  return absl::OkStatus();
}

absl::Status RollShape(ShapeContext& c) {
  const int rank = c.input(0).rank();
  if (rank < 1) return Invalid("input must be 1-D or higher");
  if (c.input(1).rank() > 1) {
    return Invalid("shift must be a scalar or a 1-D vector. Found: ", c.input(1).ToString());
  }
  if (c.input(2).rank() > 1) return Invalid("axis must be a scalar or a 1-D vector. Found: ", c.input(2).ToString());
  if (!(c.input(1) == c.input(2))) {
    return Invalid("shift and axis must have the same size, got ", c.input(1).ToString(), " and ",
                   c.input(2).ToString());
  }
  for (int64_t axis : c.ints(2)) {
    if (axis < -rank || axis >= rank) {
      return Invalid("axis ", axis, " is out of range [", -rank, ", ", rank, ")");
    }
  }
  return SameAsInput0(c);
}

absl::Status RollGrad(GradContext& g, Grads& grads) {
  const Shape& in = g.shape(g.input(0));
  const HostInts axes = g.ints(2);
  HostInts back = g.ints(1);
  for (size_t i = 0; i < back.size(); ++i) {
    const int64_t extent = in[static_cast<int>(axes[i] < 0 ? axes[i] + in.rank() : axes[i])];
    back[i] = extent == 0 ? 0 : -(back[i] % extent);  // the smallest integer has no negative
  }
  grads[0] = g.Op("Roll", {g.upstream(0), g.Const(HostTensor::FromSpan<int64_t>(g.shape(g.input(1)), back)), g.input(2)});
  return absl::OkStatus();
}

absl::Status TileShape(ShapeContext& c) {
  const Shape& in = c.input(0);
  ASSIGN_OR_RETURN(const HostInts multiples, HostVector(c, 1));
  if (static_cast<int>(multiples.size()) != in.rank()) {
    return Invalid("Expected multiples argument to be a vector of length ", in.rank(), " but got length ",
                   multiples.size());
  }
  Shape::Dims dims(multiples.size());
  for (int axis = 0; axis < in.rank(); ++axis) {
    if (multiples[axis] < 0) return Invalid("Expected multiples[", axis, "] >= 0, but got ", multiples[axis]);
    if (__builtin_mul_overflow(in[axis], multiples[axis], &dims[axis])) {
      return Invalid("multiples[", axis, "] = ", multiples[axis], " makes a dimension of more than 63 bits");
    }
  }
  ASSIGN_OR_RETURN(Shape out, Shape::Make(dims));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

// Every element of the input went to all tiles: splits each axis into [multiple, extent] and sums over the multiples.
absl::Status TileGrad(GradContext& g, Grads& grads) {
  const Shape &in = g.shape(g.input(0)), &out = g.shape(g.output(0));
  Shape split;
  absl::InlinedVector<int64_t, 4> axes;
  for (int axis = 0; axis < std::min(in.rank(), out.rank()); ++axis) {
    axes.push_back(split.rank());
    split.push_back(in[axis] == 0 ? 1 : out[axis] / in[axis]);
    split.push_back(in[axis]);
  }
  grads[0] = g.Sum(g.Reshape(g.upstream(0), split), axes, /*keep_dims=*/false);
  return absl::OkStatus();
}

absl::Status BandPartShape(ShapeContext& c) {
  const Shape& in = c.input(0);
  if (in.rank() < 2) return Invalid("input must be at least 2-dim, received shape: ", in.ToString());
  const int64_t rows = in[in.rank() - 2], columns = in[in.rank() - 1];
  ASSIGN_OR_RETURN(const int64_t lower, HostScalar(c, 1));
  ASSIGN_OR_RETURN(const int64_t upper, HostScalar(c, 2));
  if (lower > rows) {
    return Invalid("num_lower must be negative or less or equal to number of rows (", rows, ") got: ", lower);
  }
  if (upper > columns) {
    return Invalid("num_upper must be negative or less or equal to number of columns (", columns, ") got: ", upper);
  }
  return SameAsInput0(c);
}

absl::Status BandPartGrad(GradContext& g, Grads& grads) {
  grads[0] = g.Op("MatrixBandPart", {g.upstream(0), g.input(1), g.input(2)});
  return absl::OkStatus();
}

absl::Status ReverseSequenceShape(ShapeContext& c) {
  const Shape &in = c.input(0), &lengths = c.input(1);
  const int64_t batch = c.attr<int64_t>("batch_dim"), axis = c.attr<int64_t>("seq_dim");
  if (lengths.rank() != 1) return Invalid("seq_lens input must be 1-dim, not ", lengths.rank());
  if (batch == axis) return Invalid("batch_dim == seq_dim == ", axis);
  if (axis < 0 || axis >= in.rank()) return Invalid("seq_dim must be < input rank ( ", axis, " vs. ", in.rank(), ")");
  if (batch < 0 || batch >= in.rank())
    return Invalid("batch_dim must be < input rank ( ", batch, " vs. ", in.rank(), ")");
  if (lengths[0] != in[static_cast<int>(batch)]) {
    return Invalid("Length of seq_lengths != input.dims(", batch, "), (", lengths[0], " vs. ",
                   in[static_cast<int>(batch)], ")");
  }
  return SameAsInput0(c);
}

absl::Status ReverseSequenceGrad(GradContext& g, Grads& grads) {
  grads[0] = g.Op("ReverseSequence", {g.upstream(0), g.input(1)},
                  {{"seq_dim", g.attr<int64_t>("seq_dim")}, {"batch_dim", g.attr<int64_t>("batch_dim")}});
  return g.status();
}

constexpr OpDef kRearrangeOps[] = {
    {.name = "ReverseSequence",
     .doc = "The first elements of each sequence, as many as seq_lengths says, in reverse.",
     .inputs = "input: T, seq_lengths: Tlen",
     .outputs = "output: T",
     .attrs = "seq_dim: int, batch_dim: int = 0, T: type, Tlen: {int32, int64} = int64",
     .shape = &ReverseSequenceShape,
     .gradient = &ReverseSequenceGrad,
     .saves = Saves::kIndexInputs},
    {.name = "Transpose",
     .doc = "Axis i of the result is axis perm[i] of the input.",
     .inputs = "x: T, perm: host Tperm",
     .outputs = "y: T",
     .attrs = "T: type, Tperm: {int32, int64} = int32",
     .shape = &TransposeShape,
     .gradient = &TransposeGrad,
     .saves = Saves::kHostInputs},
    {.name = "InvertPermutation",
     .doc = "The permutation y with y[x[i]] = i.",
     .inputs = "x: T",
     .outputs = "y: T",
     .attrs = "T: {int32, int64} = int32",
     .shape = &InvertPermutationShape,
     .gradient = &NotDifferentiable},
    {.name = "ReverseV2",
     .doc = "The elements in reverse order along some axes.",
     .inputs = "tensor: T, axis: host Tidx",
     .outputs = "output: T",
     .attrs = "T: {uint8, int8, uint16, int16, int32, uint32, int64, uint64, bool, bfloat16, half, float, double, "
              "complex64, complex128, string}, Tidx: {int32, int64} = int32",
     .shape = &ReverseShape,
     .gradient = &ReverseGrad,
     .saves = Saves::kHostInputs},
    {.name = "Roll",
     .doc = "The elements moved along axes, those that leave at one end coming in at the other.",
     .inputs = "input: T, shift: host Tshift, axis: host Taxis",
     .outputs = "output: T",
     .attrs = "T: type, Tshift: {int32, int64}, Taxis: {int32, int64}",
     .shape = &RollShape,
     .gradient = &RollGrad,
     .saves = Saves::kHostInputs},
    {.name = "Tile",
     .doc = "The input repeated multiples[i] times along axis i.",
     .inputs = "input: T, multiples: host Tmultiples",
     .outputs = "output: T",
     .attrs = "T: type, Tmultiples: {int32, int64} = int32",
     .shape = &TileShape,
     .gradient = &TileGrad},
    {.name = "MatrixBandPart",
     .doc = "Matrices with zeros outside of num_lower and num_upper diagonals beside the main one; negative: all.",
     .inputs = "input: T, num_lower: host Tindex, num_upper: host Tindex",
     .outputs = "band: T",
     .attrs = "T: type, Tindex: {int32, int64} = int64",
     .shape = &BandPartShape,
     .gradient = &BandPartGrad,
     .saves = Saves::kHostInputs},
};

}  // namespace

absl::Span<const OpDef> RearrangeOps() { return kRearrangeOps; }

}  // namespace eager
