// What is sent between tasks, and copies to a device.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/status_macros.h"
#include "server/rpc/tensorflow/op_call.h"
#include "server/rpc/tensorflow/receive.h"
#include "server/rpc/tensorflow/runner.h"

namespace eager::server::tf {

absl::StatusOr<std::string> RendezvousKey(const AttrReader& attrs) {
  ASSIGN_OR_RETURN(const std::string from, attrs.String("send_device"));
  ASSIGN_OR_RETURN(const int64_t incarnation, attrs.Int("send_device_incarnation"));
  ASSIGN_OR_RETURN(const std::string to, attrs.String("recv_device"));
  ASSIGN_OR_RETURN(const std::string name, attrs.String("tensor_name"));
  return absl::StrCat(from, ";", absl::StrFormat("%016x", static_cast<uint64_t>(incarnation)), ";", to, ";", name, ";0:0");
}

absl::Status Receipts::Ask(Runner& runner, int node, const AttrMap& attrs, const Frame& frame) {
  if (std::exchange(asked_[node], true)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string key, RendezvousKey(AttrReader("_Recv", attrs)));
  runner.peers().Fetch(frame.step, key, [shared = shared_, node](absl::StatusOr<TensorRef> tensor) {
    MutexLock lock(&shared->mu);
    shared->come.emplace(node, std::move(tensor));
    shared->changed.SignalAll();
  });
  return absl::OkStatus();
}

absl::StatusOr<TensorRef>* Receipts::Find(int node) {
  MutexLock lock(&shared_->mu);
  const auto it = shared_->come.find(node);
  if (it == shared_->come.end()) return nullptr;
  shared_->seen = shared_->come.size();
  return &it->second;  // nobody else looks at what has come
}

absl::Status Receipts::WaitForOne(Runner& runner) {
  const std::chrono::nanoseconds longest = runner.bounds().longest_wait;
  const auto deadline = std::chrono::steady_clock::now() + longest;
  bool came = false;
  runner.WithoutLock([&] {
    MutexLock lock(&shared_->mu);
    while (shared_->come.size() == shared_->seen) {
      const auto left = deadline - std::chrono::steady_clock::now();
      if (left <= std::chrono::nanoseconds::zero()) return;
      shared_->changed.WaitFor(&shared_->mu, left);
    }
    shared_->seen = shared_->come.size();
    came = true;
  });
  RETURN_IF_ERROR(runner.session().closed());
  if (came) return absl::OkStatus();
  return absl::DeadlineExceededError(absl::StrCat("what another task was to send has not come for ",
                                                  std::chrono::duration_cast<std::chrono::seconds>(longest).count(), " s"));
}

namespace {

absl::Status Send(OpCall& call) {
  ASSIGN_OR_RETURN(const std::string key, RendezvousKey(call.attrs()));
  ASSIGN_OR_RETURN(TensorRef tensor, call.tensor(0));
  return call.runner().rendezvous().Send(call.frame().step, key, std::move(tensor));
}

// In a function such a node waits beside the others (Function).
absl::Status Recv(OpCall& call) {
  Receipts receipts;
  RETURN_IF_ERROR(receipts.Ask(call.runner(), 0, call.attr_map(), call.frame()));
  absl::StatusOr<TensorRef>* come = nullptr;
  while ((come = receipts.Find(0)) == nullptr) {
    RETURN_IF_ERROR(receipts.WaitForOne(call.runner()));
  }
  RETURN_IF_ERROR(come->status());
  call.Return(**come);
  return absl::OkStatus();
}

// A copy on the op's device.
absl::Status EagerConst(OpCall& call) {
  ASSIGN_OR_RETURN(TensorRef tensor, call.tensor(0));
  ASSIGN_OR_RETURN(const Place place, call.runner().PlaceFor(call.frame().device));
  Device& device = PlaceValue(tensor->spec(), place);
  if (!Reaches(device, *tensor->buffer()->device())) {
    ASSIGN_OR_RETURN(tensor, CopyTo(*tensor, device));
  }
  call.Return(std::move(tensor));
  return absl::OkStatus();
}

constexpr OpRow kRows[] = {
    {"_Send", "", &Send, /*stateful=*/true},      {"_HostSend", "", &Send, /*stateful=*/true},
    {"_Recv", "tensor", &Recv, /*stateful=*/true}, {"_HostRecv", "tensor", &Recv, /*stateful=*/true},
    {"_EagerConst", "output", &EagerConst},
};

}  // namespace

absl::Span<const OpRow> TransferOps() { return kRows; }

}  // namespace eager::server::tf
