// Sessions whose link breaks: nothing is lost, nothing is done twice, and what cannot go on says why.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <functional>
#include <stop_token>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/eager.h"
#include "eager/v1/service.pb.h"
#include "server/rpc/server.h"
#include "tests/support/faulty_link.h"
#include "tests/support/thrown.h"

namespace eager {
namespace {

using absl::StatusCode;
using server::Server;
using testing::FaultyLink;
using testing::Thrown;

std::unique_ptr<Server> StartServer(absl::Duration grace, std::string address = "127.0.0.1:0") {
  auto server = Server::Make({.listen = {std::move(address)}, .session_grace = grace});
  EXPECT_TRUE(server.ok()) << server.status();
  return server.ok() ? *std::move(server) : nullptr;
}

class Resume : public ::testing::Test {
 protected:
  void SetUp() override { Start(absl::Seconds(60)); }
  void Start(absl::Duration grace) {
    server_ = StartServer(grace);
    link_ = std::make_unique<FaultyLink>(server_->addresses()[0]);
    Connect(link_->address());
  }
  void TearDown() override {
    Disconnect();
    server_->Shutdown(absl::ZeroDuration());
  }
  std::unique_ptr<Server> server_;
  std::unique_ptr<FaultyLink> link_;
};

// The guide's linear regression; the bytes of its variables after `steps`.
std::vector<float> Train(int steps) {
  random::set_seed(7);
  const Tensor x = random::normal({1000, 1});
  const Tensor y = x * 3.0f + 2.0f + random::normal({1000, 1}) * 0.1f;
  Variable w(constant(5.0f)), b(constant(0.0f));
  for (int i = 0; i < steps; ++i) {
    GradientTape tape;
    const Tensor loss = reduce_mean(square(x * w + b - y));
    const auto gradients = tape.gradient(loss, {w, b});
    w.assign_sub(*gradients[0] * 0.05f);
    b.assign_sub(*gradients[1] * 0.05f);
    if (i % 10 == 9) {
      EXPECT_GE(float(loss), 0.0f);
    }
  }
  return {float(w), float(b)};
}

TEST_F(Resume, TrainingEndsWithTheSameBits) {
  const std::vector<float> undisturbed = Train(400);
  std::vector<float> disturbed;
  {
    link_->CutBetween(1'000, 30'000);
    link_->Cut();
    disturbed = Train(400);
    link_->CutBetween(0, 0);
  }
  EXPECT_GE(link_->cuts(), 10);
  EXPECT_EQ(std::memcmp(undisturbed.data(), disturbed.data(), sizeof(float) * 2), 0)
      << disturbed[0] << " " << disturbed[1] << " after " << link_->cuts() << " cuts";
}

TEST_F(Resume, EveryUpdateIsDoneOnce) {
  Variable count(constant(int64_t{0}));
  int64_t wanted = 0;
  link_->CutBetween(500, 10'000);
  link_->Cut();
  while (link_->cuts() < 50) {
    for (int i = 0; i < 100; ++i) count.assign_add(constant(int64_t{1}));
    wanted += 100;
    ASSERT_EQ(int64_t(count), wanted) << "after " << link_->cuts() << " cuts";
  }
}

TEST_F(Resume, BulkValuesCome) {
  std::vector<float> values(2 << 20);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 1000);
  for (uint64_t cut_after : {100'000, 3'000'000, 9'000'000}) {
    link_->CutAfter(cut_after);
    link_->Cut();
    const int before = link_->cuts();
    std::thread mend([&] {
      while (link_->cuts() < before + 3) std::this_thread::yield();
      link_->CutAfter(0);
    });
    const Tensor sent = constant(values);
    EXPECT_EQ((sent + 1.0f).read<float>()[999], 1000.0f);
    EXPECT_EQ(sent.read<float>(), values);
    link_->CutAfter(0);
    while (link_->cuts() < before + 3) link_->Cut();
    mend.join();
  }
}

TEST_F(Resume, ErrorsOfOpsStayWithTheirHandles) {
  const Tensor bad = floordiv(constant(1), constant(std::vector<int>{1, 0}));
  Context::Default().Flush();
  link_->Cut();
  EXPECT_EQ(Thrown([&] { bad.read<int>(); }).code(), StatusCode::kInvalidArgument);
  link_->Cut();
  EXPECT_EQ(Thrown([&] { (bad + 1).read<int>(); }).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(int(constant(1) + 1), 2);
}

TEST_F(Resume, ManyOpsInFlightWaitForTheLink) {
  link_->Refuse(true);
  link_->Cut();
  std::thread mend([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    link_->Refuse(false);
  });
  Tensor sum = constant(0.0f);
  for (int i = 0; i < 400'000; ++i) sum = sum + 1.0f;  // more than the window holds
  EXPECT_EQ(float(sum), 400'000.0f);
  mend.join();
}

TEST_F(Resume, APulledCableIsNoticedByTheOtherEnd) {
  Variable v(constant(1.0f));
  EXPECT_EQ(float(v), 1.0f);
  link_->Swallow(true);
  v.assign_add(constant(1.0f));
  Context::Default().Flush();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  link_->Swallow(false);
  link_->Cut();
  EXPECT_EQ(float(v), 2.0f);
}

TEST_F(Resume, SeveralThreadsGoOn) {
  link_->CutBetween(1'000, 10'000);
  link_->Cut();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      Tensor x = constant(static_cast<float>(t));
      for (int i = 0; i < 300; ++i) {
        x = x + 1.0f;
        if (i % 3 == 0) {
          EXPECT_EQ(float(x), static_cast<float>(t + i + 1));
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(link_->cuts(), 0);
}

TEST_F(Resume, AfterTheGraceTheSessionIsOver) {
  Disconnect();
  Start(absl::Milliseconds(100));
  const Tensor x = constant(1.0f) + 1.0f;
  EXPECT_EQ(float(x), 2.0f);
  link_->Refuse(true);
  link_->Cut();
  const Error error = Thrown([&] { (x + 1.0f).read<float>(); });
  EXPECT_EQ(error.code(), StatusCode::kUnavailable);
  EXPECT_TRUE(absl::StrContains(error.what(), "given up")) << error.what();
  EXPECT_EQ(Thrown([&] { (x + 1.0f).read<float>(); }).code(), StatusCode::kUnavailable);
  // The server has let go of everything.
  while (server_->devices().default_device().memory_stats().live_buffers != 0) std::this_thread::yield();
}

TEST_F(Resume, AClientThatComesTooLateHearsWhy) {
  Disconnect();
  server_ = StartServer(absl::Milliseconds(50));
  link_ = std::make_unique<FaultyLink>(server_->addresses()[0]);
  Connect(link_->address(), {.reconnect_seconds = 30});
  const Tensor x = constant(1.0f) + 1.0f;
  EXPECT_EQ(float(x), 2.0f);
  link_->Refuse(true);
  link_->Cut();
  while (server_->devices().default_device().memory_stats().live_buffers != 0) std::this_thread::yield();
  link_->Refuse(false);
  const Error error = Thrown([&] { (x + 1.0f).read<float>(); });
  EXPECT_TRUE(absl::StrContains(error.what(), "away for more than")) << error.what();
}

TEST_F(Resume, WithoutReconnectingTheErrorComesAtOnce) {
  Connect(link_->address(), {.reconnect_seconds = 0});
  const Tensor x = constant(1.0f) + 1.0f;
  EXPECT_EQ(float(x), 2.0f);
  link_->Cut();
  EXPECT_EQ(Thrown([&] { (x + 1.0f).read<float>(); }).code(), StatusCode::kUnavailable);
}

TEST_F(Resume, WaitsHaveLimits) {
  const Tensor x = constant(std::vector<float>(1 << 20, 1.0f)) + 1.0f;
  EXPECT_EQ(x.read<float>()[0], 2.0f);
  link_->Swallow(true);
  {
    const wait_limit outer(60), inner(0.05);
    EXPECT_EQ(Thrown([&] { reduce_sum(x).read<float>(); }).code(), StatusCode::kDeadlineExceeded);
    EXPECT_EQ(Thrown([&] { x.read<float>(); }).code(), StatusCode::kDeadlineExceeded);
  }
  const auto cancelled = [](const std::function<void()>& wait) {
    std::stop_source stop;
    const std::jthread stopper([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      stop.request_stop();
    });
    const wait_limit limit(stop.get_token());
    return Thrown(wait).code() == StatusCode::kCancelled;
  };
  EXPECT_TRUE(cancelled([&] { reduce_sum(x).read<float>(); }));
  EXPECT_TRUE(cancelled([&] { x.read<float>(); })) << "in the midst of a download";
  EXPECT_TRUE(cancelled([&] { constant(std::vector<float>(1 << 20, 1.0f)); })) << "in the midst of an upload";
  link_->Swallow(false);
  link_->Cut();
  EXPECT_EQ(reduce_sum(x).read<float>()[0], 2.0f * (1 << 20));
  EXPECT_EQ(x.read<float>()[0], 2.0f);
}

TEST_F(Resume, WaitsHaveLimitsWhileThereIsNoLink) {
  const Tensor x = constant(1.0f) + 1.0f;
  EXPECT_EQ(float(x), 2.0f);
  link_->Refuse(true);
  link_->Cut();
  std::thread patient([&] { EXPECT_EQ(float(x + 1.0f), 3.0f); });  // looks for a link, and keeps others waiting
  for (int i = 0; i < 3; ++i) {
    const wait_limit limit(0.1);
    EXPECT_EQ(Thrown([&] { (x + 1.0f).read<float>(); }).code(), StatusCode::kDeadlineExceeded);
  }
  link_->Refuse(false);
  patient.join();
  EXPECT_EQ(float(x + 1.0f), 3.0f);
}

TEST_F(Resume, AContextMayLimitEveryWait) {
  Connect(link_->address(), {.wait_seconds = 1});
  const Tensor x = constant(1.0f) + 1.0f;
  EXPECT_EQ(float(x), 2.0f);
  link_->Swallow(true);
  EXPECT_EQ(Thrown([&] { (x + 1.0f).read<float>(); }).code(), StatusCode::kDeadlineExceeded);
  link_->Swallow(false);
  link_->Cut();
  while (true) {
    try {
      EXPECT_EQ(float(x + 2.0f), 4.0f);
      break;
    } catch (const Error& e) {
      ASSERT_EQ(e.code(), StatusCode::kDeadlineExceeded) << e.what();
    }
  }
}

TEST_F(Resume, AForksChildIsToldToConnect) {
  Tensor x = constant(1.0f) + 1.0f;
  EXPECT_EQ(float(x), 2.0f);
  // Often: the client's own thread may hold any of its locks when the process forks.
  for (int i = 0; i < 200; ++i) {
    x = x + 1.0f;
    const pid_t child = fork();
    if (child == 0) {
      int code = 1;
      try {
        x = x + 1.0f;
        x.read<float>();
      } catch (const Error& e) {
        code = e.code() == StatusCode::kFailedPrecondition ? 0 : 2;
      }
      _exit(code);
    }
    int status = -1;
    waitpid(child, &status, 0);
    ASSERT_EQ(status, 0);
  }
  EXPECT_EQ(float(x), 202.0f);
}

TEST_F(Resume, AClosedSessionLeavesNothing) {
  {
    const Tensor x = constant(std::vector<float>(1000, 1.0f));
    EXPECT_EQ(x.read<float>()[0], 1.0f);
  }
  Disconnect();
  EXPECT_EQ(server_->devices().default_device().memory_stats().live_buffers, 0);
}

}  // namespace
}  // namespace eager
