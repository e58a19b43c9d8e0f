#include "server/rpc/tensorflow/function.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/status_macros.h"
#include "common/wire/text.h"
#include "server/exec/unknown_ops.h"
#include "server/rpc/tensorflow/receive.h"

namespace eager::server::tf {
namespace {

// Which of a node's outputs the first of an output argument is. Lists stand last in every op that has one.
absl::StatusOr<int> OffsetOf(const ::tensorflow::NodeDef& node, absl::string_view argument, const FunctionLibrary& functions) {
  std::vector<absl::string_view> names;
  if (functions.Contains(node.op()) || node.op() == "Const") {
    return 0;  // functions are called by ops of one list of outputs; by their own names only with a single one
  }
  if (const OpRow* row = FindOp(node.op())) {
    names = absl::StrSplit(row->outputs, ", ");
  } else {
    const absl::StatusOr<const OpSpec*> spec = OpTable::Builtin().Get(node.op());
    if (!spec.ok()) UnknownOps::Get().Add(ErrorText(node.op()));
    if (!spec.ok()) return absl::NotFoundError(absl::StrCat("Op type not registered '", node.op(), "' in binary running on eagerd"));
    for (const ArgSpec& output : (*spec)->outputs) names.push_back(output.name);
  }
  const auto it = std::find(names.begin(), names.end(), argument);
  if (it != names.end()) return static_cast<int>(it - names.begin());
  if (names.size() == 1) return 0;  // a row may call its only output otherwise
  return absl::InvalidArgumentError(absl::StrCat("op ", node.op(), " has no output '", argument, "'"));
}

bool IsStateful(const ::tensorflow::NodeDef& node, const FunctionLibrary& functions) {
  if (functions.Contains(node.op())) return true;
  if (const OpRow* row = FindOp(node.op())) return row->stateful;
  const absl::StatusOr<const OpSpec*> spec = OpTable::Builtin().Get(node.op());
  return spec.ok() && (*spec)->def->effect == Effect::kStateful;
}

}  // namespace

// Names to slots and nodes.
class Function::Resolver {
 public:
  Resolver(Function& function, const FunctionLibrary& functions) : f_(function), functions_(functions) {}

  absl::Status Resolve() {
    const ::tensorflow::FunctionDef& def = *f_.def_;
    for (int i = 0; i < def.signature().input_arg_size(); ++i) {
      if (!arguments_.emplace(def.signature().input_arg(i).name(), i).second) return Bad("two arguments have one name");
    }
    f_.argument_slots_.assign(static_cast<size_t>(def.signature().input_arg_size()), -1);
    for (const auto& node : def.node_def()) {
      if (!node_index_.emplace(node.name(), static_cast<int>(f_.nodes_.size())).second) {
        return Bad(absl::StrCat("two nodes are called '", node.name(), "'"));
      }
      f_.nodes_.emplace_back().def = &node;
    }
    for (Node& node : f_.nodes_) {
      node.receives = node.def->op() == "_Recv" || node.def->op() == "_HostRecv";
      f_.receives_ = f_.receives_ || node.receives;
      for (const std::string& input : node.def->input()) {
        if (absl::Status s = Input(node, input); !s.ok()) return f_.At(node, s);
      }
    }
    std::vector<int> roots;
    for (const auto& output : def.signature().output_arg()) {
      const auto it = def.ret().find(output.name());
      if (it == def.ret().end()) return Bad(absl::StrCat("output '", output.name(), "' has no value"));
      ASSIGN_OR_RETURN(const int slot, SlotOf(it->second, &roots));
      f_.returns_.push_back(slot);
    }
    for (const auto& [name, node] : def.control_ret()) {
      const auto it = node_index_.find(node);
      if (it == node_index_.end()) return Bad(absl::StrCat("there is no node '", node, "'"));
      roots.push_back(it->second);
    }
    for (size_t i = 0; i < f_.nodes_.size(); ++i) {
      if (IsStateful(*f_.nodes_[i].def, functions_)) roots.push_back(static_cast<int>(i));
    }
    MarkNeeded(std::move(roots));
    RETURN_IF_ERROR(Order());
    CountUses();
    return absl::OkStatus();
  }

 private:
  absl::Status Bad(absl::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat("function '", f_.def_->signature().name(), "': ", what));
  }

  absl::Status Input(Node& node, const std::string& input) {
    if (absl::StartsWith(input, "^")) {
      const auto it = node_index_.find(input.substr(1));
      if (it != node_index_.end()) {
        node.waits_for.push_back(it->second);
      } else if (!arguments_.contains(input.substr(1))) {
        return absl::InvalidArgumentError(absl::StrCat("there is no node '", input.substr(1), "'"));
      }
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const int slot, SlotOf(input, &node.waits_for));
    node.inputs.push_back(slot);
    return absl::OkStatus();
  }

  // The slot of a name; adds the node that fills it to `nodes`.
  absl::StatusOr<int> SlotOf(const std::string& value, std::vector<int>* nodes) {
    const std::vector<std::string> parts = absl::StrSplit(value, ':');
    if (const auto argument = arguments_.find(parts[0]); argument != arguments_.end()) {
      int& slot = f_.argument_slots_[static_cast<size_t>(argument->second)];
      if (slot < 0) slot = NewSlot();
      return slot;
    }
    const auto found = node_index_.find(parts[0]);
    if (found == node_index_.end()) return absl::InvalidArgumentError(absl::StrCat("nothing is called '", value, "'"));
    Node& node = f_.nodes_[static_cast<size_t>(found->second)];
    int output = 0;
    if (parts.size() > 1 && !absl::SimpleAtoi(parts.back(), &output)) output = parts.size() == 2 ? 0 : -1;
    if (parts.size() > 1 && !(parts.size() == 2 && absl::SimpleAtoi(parts[1], &output))) {
      ASSIGN_OR_RETURN(const int offset, OffsetOf(*node.def, parts[1], functions_));
      output += offset;
    }
    if (parts.size() > 3 || output < 0) return absl::InvalidArgumentError(absl::StrCat("'", value, "' is no name of a value"));
    nodes->push_back(found->second);
    for (const Made& made : node.outputs) {
      if (made.output == output) return made.slot;
    }
    node.outputs.push_back({output, NewSlot()});
    return node.outputs.back().slot;
  }

  int NewSlot() {
    f_.uses_.push_back(0);
    return static_cast<int>(f_.uses_.size()) - 1;
  }

  void MarkNeeded(std::vector<int> todo) {
    while (!todo.empty()) {
      Node& node = f_.nodes_[static_cast<size_t>(todo.back())];
      todo.pop_back();
      if (std::exchange(node.needed, true)) continue;
      todo.insert(todo.end(), node.waits_for.begin(), node.waits_for.end());
    }
  }

  // Each after what it waits for, otherwise as they stand in the definition.
  absl::Status Order() {
    std::vector<std::vector<int>> followers(f_.nodes_.size());
    std::vector<int> waiting(f_.nodes_.size(), 0), ready;
    size_t needed = 0;
    for (size_t i = 0; i < f_.nodes_.size(); ++i) {
      const Node& node = f_.nodes_[i];
      if (!node.needed) continue;
      ++needed;
      for (int other : node.waits_for) followers[static_cast<size_t>(other)].push_back(static_cast<int>(i));
      waiting[i] = static_cast<int>(node.waits_for.size());
      if (waiting[i] == 0) ready.push_back(static_cast<int>(i));
    }
    const auto later = std::greater<int>();
    std::make_heap(ready.begin(), ready.end(), later);
    while (!ready.empty()) {
      std::pop_heap(ready.begin(), ready.end(), later);
      const int i = ready.back();
      ready.pop_back();
      f_.order_.push_back(i);
      for (int follower : followers[static_cast<size_t>(i)]) {
        if (--waiting[static_cast<size_t>(follower)] != 0) continue;
        ready.push_back(follower);
        std::push_heap(ready.begin(), ready.end(), later);
      }
    }
    return f_.order_.size() == needed ? absl::OkStatus() : Bad("nodes wait for each other");
  }

  void CountUses() {
    for (int i : f_.order_) {
      for (int slot : f_.nodes_[static_cast<size_t>(i)].inputs) ++f_.uses_[static_cast<size_t>(slot)];
    }
    for (int slot : f_.returns_) ++f_.uses_[static_cast<size_t>(slot)];
  }

  Function& f_;
  const FunctionLibrary& functions_;
  absl::flat_hash_map<std::string, int> arguments_, node_index_;
};

absl::Status Function::Resolve(const FunctionLibrary& functions) { return Resolver(*this, functions).Resolve(); }

absl::StatusOr<Values> Function::Run(Runner& runner, Values arguments, const Frame& frame) {
  const std::string& name = def_->signature().name();
  if (arguments.size() != argument_slots_.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("function '", name, "' takes ", argument_slots_.size(), " inputs, got ", arguments.size()));
  }
  Run_ run{std::vector<Value>(uses_.size()), uses_};
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (argument_slots_[i] >= 0) run.slots[static_cast<size_t>(argument_slots_[i])] = std::move(arguments[i]);
  }
  arguments.clear();
  if (receives_) {
    RETURN_IF_ERROR(RunAsTheyCome(runner, run, frame));
  } else {
    for (int i : order_) RETURN_IF_ERROR(RunNode(runner, nodes_[static_cast<size_t>(i)], run, frame));
  }
  Values results;
  for (int slot : returns_) results.push_back(run.slots[static_cast<size_t>(slot)]);
  return results;
}

absl::Status Function::RunNode(Runner& runner, Node& node, Run_& run, const Frame& frame) {
  if (!node.prepared) {
    const ::tensorflow::NodeDef& def = *node.def;
    AttrMap attrs = def.attr();
    for (auto& [name, value] : attrs) {
      if (value.value_case() != ::tensorflow::AttrValue::kPlaceholder) continue;
      const auto given = attrs_.find(value.placeholder());
      if (given == attrs_.end()) {
        return At(node, absl::InvalidArgumentError(absl::StrCat("the caller gives no attribute '", value.placeholder(), "'")));
      }
      const ::tensorflow::AttrValue copy = given->second;
      value = copy;
    }
    absl::StatusOr<Instruction> made = runner.Prepare(def.op(), attrs, def.device().empty() ? frame.device : def.device());
    if (!made.ok()) return At(node, made.status());
    node.instruction = *std::move(made);
    node.prepared = true;
  }
  Values inputs;
  inputs.reserve(node.inputs.size());
  for (int slot : node.inputs) {
    Value& value = run.slots[static_cast<size_t>(slot)];
    if (!value) return At(node, absl::InternalError("an input has no value"));
    if (--run.uses[static_cast<size_t>(slot)] == 0) {
      inputs.push_back(std::exchange(value, Value()));
    } else {
      inputs.push_back(value);
    }
  }
  absl::StatusOr<Values> outputs = runner.Run(node.instruction, std::move(inputs), frame);
  if (!outputs.ok()) return At(node, outputs.status());
  for (const Made& made : node.outputs) {
    if (static_cast<size_t>(made.output) >= outputs->size()) {
      return At(node, absl::InvalidArgumentError(absl::StrCat("output ", made.output, " is used, but there are ", outputs->size())));
    }
    if (run.uses[static_cast<size_t>(made.slot)] == 0) continue;  // by nodes that do not run
    run.slots[static_cast<size_t>(made.slot)] = (*outputs)[static_cast<size_t>(made.output)];
  }
  return absl::OkStatus();
}

absl::Status Function::RunAsTheyCome(Runner& runner, Run_& run, const Frame& frame) {
  std::vector<bool> done(nodes_.size(), false);
  std::vector<int> left = order_;
  Receipts receipts;
  while (!left.empty()) {
    std::vector<int> later;
    bool progress = false;
    for (int i : left) {
      Node& node = nodes_[static_cast<size_t>(i)];
      const bool ready = std::all_of(node.waits_for.begin(), node.waits_for.end(), [&](int other) { return done[static_cast<size_t>(other)]; });
      bool run_now = ready && !node.receives;
      if (ready && node.receives) {
        RETURN_IF_ERROR(At(node, receipts.Ask(runner, i, node.def->attr(), frame)));
        if (absl::StatusOr<TensorRef>* come = receipts.Find(i)) {
          if (!come->ok()) return At(node, come->status());
          for (const Made& made : node.outputs) run.slots[static_cast<size_t>(made.slot)] = **come;
          done[static_cast<size_t>(i)] = progress = true;
          continue;
        }
      }
      if (!run_now) {
        later.push_back(i);
        continue;
      }
      RETURN_IF_ERROR(RunNode(runner, node, run, frame));
      done[static_cast<size_t>(i)] = progress = true;
    }
    left = std::move(later);
    if (left.empty() || progress) continue;
    RETURN_IF_ERROR(receipts.WaitForOne(runner));
  }
  return absl::OkStatus();
}

absl::Status Function::At(const Node& node, const absl::Status& status) const {
  if (status.ok() || absl::StrContains(status.message(), "[[{{node")) return status;
  absl::string_view text = status.message();
  absl::ConsumePrefix(&text, absl::StrCat(node.def->op(), ": "));  // the node says which op
  return absl::Status(status.code(),
                      absl::StrCat("{{function_node ", def_->signature().name(), "}} ", text, "\n\t [[{{node ", node.def->name(), "}}]]"));
}

}  // namespace eager::server::tf
