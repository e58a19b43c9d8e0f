// The functions that one client has registered.
#pragma once

#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "server/rpc/tensorflow/attrs.h"
#include "server/rpc/tensorflow/rendezvous.h"
#include "tensorflow/function.pb.h"

namespace eager::server::tf {

class Function;

// Functions with a state of their own, which is what their random ops have drawn so far.
using FunctionInstances = absl::flat_hash_map<std::string, std::shared_ptr<Function>>;

// Used under its context's lock.
class FunctionLibrary {
 public:
  // In place of one of the same name. RESOURCE_EXHAUSTED beyond what one client may have.
  absl::Status Add(::tensorflow::FunctionDef def);
  void Remove(const std::string& name);
  bool Contains(const std::string& name) const { return defs_.contains(name); }
  // Of one that it contains.
  int NumOutputs(const std::string& name) const { return defs_.at(name).def->signature().output_arg_size(); }
  // Made ready to run on a device, once for each. `attrs`: the caller's. NOT_FOUND; INVALID_ARGUMENT for what is no function.
  // `instances`: where those are that the caller has for himself; null: the client's.
  absl::StatusOr<std::shared_ptr<Function>> Get(const std::string& name, const AttrMap& attrs, const std::string& device,
                                                FunctionInstances* instances = nullptr);

 private:
  static constexpr size_t kMost = 1 << 16;
  struct Entry {
    std::shared_ptr<const ::tensorflow::FunctionDef> def;
    bool has_placeholders = false;  // takes attributes of its caller
    FunctionInstances ready;  // by device and, if it takes them, attributes
  };
  absl::flat_hash_map<std::string, Entry> defs_;
};

}  // namespace eager::server::tf
