// Named variables of a daemon that is stopped, told twice to stop, and killed.

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/eager.h"
#include "eager/v1/service.grpc.pb.h"
#include "tests/support/daemon_process.h"
#include "tests/support/temp_folder.h"

namespace eager {
namespace {

using testing::Daemon;
using testing::TempFolder;

class State : public ::testing::Test {
 protected:
  void TearDown() override { Disconnect(); }

  std::unique_ptr<Daemon> Start(std::vector<std::string> more = {}) {
    std::vector<std::string> args = {"--listen=127.0.0.1:0", "--state=" + folder_};
    args.insert(args.end(), more.begin(), more.end());
    auto daemon = std::make_unique<Daemon>(std::move(args));
    const std::vector<std::string> addresses = daemon->Addresses();
    if (addresses.size() == 1) {
      address_ = addresses[0];
    } else {
      daemon->ExitCode();
      ADD_FAILURE() << "no daemon: " << daemon->errors() << daemon->output();
    }
    return daemon;
  }
  // A session that does not wait for a daemon that was killed.
  void Open() const { Connect(address_, {.reconnect_seconds = 0}); }
  std::unique_ptr<v1::TensorService::Stub> Stub() const {
    return v1::TensorService::NewStub(grpc::CreateChannel(address_, grpc::InsecureChannelCredentials()));
  }
  // Only saves of what was asked for are acknowledged.
  static bool Save(v1::TensorService::Stub& stub) {
    grpc::ClientContext context;
    v1::SaveStateResponse response;
    return stub.SaveState(&context, v1::SaveStateRequest(), &response).ok();
  }
  // How a new session is answered; DEADLINE_EXCEEDED if it was taken.
  grpc::Status OpenSession() const {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(100));
    const auto stub = Stub();
    const auto stream = stub->Session(&context);
    v1::ClientMessage open;
    open.set_seq(1);
    open.mutable_open()->set_token("a token of enough bytes");
    stream->Write(open);
    v1::ServerMessage answer;
    while (stream->Read(&answer)) {
    }
    return stream->Finish();
  }
  void Stop(Daemon& daemon) {
    Disconnect();
    daemon.Terminate();
    EXPECT_EQ(daemon.ExitCode(), 0) << daemon.output();
  }

  TempFolder temp_;
  const std::string folder_ = temp_ / "state";
  std::string address_;
};

TEST_F(State, SurvivesAStop) {
  for (int round = 0; round < 3; ++round) {
    const auto daemon = Start();
    Open();
    Variable w = Variable::Shared("w", constant({0.0f, 0.0f}));
    EXPECT_EQ(w.read<float>()[1], static_cast<float>(round));
    w.assign_add(constant({1.0f, 1.0f}));
    Variable text = Variable::Shared("text", constant("")), flag = Variable::Shared("flag", constant(false));
    EXPECT_EQ(text.read<std::string>()[0], round == 0 ? "" : absl::StrCat("round ", round - 1));
    text.assign(constant(absl::StrCat("round ", round)));
    EXPECT_EQ(bool(flag), round == 2);
    flag.assign(constant(round > 0));
    Context::Default().Sync();
    Stop(*daemon);
  }
}

TEST_F(State, IsSavedNowAndThen) {
  const auto daemon = Start({"--state-interval=0.05"});
  Open();
  Variable::Shared("w", constant(7.0f)).numpy();
  const std::string saved = folder_ + "/tenants/default/checkpoint";
  for (int i = 0; i < 400 && !std::filesystem::exists(saved); ++i) absl::SleepFor(absl::Milliseconds(25));
  daemon->Kill();
  daemon->ExitCode();
  Disconnect();
  const auto next = Start();
  Open();
  EXPECT_EQ(float(Variable::Shared("w")), 7);
}

TEST_F(State, ASecondSignalEndsTheWait) {
  const auto daemon = Start({"--grace=600"});
  Open();
  Variable w = Variable::Shared("w", constant(1.0f));
  w.numpy();
  ASSERT_TRUE(Save(*Stub()));
  std::atomic<bool> stop{false};
  std::thread busy([&] {
    try {
      while (!stop) (constant(1.0f) + 1.0f).numpy();
    } catch (const Error&) {
    }
  });
  w.assign(constant(2.0f));
  w.numpy();
  daemon->Terminate();
  // It is leaving once it refuses a new session.
  grpc::Status refused;
  while (refused.error_code() != grpc::StatusCode::UNAVAILABLE) refused = OpenSession();
  EXPECT_NE(refused.error_message().find("shutting down"), std::string::npos) << refused.error_message();
  EXPECT_EQ(Daemon({"--check", address_}).ExitCode(), 1);
  const absl::Time start = absl::Now();
  daemon->Terminate();
  EXPECT_EQ(daemon->ExitCode(), 128 + SIGTERM);
  EXPECT_LT(absl::Now() - start, absl::Seconds(60));
  stop = true;
  busy.join();
  Disconnect();
  const auto next = Start();
  Open();
  EXPECT_EQ(float(Variable::Shared("w")), 1);
}

// A read that waits for a long computation gets its values, and what was computed is saved.
TEST_F(State, AReadThatWaitsIsLetFinish) {
  const auto daemon = Start({"--grace=100"});
  Open();
  const Tensor large = random::uniform({700, 700});
  Variable w = Variable::Shared("w", large);
  w.numpy();
  std::atomic<bool> asked{false};
  std::thread reader([&] {
    Tensor x = large;
    for (int i = 0; i < 60; ++i) x = matmul(x, large) * 0.001f;
    w.assign(x * 0.0f + 3.0f);
    asked = true;
    const std::vector<float> values = w.read<float>();  // by a Download
    EXPECT_EQ(values.size(), 490000u);
    EXPECT_EQ(values.back(), 3.0f);
  });
  while (!asked) absl::SleepFor(absl::Milliseconds(1));
  absl::SleepFor(absl::Milliseconds(20));
  daemon->Terminate();
  reader.join();
  EXPECT_EQ(daemon->ExitCode(), 0) << daemon->output();
  Disconnect();
  const auto next = Start();
  Open();
  EXPECT_EQ(Variable::Shared("w").read<float>().front(), 3.0f);
}

TEST_F(State, UnusableFoldersAreNamedAtTheStart) {
  const auto refuse = [&](const std::string& folder) {
    Daemon daemon({"--listen=127.0.0.1:0", "--state=" + folder});
    EXPECT_EQ(daemon.ExitCode(), 2) << folder;
    EXPECT_NE(daemon.errors().find(folder), std::string::npos) << daemon.errors();
  };
  testing::WriteFile(temp_ / "file", "");
  refuse(temp_ / "file");
  refuse("/proc/no-such-folder");
  const auto daemon = Start();
  refuse(folder_);  // in use
  Stop(*daemon);
  const auto again = Start();
  Stop(*again);
}

// Killed at any moment of a save, it comes back with a save that was made: all of one, and none older than the last that was
// acknowledged.
TEST_F(State, AKillAtAnyMomentLeavesACompleteSave) {
  constexpr int kRounds = 30;
  constexpr int64_t kElements = 20000;
  std::mt19937 random(7);
  int64_t acknowledged = 0, tried = 0;
  bool by_interval = false;  // the round before
  for (int round = 0; round < kRounds; ++round) {
    const auto daemon = Start({absl::StrCat("--state-interval=", round % 2 == 0 ? "0" : "0.001")});
    Open();
    const Tensor zeros = op("Fill", {constant({kElements}), constant(int64_t{0})})[0];
    Variable a = Variable::Shared("a", zeros), b = Variable::Shared("b", zeros);
    const std::vector<int64_t> a_values = a.read<int64_t>(), b_values = b.read<int64_t>();
    EXPECT_GE(a_values[0], acknowledged);
    EXPECT_LE(a_values[0], tried);
    for (const std::vector<int64_t>* values : {&a_values, &b_values}) {
      ASSERT_EQ(values->size(), static_cast<size_t>(kElements));
      EXPECT_EQ(std::count(values->begin(), values->end(), values->front()), kElements);
    }
    // A save by the interval may come between the two assignments.
    EXPECT_LE(std::abs(a_values[0] - b_values[0]), by_interval ? 1 : 0);
    by_interval = round % 2 == 1;
    b.assign(a);
    Context::Default().Sync();
    const auto stub = Stub();
    ASSERT_TRUE(Save(*stub));
    acknowledged = tried = a_values[0];

    std::thread killer([&daemon, delay = absl::Milliseconds(std::uniform_int_distribution<int>(1, 60)(random))] {
      absl::SleepFor(delay);
      daemon->Kill();
    });
    try {
      const Tensor one = op("Fill", {constant({kElements}), constant(int64_t{1})})[0];
      while (true) {
        ++tried;
        a.assign_add(one);
        b.assign_add(one);
        Context::Default().Sync();
        if (Save(*stub)) acknowledged = tried;
      }
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), absl::StatusCode::kUnavailable) << e.what();
    }
    killer.join();
    EXPECT_EQ(daemon->ExitCode(), -1);
    Disconnect();
  }
  EXPECT_GT(acknowledged, 0);
}

}  // namespace
}  // namespace eager
