// Memory of both ends is bounded, whatever the other end does or leaves undone.
#include <gtest/gtest.h>
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/eager.h"
#include "eager/v1/service.grpc.pb.h"
#include "tests/e2e/faults/watch.h"
#include "tests/support/child_process.h"

namespace eager::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int64_t kMiB = 1 << 20;

double MiB(int64_t bytes) { return static_cast<double>(bytes * 10 / kMiB) / 10; }

// A client of the wire, which does as it likes.
class RawClient {
 public:
  explicit RawClient(const std::string& address) {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    stub_ = v1::TensorService::NewStub(grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
    stream_ = stub_->Session(&context_);
    v1::ClientMessage open;
    open.mutable_open()->set_token(absl::StrCat("a token of test ", getpid(), " ", address));
    open.set_seq(++seq_);
    v1::Constant* constant = open.add_items()->mutable_constant();
    constant->set_handle(1);
    constant->mutable_value()->mutable_spec()->set_dtype(v1::UINT8);
    constant->mutable_value()->mutable_spec()->add_dims(kValue);
    constant->mutable_value()->set_data(std::string(kValue, 'x'));
    stream_->Write(open);
  }
  ~RawClient() { context_.TryCancel(); }

  // Asks for 60 kB.
  bool AskForValue() {
    v1::ClientMessage ask;
    ask.set_seq(++seq_);
    v1::Fetch* fetch = ask.add_items()->mutable_fetch();
    fetch->set_id(seq_);
    fetch->set_handle(1);
    return stream_->Write(ask);
  }
  bool Read() {
    v1::ServerMessage message;
    return stream_->Read(&message);
  }
  void Cancel() { context_.TryCancel(); }

  static constexpr int kValue = 60'000;

 private:
  grpc::ClientContext context_;
  std::unique_ptr<v1::TensorService::Stub> stub_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::ClientMessage, v1::ServerMessage>> stream_;
  uint64_t seq_ = 0;
};

TEST(Memory, OfAServerWhoseClientNeverReads) {
  DaemonProcess daemon;
  RawClient client(daemon.address());
  const int64_t before = daemon.Usage().resident_bytes;
  std::atomic<int> asked{0};
  std::thread writer([&] {
    while (asked < 200'000 && client.AskForValue()) ++asked;
  });
  int seen = -1;  // until it gets no further
  while (std::exchange(seen, asked.load()) != asked || asked == 0) std::this_thread::sleep_for(milliseconds(1000));
  const int64_t grown = daemon.Usage().resident_bytes - before;
  client.Cancel();
  writer.join();
  Tell(absl::StrCat("never reads: ", seen, " values asked for, daemon + ", MiB(grown), " MiB"));
  EXPECT_LT(grown, 64 * kMiB);
}

TEST(Memory, OfAServerWhoseClientNeverAcknowledges) {
  DaemonProcess daemon;
  RawClient client(daemon.address());
  const int64_t before = daemon.Usage().resident_bytes;
  const int values = Scale(3'000, 30'000);  // 180 MB, 1.8 GB
  for (int i = 0; i < values; ++i) {
    ASSERT_TRUE(client.AskForValue());
    ASSERT_TRUE(client.Read());
  }
  const int64_t grown = daemon.Usage().resident_bytes - before;
  Tell(absl::StrCat("never acknowledges: ", values, " values read, daemon + ", MiB(grown), " MiB"));
  EXPECT_LT(grown, 80 * kMiB);  // 32 MiB are kept, in blocks of 64 KiB
}

TEST(Memory, OfBothEndsWhenNobodyReads) {
  DaemonProcess daemon;
  Connect(daemon.address());
  Variable sum(constant(0.0f));
  const Tensor one = constant(1.0f);
  const auto add = [&](int n) {
    for (int i = 0; i < n; ++i) sum.assign_add(one);
  };
  add(20'000);
  Context::Default().Sync();
  const int64_t daemon_before = daemon.Usage().resident_bytes, own_before = UsageOf(getpid()).resident_bytes;
  const int ops = Scale(500'000, 5'000'000);
  add(ops);
  daemon.Signal(SIGSTOP);  // and while it stands still, no more than the window
  std::atomic<bool> over{false};
  std::thread writer([&] {
    add(ops);
    over = true;
  });
  std::this_thread::sleep_for(seconds(1));
  EXPECT_FALSE(over) << "nothing made it wait";
  const int64_t own_grown = UsageOf(getpid()).resident_bytes - own_before;
  daemon.Signal(SIGCONT);
  writer.join();
  Context::Default().Sync();
  const int64_t daemon_grown = daemon.Usage().resident_bytes - daemon_before;
  Tell(absl::StrCat("only writes: ", 2 * ops, " ops, daemon + ", MiB(daemon_grown), " MiB, client + ", MiB(own_grown), " MiB"));
  EXPECT_LT(daemon_grown, 32 * kMiB);
  EXPECT_LT(own_grown, 64 * kMiB);
  Disconnect();
}

}  // namespace
}  // namespace eager::testing
