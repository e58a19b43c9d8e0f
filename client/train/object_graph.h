// A program's objects as a checkpoint sees them: nodes, and edges with names.
//
// Source: tensorflow/python/checkpoint/{graph_view,save_util,util}.py.
#pragma once

#include <optional>
#include <source_location>
#include <string>
#include <utility>
#include <vector>

#include "client/module.h"

namespace eager::train::internal {

// What makes two edges lead to the same object: a module's address, a variable's handle, or a list's place.
struct ObjectNode {
  Module* module = nullptr;          // of a module,
  std::optional<Variable> variable;  // or of a variable; neither: a list or map
  std::string path;                  // from the root, by the first way: "model/layers/0", escaped; "" for the root
  std::vector<std::pair<std::string, int>> children;
};

// Where a walk begins: a module with edges of its own and more, or only edges.
struct Root {
  Module* module = nullptr;
  std::vector<Tracked> more;
};

// All nodes that edges lead to from `root`, breadth first; node 0 is the root. Throws INVALID_ARGUMENT if two different
// parts of an object have one name.
std::vector<ObjectNode> ListObjects(Root root, std::source_location where);

// "a.b/c" -> "a..b.Sc"
std::string EscapeName(const std::string& local_name);
// "<path>/.ATTRIBUTES/VARIABLE_VALUE"
std::string CheckpointKey(const std::string& path);
inline constexpr char kVariableValue[] = "VARIABLE_VALUE";
// A variable's name without ":0".
std::string FullName(const Variable& variable);
// The object for people: its path, or "the root".
std::string Describe(const ObjectNode& node);

}  // namespace eager::train::internal
