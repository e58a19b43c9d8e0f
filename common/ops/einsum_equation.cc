#include "common/ops/einsum_equation.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/ops/host_inputs.h"
#include "common/status_macros.h"

namespace eager {
namespace {

constexpr char kEllipsis = '.';

// The subscript with one character for its ellipsis.
absl::StatusOr<std::string> ParseSubscript(absl::string_view text) {
  const auto periods = std::count(text.begin(), text.end(), '.');
  if (periods != 0 && periods != 3) {
    return Invalid("Expected at most one ellipsis (...), but found ", periods, " periods (.) in the subscript: ", text);
  }
  std::string subscript = absl::StrReplaceAll(text, {{"...", "."}});
  if (periods == 3 && std::count(subscript.begin(), subscript.end(), '.') != 1) {
    return Invalid("Periods found outside of ellipsis in subscript: ", text);
  }
  return subscript;
}

bool HasEllipsis(const std::string& subscript) { return subscript.find(kEllipsis) != std::string::npos; }

// Replaces the ellipsis by `rank` labels, the last of which is -1.
EinsumLabels Expand(const std::string& subscript, int rank) {
  EinsumLabels labels;
  for (const char c : subscript) {
    if (c != kEllipsis) {
      labels.push_back(static_cast<unsigned char>(c));
    } else {
      for (int axis = rank; axis > 0; --axis) labels.push_back(-axis);
    }
  }
  return labels;
}

// How many axes the ellipsis of operand `i` stands for.
absl::StatusOr<int> EllipsisRank(const std::string& subscript, int rank, size_t i) {
  const bool ellipsis = HasEllipsis(subscript);
  const int named = static_cast<int>(subscript.size()) - (ellipsis ? 1 : 0);
  if (ellipsis ? rank < named : rank != named) {
    return Invalid("Expected input ", i, " to have rank ", ellipsis ? "at least " : "", named, " but got: ", rank);
  }
  return rank - named;
}

}  // namespace

absl::StatusOr<EinsumEquation> EinsumEquation::Parse(absl::string_view text) {
  const std::vector<absl::string_view> sides = absl::StrSplit(text, "->");
  if (sides.size() != 2) return Invalid("Expecting exactly one '->' in einsum equation: ", text);
  const std::vector<absl::string_view> operands = absl::StrSplit(sides[0], ',');
  if (operands.size() > 2) {
    return Invalid("Expecting 1 or 2 input subscripts in equation '", text, "' but got: ", operands.size());
  }
  if (sides[1].find(',') != absl::string_view::npos) {
    return Invalid("Expecting one output subscript in equation '", text, "'");
  }
  EinsumEquation equation;
  for (const absl::string_view operand : operands) {
    ASSIGN_OR_RETURN(std::string subscript, ParseSubscript(operand));
    equation.inputs.push_back(std::move(subscript));
  }
  ASSIGN_OR_RETURN(equation.output, ParseSubscript(sides[1]));
  return equation;
}

EinsumLabels Distinct(absl::Span<const EinsumLabel> labels) {
  EinsumLabels distinct;
  for (const EinsumLabel label : labels) {
    if (!Contains(distinct, label)) distinct.push_back(label);
  }
  return distinct;
}

absl::StatusOr<EinsumAxes> EinsumAxes::Make(const EinsumEquation& equation, absl::Span<const Shape* const> shapes) {
  if (shapes.size() != equation.inputs.size()) {
    return Invalid("Expected ", equation.inputs.size(), " inputs but got: ", shapes.size());
  }
  EinsumAxes axes;
  int broadcast_rank = 0;
  for (size_t i = 0; i < shapes.size(); ++i) {
    const Shape& shape = *shapes[i];
    ASSIGN_OR_RETURN(const int rank, EllipsisRank(equation.inputs[i], shape.rank(), i));
    broadcast_rank = std::max(broadcast_rank, rank);
    axes.inputs.push_back(Expand(equation.inputs[i], rank));
    for (int axis = 0; axis < shape.rank(); ++axis) {
      const EinsumLabel label = axes.inputs[i][axis];
      const auto [known, added] = axes.extents.try_emplace(label, shape[axis]);
      if (added || known->second == shape[axis]) continue;
      if (label < 0 && (known->second == 1 || shape[axis] == 1)) {
        if (known->second == 1) known->second = shape[axis];
        continue;
      }
      if (label < 0) {
        return Invalid("Invalid broadcasting dimensions: ", shapes[0]->ToString(), " vs. ", shape.ToString());
      }
      return Invalid("Expected dimension ", known->second, " at axis ", axis, " of the input shaped ",
                     shape.ToString(), " but got dimension ", shape[axis]);
    }
  }
  if (broadcast_rank > 0 && !HasEllipsis(equation.output)) {
    return Invalid("Output contains ", broadcast_rank,
                   " broadcasting dimension(s) but no ellipsis (...) was found in the output subscripts.");
  }
  for (const EinsumLabel label : Expand(equation.output, broadcast_rank)) {
    if (axes.extents.contains(label)) axes.output.push_back(label);
  }
  return axes;
}

EinsumLabels EinsumAxes::Squeezed(int input, const Shape& shape) const {
  EinsumLabels labels;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const EinsumLabel label = inputs[input][axis];
    if (label >= 0 || shape[axis] == extents.at(label)) labels.push_back(label);
  }
  return labels;
}

Shape EinsumAxes::ShapeOf(absl::Span<const EinsumLabel> labels) const {
  Shape shape;
  for (const EinsumLabel label : labels) shape.push_back(extents.at(label));
  return shape;
}

absl::StatusOr<std::string> SpellEinsum(absl::Span<const EinsumLabels> inputs, const EinsumLabels& output) {
  constexpr absl::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  absl::flat_hash_map<EinsumLabel, char> letters;
  std::string equation;
  const auto spell = [&](const EinsumLabels& labels) {
    for (const EinsumLabel label : labels) {
      if (letters.size() < kLetters.size()) letters.try_emplace(label, kLetters[letters.size()]);
      const auto letter = letters.find(label);
      if (letter == letters.end()) return false;
      equation.push_back(letter->second);
    }
    return true;
  };
  bool enough = true;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (i > 0) equation.push_back(',');
    enough = enough && spell(inputs[i]);
  }
  equation += "->";
  enough = enough && spell(output);
  if (!enough) return absl::UnimplementedError(absl::StrCat("more than ", kLetters.size(), " labels in one equation"));
  return equation;
}

}  // namespace eager
