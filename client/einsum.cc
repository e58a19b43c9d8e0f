#include "client/einsum.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "client/core/call.h"
#include "client/core/throw.h"

namespace eager {
namespace {

Tensor Run(absl::string_view op, std::initializer_list<Operand> operands, const NamedAttrs& attrs = {}) {
  return internal::Call1(internal::Op(op), absl::MakeConstSpan(operands.begin(), operands.size()), attrs,
                         operands.begin()->where());
}

// An equation with '.' in place of "...".
struct Subscripts {
  std::vector<std::string> inputs;
  std::string output;
};

bool Has(const std::string& text, char c) { return text.find(c) != std::string::npos; }

std::string ImplicitOutput(const std::vector<std::string>& inputs) {
  std::map<char, int> counts;
  for (const std::string& input : inputs) {
    for (const char c : input) ++counts[c];
  }
  std::string output = counts.contains('.') ? "." : "";
  for (const auto& [label, count] : counts) {
    if (label != '.' && count == 1) output.push_back(label);
  }
  return output;
}

absl::StatusOr<Subscripts> Parse(const std::string& equation, size_t inputs) {
  const auto error = [&](const auto&... what) {
    return absl::InvalidArgumentError(absl::StrCat("einsum: ", what..., " in equation '", equation, "'"));
  };
  const std::vector<std::string> sides =
      absl::StrSplit(absl::StrReplaceAll(equation, {{" ", ""}, {"...", "."}}), "->");
  if (sides.size() > 2) return error("more than one '->'");
  Subscripts s;
  s.inputs = absl::StrSplit(sides[0], ',');
  if (s.inputs.size() != inputs) return error("got ", inputs, " inputs for ", s.inputs.size(), " subscripts");
  s.output = sides.size() == 2 ? sides[1] : ImplicitOutput(s.inputs);
  const std::string all = absl::StrJoin(s.inputs, "");
  for (const char c : all + s.output) {
    if (c != '.' && !absl::ascii_isalpha(static_cast<unsigned char>(c))) {
      return error("labels must be letters, got '", std::string(1, c), "'");
    }
  }
  for (const char c : s.output) {
    if (!Has(all, c)) return error("the output's label '", std::string(1, c), "' is in no input");
  }
  return s;
}

Tensor Contract(const std::vector<Operand>& operands, const std::string& inputs, const std::string& output,
                std::source_location where) {
  const std::string equation = absl::StrReplaceAll(absl::StrCat(inputs, "->", output), {{".", "..."}});
  return internal::Call1(internal::Op("Einsum"), operands, {{"equation", equation}}, where);
}

}  // namespace

Tensor einsum(const std::string& equation, const std::vector<Operand>& inputs, std::source_location where) {
  const Subscripts s = internal::ValueOrThrow(Parse(equation, inputs.size()), where);
  if (inputs.size() <= 2) return Contract(inputs, absl::StrJoin(s.inputs, ","), s.output, where);
  std::string labels = s.inputs[0];
  Tensor product;
  for (size_t i = 1; i < inputs.size(); ++i) {
    // What the rest or the result still needs.
    std::string kept;
    const std::string later = absl::StrJoin(s.inputs.begin() + static_cast<std::ptrdiff_t>(i) + 1, s.inputs.end(), "");
    for (const char c : labels + s.inputs[i]) {
      if (!Has(kept, c) && (c == '.' || Has(later, c) || Has(s.output, c))) kept.push_back(c);
    }
    if (i + 1 == inputs.size()) kept = s.output;
    const Operand left = i == 1 ? inputs[0] : Operand(product, where);
    product = Contract({left, inputs[i]}, absl::StrCat(labels, ",", s.inputs[i]), kept, where);
    labels = kept;
  }
  return product;
}

Tensor diag(const Operand& x) { return Run("Diag", {x}); }
Tensor diag_part(const Operand& x) { return Run("DiagPart", {x}); }
Tensor lgamma(const Operand& x) { return Run("Lgamma", {x}); }
Tensor digamma(const Operand& x) { return Run("Digamma", {x}); }
Tensor polygamma(const Operand& a, const Operand& x) { return Run("Polygamma", {a, x}); }
Tensor zeta(const Operand& x, const Operand& q) { return Run("Zeta", {x, q}); }

Tensor reduce_euclidean_norm(const Operand& x, const Axes& axis, bool keepdims) {
  if (axis.has_value()) return Run("EuclideanNorm", {x, Operand(*axis, x.where())}, {{"keep_dims", keepdims}});
  const Tensor t = x.tensor() != nullptr ? *x.tensor() : identity(x);
  std::vector<int64_t> all(static_cast<size_t>(t.shape(x.where()).rank()));
  std::iota(all.begin(), all.end(), 0);
  return Run("EuclideanNorm", {Operand(t, x.where()), Operand(all, x.where())}, {{"keep_dims", keepdims}});
}

}  // namespace eager
