#include "client/transport/session_call.h"

#include <grpcpp/support/proto_buffer_reader.h>

#include <algorithm>
#include <atomic>
#include <thread>

namespace eager::internal {
namespace {

using Clock = std::chrono::steady_clock;

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

SessionCall::SessionCall(grpc::GenericStub& stub)
    : stream_(stub.PrepareCall(&context_, "/eager.v1.TensorService/Session", &queue_)) {
  Begin(start_);
  stream_->StartCall(&start_);
  Await(start_, /*may_spin=*/false);
}

SessionCall::~SessionCall() {
  context_.TryCancel();
  Await(write_, false);
  Await(read_, false);
  if (!finished_) Finish();
  queue_.Shutdown();
  void* tag;
  bool ok;
  while (queue_.Next(&tag, &ok)) {
  }
}

bool SessionCall::Write(absl::string_view message) {
  if (!Await(write_, false)) return false;
  Begin(write_);
  const grpc::Slice copy(message.data(), message.size());
  stream_->Write(grpc::ByteBuffer(&copy, 1), &write_);
  Poll();
  return true;
}

bool SessionCall::Read(v1::ServerMessage* message) {
  Begin(read_);
  grpc::ByteBuffer bytes;
  stream_->Read(&bytes, &read_);
  if (!Await(read_, true)) return false;
  grpc::ProtoBufferReader reader(&bytes);
  if (message->ParseFromZeroCopyStream(&reader)) return true;
  context_.TryCancel();  // no message of ours: the stream is of no more use
  return false;
}

grpc::Status SessionCall::Finish() {
  grpc::Status status;
  finished_ = true;
  Begin(finish_);
  stream_->Finish(&status, &finish_);
  Await(finish_, false);
  return status;
}

void SessionCall::Begin(Step& step) {
  MutexLock lock(&mu_);
  step.pending = true;
}

void SessionCall::Done(void* tag, bool ok) {
  Step* step = static_cast<Step*>(tag);
  step->pending = false;
  step->ok = ok;
}

bool SessionCall::Await(Step& step, bool may_spin) {
  MutexLock lock(&mu_);
  while (step.pending) {
    if (polling_) {
      polled_.Wait(&mu_);
      continue;
    }
    polling_ = true;
    mu_.Unlock();
    void* tag = nullptr;
    bool ok = false;
    NextEvent(may_spin, &tag, &ok);
    mu_.Lock();
    polling_ = false;
    Done(tag, ok);
    polled_.SignalAll();
  }
  return step.ok;
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

void SessionCall::NextEvent(bool may_spin, void** tag, bool* ok) {
  const Clock::time_point start = Clock::now();
  if (may_spin && last_wait_was_short_) {
    const bool spin = spinning.fetch_add(1, std::memory_order_relaxed) < MaxSpinning();
    bool got = false;
    while (spin && !got && Clock::now() - start < kShortWait) {
      got = queue_.AsyncNext(tag, ok, gpr_inf_past(GPR_CLOCK_MONOTONIC)) == grpc::CompletionQueue::GOT_EVENT;
      if (!got) std::this_thread::yield();
    }
    spinning.fetch_sub(1, std::memory_order_relaxed);
    if (got) return;
  }
  queue_.Next(tag, ok);  // gives an event, because one is pending
  if (may_spin) last_wait_was_short_ = Clock::now() - start < kShortWait;
}

}  // namespace eager::internal
