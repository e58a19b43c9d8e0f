// A function that a client registered: a graph of ops, run node after node.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "server/rpc/tensorflow/runner.h"
#include "tensorflow/function.pb.h"

namespace eager::server::tf {

// On one device, for one client; used under its context's lock, which _Recv nodes let go of while they wait.
class Function {
 public:
  // `attrs`: what the caller gives for the function's own attributes.
  Function(std::shared_ptr<const ::tensorflow::FunctionDef> def, const AttrMap& attrs) : def_(std::move(def)), attrs_(attrs) {}

  // Finds out what flows where, and in which order nodes can run. INVALID_ARGUMENT, which names the node, for names that stand for
  // nothing and for nodes that wait for each other. To be called once, first.
  absl::Status Resolve(const FunctionLibrary& functions);

  // An argument's worth of values in, one value for each of the signature's outputs. Nodes that nothing needs, and whose running nobody
  // could tell, do not run. Errors say which function and node they come from.
  absl::StatusOr<Values> Run(Runner& runner, Values arguments, const Frame& frame);

 private:
  // Slots hold the values that somebody uses: an argument, or output k of a node.
  struct Made {
    int output = 0;
    int slot = 0;
  };
  struct Node {
    const ::tensorflow::NodeDef* def = nullptr;
    std::vector<int> inputs;   // slots
    std::vector<int> waits_for;  // nodes
    std::vector<Made> outputs;
    bool needed = false;
    bool receives = false;  // its value comes from elsewhere
    bool prepared = false;
    Instruction instruction;
  };
  // The values of one run.
  struct Run_ {
    std::vector<Value> slots;
    std::vector<int> uses;  // that are still to come
  };
  class Resolver;

  absl::Status RunNode(Runner& runner, Node& node, Run_& run, const Frame& frame);
  // For functions with nodes that wait: runs whatever can be run meanwhile.
  absl::Status RunAsTheyCome(Runner& runner, Run_& run, const Frame& frame);
  absl::Status At(const Node& node, const absl::Status& status) const;

  const std::shared_ptr<const ::tensorflow::FunctionDef> def_;
  const AttrMap attrs_;
  std::vector<Node> nodes_;
  std::vector<int> order_;    // of the needed ones
  std::vector<int> returns_;  // slots
  std::vector<int> uses_;     // of each slot, by nodes and returns
  std::vector<int> argument_slots_;  // -1: not used
  bool receives_ = false;
};

}  // namespace eager::server::tf
