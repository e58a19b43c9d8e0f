// programs.jsonl: steps under one or more nested tapes, then gradients of any order.

#include <map>
#include <memory>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "client/constant.h"
#include "client/gradient_tape.h"
#include "client/op.h"
#include "client/variable.h"
#include "common/ops/op_table.h"
#include "tests/conformance/attrs.h"
#include "tests/conformance/check.h"
#include "tests/conformance/run.h"

namespace eager::conformance {
namespace {

using golden::Json;
using Names = std::vector<std::string>;
using Gradients = std::vector<std::optional<Tensor>>;
using Pauses = std::vector<std::unique_ptr<GradientTape::Pause>>;

bool IsAssignment(const std::string& op) { return op == "assign" || op == "assign_add" || op == "assign_sub"; }

class Program {
 public:
  explicit Program(const Json& c) : c_(c) {}

  // Runs everything; "" or the first difference.
  std::string Run();

 private:
  void MakeInputs();
  void OpenTapes();
  void RunStep(const Json& step);
  void Assign(const std::string& op, const Names& in);
  std::string CheckGradient(const Json& request);
  std::string CheckValues();

  // The gradients of all stages of a request, the last one's sources being `sources`.
  Gradients Differentiate(const Json& request, const Names& sources);
  Names InnerSources(const Json& request, size_t stage) const;

  // Watches those of `names` that tapes are to watch.
  void Watch(const std::string& name);
  std::vector<Source> Sources(const Names& names) const;
  Source Find(const std::string& name) const;
  Operand Input(const std::string& name) const;
  Tensor Put(const Json& t) const { return constant(golden::ParseTensor(t, "gradient request").value()); }

  const Json& c_;
  std::map<std::string, Tensor> tensors_;
  std::map<std::string, Variable> variables_;
  std::vector<std::unique_ptr<GradientTape>> tapes_;  // innermost first: tapes_[0] takes the first gradient
  std::set<std::string> watched_;
  bool persistent_ = false;
};

std::string Program::Run() {
  MakeInputs();
  OpenTapes();
  for (const Json& step : c_.at("steps")) RunStep(step);
  std::string why = CheckValues();
  tapes_[0]->stop();
  for (const Json& request : c_.at("gradients")) {
    if (!why.empty()) break;
    why = CheckGradient(request);
  }
  while (!tapes_.empty()) tapes_.erase(tapes_.begin());
  return why;
}

void Program::MakeInputs() {
  std::set<std::string> untrainable;
  if (c_.contains("untrainable")) untrainable = c_.at("untrainable").get<std::set<std::string>>();
  for (const auto& [name, t] : c_.at("constants").items()) tensors_.emplace(name, Put(t));
  for (const auto& [name, t] : c_.at("variables").items()) {
    variables_.emplace(name, Variable(Put(t), {.name = name, .trainable = !untrainable.contains(name)}));
  }
}

void Program::OpenTapes() {
  const Json& tape = c_.at("tape");
  persistent_ = tape.at("persistent");
  watched_ = tape.at("watch").get<std::set<std::string>>();
  size_t order = 1;
  for (const Json& request : c_.at("gradients")) order = std::max(order, request.value("order", size_t{1}));
  const TapeOptions options{persistent_, tape.value("watch_accessed_variables", true)};
  for (size_t i = 0; i < order; ++i) tapes_.insert(tapes_.begin(), std::make_unique<GradientTape>(options));
  for (const auto& [name, tensor] : tensors_) Watch(name);
  for (const auto& [name, variable] : variables_) Watch(name);
}

void Program::Watch(const std::string& name) {
  if (!watched_.contains(name)) return;
  for (const auto& tape : tapes_) tape->watch(Find(name));
}

void Program::RunStep(const Json& step) {
  Pauses pauses;
  if (!step.value("record", true)) {
    for (const auto& tape : tapes_) pauses.emplace_back(new GradientTape::Pause(*tape));
  }
  const std::string name = step.at("op");
  const Names in = step.at("in");
  if (IsAssignment(name)) {
    Assign(name, in);
  } else {
    std::vector<Operand> inputs;
    for (const std::string& i : in) inputs.push_back(Input(i));
    const std::vector<Tensor> outputs = op(name, inputs, AttrsFromJson(step.at("attrs"), OpTable::Builtin().Find(name)));
    const Names out = step.at("out");
    for (size_t i = 0; i < out.size(); ++i) tensors_[out[i]] = outputs.at(i);
  }
  while (!pauses.empty()) pauses.pop_back();  // each gives back what it found
  if (!IsAssignment(name)) {
    for (const std::string& out : step.at("out").get<Names>()) Watch(out);
  }
}

void Program::Assign(const std::string& op, const Names& in) {
  Variable& variable = variables_.at(in.at(0));
  const Operand value = Input(in.at(1));
  if (op == "assign") {
    variable.assign(value);
  } else if (op == "assign_add") {
    variable.assign_add(value);
  } else {
    variable.assign_sub(value);
  }
}

Names Program::InnerSources(const Json& request, size_t stage) const {
  if (request.contains("inner_sources") && stage < request.at("inner_sources").size()) {
    return request.at("inner_sources").at(stage);
  }
  return request.at("sources");
}

Gradients Program::Differentiate(const Json& request, const Names& sources) {
  const size_t order = request.value("order", size_t{1});
  const Json& target = request.at("target");
  std::vector<Source> targets = Sources(target.is_string() ? Names{target} : target.get<Names>());
  GradientOptions options;
  if (request.contains("output_gradients")) {
    const Json& upstream = request.at("output_gradients");
    for (const Json& t : upstream.is_array() ? upstream : Json::array({upstream})) options.output_gradients.push_back(Put(t));
  }
  Gradients results;
  Pauses pauses;  // a persistent tape does not stop by itself, and would record its own gradients
  for (size_t stage = 0; stage < order; ++stage) {
    const bool last = stage + 1 == order;
    if (stage > 0) {
      targets.clear();
      options = {};
      for (size_t i = 0; i < results.size(); ++i) {
        if (!results[i].has_value()) continue;
        targets.emplace_back(*results[i]);
        if (last && request.contains("vectors")) options.output_gradients.push_back(Put(request.at("vectors").at(i)));
      }
      if (targets.empty()) return Gradients(sources.size());
      if (persistent_) pauses.emplace_back(new GradientTape::Pause(*tapes_[stage]));
    }
    if (last && request.value("unconnected", "none") == "zero") options.unconnected_gradients = UnconnectedGradients::kZero;
    results = tapes_[stage]->gradient(targets, Sources(last ? sources : InnerSources(request, stage)), options);
  }
  while (!pauses.empty()) pauses.pop_back();
  return results;
}

std::string Program::CheckGradient(const Json& request) {
  const Names sources = request.at("sources");
  const std::vector<HostTensor> want = golden::ParseTensors(request.at("result"), "result").value();
  const Gradients got = Differentiate(request, sources);
  for (size_t i = 0; i < sources.size(); ++i) {
    const std::string what = absl::StrCat("gradient of order ", request.value("order", 1), " of ",
                                          request.at("target").dump(), " by ", sources[i]);
    std::string why = Difference(what, got[i], want.at(i), Tolerance::Of(c_));
    if (!why.empty()) return why;
  }
  return "";
}

std::string Program::CheckValues() {
  for (const auto& [name, t] : c_.at("values").items()) {
    const HostTensor want = golden::ParseTensor(t, name).value();
    std::string why;
    if (const auto v = variables_.find(name); v != variables_.end()) {
      if (!golden::Close(v->second.numpy(), want, Tolerance::Of(c_).rtol, Tolerance::Of(c_).atol, &why)) {
        return absl::StrCat("variable ", name, ": ", why);
      }
    } else {
      why = Difference(absl::StrCat("value ", name), tensors_.at(name), want, Tolerance::Of(c_));
      if (!why.empty()) return why;
    }
  }
  return "";
}

Source Program::Find(const std::string& name) const {
  if (const auto v = variables_.find(name); v != variables_.end()) return v->second;
  return tensors_.at(name);
}

std::vector<Source> Program::Sources(const Names& names) const {
  std::vector<Source> sources;
  for (const std::string& name : names) sources.push_back(Find(name));
  return sources;
}

Operand Program::Input(const std::string& name) const {
  if (const auto v = variables_.find(name); v != variables_.end()) return v->second;
  return tensors_.at(name);
}

}  // namespace

Outcome RunProgram(const Json& c) {
  for (const Json& step : c.at("steps")) {
    const std::string op = step.at("op");
    if (!IsAssignment(op) && OpTable::Builtin().Find(op) == nullptr) {
      return Skipped(absl::StrCat("the op table has no ", op));
    }
  }
  std::string why = Program(c).Run();
  return why.empty() ? Passed() : Failed(std::move(why));
}

}  // namespace eager::conformance
