// How a session gets over a broken link.
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "absl/strings/str_cat.h"
#include "client/core/session.h"
#include "common/status_macros.h"

namespace eager::internal {
namespace {

constexpr auto kFirstPause = std::chrono::milliseconds(20);
constexpr auto kLongestPause = std::chrono::milliseconds(1000);
constexpr auto kLookWhetherClosed = std::chrono::milliseconds(20);
// One try: a server that has the session answers at once, unless it still executes what came by the last stream.
constexpr auto kTry = std::chrono::seconds(10);

}  // namespace

WaitLimit& ThreadWaitLimit() {
  thread_local WaitLimit limit;
  return limit;
}

bool Session::Forked() const { return getpid() != process_; }

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
  MutexLock writing(&write_mu_);
  if (write_error_.ok()) write_error_ = ResumeLocked(link);
  return write_error_;
}

absl::Status Session::ResumeLocked(uint64_t link) {
  if (link_ != link) return absl::OkStatus();
  const Deadline last =
      Deadline::clock::now() + std::chrono::microseconds(static_cast<int64_t>(reconnect_seconds_ * 1e6));
  Deadline::clock::duration pause = kFirstPause;
  while (true) {
    if (closing_) return absl::UnavailableError(absl::StrCat("the session on eagerd at ", address(), " is closed"));
    v1::ServerMessage answer;
    absl::Status status = stream_->Reopen(ResumeMessage(), &answer, std::min(last, Deadline::clock::now() + kTry));
    if (status.ok()) {
      open_.store(true, std::memory_order_release);
      window_.Acknowledge(answer.done_seq());
      ++link_;
      if (window_.SendAgain([&](absl::string_view message) { return stream_->Write(message).ok(); }))
        return absl::OkStatus();
      pause = kFirstPause;  // there is a way; it broke once more
      status = absl::UnavailableError("it breaks again and again");
    }
    if (!absl::IsUnavailable(status)) {
      return absl::UnavailableError(
          absl::StrCat("the session on eagerd at ", address(), " is lost: ", status.message()));
    }
    if (Deadline::clock::now() >= last) {
      return absl::UnavailableError(
          absl::StrCat(status.message(), "; the session is given up after ", reconnect_seconds_, " s"));
    }
    const Deadline until = Deadline::clock::now() + pause;
    while (!closing_ && Deadline::clock::now() < until) std::this_thread::sleep_for(kLookWhetherClosed);
    pause = std::min<Deadline::clock::duration>(2 * pause, kLongestPause);
  }
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
