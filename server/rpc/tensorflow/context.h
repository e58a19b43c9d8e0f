// One TensorFlow client's state on this server: what it calls an eager context.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "common/mutex.h"
#include "server/rpc/tensorflow/cluster.h"
#include "server/rpc/tensorflow/rendezvous.h"
#include "server/rpc/tensorflow/runner.h"
#include "server/session/session_registry.h"
#include "tensorflow/eager_service.pb.h"

namespace eager::server::tf {

// Its tensors live in a session, whose limits hold for them. Thread-safe: calls take turns.
class Context {
 public:
  struct Options {
    uint64_t id = 0;
    uint64_t view = 0;
    std::chrono::seconds keep_alive{600};
    Bounds bounds;
  };
  // `session` and `rendezvous` are its own, but for others who send and receive.
  Context(const Options& options, std::shared_ptr<Session> session, std::shared_ptr<Rendezvous> rendezvous, Cluster cluster);
  ~Context();

  // How a client hears of errors: by a call's own answer, or by the end of a stream whose next items may be under way already.
  enum class Told { kByAnswer, kByStream };
  // Does what an item asks. An error is one that no handle can keep: it ends the client's stream, and the client hears of it. On a
  // stream, that of an op without outputs is kept for the next read.
  absl::Status Execute(::tensorflow::eager::QueueItem& item, ::tensorflow::eager::QueueResponse* response, Told told = Told::kByAnswer);
  // Whether the item only lets go of a handle, in which case that is done; waits for nobody.
  bool ReleaseOnly(const ::tensorflow::eager::QueueItem& item);
  // Runs a client's part of a function that runs in several tasks.
  absl::Status RunComponent(const ::tensorflow::eager::RunComponentFunctionRequest& request,
                            ::tensorflow::eager::RunComponentFunctionResponse* response);
  void SetCluster(Cluster cluster);

  uint64_t id() const { return options_.id; }
  uint64_t view() const { return view_; }
  void set_view(uint64_t view) { view_ = view; }
  Session& session() const { return *session_; }

  // Ends what waits; what comes later fails with this reason.
  void Close(const absl::Status& why);

  // Of leases: a stream is there, or was.
  void StreamOpened();
  void StreamEnded(bool by_client);
  void Touch();
  // Whether it has been silent for its keep-alive time, or its connection has been gone for `grace`.
  bool Expired(std::chrono::steady_clock::time_point now, std::chrono::nanoseconds grace) const;

 private:
  using Handle = std::pair<int64_t, int32_t>;  // op and output
  // A value, or why there is none, and what it would have been.
  struct Entry {
    Value value;
    absl::Status failed;
    TensorSpec spec;
  };
  static constexpr size_t kMostInstructions = 1 << 14;

  absl::Status ExecuteItem(::tensorflow::eager::QueueItem& item, ::tensorflow::eager::QueueResponse* response, Told told)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::Status RunOperation(const ::tensorflow::eager::Operation& op, ::tensorflow::eager::QueueResponse* response, Told told)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::Status RunInstruction(const ::tensorflow::eager::Operation& op, Instruction& instruction,
                              ::tensorflow::eager::QueueResponse* response) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::Status Receive(const ::tensorflow::eager::SendTensorOp& sent) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Waits until all devices have done what was asked of them.
  absl::Status Synchronize();
  // The inputs' values. If one has failed: its error, and in `specs` what the inputs are.
  absl::StatusOr<Values> Inputs(const ::tensorflow::eager::Operation& op, std::vector<TensorSpec>* specs, absl::Status* failed)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::StatusOr<std::shared_ptr<Instruction>> InstructionFor(const ::tensorflow::eager::Operation& op) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Stores under the op's handles that it failed, if it is known what its outputs would have been; otherwise gives the error back.
  absl::Status Fail(const ::tensorflow::eager::Operation& op, const Instruction& instruction, absl::Span<const TensorSpec> inputs,
                    const absl::Status& why, ::tensorflow::eager::QueueResponse* response) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::Status Put(int64_t op, int32_t output, Entry entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ReleasePending() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const Options options_;
  const std::shared_ptr<Session> session_;
  const std::shared_ptr<Rendezvous> rendezvous_;
  TaskPeers peers_;
  std::atomic<uint64_t> view_;

  Mutex mu_;
  Runner runner_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<Handle, Entry> entries_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<std::string, std::shared_ptr<Instruction>> instructions_ ABSL_GUARDED_BY(mu_);
  absl::Status unheard_ ABSL_GUARDED_BY(mu_);  // the first error, since the last read, that no handle keeps

  Mutex released_mu_;  // taken after mu_
  std::vector<Handle> released_ ABSL_GUARDED_BY(released_mu_);
  std::set<int64_t> steps_ ABSL_GUARDED_BY(released_mu_);  // of component functions

  std::atomic<int64_t> last_heard_;  // nanoseconds of the steady clock
  std::atomic<int> streams_{0};
  std::atomic<bool> connection_lost_{false};
};

}  // namespace eager::server::tf
