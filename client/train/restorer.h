// Lays a file's object graph over a program's, from the root, and gives variables their values; keeps what waits for
// objects that are not built yet.
//
// Source: tensorflow/python/checkpoint/{restore,checkpoint}.py.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <source_location>
#include <string>
#include <vector>

#include "client/train/object_graph.h"
#include "common/bundle/reader.h"

namespace eager::bundle::pb {
class ObjectGraph;
}

namespace eager::train::internal {

// One restore: the open file, and what of it has been found. Shared by the status object and by the modules that wait.
class Restore : public std::enable_shared_from_this<Restore> {
 public:
  // Restores what is there now. Throws as Checkpoint::read does; then no variable has changed.
  static std::shared_ptr<Restore> Begin(Root root, const std::string& path, std::source_location where);
  ~Restore();

  void AssertConsumed(std::source_location where);
  void AssertExistingObjectsMatched(std::source_location where);
  void AssertNontrivialMatch(std::source_location where);
  void ExpectPartial() { silent_ = true; }

 private:
  // A variable that is to get a value.
  struct Assignment {
    Variable variable;
    std::string key;
    std::string path;  // of the variable, for people
  };
  // A module with parts in the file that the program does not have yet.
  struct Waiting {
    Module* module;
    int id;
    std::string path;
  };
  struct Walk {
    std::vector<Assignment> assignments;
    std::vector<Waiting> waiting;
  };

  Restore(Root root, std::unique_ptr<bundle::BundleReader> reader, std::source_location where);

  void ReadGraph();
  bool by_names() const;  // the file has no graph
  // Matches from an object on: with file node `id`, by edges; by names where the file has no graph.
  void MatchAndAssign(Root from, int id, const std::string& path, bool wait_for_server);
  void MatchEdges(const std::vector<ObjectNode>& nodes, int id, const std::string& path, Walk& walk);
  void MatchNames(const std::vector<ObjectNode>& nodes, const std::string& path, Walk& walk);
  // False if another object has this node, or the object another node.
  bool Bind(const ObjectNode& node, int id);
  void MatchVariable(const Variable& variable, int id, const std::string& path, Walk& walk);
  // Whether every slot of an optimizer's node has its variable.
  bool MatchSlots(Module& optimizer, int id, const std::string& path, Walk& walk);
  void Check(const Assignment& assignment) const;
  void Assign(const Assignment& assignment);
  void WaitFor(const Waiting& waiting);
  std::vector<std::string> KeysLeft() const;
  bool IsRestored(const Variable& variable) const;

  const Root root_;
  const std::unique_ptr<bundle::BundleReader> reader_;
  const std::source_location where_;                      // of the restore, for what happens later
  const std::unique_ptr<bundle::pb::ObjectGraph> graph_;  // without nodes: the file has none
  std::map<int, const void*> objects_;    // by node: the address of a module or of a variable's state; of lists none
  std::map<const void*, int> ids_;        // the other way
  std::map<int, Variable> variables_;     // those of `objects_` that are variables; they keep their addresses in use
  std::set<const void*> restored_;        // variables that got a value
  std::vector<Variable> restored_alive_;  // the same, so that no other one takes their place in memory
  std::set<std::string> keys_left_;       // of values that nobody got
  bool silent_ = true;
};

}  // namespace eager::train::internal
