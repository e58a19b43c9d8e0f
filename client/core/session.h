// The client's end of a session: handles, batches and reads over a SessionStream.
//
// Ops, releases and tapes are put into a batch and nobody waits for them. A batch is written when it is full, before any
// wait, and a short time after its first item. Whoever waits for a read reads the stream himself, or lets the one who
// already does it hand over his answer: no thread stands between the server and the waiting caller.
//
// Where the server's sessions outlive their streams, so does this: what was written is kept until the server has executed
// it, and whoever finds the link broken makes another one, on which both ends say again what the other has not heard.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "client/core/resend_window.h"
#include "client/core/wait_limit.h"
#include "client/transport/session_stream.h"
#include "common/host_tensor.h"
#include "common/mutex.h"
#include "common/ops/infer.h"
#include "common/ops/op_table.h"
#include "common/wire/client_message.h"

namespace eager::internal {

// Thread-safe.
class Session {
 public:
  // Says hello: the one wait of a connect. `reconnect_seconds`: how long to look for the server when the link broke; negative:
  // as long as the server keeps the session.
  // `wait_seconds`: the longest that a call may wait; 0: no limit.
  static absl::StatusOr<std::unique_ptr<Session>> Connect(std::unique_ptr<SessionStream> stream, double reconnect_seconds = -1,
                                                          double wait_seconds = 0);
  ~Session();

  const v1::HelloResponse& server() const { return hello_; }
  const std::string& address() const { return stream_->address(); }

  // n consecutive new handles; the first. Handles count up, so an op's inputs are always below its outputs.
  uint64_t NewHandles(uint64_t n) { return next_handle_.fetch_add(n, std::memory_order_relaxed); }
  uint32_t NewTape() { return next_tape_.fetch_add(1, std::memory_order_relaxed); }
  uint64_t NewWalk() { return next_walk_.fetch_add(1, std::memory_order_relaxed); }

  // An op with attributes on a device, as the server knows it by a number, and what its last call inferred.
  struct Signature {
    uint32_t id = 0;
    Attrs attrs;  // as called: what inputs infer may be unset
    absl::InlinedVector<TensorSpec, 2> last_inputs;
    absl::InlinedVector<TensorSpec, 2> last_outputs;
    std::shared_ptr<const Attrs> last_attrs;  // complete; null before the first call
  };
  // Calls use(signature) with the session's lock held, defining the signature first where it is new. `plain`: the attributes
  // are what the op has where a call names none. `device` is one of its context's names, always in the same place.
  template <class Use>
  absl::Status WithSignature(const Attrs& attrs, const std::string& device, bool plain, Use use) {
    if (Forked()) return ChildOfAFork();
    absl::Status status;
    bool full;
    {
      MutexLock lock(&mu_);
      status = use(plain ? FindPlainSignature(attrs, device) : FindSignature(attrs, device));
      full = Full();
    }
    if (full) Flush().IgnoreError();  // the next call that waits says it
    return status;
  }
  // For a `use` of WithSignature, which holds the lock: adds the item of one op to the batch.
  void AddRun(const RunItem& run) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    WakeFlusher();
    batch_->Add(run);
  }
  // Adds another item to the batch; `fill` gets the empty item.
  template <class Fill>
  void Add(Fill fill) {
    if (Forked()) return;  // what waits says it
    bool full;
    {
      MutexLock lock(&mu_);
      v1::Item item;
      fill(&item);
      AddItem(item);
      full = Full();
    }
    if (full) Flush().IgnoreError();  // the next call that waits says it
  }
  // The handle, of a tensor of about so many bytes, will not be named again.
  void Release(uint64_t handle, size_t bytes);

  // Waits for the values of a handle, or the error that its op left. One wait.
  // `bytes`: how many values are expected if that is known, else 0.
  absl::StatusOr<HostTensor> Fetch(uint64_t handle, uint64_t bytes);
  // Waits for what a handle is.
  absl::StatusOr<TensorSpec> FetchSpec(uint64_t handle);
  // Waits for what a backward walk says next: that it needs a custom gradient, or that it has ended.
  absl::StatusOr<v1::WalkEvent> NextEvent(uint64_t walk);
  // Puts host values under a new handle: inside the batch, or, large ones, by an Upload, which waits.
  absl::StatusOr<uint64_t> PutConstant(const TensorSpec& spec, absl::string_view bytes, const std::string& device);

  // Of the tenant's named variables, as they are after everything so far. Wait.
  absl::StatusOr<v1::ListVariablesResponse> ListVariables(const v1::ListVariablesRequest& request);
  absl::Status DeleteVariable(const v1::DeleteVariableRequest& request);

  // Has the server record the session, and gives the trace, a piece at a time, to write() until that returns false. Both wait for
  // everything before.
  absl::Status StartProfile();
  absl::Status StopProfile(const std::function<bool(absl::string_view)>& write);

  // Writes what has been added, and returns the stream's error if it is broken. Does not wait for execution.
  absl::Status Flush();
  // Waits until everything so far was executed; the first failure that nobody has heard of.
  absl::Status Sync();
  // The next use of a random op's signature defines it anew, so that its generator starts again.
  void ForgetStatefulSignatures();
  // Ends the session, after what was written before: waits for that, for a moment at most. Waiting calls fail, later ones too.
  void Close();

 private:
  Session(std::unique_ptr<SessionStream> stream, v1::HelloResponse hello, double reconnect_seconds,
          double wait_seconds);

  Signature& FindSignature(const Attrs& attrs, absl::string_view device) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Signature& FindPlainSignature(const Attrs& attrs, const std::string& device) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    const auto op = static_cast<size_t>(attrs.op()->index);
    if (op >= plain_.size()) plain_.resize(op + 1);
    PlainSignature& plain = plain_[op];
    if (plain.device != &device) plain = {&device, &FindSignature(attrs, device)};
    return *plain.signature;
  }
  void AddItem(const v1::Item& item) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool Full() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void WakeFlusher() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (flusher_sleeps_) batch_started_.Signal();
  }
  bool Empty() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return batch_->empty(); }
  void FlushLater();
  absl::Status FlushLocked(const WaitLimit& limit) ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mu_);
  // Waits until what the server has not executed is little enough to add to.
  absl::Status AwaitRoom();
  // Makes another stream in place of the `link`th, unless somebody has. An error if the session is lost, which is then the
  // stream's, or if the thread's limit is reached.
  absl::Status Resume(uint64_t link);
  absl::Status ResumeLocked(uint64_t link, const WaitLimit& limit) ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mu_);
  // One try.
  absl::Status Reopen(Deadline deadline) ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mu_);
  // The bytes of the first message of another stream.
  std::string ResumeMessage() const;
  // Tells the server what has been received, where no message is about to.
  void SendReceived();
  // What ends a wait of this thread that begins now.
  WaitLimit Limit() const;
  // Whether this process is a fork's child: its parent has the session, and a thread that is not here may have left locks taken,
  // so this comes before any of them.
  bool Forked() const { return forks_before_ != forks_.load(std::memory_order_relaxed); }
  static absl::Status ChildOfAFork();
  static int CountForks();
  // Takes write_mu_, for which a thread that looks for another link may let others wait. False if the limit ends that.
  bool LockWriting(const WaitLimit& limit) ABSL_EXCLUSIVE_TRYLOCK_FUNCTION(true, write_mu_);
  // What to say of a session that the server has ended.
  absl::Status Over(absl::string_view why) const;
  // Calls transfer() until it succeeds or fails for another reason than a broken link, such as the one that why() tells.
  template <class Transfer, class Why>
  auto Persist(Transfer transfer, Why why) -> decltype(transfer());
  // Sends a Fetch that `fill` completes, and everything before it; its id.
  template <class Fill>
  uint64_t Ask(Fill fill);
  // Reads the stream, or lets another thread read it, until found() is true; an error only if the stream ended, or if the
  // thread's limit is reached.
  template <class Found>
  absl::Status ReadUntil(Found found) ABSL_EXCLUSIVE_LOCKS_REQUIRED(read_mu_);
  // Waits for the answer to a Fetch; an error only if the stream ended.
  absl::StatusOr<v1::Fetched> WaitFor(uint64_t fetch);
  // The same, with the error of the tensor, or an earlier failure that nobody has heard of.
  absl::StatusOr<v1::Fetched> Wait(uint64_t fetch);
  void Take(v1::ServerMessage& message) ABSL_EXCLUSIVE_LOCKS_REQUIRED(read_mu_);
  // Reads one message, until `deadline`, and takes what it brings.
  void ReadOne(Deadline deadline) ABSL_EXCLUSIVE_LOCKS_REQUIRED(read_mu_);
  absl::StatusOr<HostTensor> Download(uint64_t fetch, size_t bytes, const std::function<absl::Status()>& meanwhile);
  // One round trip behind everything so far.
  absl::Status RoundTrip();
  // Whether calls make sense. `open`: bulk calls name the session, so they must not overtake the message that opens it: one
  // wait, before the first of them.
  absl::Status EnsureUsable(bool open);

  std::unique_ptr<SessionStream> stream_;
  const v1::HelloResponse hello_;
  const std::string token_;
  uint32_t next_signature_ ABSL_GUARDED_BY(mu_) = 1;
  std::atomic<uint64_t> next_handle_{1};
  std::atomic<uint32_t> next_tape_{1};
  std::atomic<uint64_t> next_transfer_{1};
  std::atomic<uint64_t> next_walk_{1};
  std::atomic<bool> open_{false};  // the server has answered on the stream
  const double reconnect_seconds_;
  const double wait_seconds_;
  const bool resumable_;
  static std::atomic<int> forks_;  // in which this process was the child
  const int forks_before_;
  const std::string client_name_;
  std::atomic<bool> closing_{false};
  ResendWindow window_;                       // empty where nothing can be resumed
  std::atomic<uint64_t> link_{0};             // streams before the current one; changes with write_mu_ held
  std::atomic<uint64_t> received_{0};         // numbered messages of the server
  std::atomic<uint64_t> told_received_{0};    // as the server knows it
  size_t untold_bytes_ ABSL_GUARDED_BY(read_mu_) = 0;

  // Signatures are looked up by views, without copying attributes.
  struct SignatureKey {
    Attrs attrs;
    std::string device;
  };
  struct SignatureView {
    const Attrs& attrs;
    absl::string_view device;
    SignatureView(const Attrs& a, absl::string_view d) : attrs(a), device(d) {}
    SignatureView(const SignatureKey& key) : attrs(key.attrs), device(key.device) {}  // NOLINT: for look-ups
  };
  struct SignatureHash {
    using is_transparent = void;
    size_t operator()(const SignatureView& v) const { return v.attrs.Hash() ^ absl::HashOf(v.device); }
  };
  struct SignatureEq {
    using is_transparent = void;
    bool operator()(const SignatureView& a, const SignatureView& b) const {
      return a.attrs == b.attrs && a.device == b.device;
    }
  };

  Mutex mu_;  // the batch that is being filled; never held while the stream is used
  using Batch = std::unique_ptr<ClientMessageWriter>;
  Batch batch_ ABSL_GUARDED_BY(mu_) = std::make_unique<ClientMessageWriter>();
  size_t batch_bytes_ ABSL_GUARDED_BY(mu_) = 0;  // of constants in the batch
  // At how many items the batch is written. After a wait the server has nothing to do, and the first one goes early; each
  // full one doubles it.
  static constexpr int kFirstItems = 32;
  int full_items_ ABSL_GUARDED_BY(mu_) = kFirstItems;
  absl::flat_hash_map<SignatureKey, std::unique_ptr<Signature>, SignatureHash, SignatureEq> signatures_
      ABSL_GUARDED_BY(mu_);
  // Those of calls that name no attributes, by op, on the device of the last such call: most calls need no look-up.
  struct PlainSignature {
    const std::string* device = nullptr;
    Signature* signature = nullptr;
  };
  std::vector<PlainSignature> plain_ ABSL_GUARDED_BY(mu_);
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
  uint64_t batches_ ABSL_GUARDED_BY(mu_) = 0;  // written so far
  CondVar batch_started_;                      // wakes the flusher
  bool flusher_sleeps_ ABSL_GUARDED_BY(mu_) = false;

  Mutex write_mu_;  // the stream's writing side; taken before mu_
  Batch spare_ ABSL_GUARDED_BY(write_mu_) = std::make_unique<ClientMessageWriter>();
  uint64_t seq_ ABSL_GUARDED_BY(write_mu_) = 0;
  absl::Status write_error_ ABSL_GUARDED_BY(write_mu_);

  Mutex read_mu_;  // the stream's reading side
  CondVar read_done_;
  bool reading_ ABSL_GUARDED_BY(read_mu_) = false;
  // By fetch, until taken: whoever reads may get an answer before the one who asked has begun to wait for it.
  absl::flat_hash_map<uint64_t, v1::Fetched> answers_ ABSL_GUARDED_BY(read_mu_);
  absl::flat_hash_set<uint64_t> unwanted_ ABSL_GUARDED_BY(read_mu_);  // fetches that nobody waits for any more
  absl::flat_hash_map<uint64_t, v1::WalkEvent> events_ ABSL_GUARDED_BY(read_mu_);  // by walk, until taken
  absl::Status failure_ ABSL_GUARDED_BY(read_mu_);     // the first of an item without a handle, not yet thrown
  absl::Status read_error_ ABSL_GUARDED_BY(read_mu_);  // what ended the stream

  std::thread flusher_;
  std::once_flag flusher_joined_;
};

}  // namespace eager::internal
