// Runs ops and functions for one client.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "server/exec/executor.h"
#include "server/rpc/tensorflow/function_library.h"
#include "server/rpc/tensorflow/keeper.h"
#include "server/rpc/tensorflow/op_call.h"
#include "server/session/session.h"

namespace eager::server::tf {

// An op with its attributes on a device: made once, run as often as it is met. For one runner.
class Instruction {
 public:
  Instruction() = default;
  // The row of the table's; null: the op is this door's, or a function.
  Signature* signature() const { return signature_.get(); }
  // Nobody can read that it failed.
  bool has_no_outputs() const { return has_no_outputs_; }

 private:
  friend class Runner;
  std::string op_;
  AttrMap attrs_;
  SignatureRef signature_;
  const OpRow* row_ = nullptr;         // of this door
  const OpRow* on_objects_ = nullptr;  // in place of the signature, where an input is an object
  bool is_function_ = false;
  bool has_no_outputs_ = false;
  Value constant_;
};

// Brings what another task has sent. Calls `taker` once, from any thread; `key` names the sender.
class Peers {
 public:
  virtual ~Peers() = default;
  virtual void Fetch(int64_t step, const std::string& key, Rendezvous::Taker taker) = 0;
};

// What one item may take.
struct Bounds {
  std::chrono::nanoseconds longest_wait = std::chrono::minutes(10);  // for a tensor that others send
  int64_t most_calls = 0;  // of functions and of passes over datasets, loops included; 0: as many as it likes
};

// Used under its context's lock.
class Runner {
 public:
  // `waiting`: calls what it is given without the context's lock.
  using Unlocked = std::function<void(absl::FunctionRef<void()>)>;
  Runner(Session& session, Rendezvous& rendezvous, Peers& peers, Unlocked unlocked, const Bounds& bounds = {})
      : session_(session), rendezvous_(rendezvous), peers_(peers), unlocked_(std::move(unlocked)), bounds_(bounds) {}
  ~Runner() { keeper_->Close(); }

  // Another item begins.
  void StartItem() { calls_ = 0; }

  // NOT_FOUND, in TensorFlow's words, for an op or function that there is not.
  absl::StatusOr<Instruction> Prepare(const std::string& op, const AttrMap& attrs, const std::string& device);
  absl::StatusOr<Values> Run(Instruction& instruction, Values inputs, const Frame& frame);
  // Runs a function.
  absl::StatusOr<Values> Call(const std::string& function, const AttrMap& attrs, Values inputs, const Frame& frame);
  absl::StatusOr<Values> Call(const ::tensorflow::NameAttrList& function, Values inputs, const Frame& frame) {
    return Call(function.name(), function.attr(), std::move(inputs), frame);
  }
  // Counts a call, of whatever may be called without end. RESOURCE_EXHAUSTED beyond the item's bound; the session's error once it is closed.
  absl::Status CountCall(absl::string_view of);
  // Runs an op of the table on tensors, for ops that are made of it.
  absl::StatusOr<Tensors> RunRow(absl::string_view op, absl::Span<const TensorRef> inputs, const NamedAttrs& attrs, const Frame& frame);
  // A tensor of values that are on the host.
  absl::StatusOr<TensorRef> Constant(const HostTensor& values, const Frame& frame);

  absl::StatusOr<Place> PlaceFor(const std::string& device) { return Place::Find(session_.queues(), device); }
  FunctionLibrary& functions() { return functions_; }
  Rendezvous& rendezvous() { return rendezvous_; }
  Peers& peers() { return peers_; }
  Session& session() { return session_; }
  const std::shared_ptr<Keeper>& keeper() const { return keeper_; }
  const Bounds& bounds() const { return bounds_; }
  // Lets others use the context while this one waits.
  void WithoutLock(absl::FunctionRef<void()> wait) { unlocked_(wait); }

 private:
  static constexpr int kDeepest = 100;  // of functions that call each other

  absl::StatusOr<Values> RunSignature(Signature& signature, Values& inputs);

  Session& session_;
  Rendezvous& rendezvous_;
  Peers& peers_;
  const Unlocked unlocked_;
  const std::shared_ptr<Keeper> keeper_ = std::make_shared<Keeper>(session_);
  const Bounds bounds_;
  int64_t calls_ = 0;  // by this item
  FunctionLibrary functions_;
  SignatureCache signatures_;  // of RunRow
};

}  // namespace eager::server::tf
