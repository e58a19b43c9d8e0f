// Products of matrices.
#include "absl/strings/str_cat.h"
#include "common/ops/grad_context.h"
#include "common/ops/op_table.h"
#include "common/ops/shape_context.h"
#include "common/status_macros.h"

namespace eager {
namespace {

// Rows and columns of the last two axes' product, appended to `batch`.
absl::Status ProductShape(ShapeContext& c, bool transpose_a, bool transpose_b, Shape batch) {
  const Shape &a = c.input(0), &b = c.input(1);
  const int ra = a.rank(), rb = b.rank();
  if (a[ra - (transpose_a ? 2 : 1)] != b[rb - (transpose_b ? 1 : 2)]) {
    return absl::InvalidArgumentError(absl::StrCat("Matrix size-incompatible: In[0]: ", a.ToString(),
                                                   ", In[1]: ", b.ToString(), transpose_a ? ", In[0] transposed" : "",
                                                   transpose_b ? ", In[1] transposed" : ""));
  }
  batch.push_back(a[ra - (transpose_a ? 1 : 2)]);
  batch.push_back(b[rb - (transpose_b ? 2 : 1)]);
  ASSIGN_OR_RETURN(Shape checked, Shape::Make(batch.dims()));
  c.set_output(0, std::move(checked));
  return absl::OkStatus();
}

absl::Status MatMulShape(ShapeContext& c) {
  for (int i = 0; i < 2; ++i) {
    if (c.input(i).rank() != 2) {
      return absl::InvalidArgumentError(
          absl::StrCat("In[", i, "] must be a matrix, got shape ", c.input(i).ToString()));
    }
  }
  return ProductShape(c, c.attr<bool>("transpose_a"), c.attr<bool>("transpose_b"), Shape());
}

absl::Status BatchMatMulShape(ShapeContext& c) {
  for (int i = 0; i < 2; ++i) {
    if (c.input(i).rank() < 2) {
      return absl::InvalidArgumentError(absl::StrCat("In[", i, "] ndims must be >= 2: ", c.input(i).rank()));
    }
  }
  const auto batch_of = [](const Shape& s) { return Shape(Shape::Dims(s.dims().begin(), s.dims().end() - 2)); };
  absl::StatusOr<Shape> batch = Broadcast(batch_of(c.input(0)), batch_of(c.input(1)));
  if (!batch.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("In[0] and In[1] must have compatible batch dimensions: ",
                                                   c.input(0).ToString(), " vs. ", c.input(1).ToString()));
  }
  return ProductShape(c, c.attr<bool>("adj_x"), c.attr<bool>("adj_y"), *std::move(batch));
}

// With y = op(a) op(b): da = dy op(b)' and db = op(a)' dy, each transposed again where its input is. One of the two
// products is skipped where only the other is needed.
absl::Status ProductGrad(GradContext& g, Grads& grads, absl::string_view op, absl::string_view ta,
                         absl::string_view tb) {
  const bool transpose_a = g.attr<bool>(ta), transpose_b = g.attr<bool>(tb);
  // Of complex numbers MatMul transposes alone; adjoints are conjugated already.
  const auto operand = [&](int i) { return op == "MatMul" ? g.Conj(g.input(i)) : g.input(i); };
  const Node a = operand(0), b = operand(1), dy = g.upstream(0);
  const auto product = [&](const Node& x, const Node& y, bool tx, bool ty) {
    return g.Op(op, {x, y}, {{ta, tx}, {tb, ty}});
  };
  if (g.needs(0)) {
    grads[0] = transpose_a ? product(b, dy, transpose_b, true) : product(dy, b, false, !transpose_b);
  }
  if (g.needs(1)) {
    grads[1] = transpose_b ? product(dy, a, true, transpose_a) : product(a, dy, !transpose_a, false);
  }
  return absl::OkStatus();
}

absl::Status MatMulGrad(GradContext& g, Grads& grads) {
  return ProductGrad(g, grads, "MatMul", "transpose_a", "transpose_b");
}

// The walk sums over batch axes that were broadcast.
absl::Status BatchMatMulGrad(GradContext& g, Grads& grads) {
  return ProductGrad(g, grads, "BatchMatMulV2", "adj_x", "adj_y");
}

constexpr OpDef kOps[] = {
    {.name = "MatMul",
     .doc = "The product of two matrices, each transposed first if its attribute says so.",
     .inputs = "a: T, b: T",
     .outputs = "product: T",
     .attrs = "transpose_a: bool = false, transpose_b: bool = false, "
              "T: {bfloat16, half, float, double, int32, int64, uint8, uint16, uint32, uint64, complex64, complex128}, "
              "grad_a: bool = false, grad_b: bool = false",
     .shape = &MatMulShape,
     .gradient = &MatMulGrad,
     .saves = Saves::kInputs},
    {.name = "BatchMatMulV2",
     .doc = "Products of the matrices in the last two axes; the other axes are broadcast.",
     .inputs = "x: T, y: T",
     .outputs = "output: T",
     .attrs = "T: {bfloat16, half, float, double, int16, int32, int64, uint8, uint16, uint32, uint64, complex64, "
              "complex128}, adj_x: bool = false, adj_y: bool = false, grad_x: bool = false, grad_y: bool = false",
     .shape = &BatchMatMulShape,
     .gradient = &BatchMatMulGrad,
     .saves = Saves::kInputs},
};

}  // namespace

absl::Span<const OpDef> MatMulOps() { return kOps; }

}  // namespace eager
