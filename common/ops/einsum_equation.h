// Einsum's equations, read and laid over shapes: which label each axis of an operand or of the result has.
//
// An equation is subscripts of one or two operands and those of the result: "ij,jk->ik". Every character but '.', ','
// and "->" is a label, a space as well; "..." stands for any number of axes, which broadcast from the right against
// those of the other operand. A label may stand several times in one subscript: the (generalized) diagonal.
#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/shape.h"

namespace eager {

// As written, with '.' in place of "...".
struct EinsumEquation {
  std::vector<std::string> inputs;  // one or two
  std::string output;

  // INVALID_ARGUMENT if there is not exactly one "->", more than two operands, more than one ellipsis in a subscript or
  // a period outside of one.
  static absl::StatusOr<EinsumEquation> Parse(absl::string_view text);
};

// A character of the equation, or -1, -2, … for the axes of the ellipsis, counted from the right.
using EinsumLabel = int;
using EinsumLabels = absl::InlinedVector<EinsumLabel, 8>;

// The labels in order of their first appearance.
EinsumLabels Distinct(absl::Span<const EinsumLabel> labels);

inline bool Contains(absl::Span<const EinsumLabel> labels, EinsumLabel label) {
  for (EinsumLabel l : labels) {
    if (l == label) return true;
  }
  return false;
}

// An equation laid over the shapes of its operands. What an axis of extent 1 repeats along is not said here: it is a
// label below 0 whose extent in the result is another.
struct EinsumAxes {
  std::vector<EinsumLabels> inputs;  // one label per axis
  EinsumLabels output;               // one label per axis; labels that no operand has are left out, as in TensorFlow
  absl::flat_hash_map<EinsumLabel, int64_t> extents;

  // INVALID_ARGUMENT for a number of operands, a rank or an extent that does not fit the equation.
  static absl::StatusOr<EinsumAxes> Make(const EinsumEquation& equation, absl::Span<const Shape* const> shapes);

  // The labels of an operand of that shape after the axes along which it is repeated, all of extent 1, were squeezed
  // out.
  EinsumLabels Squeezed(int input, const Shape& shape) const;
  Shape ShapeOf(absl::Span<const EinsumLabel> labels) const;
};

// The equation that spells out these labels, which it gives letters of its own. UNIMPLEMENTED if there are more labels
// than letters.
absl::StatusOr<std::string> SpellEinsum(absl::Span<const EinsumLabels> inputs, const EinsumLabels& output);

}  // namespace eager
