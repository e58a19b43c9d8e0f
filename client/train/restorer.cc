#include "client/train/restorer.h"

#include <algorithm>
#include <deque>
#include <iostream>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "bundle/object_graph.pb.h"
#include "client/core/context_state.h"
#include "client/core/tape_state.h"
#include "client/core/tensor_state.h"
#include "client/core/throw.h"
#include "common/bundle/naming.h"

namespace eager::train::internal {
namespace {

namespace pb = bundle::pb;
using eager::internal::ThrowIfError;
using eager::internal::ValueOrThrow;

constexpr size_t kMostNames = 10;  // in a message

const void* Identity(const Variable& variable) { return variable.handle().state().get(); }

std::string JoinNames(std::vector<std::string> names) {
  const size_t n = names.size();
  if (n > kMostNames) names.resize(kMostNames);
  return absl::StrCat(absl::StrJoin(names, ", "), n > kMostNames ? absl::StrCat(" and ", n - kMostNames, " more") : "");
}

std::string JoinPath(const std::string& path, const std::string& below) {
  return absl::StrCat(path, path.empty() || below.empty() ? "" : "/", below);
}

const pb::Attribute* ValueOf(const pb::Node& node) {
  for (const pb::Attribute& attribute : node.attributes()) {
    if (attribute.name() == kVariableValue) return &attribute;
  }
  return nullptr;
}

}  // namespace

std::shared_ptr<Restore> Restore::Begin(Root root, const std::string& path, std::source_location where) {
  auto reader = ValueOrThrow(bundle::BundleReader::Open(path), where);
  auto restore = std::shared_ptr<Restore>(new Restore(root, std::move(reader), where));
  restore->ReadGraph();
  restore->MatchAndAssign(std::move(root), 0, "", /*wait_for_server=*/true);
  restore->silent_ = false;
  return restore;
}

Restore::Restore(Root root, std::unique_ptr<bundle::BundleReader> reader, std::source_location where)
    : root_(std::move(root)), reader_(std::move(reader)), where_(where), graph_(std::make_unique<pb::ObjectGraph>()) {}

Restore::~Restore() {
  keys_left_.erase(CheckpointKey("save_counter"));  // read() does not ask for it
  const std::vector<std::string> left = KeysLeft();
  if (silent_ || left.empty()) return;
  std::cerr << "eager: these values of the checkpoint " << reader_->prefix()
            << " were restored into nothing: " << JoinNames(left)
            << ". expect_partial() of what restore() returned says that this is meant.\n";
}

bool Restore::by_names() const { return graph_->nodes_size() == 0; }

void Restore::ReadGraph() {
  for (const auto& [key, entry] : reader_->entries()) {
    if (key != bundle::kObjectGraphKey) keys_left_.insert(key);
  }
  const std::string graph_key(bundle::kObjectGraphKey);
  if (!reader_->Has(graph_key)) return;
  const HostTensor bytes = ValueOrThrow(reader_->Read(graph_key), where_);
  const auto broken = [&](absl::string_view what) {
    throw Error(absl::DataLossError(absl::StrCat(reader_->prefix(), ": its object graph ", what)), where_);
  };
  if (bytes.dtype() != DType::kString || bytes.num_elements() != 1) broken("is no string");
  const absl::string_view text = bytes.string_at(0);
  if (text.size() > std::numeric_limits<int>::max()) broken("is larger than protobuf can read");
  if (!graph_->ParseFromArray(text.data(), static_cast<int>(text.size())) || graph_->nodes_size() == 0)
    broken("cannot be read");
  const auto check = [&](int id) {
    if (id < 0 || id >= graph_->nodes_size()) broken("names nodes that it does not have");
  };
  for (const pb::Node& node : graph_->nodes()) {
    for (const pb::Edge& edge : node.children()) check(edge.node_id());
    for (const pb::Slot& slot : node.slots()) {
      check(slot.original_variable_node_id());
      check(slot.slot_variable_node_id());
    }
  }
}

void Restore::MatchAndAssign(Root from, int id, const std::string& path, bool wait_for_server) {
  const std::vector<ObjectNode> nodes = ListObjects(std::move(from), where_);
  Walk walk;
  if (by_names()) {
    MatchNames(nodes, path, walk);
  } else {
    MatchEdges(nodes, id, path, walk);
  }
  // First everything is found right, then everything is changed.
  for (const Assignment& assignment : walk.assignments) Check(assignment);
  std::set<eager::internal::ContextState*> contexts;
  for (const Assignment& assignment : walk.assignments) {
    Assign(assignment);
    contexts.insert(assignment.variable.handle().state()->context.get());
  }
  if (wait_for_server) {
    for (eager::internal::ContextState* context : contexts) ThrowIfError(context->session().Sync(), where_);
  }
  for (const Waiting& waiting : walk.waiting) WaitFor(waiting);
}

bool Restore::Bind(const ObjectNode& node, int id) {
  const void* object = node.variable.has_value() ? Identity(*node.variable) : node.module;
  if (object == nullptr) return true;  // a list has no life of its own
  const auto has_object = objects_.find(id);
  const auto has_id = ids_.find(object);
  if (has_object != objects_.end() || has_id != ids_.end()) {
    return has_object != objects_.end() && has_id != ids_.end() && has_object->second == object && has_id->second == id;
  }
  objects_[id] = object;
  ids_[object] = id;
  return true;
}

void Restore::MatchEdges(const std::vector<ObjectNode>& nodes, int id, const std::string& path, Walk& walk) {
  struct Pair {
    int node, id;
    int owner;  // the nearest module on the way: the one that will be built if something is missing. -1: none
    int owner_id;
  };
  std::deque<Pair> todo{{0, id, -1, 0}};
  std::set<int> visited, waiting;
  std::vector<std::pair<int, int>> optimizers;  // node, id
  // The module at which a later match begins may be a copy of the one that was bound.
  if (nodes[0].module != nullptr) {
    if (const auto bound = objects_.find(id); bound != objects_.end()) ids_.erase(bound->second);
    objects_[id] = nodes[0].module;
    ids_[nodes[0].module] = id;
  }
  std::map<int, int> node_ids;
  while (!todo.empty()) {
    Pair pair = todo.front();
    todo.pop_front();
    const ObjectNode& node = nodes[static_cast<size_t>(pair.node)];
    if (visited.count(pair.node) > 0 || !Bind(node, pair.id)) continue;
    visited.insert(pair.node);
    const pb::Node& in_file = graph_->nodes(pair.id);
    if (node.variable.has_value()) {
      MatchVariable(*node.variable, pair.id, JoinPath(path, node.path), walk);
      continue;
    }
    if (node.module != nullptr) {
      pair.owner = pair.node;
      pair.owner_id = pair.id;
      if (in_file.slots_size() > 0) optimizers.emplace_back(pair.node, pair.id);
    }
    for (const pb::Edge& edge : in_file.children()) {
      const auto child = std::find_if(node.children.begin(), node.children.end(),
                                      [&](const auto& c) { return c.first == edge.local_name(); });
      if (child != node.children.end()) {
        todo.push_back({child->second, edge.node_id(), pair.owner, pair.owner_id});
      } else if (pair.owner >= 0) {
        waiting.insert(pair.owner);
        node_ids[pair.owner] = pair.owner_id;
      }
    }
  }
  for (const auto& [node, node_id] : optimizers) {
    const ObjectNode& optimizer = nodes[static_cast<size_t>(node)];
    if (MatchSlots(*optimizer.module, node_id, JoinPath(path, optimizer.path), walk)) continue;
    waiting.insert(node);
    node_ids[node] = node_id;
  }
  for (const int node : waiting) {
    const ObjectNode& module = nodes[static_cast<size_t>(node)];
    walk.waiting.push_back({module.module, node_ids[node], JoinPath(path, module.path)});
  }
}

void Restore::MatchVariable(const Variable& variable, int id, const std::string& path, Walk& walk) {
  variables_.emplace(id, variable);
  const pb::Attribute* value = ValueOf(graph_->nodes(id));
  if (value == nullptr || IsRestored(variable)) return;
  walk.assignments.push_back({variable, value->checkpoint_key(), path});
}

bool Restore::MatchSlots(Module& optimizer, int id, const std::string& path, Walk& walk) {
  bool all = true;
  for (const pb::Slot& slot : graph_->nodes(id).slots()) {
    const auto of = variables_.find(slot.original_variable_node_id());
    std::optional<Variable> variable;
    if (of != variables_.end()) variable = optimizer.slot_variable(of->second, slot.slot_name());
    if (!variable.has_value()) {
      all = false;
      continue;
    }
    const int slot_id = slot.slot_variable_node_id();
    objects_[slot_id] = Identity(*variable);
    MatchVariable(*variable, slot_id, absl::StrCat(path, "'s ", slot.slot_name(), " of ", of->second.name()), walk);
  }
  return all;
}

void Restore::MatchNames(const std::vector<ObjectNode>& nodes, const std::string& path, Walk& walk) {
  std::map<std::string, std::string> paths;  // by name
  for (const ObjectNode& node : nodes) {
    if (node.module != nullptr) walk.waiting.push_back({node.module, 0, JoinPath(path, node.path)});
    if (!node.variable.has_value() || IsRestored(*node.variable)) continue;
    const std::string name = FullName(*node.variable);
    if (!reader_->Has(name)) continue;
    const auto [other, added] = paths.emplace(name, node.path);
    if (!added) {
      throw Error(
          absl::InvalidArgumentError(absl::StrCat(
              "restore: ", reader_->prefix(), " has no object graph, so that variables are found by their names, but '",
              other->second, "' and '", node.path, "' are both called '", name, "'")),
          where_);
    }
    walk.assignments.push_back({*node.variable, name, JoinPath(path, node.path)});
  }
  if (walk.assignments.size() >= keys_left_.size()) walk.waiting.clear();
}

void Restore::Check(const Assignment& assignment) const {
  const auto where_in = [&] {
    return absl::StrCat("restore: '", assignment.path, "' (", assignment.variable.name(), ")");
  };
  const TensorSpec has{assignment.variable.dtype(), assignment.variable.shape()};
  const bundle::Entry* entry = ValueOrThrow(reader_->Find(assignment.key), where_);
  if (entry->spec != has) {
    throw Error(absl::InvalidArgumentError(absl::StrCat(where_in(), " is ", has.ToString(), ", but ", reader_->prefix(),
                                                        " has ", entry->spec.ToString(), " for it under '",
                                                        assignment.key, "'")),
                where_);
  }
  ThrowIfError(reader_->Verify(assignment.key), where_);
}

void Restore::Assign(const Assignment& assignment) {
  const eager::internal::NoTapes quiet;
  const eager::internal::TensorState& handle = *assignment.variable.handle().state();
  const HostTensor value = ValueOrThrow(reader_->Read(assignment.key), where_);
  const Tensor put(ValueOrThrow(handle.context->Put(value, *handle.device, where_), where_));
  Variable variable = assignment.variable;
  variable.assign(Operand(put, where_));
  if (restored_.insert(Identity(variable)).second) restored_alive_.push_back(variable);
  keys_left_.erase(assignment.key);
}

void Restore::WaitFor(const Waiting& waiting) {
  waiting.module->when_built([self = shared_from_this(), id = waiting.id, path = waiting.path](Module& built) {
    self->MatchAndAssign({&built, {}}, id, path, /*wait_for_server=*/false);
  });
}

bool Restore::IsRestored(const Variable& variable) const { return restored_.count(Identity(variable)) > 0; }

std::vector<std::string> Restore::KeysLeft() const { return {keys_left_.begin(), keys_left_.end()}; }

void Restore::AssertExistingObjectsMatched(std::source_location where) {
  silent_ = true;
  std::vector<std::string> missing;
  for (const ObjectNode& node : ListObjects(root_, where)) {
    if (!node.variable.has_value() || IsRestored(*node.variable)) continue;
    if (by_names() && node.path == "save_counter") continue;  // such files have none
    missing.push_back(absl::StrCat("'", node.path, "' (", node.variable->name(), ")"));
  }
  if (missing.empty()) return;
  throw Error(absl::FailedPreconditionError(
                  absl::StrCat("the checkpoint ", reader_->prefix(), " has no value for ", JoinNames(missing))),
              where);
}

void Restore::AssertConsumed(std::source_location where) {
  AssertExistingObjectsMatched(where);
  const std::vector<std::string> left = KeysLeft();
  if (left.empty()) return;
  throw Error(absl::FailedPreconditionError(absl::StrCat(
                  "the checkpoint ", reader_->prefix(), " has values for which there is no object: ", JoinNames(left))),
              where);
}

void Restore::AssertNontrivialMatch(std::source_location where) {
  if (by_names() ? !restored_.empty() : objects_.size() > (root_.module != nullptr ? 1 : 0)) return;
  silent_ = true;
  throw Error(absl::FailedPreconditionError(absl::StrCat(
                  "nothing of the checkpoint ", reader_->prefix(),
                  " was found in the program but the root: it is another model's, or its parts have other names")),
              where);
}

}  // namespace eager::train::internal
