#include "client/keras/ranks.h"

#include <numeric>

#include "client/core/call.h"
#include "client/math.h"
#include "client/variable.h"

namespace eager::keras::internal {
namespace {

using eager::internal::Op;

Tensor Reduce(const OpSpec& op, const Tensor& x, const Operand& axes) {
  const Operand operands[] = {Operand(x, axes.where()), axes};
  return eager::internal::Call1(op, operands, {}, axes.where());
}

Tensor ReduceAll(const OpSpec& op, const Tensor& x, std::source_location where) {
  const int rank = x.rank(where);
  if (rank == 0) return x;
  if (rank == 1) return Reduce(op, x, Operand(0, where));  // a scalar that is sent once
  std::vector<int64_t> axes(static_cast<size_t>(rank));
  std::iota(axes.begin(), axes.end(), 0);
  return Reduce(op, x, Operand(std::move(axes), where));
}

}  // namespace

Tensor AsTensor(const Operand& o) {
  if (o.variable() != nullptr) return o.variable()->read_value(o.where());
  return o.kind() == Operand::Kind::kTensor ? *o.tensor() : identity(o);
}

Tensor AsTensor(const Operand& o, DType dtype) {
  const Tensor t = AsTensor(o);
  return t.dtype() == dtype ? t : cast(Operand(t, o.where()), dtype);
}

Tensor AsFloats(const Operand& o) {
  const Tensor t = AsTensor(o);
  return IsFloating(t.dtype()) ? t : cast(Operand(t, o.where()), DType::kFloat32);
}

void MatchRanks(Tensor& a, Tensor& b, std::source_location where) {
  const int rank_a = a.rank(where), rank_b = b.rank(where);
  if (rank_a < rank_b) return MatchRanks(b, a, where);
  if (rank_a != rank_b + 1 || a.shape(where)[rank_a - 1] != 1) return;
  if (rank_b == 1) {
    b = expand_dims(Operand(b, where), -1);
  } else {
    a = squeeze(Operand(a, where), {-1});
  }
}

Tensor MeanOver(const Tensor& x, int64_t axis, std::source_location where) {
  static const OpSpec& op = Op("Mean");
  return Reduce(op, x, Operand(axis, where));
}

Tensor SumOver(const Tensor& x, int64_t axis, std::source_location where) {
  static const OpSpec& op = Op("Sum");
  return Reduce(op, x, Operand(axis, where));
}

Tensor MeanOfAll(const Tensor& x, std::source_location where) {
  static const OpSpec& op = Op("Mean");
  return ReduceAll(op, x, where);
}

Tensor SumOfAll(const Tensor& x, std::source_location where) {
  static const OpSpec& op = Op("Sum");
  return ReduceAll(op, x, where);
}

}  // namespace eager::keras::internal
