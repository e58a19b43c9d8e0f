// One client's state on the server: its handles, signatures, tapes and variables, and what can be asked of them.
//
// Neutral of the wire: rpc/ translates messages into these calls. One thread at a time makes them, in the stream's
// order; only what says so is for other threads.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/tape/backward.h"
#include "server/device/cpu/compute_gate.h"
#include "server/exec/executor.h"
#include "server/exec/recorder.h"
#include "server/session/delivery.h"
#include "server/session/handle_table.h"
#include "server/session/mailbox.h"
#include "server/session/tenant.h"

namespace eager::server {

// Figures of a session for listings; readable from any thread.
struct SessionStats {
  std::atomic<int64_t> handles{0};
  std::atomic<int64_t> signatures{0};
  std::atomic<int64_t> tapes{0};
  std::atomic<uint64_t> ops{0};
};

class Session {
 public:
  Session(const DeviceSet& devices, std::shared_ptr<Tenant> tenant, std::string client, std::string peer);
  ~Session();

  // ALREADY_EXISTS for an id in use; NOT_FOUND for an unknown op; INVALID_ARGUMENT for wrong attributes or devices.
  absl::Status Define(uint32_t signature, absl::string_view op, const NamedAttrs& attrs, absl::string_view device);

  // For what runs ops of this session beside its items: a signature that no id names; errors as Define's but the first.
  absl::StatusOr<SignatureRef> MakeSignature(absl::string_view op, const NamedAttrs& attrs, absl::string_view device);
  // That one of those is run.
  void CountOp() { stats_.ops.store(stats_.ops.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed); }  // nobody else writes it
  // That so many handles are kept beside the session's. RESOURCE_EXHAUSTED, and nothing is changed, where they are more than it may have.
  absl::Status KeepBeside(int64_t handles);

  struct RunRequest {
    uint32_t signature = 0;
    absl::Span<const uint64_t> inputs;  // handles
    uint64_t first_output = 0;
    uint32_t num_outputs = 0;
    absl::Span<const uint32_t> tapes;
  };
  // Runs an op and puts its outputs, or its error, under first_output …. Returns an error only if no handle can keep it:
  // an op without outputs failed, or a handle is in use.
  absl::Status Run(const RunRequest& request);

  // Whether it pays to look for a chain of elementwise ops that begins with this one.
  bool MayStartChain(const RunRequest& request) const;
  // A handle that is released when `before` of the requests have been run.
  struct Released {
    uint64_t handle = 0;
    size_t before = 0;
  };
  // Runs as many of the requests as form a chain of elementwise ops (exec/chain.h), as Run would run one after the other, and
  // returns how many these are; 0 where it is better to Run the first alone. `released`: what is released among the requests
  // and right after them, which stays to be done; outputs among them are not made.
  size_t RunChain(absl::Span<const RunRequest> requests, absl::Span<const Released> released);

  // Puts a tensor of the client's values under `handle`. Errors as Run's.
  absl::Status PutConstant(uint64_t handle, const TensorSpec& spec, absl::string_view bytes, absl::string_view device);
  // The same with the values of a completed upload.
  absl::Status PutUpload(uint64_t handle, uint64_t upload);

  absl::Status BeginTape(uint32_t tape, bool persistent);
  absl::Status EndTape(uint32_t tape);
  absl::Status Watch(uint32_t tape, uint64_t handle);

  struct BackwardRequest {
    uint32_t tape = 0;
    absl::Span<const uint64_t> targets;
    absl::Span<const uint64_t> output_gradients;  // empty, or one per target; 0: ones
    absl::Span<const uint64_t> sources;
    uint64_t first_result = 0;
    bool unconnected_zero = false;
    absl::Span<const uint32_t> tapes;
    uint64_t walk = 0;            // not 0: may stop at custom gradients
    uint64_t first_upstream = 0;  // for what flows into those
  };
  // A walk with an id has come to a custom gradient (`closure`), or to its end.
  struct WalkEvent {
    uint64_t walk = 0;
    uint64_t closure = 0;  // 0: the end
    uint64_t first_upstream = 0;
  };
  // Puts the gradients, or the error, under first_result …, at once or, where a custom gradient must be asked for, after
  // the answers. The event is for walks with an id. Errors as Run's.
  absl::StatusOr<std::optional<WalkEvent>> Backward(const BackwardRequest& request);

  // Records a function whose gradient is the client's closure.
  absl::Status RecordCustomGradient(uint64_t closure, absl::Span<const uint64_t> inputs,
                                    absl::Span<const uint64_t> outputs, absl::Span<const uint32_t> tapes);
  // Lets a walk go on with the gradients it asked for.
  absl::StatusOr<std::optional<WalkEvent>> AnswerCustomGradient(uint64_t walk, absl::Span<const uint64_t> gradients);
  // Ends a walk whose closure failed: its results are never stored.
  absl::Status AbandonWalk(uint64_t walk);

  // The tensor of a handle, a variable's current value for a handle of one, or the error of the op that should have
  // made it.
  absl::StatusOr<TensorRef> Read(uint64_t handle) const;
  void Release(absl::Span<const uint64_t> handles);

  // For any thread: bulk values on their way in (by upload id) and out (by fetch id).
  Mailbox& uploads() { return uploads_; }
  Mailbox& downloads() { return downloads_; }
  // For any thread: what listings show.
  const SessionStats& stats() const { return stats_; }
  Tenant& tenant() const { return *tenant_; }
  // Names it in listings; says nothing of its token.
  const std::string& id() const { return id_; }
  const std::string& client() const { return client_; }
  const std::string& peer() const { return peer_; }
  // By a clock that nobody sets.
  double age_seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count(); }
  // For any thread.
  DeviceQueues& queues() { return queues_; }
  const DeviceQueues& queues() const { return queues_; }

  // What the ends of its stream have told each other.
  Delivery& delivery() { return delivery_; }

  // What its place among the sessions takes, until it is gone.
  void Hold(Held in_daemon, Held in_tenant) {
    held_in_daemon_ = std::move(in_daemon);
    held_in_tenant_ = std::move(in_tenant);
  }
  // Makes no tensors from now on, for this reason, which those that were to come carry; goes on as before if it is OK.
  void Refuse(absl::Status why) { handle_quota_.Refuse(std::move(why)); }
  // Who takes turns at the compute threads when this session's items are executed.
  ComputeParty* compute_party() { return &compute_party_; }

  // For any thread: what its thread does from now on is added to `recorder`, until StopRecording. FAILED_PRECONDITION if there is one.
  absl::Status StartRecording(std::shared_ptr<Recorder> recorder);
  void StopRecording();
  // For any thread; null: it is not recorded.
  std::shared_ptr<Recorder> recorder() const;

  // For any thread: fails the transfers that wait, and whatever the stream still brings. The rest goes with the destructor.
  void Close(const absl::Status& why);
  // For any thread: why it was closed; OK until then.
  absl::Status closed() const;

 private:
  using Tapes = absl::InlinedVector<Tape*, 2>;

  // Whether n handles from `first` on are new. 0 is no handle.
  absl::Status CheckFree(uint64_t first, uint64_t n) const;
  // `status`, whose refusal by a limit of the session is counted.
  absl::Status Refused(absl::Status status, int64_t Limits::*limit) const {
    if (!status.ok()) tenant_->quota().CountRefusal(NameOf(limit));
    return status;
  }
  // Whether an item may have n of `what`: each costs far more memory than its bytes on the wire.
  static absl::Status CheckList(absl::string_view what, size_t n);
  absl::StatusOr<Tape*> FindTape(uint32_t tape) const;
  absl::StatusOr<Tapes> FindTapes(absl::Span<const uint32_t> tapes) const;
  // Runs the op itself; outputs are those of the signature.
  absl::Status Execute(const RunRequest& request, Tensors& outputs);
  // The tensors behind handles, as a walk knows them; empty Nodes for handle 0.
  absl::StatusOr<std::vector<Node>> Nodes(absl::Span<const uint64_t> handles) const;
  // A backward walk with all it needs while it waits for its client.
  struct Walk;
  absl::StatusOr<std::unique_ptr<Walk>> StartWalk(const BackwardRequest& request);
  // Runs a walk until it waits or ends; at once, without results, if `status` says that it cannot go on.
  absl::StatusOr<std::optional<WalkEvent>> Continue(std::unique_ptr<Walk> walk, absl::Status status);
  // To the next custom gradient, whose upstream it puts under handles, or to the end, null.
  absl::Status Advance(Walk& walk, const TapeEntry** custom);
  absl::StatusOr<std::vector<Node>> Finish(Walk& walk);
  bool HasRoom(uint64_t n) { return handle_quota_.Covers(handles_.tensors() + beside_ + static_cast<int64_t>(n)); }
  // RESOURCE_EXHAUSTED where n more tensors are more than the session may hold.
  absl::Status CheckRoom(uint64_t n) {
    return HasRoom(n) ? absl::OkStatus() : handle_quota_.Exceeded(handles_.tensors() + beside_, static_cast<int64_t>(n));
  }
  // The same of what its tapes keep.
  absl::Status CheckTapes() const;
  void CountRecords();
  // Stores an error for each of n handles; gives it back if there is no room for it.
  absl::Status PutAll(uint64_t first, uint64_t n, const absl::Status& status);
  void Put(uint64_t handle, absl::StatusOr<TensorRef> tensor);
  void CountHandles() {
    stats_.handles.store(handles_.size() + beside_, std::memory_order_relaxed);
    handle_quota_.Keep(handles_.tensors() + beside_);
  }

  const std::shared_ptr<Tenant> tenant_;
  const std::string id_;
  Held held_in_daemon_, held_in_tenant_;
  const Limits limits_;
  DeviceQueues queues_;  // goes last but for the tenant: tensors lie on them
  const std::string client_;
  const std::string peer_;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  EntryQuota handle_quota_;
  int64_t beside_ = 0;  // handles that others keep for it
  ComputeParty compute_party_;
  HandleTable handles_;
  absl::flat_hash_map<uint32_t, SignatureRef> signatures_;
  SignatureCache emitted_signatures_;
  absl::flat_hash_map<uint32_t, std::shared_ptr<Tape>> tapes_;  // shared with walks that wait
  absl::flat_hash_map<uint32_t, int64_t> watches_;              // that each has been asked for
  int64_t tape_records_ = 0;                                    // of all of them, watches as well
  absl::flat_hash_map<uint64_t, std::unique_ptr<Walk>> walks_;  // that wait for an answer
  bool shares_variables_ = false;  // may use variables of the tenant
  Mailbox uploads_;
  Mailbox downloads_;
  SessionStats stats_;
  Delivery delivery_;
  std::atomic<bool> is_recorded_{false};
  mutable Mutex recorder_mu_;
  std::shared_ptr<Recorder> recorder_ ABSL_GUARDED_BY(recorder_mu_);
  std::atomic<bool> is_closed_{false};
  mutable Mutex closed_mu_;
  absl::Status closed_ ABSL_GUARDED_BY(closed_mu_);
};

}  // namespace eager::server
