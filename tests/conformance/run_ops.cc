// ops.jsonl: outputs, gradients and second derivatives of one op.

#include <optional>

#include "absl/strings/str_cat.h"
#include "client/gradient_tape.h"
#include "client/op.h"
#include "common/ops/op_table.h"
#include "tests/conformance/attrs.h"
#include "tests/conformance/check.h"
#include "tests/conformance/run.h"

namespace eager::conformance {
namespace {

using golden::Json;
using Gradients = std::vector<std::optional<Tensor>>;

std::vector<HostTensor> List(const Json& c, const char* key) { return golden::ParseTensors(c.at(key), key).value(); }

std::string CheckOutputs(const Json& c, const std::vector<Tensor>& outputs) {
  const std::vector<HostTensor> want = List(c, "outputs");
  if (outputs.size() < want.size()) return absl::StrCat("got ", outputs.size(), " outputs, want ", want.size());
  for (size_t i = 0; i < want.size(); ++i) {
    std::string why = Difference(absl::StrCat("output ", i), outputs[i], want[i], Tolerance::Of(c));
    if (!why.empty()) return why;
  }
  return "";
}

std::string CheckGradients(const Json& c, const char* key, const Gradients& got) {
  const std::vector<HostTensor> want = List(c, key);
  const bool second = std::string(key) == "second";
  if (got.size() != want.size()) return absl::StrCat("got ", got.size(), " ", key, ", want ", want.size());
  for (size_t i = 0; i < want.size(); ++i) {
    const std::string what = absl::StrCat(second ? "second derivative by input " : "gradient by input ", i);
    std::string why = (second ? DifferenceOrZeros : Difference)(what, got[i], want[i], Tolerance::Of(c));
    if (!why.empty()) return why;
  }
  return "";
}

void WatchFloats(GradientTape& tape, const std::vector<Tensor>& inputs) {
  for (const Tensor& input : inputs) {
    if (IsFloating(input.dtype())) tape.watch(input);
  }
}

// The gradient of the outputs that have an upstream, weighted by it.
Gradients FirstGradients(GradientTape& tape, const std::vector<Tensor>& outputs, const std::vector<HostTensor>& upstream,
                         const std::vector<Source>& sources) {
  std::vector<Source> targets;
  GradientOptions options;
  for (size_t i = 0; i < upstream.size(); ++i) {
    if (!upstream[i].valid()) continue;
    targets.emplace_back(outputs.at(i));
    options.output_gradients.push_back(Upload({upstream[i]})[0]);
  }
  return tape.gradient(targets, sources, options);
}

// The gradient of the sum of all elements of `first`.
Gradients SecondGradients(GradientTape& tape, const Gradients& first, const std::vector<Source>& sources) {
  std::vector<Source> targets;
  for (const std::optional<Tensor>& gradient : first) {
    if (gradient.has_value()) targets.emplace_back(*gradient);
  }
  return targets.empty() ? Gradients(sources.size()) : tape.gradient(targets, sources);
}

}  // namespace

Outcome RunOp(const Json& c) {
  const std::string name = c.at("op");
  const OpSpec* spec = OpTable::Builtin().Find(name);
  if (spec == nullptr) return Skipped("the op table has no such op");
  const NamedAttrs attrs = AttrsFromJson(c.at("attrs"), spec);
  const std::vector<Tensor> inputs = Upload(List(c, "inputs"));
  const bool gradients = c.contains("gradients"), second = c.contains("second");

  std::optional<GradientTape> outer, inner;
  if (second) WatchFloats(outer.emplace(), inputs);
  if (gradients) WatchFloats(inner.emplace(), inputs);
  const std::vector<Tensor> outputs = op(name, Operands(inputs), attrs);
  std::string why = CheckOutputs(c, outputs);
  if (!why.empty() || !gradients) return why.empty() ? Passed() : Failed(why);

  const std::vector<Source> sources(inputs.begin(), inputs.end());
  const Gradients first = FirstGradients(*inner, outputs, List(c, "upstream"), sources);
  why = CheckGradients(c, "gradients", first);
  if (why.empty() && second) why = CheckGradients(c, "second", SecondGradients(*outer, first, sources));
  return why.empty() ? Passed() : Failed(why);
}

}  // namespace eager::conformance
