// Diagonals: of tensors (Diag, DiagPart) and of the matrices in a tensor's last two axes.
#include "common/ops/diag_layout.h"
#include "common/ops/grad_context.h"
#include "common/ops/host_inputs.h"
#include "common/ops/op_table.h"
#include "common/ops/shape_context.h"
#include "common/status_macros.h"

namespace eager {

absl::StatusOr<DiagRange> DiagRange::Make(const HostView& k) {
  if (k.shape->rank() > 1) {
    return Invalid("diag_index must be a scalar or vector, received shape: ", k.shape->ToString());
  }
  const int64_t n = k.num_elements();
  if (n < 1 || n > 2) return Invalid("diag_index must have only one or two elements, received ", n, " elements.");
  const DiagRange range{k.int_at(0), k.int_at(n - 1)};
  if (range.lower > range.upper) {
    return Invalid("lower_diag_index must not be larger than upper_diag_index: ", range.lower, " > ", range.upper);
  }
  return range;
}

namespace {

absl::Status DiagShape(ShapeContext& c) {
  const Shape& in = c.input(0);
  if (in.rank() < 1) return Invalid("Input must be at least rank 1, got 0");
  Shape::Dims dims(in.dims().begin(), in.dims().end());
  dims.insert(dims.end(), in.dims().begin(), in.dims().end());
  ASSIGN_OR_RETURN(Shape out, Shape::Make(dims));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status DiagPartShape(ShapeContext& c) {
  const Shape& in = c.input(0);
  const int half = in.rank() / 2;
  if (in.rank() % 2 != 0) {  // a scalar is its own diagonal, as in TensorFlow
    return Invalid("The rank of the tensor should be even, got shape ", in.ToString());
  }
  Shape out;
  for (int axis = 0; axis < half; ++axis) {
    if (in[axis] != in[axis + half]) {
      return Invalid("Invalid shape ", in.ToString(), ": dimensions ", axis, " and ", axis + half, " do not match.");
    }
    out.push_back(in[axis]);
  }
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status DiagGrad(GradContext& g, Grads& grads) {
  grads[0] = g.Op("DiagPart", {g.upstream(0)});
  return absl::OkStatus();
}

absl::Status DiagPartGrad(GradContext& g, Grads& grads) {
  const Node dy = g.upstream(0);
  const bool scalar = g.input(0).shape_known && g.shape(g.input(0)).is_scalar();
  grads[0] = scalar ? g.Op("Identity", {dy}) : g.Op("Diag", {dy});
  return absl::OkStatus();
}

absl::Status RequireScalar(const ShapeContext& c, int i, absl::string_view name) {
  if (c.input(i).is_scalar()) return absl::OkStatus();
  return Invalid(name, " must be a scalar, received shape: ", c.input(i).ToString());
}

// Sizes left out (-1) are the smallest that hold the diagonals, or make a square if both are.
absl::Status MatrixDiagShape(ShapeContext& c) {
  const Shape& diagonal = c.input(0);
  ASSIGN_OR_RETURN(const DiagRange range, DiagRange::Make(c.host(1)));
  RETURN_IF_ERROR(RequireScalar(c, 2, "num_rows"));
  RETURN_IF_ERROR(RequireScalar(c, 3, "num_cols"));
  RETURN_IF_ERROR(RequireScalar(c, 4, "padding_value"));
  const int rank = diagonal.rank();
  if (rank < 1) return Invalid("diagonal must be at least 1-dim, received shape: ", diagonal.ToString());
  if (range.count() != 1 && (rank < 2 || diagonal[rank - 2] != range.count())) {
    return Invalid("The number of diagonals provided in the input does not match the lower_diag_index and "
                   "upper_diag_index range.");
  }
  const int64_t longest = diagonal[rank - 1];
  const int64_t least_rows = longest - std::min<int64_t>(range.upper, 0);
  const int64_t least_columns = longest + std::max<int64_t>(range.lower, 0);
  int64_t rows = c.host(2).int_at(0), columns = c.host(3).int_at(0);
  if (rows != -1 && rows < least_rows) return Invalid("The number of rows is too small.");
  if (columns != -1 && columns < least_columns) return Invalid("The number of columns is too small.");
  if (rows == -1 && columns == -1) {
    rows = columns = std::max(least_rows, least_columns);
  } else if (rows == -1) {
    rows = least_rows;
  } else if (columns == -1) {
    columns = least_columns;
  }
  if (rows != least_rows && columns != least_columns) {
    return Invalid("The number of rows or columns is not consistent with the specified d_lower, d_upper, and ",
                   "diagonal.");
  }
  Shape::Dims dims(diagonal.dims().begin(), diagonal.dims().end() - (range.count() == 1 ? 1 : 2));
  dims.push_back(rows);
  dims.push_back(columns);
  ASSIGN_OR_RETURN(Shape out, Shape::Make(dims));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

// The shape of the packed diagonals `k` of the matrices in `input`.
absl::StatusOr<Shape> PackedShape(const Shape& input, const HostView& k) {
  const int rank = input.rank();
  if (rank < 2) return Invalid("input must be at least 2-dim, received shape: ", input.ToString());
  const int64_t rows = input[rank - 2], columns = input[rank - 1];
  // Gradients spell them out in int32.
  if (std::max(rows, columns) > INT32_MAX) return Invalid("input is too large: ", input.ToString());
  ASSIGN_OR_RETURN(const DiagRange range, DiagRange::Make(k));
  for (const auto& [name, index] : {std::pair("lower_diag_index", range.lower), {"upper_diag_index", range.upper}}) {
    if (index != 0 && (index <= -rows || index >= columns)) {
      return Invalid(name, " is out of bound: ", index, ". It must be between ", -rows, " and ", columns);
    }
  }
  Shape::Dims dims(input.dims().begin(), input.dims().end() - 2);
  if (range.count() > 1) dims.push_back(range.count());
  dims.push_back(range.MaxLength(rows, columns));
  return Shape::Make(dims);
}

absl::Status MatrixDiagPartShape(ShapeContext& c) {
  // As TensorFlow, which is stricter with MatrixDiagV3.
  if (c.input(2).num_elements() != 1) {
    return Invalid("padding_value must have one element, received shape: ", c.input(2).ToString());
  }
  ASSIGN_OR_RETURN(Shape out, PackedShape(c.input(0), c.host(1)));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status MatrixSetDiagShape(ShapeContext& c) {
  const Shape& diagonal = c.input(1);
  ASSIGN_OR_RETURN(const Shape expected, PackedShape(c.input(0), c.host(2)));
  if (diagonal != expected) {
    return Invalid("diagonal must have the shape ", expected.ToString(), " of the diagonals k of input, whose shape is ",
                   c.input(0).ToString(), ", got ", diagonal.ToString());
  }
  return SameAsInput0(c);
}

NamedAttrs Align(GradContext& g) { return {{"align", g.attr<std::string>("align")}}; }

Node Int(GradContext& g, int64_t value) { return g.Const(HostTensor::Scalar(static_cast<int32_t>(value))); }

absl::Status MatrixDiagGrad(GradContext& g, Grads& grads) {
  const Node dy = g.upstream(0);
  grads[0] = g.Op("MatrixDiagPartV3", {dy, g.input(1), g.Scalar(0, dy)}, Align(g));
  // Of one diagonal, the vector k may have two elements and the diagonals an axis less than in general.
  if (g.status().ok() && g.shape(grads[0]) != g.shape(g.input(0))) grads[0] = g.Reshape(grads[0], g.shape(g.input(0)));
  return absl::OkStatus();
}

absl::Status MatrixDiagPartGrad(GradContext& g, Grads& grads) {
  const Shape& in = g.shape(g.input(0));
  const Node dy = g.upstream(0);
  const int rank = in.rank();  // 0 on a client that does not know the shape
  const Node rows = Int(g, rank < 2 ? 0 : in[rank - 2]), columns = Int(g, rank < 2 ? 0 : in[rank - 1]);
  grads[0] = g.Op("MatrixDiagV3", {dy, g.input(1), rows, columns, g.Scalar(0, dy)}, Align(g));
  return absl::OkStatus();
}

absl::Status MatrixSetDiagGrad(GradContext& g, Grads& grads) {
  const Node dy = g.upstream(0);
  if (g.needs(0)) grads[0] = g.Op("MatrixSetDiagV3", {dy, g.ZerosLike(g.input(1)), g.input(2)}, Align(g));
  if (g.needs(1)) grads[1] = g.Op("MatrixDiagPartV3", {dy, g.input(2), g.Scalar(0, dy)}, Align(g));
  return absl::OkStatus();
}

constexpr absl::string_view kDiagTypes =
    "T: {bfloat16, half, float, double, int32, int64, complex64, complex128}";
constexpr absl::string_view kMatrixAttrs =
    "T: type, align: string {'LEFT_RIGHT', 'RIGHT_LEFT', 'LEFT_LEFT', 'RIGHT_RIGHT'} = 'RIGHT_LEFT'";

constexpr OpDef kOps[] = {
    {.name = "Diag",
     .doc = "A tensor of twice the rank that is zero but for the given elements on its diagonal.",
     .inputs = "diagonal: T",
     .outputs = "output: T",
     .attrs = kDiagTypes,
     .shape = &DiagShape,
     .gradient = &DiagGrad},
    {.name = "DiagPart",
     .doc = "The elements whose indices into the first half of the axes are those into the second.",
     .inputs = "input: T",
     .outputs = "diagonal: T",
     .attrs = kDiagTypes,
     .shape = &DiagPartShape,
     .gradient = &DiagPartGrad},
    {.name = "MatrixDiagV3",
     .doc = "Matrices with the given diagonals k, packed as rows, and padding_value elsewhere.",
     .inputs = "diagonal: T, k: host int32, num_rows: host int32, num_cols: host int32, padding_value: T",
     .outputs = "output: T",
     .attrs = kMatrixAttrs,
     .shape = &MatrixDiagShape,
     .gradient = &MatrixDiagGrad,
     .saves = Saves::kHostInputs,
     .no_gradient_inputs = 1u << 4},
    {.name = "MatrixDiagPartV3",
     .doc = "The diagonals k of matrices, packed as rows, which padding_value fills up.",
     .inputs = "input: T, k: host int32, padding_value: T",
     .outputs = "diagonal: T",
     .attrs = kMatrixAttrs,
     .shape = &MatrixDiagPartShape,
     .gradient = &MatrixDiagPartGrad,
     .saves = Saves::kHostInputs,
     .no_gradient_inputs = 1u << 2},
    {.name = "MatrixSetDiagV3",
     .doc = "Matrices with their diagonals k replaced by the given ones, packed as rows.",
     .inputs = "input: T, diagonal: T, k: host int32",
     .outputs = "output: T",
     .attrs = kMatrixAttrs,
     .shape = &MatrixSetDiagShape,
     .gradient = &MatrixSetDiagGrad,
     .saves = Saves::kHostInputs},
};

}  // namespace

absl::Span<const OpDef> DiagOps() { return kOps; }

}  // namespace eager
