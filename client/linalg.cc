#include "client/linalg.h"

#include <cmath>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/core/call.h"

namespace eager::linalg {
namespace {

using Where = std::source_location;

internal::Tensors RunAll(absl::string_view op, std::initializer_list<Operand> operands, const NamedAttrs& attrs = {}) {
  return internal::Call(internal::Op(op), absl::MakeConstSpan(operands.begin(), operands.size()), attrs,
                        operands.begin()->where());
}
Tensor Run(absl::string_view op, std::initializer_list<Operand> operands, const NamedAttrs& attrs = {}) {
  return RunAll(op, operands, attrs)[0];
}

// The operand's tensor, made once; its operations then name the caller's line.
Tensor Get(const Operand& x) { return x.tensor() != nullptr ? *x.tensor() : Run("Identity", {x}); }

[[noreturn]] void Refuse(absl::string_view what, const Where& where) {
  throw Error(absl::InvalidArgumentError(what), where);
}

// The matrix with zeros off its main diagonal.
Tensor DiagonalMatrix(const Operand& x) {
  return Run("MatrixBandPart", {x, Operand(0, x.where()), Operand(0, x.where())});
}

// Over two axes: TensorFlow's orders for matrices. Keeps the axes.
Tensor MatrixNorm(const Tensor& x, const Order& ord, const std::vector<int64_t>& axis, const Where& where) {
  const Operand magnitudes(x, where);
  if (ord.name == "euclidean" || ord.name == "fro") {
    const Tensor sum = reduce_sum(Operand(square(magnitudes), where), axis, true);
    return sqrt(Operand(sum, where));
  }
  const bool columns = ord.p == 1;
  if (!ord.name.empty() || !(columns || (std::isinf(ord.p) && ord.p > 0))) {
    Refuse(absl::StrCat("norm: of a matrix, ord must be 'euclidean', 'fro', 1 or infinity, got ",
                        ord.name.empty() ? absl::StrCat(ord.p) : absl::StrCat("'", ord.name, "'")), where);
  }
  const Axes added = std::vector<int64_t>{axis[columns ? 0 : 1]};
  const Axes compared = std::vector<int64_t>{axis[columns ? 1 : 0]};
  const Tensor sums = reduce_sum(Operand(abs(magnitudes), where), added, true);
  return reduce_max(Operand(sums, where), compared, true);
}

Tensor VectorNorm(const Tensor& x, const Order& ord, const Axes& axis, bool keepdims, const Where& where) {
  const Operand in(x, where);
  if (ord.name == "euclidean" || (ord.name.empty() && ord.p == 2)) {
    const Tensor sum = reduce_sum(Operand(square(in), where), axis, keepdims);
    return sqrt(Operand(sum, where));
  }
  if (!ord.name.empty() || !(ord.p > 0)) {
    Refuse(absl::StrCat("norm: of vectors, ord must be 'euclidean' or a number above 0, got ",
                        ord.name.empty() ? absl::StrCat(ord.p) : absl::StrCat("'", ord.name, "'")), where);
  }
  const Tensor magnitudes = abs(in);
  const Operand m(magnitudes, where);
  if (std::isinf(ord.p)) return reduce_max(m, axis, keepdims);
  if (ord.p == 1) return reduce_sum(m, axis, keepdims);
  const Tensor powers = pow(m, Operand(ord.p, where));
  const Tensor sum = reduce_sum(Operand(powers, where), axis, keepdims);
  return pow(Operand(sum, where), Operand(1 / ord.p, where));
}

}  // namespace

Tensor inv(const Operand& input, bool adjoint) { return Run("MatrixInverse", {input}, {{"adjoint", adjoint}}); }
Tensor det(const Operand& input) { return Run("MatrixDeterminant", {input}); }

SlogDet slogdet(const Operand& input) {
  internal::Tensors outputs = RunAll("LogMatrixDeterminant", {input});
  return {std::move(outputs[0]), std::move(outputs[1])};
}

Tensor logdet(const Operand& matrix) {
  const Where& where = matrix.where();
  const Tensor l = cholesky(matrix);
  const Tensor diagonal = reduce_sum(Operand(DiagonalMatrix(Operand(l, where)), where), std::vector<int64_t>{-1});
  const Tensor half = reduce_sum(Operand(log(Operand(diagonal, where)), where), std::vector<int64_t>{-1});
  return multiply(Operand(half, where), Operand(2.0, where));
}

Tensor cholesky(const Operand& input) { return Run("Cholesky", {input}); }

Tensor cholesky_solve(const Operand& chol, const Operand& rhs) {
  const Tensor l = Get(chol);
  const Tensor half = triangular_solve(Operand(l, chol.where()), rhs);
  return triangular_solve(Operand(l, chol.where()), Operand(half, chol.where()), true, true);
}

Tensor solve(const Operand& matrix, const Operand& rhs, bool adjoint) {
  return Run("MatrixSolve", {matrix, rhs}, {{"adjoint", adjoint}});
}
Tensor triangular_solve(const Operand& matrix, const Operand& rhs, bool lower, bool adjoint) {
  return Run("MatrixTriangularSolve", {matrix, rhs}, {{"lower", lower}, {"adjoint", adjoint}});
}

Tensor cross(const Operand& a, const Operand& b) { return Run("Cross", {a, b}); }

Tensor trace(const Operand& x) {
  return reduce_sum(Operand(DiagonalMatrix(x), x.where()), std::vector<int64_t>{-2, -1});
}

Tensor matrix_transpose(const Operand& a) {
  const Tensor x = Get(a);
  const int rank = x.rank(a.where());
  if (rank < 2) Refuse(absl::StrCat("matrix_transpose: a must have at least two axes, got ", rank), a.where());
  std::vector<int64_t> perm(static_cast<size_t>(rank));
  std::iota(perm.begin(), perm.end(), 0);
  std::swap(perm[perm.size() - 2], perm[perm.size() - 1]);
  return transpose(Operand(x, a.where()), perm);
}

Tensor norm(const Operand& tensor, const Order& ord, const Axes& axis, bool keepdims) {
  const Where& where = tensor.where();
  const Tensor x = Get(tensor);
  if (axis.has_value() && axis->size() == 2) {
    const Tensor result = MatrixNorm(x, ord, *axis, where);
    return keepdims ? result : squeeze(Operand(result, where), *axis);
  }
  if (axis.has_value() && axis->size() != 1) {
    Refuse(absl::StrCat("norm: axis must be one axis or two, got ", axis->size()), where);
  }
  return VectorNorm(x, ord, axis, keepdims, where);
}

}  // namespace eager::linalg
