// A daemon with limits, and one that has little memory: what is too much fails by itself, and everything else goes on.

#include <fcntl.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/eager.h"
#include "eager/v1/service.grpc.pb.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_folder.h"

namespace eager {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;  // the daemon then has memory of its own kind
#else
constexpr bool kSanitized = false;
#endif

using absl::StatusCode;
using testing::DaemonProcess;

// The status of what `work` throws.
template <class Work>
absl::Status Thrown(Work work) {
  try {
    work();
  } catch (const Error& e) {
    return e.status();
  }
  return absl::OkStatus();
}

::testing::AssertionResult Exhausted(const absl::Status& status, absl::string_view text) {
  if (status.code() == StatusCode::kResourceExhausted && absl::StrContains(status.message(), text)) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure() << status;
}

constexpr int64_t kMiB = 1 << 20;

class LimitsTest : public ::testing::Test {
 protected:
  void Start(std::vector<std::string> args, rlim_t memory = 0) {
    daemon_ = std::make_unique<DaemonProcess>(
        std::move(args), memory == 0 ? DaemonProcess::Options() : testing::Limited(RLIMIT_AS, memory));
    ASSERT_NE(daemon_->address(), "") << daemon_->Output();
    Connect(daemon_->address());
  }
  void TearDown() override {
    if (daemon_ == nullptr) return;
    EXPECT_TRUE(daemon_->Running());
    Disconnect();
  }
  void ExpectHealthy() { EXPECT_EQ(int(constant(20) + 1), 21); }

  std::unique_ptr<DaemonProcess> daemon_;
};

TEST_F(LimitsTest, MemoryOfASession) {
  Start({"--limit", "session-cpu-memory=8MiB"});
  const Tensor mebibyte = zeros({kMiB / 4});
  std::vector<Tensor> kept;
  for (int i = 0; i < 6; ++i) kept.push_back(mebibyte + 1.0f);
  Tensor too_much = zeros({4 * kMiB / 4});
  EXPECT_TRUE(Exhausted(Thrown([&] { too_much.read<float>(); }), "'session-cpu-memory' of 8388608"));
  EXPECT_TRUE(Exhausted(Thrown([&] { constant(std::vector<float>(4 * kMiB / 4)); }), "session-cpu-memory")) << "an upload";
  ExpectHealthy();
  kept.clear();
  EXPECT_EQ(zeros({4 * kMiB / 4}).read<float>().size(), static_cast<size_t>(kMiB)) << "others may have what was let go of";
}

TEST_F(LimitsTest, HandlesOfASession) {
  Start({"--limit", "session-handles=100"});
  const Tensor one = constant(1);
  std::vector<Tensor> kept;
  for (int i = 0; i < 200; ++i) kept.push_back(one + one);
  EXPECT_EQ(int(kept[98]), 2);
  EXPECT_TRUE(Exhausted(Thrown([&] { (void)int(kept[99]); }), "'session-handles' of 100"));
  kept.clear();
  Context::Default().Sync();  // what is released with items is released after them
  ExpectHealthy();
}

TEST_F(LimitsTest, UploadsAndSessions) {
  Start({"--limit", "upload-size=1MiB", "--limit", "sessions=2"});
  EXPECT_TRUE(Exhausted(Thrown([] { constant(std::vector<float>(kMiB)); }), "'upload-size' of 1048576"));
  ExpectHealthy();
  const auto add_in = [](Context& context) {
    const Context before = Context::Default();
    Context::SetDefault(context);
    const absl::Status status = Thrown([] { (void)int(constant(1) + 1); });
    Context::SetDefault(before);
    return status;
  };
  Context second = Context::Connect(daemon_->address());
  EXPECT_TRUE(add_in(second).ok());
  Context third = Context::Connect(daemon_->address());
  EXPECT_TRUE(Exhausted(add_in(third), "tenant 'default' has 2 sessions and asks for 1 more"));
  third.Close();
  ExpectHealthy();
  second.Close();
}

TEST_F(LimitsTest, TheFileIsReadAgain) {
  const testing::TempFolder folder;
  const std::string path = folder / "limits";
  std::ofstream(path) << "[default]\nupload-size = 1MiB\n";
  Start({"--limits", path});
  const auto upload = [] { return Thrown([] { constant(std::vector<float>(kMiB)); }); };
  EXPECT_TRUE(Exhausted(upload(), "upload-size"));
  std::ofstream(path) << "[default]\nupload-size = wrong\n";
  daemon_->Signal(SIGHUP);
  ExpectHealthy();
  EXPECT_TRUE(Exhausted(upload(), "upload-size")) << "what is wrong changes nothing";
  std::ofstream(path) << "[default]\nupload-size = 1GiB\n";
  daemon_->Signal(SIGHUP);
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  while (!upload().ok() && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(20));
  EXPECT_TRUE(upload().ok());
}

TEST(Limits, WrongOnesEndTheStart) {
  const testing::TempFolder folder;
  const std::string path = folder / "limits";
  std::ofstream(path) << "[default]\nhandels = 3\n";
  DaemonProcess wrong_file({"--limits", path});
  EXPECT_TRUE(absl::StrContains(wrong_file.Output(), path + ": line 2: unknown limit 'handels'")) << wrong_file.Output();
  DaemonProcess wrong_flag({"--limit", "handles=many"});
  EXPECT_TRUE(absl::StrContains(wrong_flag.Output(), "limit 'handles': expected a number")) << wrong_flag.Output();
}

TEST_F(LimitsTest, WhereThereIsNoMemoryOneOpFails) {
  if (kSanitized) GTEST_SKIP();
  // More is allowed than there is: what malloc says counts.
  Start({"--compute-threads", "2"}, rlim_t{3} << 30);
  const Tensor small = zeros({kMiB});
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(Exhausted(Thrown([] { zeros({2048 * kMiB}).read<float>(); }), "out of memory")) << "a result";
    const Tensor square = zeros({16 << 10, 16 << 10}, DType::kFloat32);  // 1 GiB
    const absl::Status sorted = Thrown([&] { (void)float(reduce_sum(sort(square) + transpose(square) + square + 1.0f)); });
    EXPECT_TRUE(sorted.ok() || sorted.code() == StatusCode::kResourceExhausted) << sorted;
    ExpectHealthy();
  }
  EXPECT_EQ(float(reduce_sum(small)), 0.0f);
}

// A session stream written by hand, with a float32 tensor of so many elements under 3.
class RawSession {
 public:
  RawSession(const std::string& address, int64_t elements) {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    stub_ = v1::TensorService::NewStub(grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
    stream_ = stub_->Session(&context_);
    v1::ClientMessage open;
    open.set_seq(1);
    open.mutable_open()->set_token(kToken);
    AddConstant(open, 1, v1::FLOAT32, {}, std::string(4, '\0'));
    AddConstant(open, 2, v1::INT64, {1}, std::string(reinterpret_cast<const char*>(&elements), 8));
    v1::DefineSignature* define = open.add_items()->mutable_define();
    define->set_id(1);
    define->set_op("BroadcastTo");
    v1::RunOp* run = open.add_items()->mutable_run();
    run->set_signature(1);
    run->add_inputs(2);  // counted back from the output
    run->add_inputs(1);
    run->set_first_output(3);
    run->set_num_outputs(1);
    EXPECT_TRUE(stream_->Write(open));
  }
  ~RawSession() {
    context_.TryCancel();
    stream_->Finish();
  }
  // Fetches the tensor n times in one message, under ids from 1 on; the answer.
  v1::ServerMessage Fetch(int n, bool download) {
    v1::ClientMessage message;
    message.set_seq(2);
    for (int i = 0; i < n; ++i) {
      v1::Fetch* fetch = message.add_items()->mutable_fetch();
      fetch->set_id(static_cast<uint64_t>(i) + 1);
      fetch->set_handle(3);
      fetch->set_download(download);
    }
    v1::ServerMessage reply;
    EXPECT_TRUE(stream_->Write(message) && stream_->Read(&reply));
    return reply;
  }
  std::unique_ptr<grpc::ClientReader<v1::DownloadChunk>> Download(uint64_t id, grpc::ClientContext& context) {
    v1::DownloadRequest request;
    request.set_session(kToken);
    request.set_id(id);
    return stub_->Download(&context, request);
  }

 private:
  static constexpr char kToken[] = "a token of a test";
  static void AddConstant(v1::ClientMessage& m, uint64_t handle, v1::DType dtype, std::vector<int64_t> dims, std::string data) {
    v1::Constant* constant = m.add_items()->mutable_constant();
    constant->set_handle(handle);
    constant->mutable_value()->mutable_spec()->set_dtype(dtype);
    for (int64_t dim : dims) constant->mutable_value()->mutable_spec()->add_dims(dim);
    constant->mutable_value()->set_data(std::move(data));
  }

  std::unique_ptr<v1::TensorService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::ClientMessage, v1::ServerMessage>> stream_;
};

TEST_F(LimitsTest, ReadersThatDoNotReadHoldNoCopies) {
  if (kSanitized) GTEST_SKIP();
  Start({});
  constexpr int kReaders = 24;
  RawSession session(daemon_->address(), 32 * kMiB / 4);
  const v1::ServerMessage reply = session.Fetch(kReaders, /*download=*/true);
  ASSERT_EQ(reply.fetched_size(), kReaders);
  ASSERT_EQ(reply.fetched(0).status().code(), 0) << reply.fetched(0).status().message();
  const int64_t before = (daemon_->Usage().resident_bytes >> 10);
  std::vector<grpc::ClientContext> contexts(kReaders);
  std::vector<std::unique_ptr<grpc::ClientReader<v1::DownloadChunk>>> readers;
  v1::DownloadChunk chunk;
  for (int i = 0; i < kReaders; ++i) {
    readers.push_back(session.Download(static_cast<uint64_t>(i) + 1, contexts[static_cast<size_t>(i)]));
    ASSERT_TRUE(readers.back()->Read(&chunk)) << "it has begun";
  }
  EXPECT_LT((daemon_->Usage().resident_bytes >> 10) - before, 64 << 10) << "of 768 MiB that wait to be read";
  ExpectHealthy();
  for (int i = 0; i < kReaders; ++i) {
    contexts[static_cast<size_t>(i)].TryCancel();
    readers[static_cast<size_t>(i)]->Finish();
  }
}

TEST_F(LimitsTest, OneReplyHoldsSoMuchAndNoMore) {
  Start({});
  RawSession session(daemon_->address(), 64 * 1024 / 4);
  const v1::ServerMessage reply = session.Fetch(200, /*download=*/false);
  ASSERT_EQ(reply.fetched_size(), 200);
  EXPECT_EQ(reply.fetched(127).value().data().size(), 64u * 1024);
  EXPECT_TRUE(reply.fetched(128).value().data().empty());
  EXPECT_LT(reply.ByteSizeLong(), 9u * kMiB);
  grpc::ClientContext context;
  const auto reader = session.Download(129, context);
  v1::DownloadChunk chunk;
  ASSERT_TRUE(reader->Read(&chunk)) << "the rest waits to be downloaded";
  EXPECT_EQ(chunk.data().size(), 64u * 1024);
  while (reader->Read(&chunk)) {
  }
  EXPECT_TRUE(reader->Finish().ok());
}

}  // namespace
}  // namespace eager
