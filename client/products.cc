#include "client/products.h"

#include <algorithm>

#include "client/core/compose.h"

namespace eager {
namespace {

using internal::Refuse;
using internal::Run;
using internal::Term;
using internal::Where;

// One side of a tensordot as a matrix, and what is left of its shape.
struct Side {
  Term matrix;
  Shape free;
};

std::vector<int64_t> Checked(const Axes& axes, const Term& x, const char* side) {
  std::vector<int64_t> list;
  for (const int64_t axis : axes.has_value() ? *axes : std::vector<int64_t>()) {
    const int64_t at = internal::AxisOf(axis, x.rank(), "tensordot", x.where());
    if (std::find(list.begin(), list.end(), at) != list.end()) {
      Refuse(absl::StrCat("tensordot: axis ", axis, " of ", side, " is named twice"), x.where());
    }
    list.push_back(at);
  }
  return list;
}

// The summed axes last (of a) or first (of b).
Side AsMatrix(const Term& x, const std::vector<int64_t>& summed, bool last) {
  std::vector<int64_t> perm;
  Shape free;
  int64_t inner = 1;
  for (int axis = 0; axis < x.rank(); ++axis) {
    if (std::find(summed.begin(), summed.end(), axis) != summed.end()) continue;
    perm.push_back(axis);
    free.push_back(x.shape()[axis]);
  }
  perm.insert(last ? perm.end() : perm.begin(), summed.begin(), summed.end());
  for (const int64_t axis : summed) inner *= x.shape()[static_cast<int>(axis)];
  const Term moved = std::is_sorted(perm.begin(), perm.end()) ? x : x.To("Transpose", perm);
  const int64_t outer = free.num_elements();
  return {moved.Reshape(last ? Shape{outer, inner} : Shape{inner, outer}), free};
}

}  // namespace

Tensor matmul(const Operand& a, const Operand& b, const MatMulOptions& options) {
  const bool both_a = options.transpose_a && options.adjoint_a, both_b = options.transpose_b && options.adjoint_b;
  if (both_a || both_b) {
    const char* side = both_a ? "a" : "b";
    Refuse(absl::StrCat("matmul: only one of transpose_", side, " and adjoint_", side, " can be true"), a.where());
  }
  const bool turn_a = options.transpose_a || options.adjoint_a, turn_b = options.transpose_b || options.adjoint_b;
  if (internal::RankOf(a) > 2 || internal::RankOf(b) > 2) {
    return Run("BatchMatMulV2", {a, b}, {{"adj_x", turn_a}, {"adj_y", turn_b}});
  }
  return Run("MatMul", {a, b}, {{"transpose_a", turn_a}, {"transpose_b", turn_b}});
}

Tensor tensordot(const Operand& a, const Operand& b, const TensorDotAxes& axes) {
  const Term x = a, y = b;
  const Where& where = a.where();
  std::vector<int64_t> of_x, of_y;
  if (axes.n >= 0) {
    if (axes.n > std::min(x.rank(), y.rank())) {
      Refuse(absl::StrCat("tensordot: axes must not be more than the axes of a and of b, ", x.rank(), " and ", y.rank(), ", got ",
                          axes.n),
             where);
    }
    for (int64_t i = 0; i < axes.n; ++i) of_x.push_back(x.rank() - axes.n + i), of_y.push_back(i);
  } else if (axes.a.has_value()) {
    of_x = Checked(axes.a, x, "a"), of_y = Checked(axes.b, y, "b");
  } else {
    Refuse(absl::StrCat("tensordot: axes must not be negative, got ", axes.n), where);
  }
  bool fit = of_x.size() == of_y.size();
  for (size_t i = 0; fit && i < of_x.size(); ++i) {
    fit = x.shape()[static_cast<int>(of_x[i])] == y.shape()[static_cast<int>(of_y[i])];
  }
  if (!fit) {
    Refuse(absl::StrCat("tensordot: the summed axes of a, of shape ", x.shape().ToString(), ", and of b, of shape ",
                        y.shape().ToString(), ", must be as many and of the same extents"),
           where);
  }
  const Side left = AsMatrix(x, of_x, true), right = AsMatrix(y, of_y, false);
  Shape shape = left.free;
  for (const int64_t extent : right.free.dims()) shape.push_back(extent);
  return left.matrix.To("MatMul", right.matrix).Reshape(shape);
}

}  // namespace eager
