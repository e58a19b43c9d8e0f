#include "client/train/object_graph.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "client/core/tensor_state.h"

namespace eager::train::internal {
namespace {

class Lister {
 public:
  explicit Lister(std::source_location where) : where_(where) {}

  std::vector<ObjectNode> List(Root root) {
    nodes_.push_back({.module = root.module});
    if (root.module != nullptr) ids_[root.module] = 0;
    edges_.push_back(std::move(root.more));
    for (size_t i = 0; i < nodes_.size(); ++i) {
      std::vector<Tracked> own;
      if (nodes_[i].module != nullptr) own = nodes_[i].module->checkpoint_edges();
      for (Tracked& edge : own) AddEdge(static_cast<int>(i), edge);
      own = std::move(edges_[i]);
      for (Tracked& edge : own) AddEdge(static_cast<int>(i), edge);
    }
    return std::move(nodes_);
  }

 private:
  void AddEdge(int from, Tracked& edge) {
    int to;
    if (auto* variable = std::get_if<Variable>(&edge.part)) {
      to = Find(variable->handle().state().get(), from, edge.name);
      if (!nodes_[static_cast<size_t>(to)].variable.has_value()) nodes_[static_cast<size_t>(to)].variable = *variable;
    } else if (auto* module = std::get_if<Module*>(&edge.part)) {
      to = Find(*module, from, edge.name);
      nodes_[static_cast<size_t>(to)].module = *module;
    } else {
      to = Add(from, edge.name);
      edges_[static_cast<size_t>(to)] = std::move(std::get<std::vector<Tracked>>(edge.part));
    }
    auto& children = nodes_[static_cast<size_t>(from)].children;
    for (const auto& [name, id] : children) {
      if (name != edge.name) continue;
      if (id == to) return;
      throw Error(absl::InvalidArgumentError(absl::StrCat("checkpoint: ", Describe(nodes_[static_cast<size_t>(from)]),
                                                          " has two parts of the name '", edge.name, "'")),
                  where_);
    }
    children.emplace_back(edge.name, to);
  }

  int Find(const void* object, int from, const std::string& name) {
    const auto [it, added] = ids_.emplace(object, 0);
    if (added) it->second = Add(from, name);
    return it->second;
  }

  int Add(int from, const std::string& name) {
    const std::string& parent = nodes_[static_cast<size_t>(from)].path;
    std::string path = absl::StrCat(parent, parent.empty() ? "" : "/", EscapeName(name));
    nodes_.push_back({.path = std::move(path)});
    edges_.emplace_back();
    return static_cast<int>(nodes_.size()) - 1;
  }

  const std::source_location where_;
  std::vector<ObjectNode> nodes_;
  std::vector<std::vector<Tracked>> edges_;  // of lists, and the root's more, until they are visited
  std::map<const void*, int> ids_;
};

}  // namespace

std::vector<ObjectNode> ListObjects(Root root, std::source_location where) {
  return Lister(where).List(std::move(root));
}

std::string EscapeName(const std::string& local_name) {
  return absl::StrReplaceAll(local_name, {{".", ".."}, {"/", ".S"}});
}

std::string CheckpointKey(const std::string& path) { return absl::StrCat(path, "/.ATTRIBUTES/", kVariableValue); }

std::string FullName(const Variable& variable) { return variable.name().substr(0, variable.name().rfind(':')); }

std::string Describe(const ObjectNode& node) {
  return node.path.empty() ? "the root" : absl::StrCat("'", node.path, "'");
}

}  // namespace eager::train::internal
