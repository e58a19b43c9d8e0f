#include "client/sort.h"

#include "client/core/compose.h"

namespace eager {
namespace {

using internal::Term;
using internal::Where;

Term SwapWithLast(const Term& x, int64_t axis) {
  const auto last = static_cast<size_t>(x.rank() - 1);
  if (static_cast<size_t>(axis) == last) return x;
  std::vector<int64_t> perm = internal::AxesOf(x, {});
  std::swap(perm[static_cast<size_t>(axis)], perm[last]);
  return x.To("Transpose", perm);
}

// What turns the order around: -x, and ~x where -x could overflow or is no number of the dtype.
Term Turn(const Term& x) { return IsInteger(x.dtype()) ? x.To("Invert") : -x; }

// TopKV2 puts rows of the last axis in descending order: its output `output`, values or indices.
Term Sorted(const Operand& values, int64_t axis, SortDirection direction, size_t output) {
  const Term x = values;
  const Where& where = x.where();
  const int64_t at = internal::AxisOf(axis, x.rank(), "sort", where);
  const bool ascending = direction == SortDirection::kAscending;
  const Term rows = SwapWithLast(ascending ? Turn(x) : x, at);
  const Operand operands[] = {rows, Operand(rows.shape()[x.rank() - 1], where)};
  const Term sorted(internal::Call(internal::Op("TopKV2"), operands, {}, where)[output], where);
  return SwapWithLast(ascending && output == 0 ? Turn(sorted) : sorted, at);
}

}  // namespace

Tensor sort(const Operand& values, int64_t axis, SortDirection direction) { return Sorted(values, axis, direction, 0); }
Tensor argsort(const Operand& values, int64_t axis, SortDirection direction) { return Sorted(values, axis, direction, 1); }

}  // namespace eager
