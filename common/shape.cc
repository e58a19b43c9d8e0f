#include "common/shape.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace eager {

absl::StatusOr<Shape> Shape::Make(absl::Span<const int64_t> dims) {
  constexpr size_t kMaxRank = 254;
  if (dims.size() > kMaxRank) {
    return absl::InvalidArgumentError(
        absl::StrCat("a shape has ", dims.size(), " dimensions, more than the ", kMaxRank, " that a tensor can have"));
  }
  int64_t n = 1;
  for (int64_t d : dims) {
    if (d < 0) return absl::InvalidArgumentError(absl::StrCat("Dimension ", d, " must be >= 0"));
    if (__builtin_mul_overflow(n, std::max<int64_t>(d, 1), &n)) {
      return absl::InvalidArgumentError(
          absl::StrCat("Shape [", absl::StrJoin(dims, ","), "] has more elements than 63 bits can count"));
    }
  }
  return Shape(Dims(dims.begin(), dims.end()));
}

std::string Shape::ToString() const { return absl::StrCat("[", absl::StrJoin(dims_, ","), "]"); }

std::string Shape::ToTuple() const {
  return absl::StrCat("(", absl::StrJoin(dims_, ", "), rank() == 1 ? ",)" : ")");
}

absl::StatusOr<Shape> Broadcast(const Shape& a, const Shape& b) {
  if (a == b) return a;
  const Shape& longer = a.rank() >= b.rank() ? a : b;
  const Shape& shorter = a.rank() >= b.rank() ? b : a;
  Shape out = longer;
  const int shift = longer.rank() - shorter.rank();
  for (int i = 0; i < shorter.rank(); ++i) {
    const int64_t x = longer[i + shift], y = shorter[i];
    if (x == y || y == 1) continue;
    if (x != 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("Incompatible shapes: ", a.ToString(), " vs. ", b.ToString()));
    }
    out.set_dim(i + shift, y);
  }
  return out;
}

}  // namespace eager
