// How a session gets over a broken link.
#include <pthread.h>

#include <algorithm>
#include <thread>

#include "absl/strings/str_cat.h"
#include "client/core/session.h"
#include "common/status_macros.h"

namespace eager::internal {
namespace {

// Between two tries, each of which waits for a way to the server: gRPC itself paces its looking for one.
constexpr auto kPause = std::chrono::milliseconds(20);
// How often who waits looks whether the session is closed, or his limit reached.
constexpr auto kLook = std::chrono::milliseconds(20);
constexpr auto kTryLock = std::chrono::milliseconds(1);
// One try: a server that has the session answers at once, unless it still executes what came by the last stream.
constexpr auto kTry = std::chrono::seconds(10);

}  // namespace

WaitLimit& ThreadWaitLimit() {
  thread_local WaitLimit limit;
  return limit;
}

WaitLimit Session::Limit() const {
  WaitLimit limit = ThreadWaitLimit();
  if (wait_seconds_ > 0) limit.Narrow(wait_seconds_);
  return limit;
}

std::atomic<int> Session::forks_{0};

int Session::CountForks() {
  static const int once = pthread_atfork(nullptr, nullptr, [] { forks_.fetch_add(1, std::memory_order_relaxed); });
  static_cast<void>(once);
  return forks_.load(std::memory_order_relaxed);
}

absl::Status Session::ChildOfAFork() {
  return absl::FailedPreconditionError(
      "this process is the child of a fork: the session belongs to its parent; connect anew");
}

bool Session::LockWriting(const WaitLimit& limit) {
  if (limit.none()) {
    write_mu_.Lock();
    return true;
  }
  while (!write_mu_.TryLock()) {
    if (!limit.Check().ok()) return false;
    std::this_thread::sleep_for(kTryLock);
  }
  return true;
}

std::string Session::ResumeMessage() const {
  v1::OpenSession open;
  open.set_token(token_);
  open.set_client(client_name_);
  open.set_resume(true);
  open.set_incarnation(hello_.incarnation());
  open.set_unheard(!open_.load(std::memory_order_acquire));
  ClientMessageWriter message;
  message.Open(open);
  return std::string(message.Finish(0, received_.load(std::memory_order_relaxed)));
}

absl::Status Session::Resume(uint64_t link) {
  const WaitLimit limit = Limit();
  if (!LockWriting(limit)) return limit.Check();
  absl::Status status = ResumeLocked(link, limit);
  write_mu_.Unlock();
  return status;
}

absl::Status Session::ResumeLocked(uint64_t link, const WaitLimit& limit) {
  if (!write_error_.ok() || link_ != link) return write_error_;
  // A write may fail before anybody has read that the server has ended the session.
  if (v1::ServerMessage said; stream_->Unread(&said) && said.has_ended()) return write_error_ = Over(said.ended().message());
  const Deadline last = DeadlineAfter(reconnect_seconds_);
  const auto now = [] { return Deadline::clock::now(); };
  while (true) {
    if (closing_) {
      return write_error_ = absl::UnavailableError(absl::StrCat("the session on eagerd at ", address(), " is closed"));
    }
    const absl::Status status = Reopen(std::min({last, limit.deadline, now() + kTry}));
    if (status.ok()) return status;
    if (!absl::IsUnavailable(status)) {
      return write_error_ = absl::UnavailableError(
                 absl::StrCat("the session on eagerd at ", address(), " is lost: ", status.message()));
    }
    std::this_thread::sleep_for(kPause);
    while (!closing_ && now() < last && limit.Check().ok() && !stream_->AwaitLink(std::min(last, now() + kLook))) {
    }
    RETURN_IF_ERROR(limit.Check());  // whoever waits next looks further
    if (now() >= last) {
      return write_error_ = absl::UnavailableError(
                 absl::StrCat(status.message(), "; the session is given up after ", reconnect_seconds_, " s"));
    }
  }
}

absl::Status Session::Reopen(Deadline deadline) {
  v1::ServerMessage answer;
  RETURN_IF_ERROR(stream_->Reopen(ResumeMessage(), &answer, deadline));
  if (answer.has_ended()) return absl::AbortedError(answer.ended().message());
  open_.store(true, std::memory_order_release);
  window_.Acknowledge(answer.done_seq());
  ++link_;
  if (window_.SendAgain([&](absl::string_view message) { return stream_->Write(message).ok(); }))
    return absl::OkStatus();
  return absl::UnavailableError("it breaks again and again");
}

void Session::SendReceived() {
  MutexLock writing(&write_mu_);
  const uint64_t received = received_.load(std::memory_order_relaxed);
  if (!write_error_.ok() || received == told_received_) return;
  ClientMessageWriter message;
  // Whoever uses the stream next finds out if it is broken.
  stream_->Write(message.Finish(0, received)).IgnoreError();
  told_received_.store(received, std::memory_order_relaxed);
}

}  // namespace eager::internal
