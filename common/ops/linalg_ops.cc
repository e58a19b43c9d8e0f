// Linear algebra over batches of matrices, which lie in the last two axes: inverses, determinants, solutions,
// decompositions of Cholesky, by eigenvalues and by singular values; and the cross product of vectors.
//
// Gradients are those of Giles, "An extended collection of matrix derivative results" (2008), written with the ops'
// results so that nothing is decomposed twice where it can be helped.
#include <numeric>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/ops/grad_context.h"
#include "common/ops/op_table.h"
#include "common/ops/shape_context.h"
#include "common/status_macros.h"

namespace eager {
namespace {

template <class... Args>
absl::Status Invalid(const Args&... args) {
  return absl::InvalidArgumentError(absl::StrCat(args...));
}

Shape BatchOf(const Shape& s) { return Shape(Shape::Dims(s.dims().begin(), s.dims().end() - 2)); }

absl::Status CheckRank(const ShapeContext& c, int i) {
  if (c.input(i).rank() >= 2) return absl::OkStatus();
  return Invalid("Input tensor ", i, " must have rank >= 2, got ", c.input(i).rank());
}

absl::Status CheckSquare(const ShapeContext& c) {
  RETURN_IF_ERROR(CheckRank(c, 0));
  const Shape& in = c.input(0);
  if (in[in.rank() - 2] == in[in.rank() - 1]) return absl::OkStatus();
  return Invalid("Input matrix must be square, got shape ", in.ToString());
}

absl::Status SquareShape(ShapeContext& c) {
  RETURN_IF_ERROR(CheckSquare(c));
  return SameAsInput0(c);
}

// One number for each matrix, in every output.
absl::Status DeterminantShape(ShapeContext& c) {
  RETURN_IF_ERROR(CheckSquare(c));
  for (int i = 0; i < c.num_outputs(); ++i) c.set_output(i, BatchOf(c.input(0)));
  return absl::OkStatus();
}

absl::Status SolveShape(ShapeContext& c) {
  const Shape &matrix = c.input(0), &rhs = c.input(1);
  RETURN_IF_ERROR(CheckRank(c, 0));
  const std::string shapes = absl::StrCat(", got matrix ", matrix.ToString(), " and rhs ", rhs.ToString());
  if (rhs.rank() != matrix.rank()) return Invalid("All input tensors must have the same rank", shapes);
  if (BatchOf(matrix) != BatchOf(rhs)) return Invalid("All input tensors must have the same outer dimensions", shapes);
  const int64_t n = matrix[matrix.rank() - 1];
  if (matrix[matrix.rank() - 2] != n) return Invalid("First input (lhs) must be a square matrix", shapes);
  if (rhs[rhs.rank() - 2] != n) return Invalid("Input matrix and rhs are incompatible", shapes);
  c.set_output(0, rhs);
  return absl::OkStatus();
}

// The batches broadcast as those of a product do.
absl::Status TriangularSolveShape(ShapeContext& c) {
  const Shape &matrix = c.input(0), &rhs = c.input(1);
  for (int i = 0; i < 2; ++i) {
    if (c.input(i).rank() < 2) return Invalid("In[", i, "] ndims must be >= 2: ", c.input(i).rank());
  }
  absl::StatusOr<Shape> out = Broadcast(BatchOf(matrix), BatchOf(rhs));
  if (!out.ok()) {
    return Invalid("In[0] and In[1] must have compatible batch dimensions: ", matrix.ToString(), " vs. ",
                   rhs.ToString());
  }
  const int64_t rows = matrix[matrix.rank() - 2], n = matrix[matrix.rank() - 1];
  if (rows != n) return Invalid("In[0] matrices in the last dimensions must be square (", n, " =/= ", rows, ")");
  if (rhs[rhs.rank() - 2] != n) {
    return Invalid("In[0] mismatch In[1] shape: ", n, " vs. ", rhs[rhs.rank() - 2], ": ", matrix.ToString(), " ",
                   rhs.ToString());
  }
  out->push_back(n);
  out->push_back(rhs[rhs.rank() - 1]);
  ASSIGN_OR_RETURN(Shape checked, Shape::Make(out->dims()));
  c.set_output(0, std::move(checked));
  return absl::OkStatus();
}

absl::Status CrossShape(ShapeContext& c) {
  const Shape &a = c.input(0), &b = c.input(1);
  if (a != b) return Invalid("Both inputs must be of same shape: ", a.ToString(), " vs. ", b.ToString());
  if (a.rank() < 1) return Invalid("Input must be at least 1D, got shape ", a.ToString());
  if (a[a.rank() - 1] != 3) {
    return absl::FailedPreconditionError(
        absl::StrCat("Cross-products are only defined for 3-element vectors, got shape ", a.ToString()));
  }
  c.set_output(0, a);
  return absl::OkStatus();
}

struct Transposed {
  bool a = false, b = false;
};
Node Product(GradContext& g, const Node& a, const Node& b, Transposed t = {}) {
  return g.Op("BatchMatMulV2", {a, b}, {{"adj_x", t.a}, {"adj_y", t.b}});
}

Node Transpose(GradContext& g, const Node& a) {
  std::vector<int64_t> perm(static_cast<size_t>(g.shape(a).rank()));
  std::iota(perm.begin(), perm.end(), 0);
  if (perm.size() >= 2) std::swap(perm[perm.size() - 2], perm[perm.size() - 1]);
  return g.Transpose(a, perm);
}

// `lower` diagonals below the main one and `upper` above it, the rest zero; -1: all.
Node Band(GradContext& g, const Node& a, int64_t lower, int64_t upper) {
  return g.Op("MatrixBandPart", {a, g.Const(HostTensor::Scalar(lower)), g.Const(HostTensor::Scalar(upper))});
}

// With A = L L' and a function's gradient dL: the symmetric half of L^-T P L^-1, where P is the lower triangle of L' dL
// with its diagonal halved.
absl::Status CholeskyGradient(GradContext& g, Grads& grads) {
  const Node& l = g.output(0);
  const Node product = Product(g, l, g.upstream(0), {.a = true});
  const Node p = g.Sub(Band(g, product, -1, 0), g.Mul(Band(g, product, 0, 0), g.Scalar(0.5, l)));
  const auto divide = [&](const Node& x) { return g.Op("MatrixTriangularSolve", {l, x}, {{"adjoint", true}}); };
  const Node whole = divide(Transpose(g, divide(p)));
  grads[0] = g.Mul(g.Add(whole, Transpose(g, whole)), g.Scalar(0.5, l));
  return absl::OkStatus();
}

// With B = A^-1: -B' dB B'; with B = A^-T: -B dB' B.
absl::Status InverseGradient(GradContext& g, Grads& grads) {
  const bool adjoint = g.attr<bool>("adjoint");
  const Node& inverse = g.output(0);
  const Node right = Product(g, g.upstream(0), inverse, {.a = adjoint, .b = !adjoint});
  grads[0] = g.Neg(Product(g, inverse, right, {.a = !adjoint}));
  return absl::OkStatus();
}

// A^-T times one number for each matrix.
Node ScaledInverse(GradContext& g, const Node& factor) {
  const Node inverse = g.Op("MatrixInverse", {g.input(0)}, {{"adjoint", true}});
  Shape shape = g.shape(g.output(0));
  shape.push_back(1);
  shape.push_back(1);
  return g.Mul(g.Reshape(factor, shape), inverse);
}

absl::Status DeterminantGradient(GradContext& g, Grads& grads) {
  grads[0] = ScaledInverse(g, g.Mul(g.upstream(0), g.output(0)));
  return absl::OkStatus();
}

// The sign is constant wherever it has a derivative.
absl::Status LogDeterminantGradient(GradContext& g, Grads& grads) {
  grads[0] = ScaledInverse(g, g.upstream(1));
  return absl::OkStatus();
}

// The gradient by the matrix of X = op(A)^-1 B, given that by B.
Node MatrixGradient(GradContext& g, const Node& by_rhs, bool adjoint) {
  const Node& x = g.output(0);
  return g.Neg(adjoint ? Product(g, x, by_rhs, {.b = true}) : Product(g, by_rhs, x, {.b = true}));
}

absl::Status SolveGradient(GradContext& g, Grads& grads) {
  const bool adjoint = g.attr<bool>("adjoint");
  grads[1] = g.Op("MatrixSolve", {g.input(0), g.upstream(0)}, {{"adjoint", !adjoint}});
  if (g.needs(0)) grads[0] = MatrixGradient(g, grads[1], adjoint);
  return absl::OkStatus();
}

// The walk sums over batch axes that were broadcast.
absl::Status TriangularSolveGradient(GradContext& g, Grads& grads) {
  const bool adjoint = g.attr<bool>("adjoint"), lower = g.attr<bool>("lower");
  grads[1] = g.Op("MatrixTriangularSolve", {g.input(0), g.upstream(0)}, {{"lower", lower}, {"adjoint", !adjoint}});
  if (g.needs(0)) grads[0] = Band(g, MatrixGradient(g, grads[1], adjoint), lower ? -1 : 0, lower ? 0 : -1);
  return absl::OkStatus();
}

absl::Status CrossGradient(GradContext& g, Grads& grads) {
  const Node dy = g.upstream(0);
  if (g.needs(0)) grads[0] = g.Op("Cross", {g.input(1), dy});
  if (g.needs(1)) grads[1] = g.Op("Cross", {dy, g.input(0)});
  return absl::OkStatus();
}

absl::Status QrShape(ShapeContext& c) {
  RETURN_IF_ERROR(CheckRank(c, 0));
  const Shape& in = c.input(0);
  const int64_t m = in[in.rank() - 2], n = in[in.rank() - 1];
  const int64_t inner = c.attr<bool>("full_matrices") ? m : std::min(m, n);
  Shape q = in, r = in;
  q.set_dim(in.rank() - 1, inner);
  r.set_dim(in.rank() - 2, inner);
  ASSIGN_OR_RETURN(q, Shape::Make(q.dims()));
  ASSIGN_OR_RETURN(r, Shape::Make(r.dims()));
  c.set_output(0, std::move(q));
  c.set_output(1, std::move(r));
  return absl::OkStatus();
}

// Columns [from, to) of each matrix.
Node Columns(GradContext& g, const Node& a, int64_t from, int64_t to) {
  const Shape& shape = g.shape(a);
  HostInts begin(static_cast<size_t>(shape.rank()), 0), size(shape.dims().begin(), shape.dims().end());
  begin.back() = from;
  size.back() = to - from;
  return g.Op("Slice", {a, g.Ints(begin, DType::kInt64), g.Ints(size, DType::kInt64)});
}

// The gradient by q r where r is square: Walter and Lehmann, "Algorithmic differentiation of linear algebra functions"
// (2012).
Node SquareQrGradient(GradContext& g, const Node& q, const Node& r, const Node& dq, const Node& dr) {
  const auto over_r = [&](const Node& x) {  // x r'^-1
    return Transpose(g, g.Op("MatrixTriangularSolve", {r, Transpose(g, x)}, {{"lower", false}}));
  };
  const Node qdq = Product(g, q, dq, {.a = true}), rdr = Product(g, r, dr, {.b = true});
  const Node skew = g.Add(g.Sub(qdq, Transpose(g, qdq)), g.Sub(rdr, Transpose(g, rdr)));
  const Node by_r = Product(g, q, g.Add(dr, over_r(Band(g, skew, -1, 0))));
  return g.Add(by_r, over_r(g.Sub(dq, Product(g, q, qdq))));
}

// Of a wide matrix, the columns beyond the square are q times those of r.
absl::Status QrGradient(GradContext& g, Grads& grads) {
  const Node &a = g.input(0), &q = g.output(0), &r = g.output(1);
  if (IsComplex(a.spec.dtype)) return absl::UnimplementedError("there is no gradient for complex matrices");
  const int64_t m = g.shape(a)[g.shape(a).rank() - 2], n = g.shape(a)[g.shape(a).rank() - 1];
  if (m > n && g.shape(q)[g.shape(q).rank() - 1] == m) {
    return absl::UnimplementedError(absl::StrCat(
        "QrGrad not implemented when nrows > ncols and full_matrices is true. Received r.shape=",
        g.shape(r).ToTuple(), " with nrows=", m, "and ncols=", n, "."));
  }
  const Node dq = g.upstream(0), dr = g.upstream(1);
  if (m >= n) {
    grads[0] = SquareQrGradient(g, q, r, dq, dr);
    return g.status();
  }
  const Node beyond = Columns(g, dr, m, n);
  const Node square = SquareQrGradient(g, q, Columns(g, r, 0, m),
                                       g.Add(dq, Product(g, Columns(g, a, m, n), beyond, {.b = true})),
                                       Columns(g, dr, 0, m));
  const Node axis = g.Const(HostTensor::Scalar<int32_t>(-1));
  grads[0] = g.Op("ConcatV2", {square, Product(g, q, beyond), axis});
  return g.status();
}

absl::Status EigenShape(ShapeContext& c) {
  RETURN_IF_ERROR(CheckRank(c, 0));
  const Shape& in = c.input(0);
  if (in[in.rank() - 2] != in[in.rank() - 1]) return Invalid("Input matrix must be square.");
  Shape values = BatchOf(in);
  values.push_back(in[in.rank() - 1]);
  c.set_output(0, std::move(values));
  c.set_output(1, c.attr<bool>("compute_v") ? in : Shape{0});
  return absl::OkStatus();
}

absl::Status SvdShape(ShapeContext& c) {
  RETURN_IF_ERROR(CheckRank(c, 0));
  const Shape& in = c.input(0);
  const int64_t m = in[in.rank() - 2], n = in[in.rank() - 1], least = std::min(m, n);
  const bool full = c.attr<bool>("full_matrices");
  Shape s = BatchOf(in), u = BatchOf(in), v = BatchOf(in);
  s.push_back(least);
  for (int64_t extent : {m, full ? m : least}) u.push_back(extent);
  for (int64_t extent : {n, full ? n : least}) v.push_back(extent);
  ASSIGN_OR_RETURN(u, Shape::Make(u.dims()));
  ASSIGN_OR_RETURN(v, Shape::Make(v.dims()));
  const bool vectors = c.attr<bool>("compute_uv");
  c.set_output(0, std::move(s));
  c.set_output(1, vectors ? u : Shape{0});
  c.set_output(2, vectors ? v : Shape{0});
  return absl::OkStatus();
}

// A vector for each matrix, as rows of one or as columns of one.
Node AsRow(GradContext& g, const Node& v) {
  Shape shape = g.shape(v);
  const int64_t n = shape[shape.rank() - 1];
  shape.set_dim(shape.rank() - 1, 1);
  shape.push_back(n);
  return g.Reshape(v, shape);
}
Node AsColumn(GradContext& g, const Node& v) {
  Shape shape = g.shape(v);
  shape.push_back(1);
  return g.Reshape(v, shape);
}

// 1 / x, and 0 for 0.
Node SafeReciprocal(GradContext& g, const Node& x) {
  return g.Mul(x, g.Op("Reciprocal", {g.Add(g.Square(x), g.Scalar(1e-20, x))}));
}
Node WithDiagonal(GradContext& g, const Node& a, const Node& diagonal) {
  return g.Op("MatrixSetDiagV3", {a, diagonal, g.Const(HostTensor::Scalar<int32_t>(0))});
}
// 1 / (v_j - v_i), and 0 where i = j.
Node OverDifferences(GradContext& g, const Node& v) {
  return WithDiagonal(g, SafeReciprocal(g, g.Sub(AsRow(g, v), AsColumn(g, v))), g.ZerosLike(v));
}

// Only the lower triangle is read: it gets what the whole symmetric matrix would.
absl::Status EigenGradient(GradContext& g, Grads& grads) {
  if (IsComplex(g.input(0).spec.dtype)) return absl::UnimplementedError("there is no gradient for complex matrices");
  const Node& e = g.output(0);
  Node v = g.output(1), inner;
  if (g.attr<bool>("compute_v")) {
    inner = WithDiagonal(g, g.Mul(OverDifferences(g, e), Product(g, v, g.upstream(1), {.a = true})), g.upstream(0));
    inner = Product(g, inner, v, {.b = true});
  } else {
    const auto both = g.Ops("SelfAdjointEigV2", {g.input(0)});
    if (!g.status().ok()) return g.status();
    v = both[1];
    inner = g.Mul(AsColumn(g, g.upstream(0)), Transpose(g, v));
  }
  const Node whole = Product(g, v, inner);
  const Node twice = g.Add(whole, Transpose(g, whole));
  grads[0] = g.Sub(Band(g, twice, -1, 0), g.Mul(Band(g, twice, 0, 0), g.Scalar(0.5, twice)));
  return g.status();
}

// Giles for square matrices; Townsend, "Differentiating the singular value decomposition" (2016), for others, of which
// a tall one is the transpose of a wide one.
absl::Status SvdGradient(GradContext& g, Grads& grads) {
  const Node& a = g.input(0);
  if (IsComplex(a.spec.dtype)) return absl::UnimplementedError("there is no gradient for complex matrices");
  const Shape& shape = g.shape(a);
  int64_t m = shape[shape.rank() - 2], n = shape[shape.rank() - 1];
  if (!g.attr<bool>("compute_uv")) {
    const auto all = g.Ops("Svd", {a});
    if (g.status().ok()) grads[0] = Product(g, all[1], g.Mul(AsColumn(g, g.upstream(0)), Transpose(g, all[2])));
    return g.status();
  }
  const bool full = g.attr<bool>("full_matrices"), tall = m > n;
  const Node &s = g.output(0), &u = g.output(tall ? 2 : 1), &v = g.output(tall ? 1 : 2);
  const Node ds = g.upstream(0), du = g.upstream(tall ? 2 : 1), dv = g.upstream(tall ? 1 : 2);
  if (tall) std::swap(m, n);
  if (full && n - m > 1) {
    return absl::UnimplementedError(
        absl::StrCat("svd gradient is not implemented for abs(m - n) > 1 when full_matrices is True. Received: m=", m,
                     " and n=", n));
  }
  const Node f = OverDifferences(g, g.Square(s));
  const Node v1 = Columns(g, v, 0, m), dv1 = Columns(g, dv, 0, m);
  const auto symmetric = [&](const Node& x) { return g.Add(x, Transpose(g, x)); };
  const Node by_u = symmetric(g.Mul(f, Product(g, u, du, {.a = true}))),
             by_v = symmetric(g.Mul(f, Product(g, v1, dv1, {.a = true})));
  const Node inner = WithDiagonal(g, g.Add(g.Mul(by_u, AsRow(g, s)), g.Mul(AsColumn(g, s), by_v)), ds);
  Node by_a = Product(g, u, Product(g, inner, v1, {.b = true}));
  if (m < n) {
    Node beyond = g.Sub(Transpose(g, dv1), Product(g, Product(g, dv1, v1, {.a = true}), v1, {.b = true}));
    if (full) {
      const Node along = Product(g, v1, Columns(g, dv, m, n), {.a = true});
      beyond = g.Sub(beyond, Product(g, along, Columns(g, v, m, n), {.b = true}));
    }
    by_a = g.Add(by_a, Product(g, g.Mul(u, AsRow(g, SafeReciprocal(g, s))), beyond));
  }
  if (g.status().ok()) grads[0] = tall ? Transpose(g, by_a) : by_a;
  return g.status();
}

constexpr OpDef kOps[] = {
    {.name = "SelfAdjointEigV2",
     .doc = "The eigenvalues of each symmetric matrix, of which the lower triangle is read, in rising order, and its "
            "eigenvectors.",
     .inputs = "input: T",
     .outputs = "e: T, v: T",
     .attrs = "compute_v: bool = true, T: {double, float, half, complex64, complex128}",
     .shape = &EigenShape,
     .gradient = &EigenGradient,
     .saves = Saves::kBoth},
    {.name = "Svd",
     .doc = "The singular values s of each matrix, in falling order, and the u and v with input = u s v'.",
     .inputs = "input: T",
     .outputs = "s: T, u: T, v: T",
     .attrs = "compute_uv: bool = true, full_matrices: bool = false, T: {double, float, half, complex64, complex128}",
     .shape = &SvdShape,
     .gradient = &SvdGradient,
     .saves = Saves::kBoth},
    {.name = "Cholesky",
     .doc = "The lower triangular L with L L' = input, of whose matrices the lower triangle is read; nan where they "
            "are not positive definite.",
     .inputs = "input: T",
     .outputs = "output: T",
     .attrs = "T: {double, float, half, complex64, complex128}",
     .shape = &SquareShape,
     .gradient = &CholeskyGradient,
     .saves = Saves::kOutputs},
    {.name = "MatrixInverse",
     .doc = "The inverse of each matrix, or of its transpose; INVALID_ARGUMENT if one has none.",
     .inputs = "input: T",
     .outputs = "output: T",
     .attrs = "adjoint: bool = false, T: {double, float, half, complex64, complex128}",
     .shape = &SquareShape,
     .gradient = &InverseGradient,
     .saves = Saves::kOutputs},
    {.name = "Qr",
     .doc = "Each matrix as the product of an orthogonal one, q, and one with zeros below the diagonal, r.",
     .inputs = "input: T",
     .outputs = "q: T, r: T",
     .attrs = "full_matrices: bool = false, T: {double, float, half, complex64, complex128}",
     .shape = &QrShape,
     .gradient = &QrGradient,
     .saves = Saves::kBoth},
    {.name = "MatrixDeterminant",
     .doc = "The determinant of each matrix.",
     .inputs = "input: T",
     .outputs = "output: T",
     .attrs = "T: {half, float, double, complex64, complex128}",
     .shape = &DeterminantShape,
     .gradient = &DeterminantGradient,
     .saves = Saves::kBoth},
    {.name = "LogMatrixDeterminant",
     .doc = "The sign of each matrix's determinant and the logarithm of its absolute value: 0 and -inf if "
            "it is singular.",
     .inputs = "input: T",
     .outputs = "sign: T, log_abs_determinant: T",
     .attrs = "T: {half, float, double, complex64, complex128}",
     .shape = &DeterminantShape,
     .gradient = &LogDeterminantGradient,
     .saves = Saves::kInputs},
    {.name = "MatrixSolve",
     .doc = "The X with matrix X = rhs, or with matrix' X = rhs; INVALID_ARGUMENT if a matrix has no inverse.",
     .inputs = "matrix: T, rhs: T",
     .outputs = "output: T",
     .attrs = "adjoint: bool = false, T: {double, float, half, complex64, complex128}",
     .shape = &SolveShape,
     .gradient = &SolveGradient,
     .saves = Saves::kBoth},
    {.name = "MatrixTriangularSolve",
     .doc = "The X with matrix X = rhs, or with matrix' X = rhs, where only one triangle of the matrices is read; "
            "batch axes are broadcast.",
     .inputs = "matrix: T, rhs: T",
     .outputs = "output: T",
     .attrs = "lower: bool = true, adjoint: bool = false, T: {bfloat16, double, float, half, complex64, complex128}",
     .shape = &TriangularSolveShape,
     .gradient = &TriangularSolveGradient,
     .saves = Saves::kBoth},
    {.name = "Cross",
     .doc = "The cross products of the vectors of three elements in the last axis.",
     .inputs = "a: T, b: T",
     .outputs = "product: T",
     .attrs = "T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}",
     .shape = &CrossShape,
     .gradient = &CrossGradient,
     .saves = Saves::kInputs},
};

}  // namespace

absl::Span<const OpDef> LinalgOps() { return kOps; }

}  // namespace eager
