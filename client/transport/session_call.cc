#include "client/transport/session_call.h"

#include <grpcpp/support/proto_buffer_reader.h>

#include <algorithm>
#include <atomic>
#include <thread>

namespace eager::internal {
namespace {

using Clock = Deadline::clock;

// A wait of up to this long is worth spinning for: about what putting a thread to sleep and waking it costs where
// processors are virtual. Measured with `eager-bench latency`.
constexpr auto kShortWait = std::chrono::microseconds(200);

// Threads of this process that spin; more than half of the processors would take them from those that work.
std::atomic<unsigned> spinning{0};

unsigned MaxSpinning() {
  static const unsigned max = std::max(1u, std::thread::hardware_concurrency() / 2);
  return max;
}

}  // namespace

gpr_timespec ToGrpc(Deadline deadline) {
  if (deadline == Deadline::max()) return gpr_inf_future(GPR_CLOCK_MONOTONIC);
  const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(deadline - Clock::now()).count();
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_nanos(std::max<int64_t>(left, 0), GPR_TIMESPAN));
}

SessionCall::SessionCall(grpc::GenericStub& stub)
    : stream_(stub.PrepareCall(&context_, "/eager.v1.TensorService/Session", &queue_)) {
  Begin(start_);
  stream_->StartCall(&start_);
  Drive([this] { return !start_.pending; }, /*read=*/false, /*may_spin=*/false, Deadline::max());
}

SessionCall::~SessionCall() {
  context_.TryCancel();
  Drive([this] { return !write_.pending && !read_.pending; }, false, false, Deadline::max());
  if (!finished_) Finish();
  queue_.Shutdown();
  void* tag;
  bool ok;
  while (queue_.Next(&tag, &ok)) {
  }
}

bool SessionCall::AwaitWritable(Deadline deadline) {
  return Drive([this] { return !write_.pending; }, /*read=*/true, /*may_spin=*/false, deadline);
}

bool SessionCall::Write(absl::string_view message) {
  AwaitWritable(Deadline::max());
  {
    MutexLock lock(&mu_);
    if (!write_.ok || ended_) return false;
    write_.pending = true;
  }
  const grpc::Slice copy(message.data(), message.size());
  stream_->Write(grpc::ByteBuffer(&copy, 1), &write_);
  Poll();
  return true;
}

SessionCall::Outcome SessionCall::Read(v1::ServerMessage* message, Deadline deadline) {
  const bool came = Drive([this] { return !inbox_.empty() || ended_; }, /*read=*/true, /*may_spin=*/true, deadline);
  grpc::ByteBuffer bytes;
  {
    MutexLock lock(&mu_);
    if (inbox_.empty()) return came ? Outcome::kEnded : Outcome::kLate;
    bytes.Swap(&inbox_.front());
    inbox_.pop_front();
  }
  grpc::ProtoBufferReader reader(&bytes);
  if (!garbled_ && message->ParseFromZeroCopyStream(&reader)) return Outcome::kMessage;
  garbled_ = true;
  context_.TryCancel();  // no message of ours: the stream is of no more use
  return Outcome::kEnded;
}

bool SessionCall::AwaitEnd(Deadline deadline) {
  return Drive([this] { return ended_; }, /*read=*/true, false, deadline);
}

bool SessionCall::Unread(v1::ServerMessage* last) {
  MutexLock lock(&mu_);
  if (inbox_.empty()) return false;
  grpc::ByteBuffer bytes = inbox_.back();  // shares the slices
  grpc::ProtoBufferReader reader(&bytes);
  return last->ParseFromZeroCopyStream(&reader);
}

grpc::Status SessionCall::Finish() {
  if (finished_) return status_;
  finished_ = true;
  Begin(finish_);
  stream_->Finish(&status_, &finish_);
  Drive([this] { return !finish_.pending; }, false, false, Deadline::max());
  if (garbled_) status_ = grpc::Status(grpc::StatusCode::INTERNAL, "what answers there speaks another protocol");
  return status_;
}

void SessionCall::Begin(Step& step) {
  MutexLock lock(&mu_);
  step.pending = true;
}

void SessionCall::Done(void* tag, bool ok) {
  Step* step = static_cast<Step*>(tag);
  step->pending = false;
  step->ok = ok;
  if (step != &read_) return;
  if (ok) {
    inbox_.emplace_back().Swap(&incoming_);
  } else {
    ended_ = true;
  }
}

template <class Until>
bool SessionCall::Drive(Until done, bool read, bool may_spin, Deadline deadline) {
  MutexLock lock(&mu_);
  while (!done()) {
    if (read && !read_.pending && !ended_) {
      read_.pending = true;
      mu_.Unlock();
      stream_->Read(&incoming_, &read_);
      mu_.Lock();
      continue;
    }
    if (polling_) {
      if (deadline == Deadline::max()) {
        polled_.Wait(&mu_);
      } else if (const auto left = deadline - Clock::now(); left > left.zero()) {
        polled_.WaitFor(&mu_, left);
      } else {
        return false;
      }
      continue;
    }
    polling_ = true;
    mu_.Unlock();
    void* tag = nullptr;
    bool ok = false;
    const bool got = NextEvent(may_spin, deadline, &tag, &ok);
    mu_.Lock();
    polling_ = false;
    if (got) Done(tag, ok);
    polled_.SignalAll();
    if (!got && !done()) return false;
  }
  return true;
}

void SessionCall::Poll() {
  MutexLock lock(&mu_);
  if (polling_) return;
  polling_ = true;
  mu_.Unlock();
  void* tag = nullptr;
  bool ok = false;
  const bool got = queue_.AsyncNext(&tag, &ok, gpr_inf_past(GPR_CLOCK_MONOTONIC)) == grpc::CompletionQueue::GOT_EVENT;
  mu_.Lock();
  polling_ = false;
  if (got) Done(tag, ok);
  polled_.SignalAll();
}

bool SessionCall::NextEvent(bool may_spin, Deadline deadline, void** tag, bool* ok) {
  const Clock::time_point start = Clock::now();
  if (may_spin && last_wait_was_short_) {
    const bool spin = spinning.fetch_add(1, std::memory_order_relaxed) < MaxSpinning();
    bool got = false;
    while (spin && !got && Clock::now() - start < kShortWait) {
      got = queue_.AsyncNext(tag, ok, gpr_inf_past(GPR_CLOCK_MONOTONIC)) == grpc::CompletionQueue::GOT_EVENT;
      if (!got) std::this_thread::yield();
    }
    spinning.fetch_sub(1, std::memory_order_relaxed);
    if (got) return true;
  }
  const bool got = queue_.AsyncNext(tag, ok, ToGrpc(deadline)) == grpc::CompletionQueue::GOT_EVENT;
  if (may_spin) last_wait_was_short_ = Clock::now() - start < kShortWait;
  return got;
}

}  // namespace eager::internal
