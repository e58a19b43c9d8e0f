// Processes that die or stand still: clients and the daemon.
#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/eager.h"
#include "tests/e2e/faults/training.h"
#include "tests/e2e/faults/watch.h"
#include "tests/support/child_process.h"
#include "tests/support/faulty_link.h"

namespace eager::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::unique_ptr<ChildProcess> Client(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), EAGER_FAULT_CLIENT);
  return std::make_unique<ChildProcess>(std::move(arguments));
}

std::string Undisturbed(const std::string& address, int steps) {
  const auto client = Client({address, "train", std::to_string(steps)});
  return client->Await("trained ");
}

TEST(Clients, LeaveNothingWhenTheyAreKilled) {
  DaemonProcess daemon({"--session-grace=0.3"});
  const Watch watch(daemon.address());
  std::mt19937 random(5);
  const auto die = [&](int n) {
    std::deque<std::unique_ptr<ChildProcess>> clients;
    for (int i = 0; i < n; ++i) {
      clients.push_back(Client({daemon.address(), "hold", "1"}));
      if (clients.size() < 4) continue;
      if (i % 2 == 0) clients.front()->Await("ready");
      std::this_thread::sleep_for(milliseconds(std::uniform_int_distribution<int>(0, 20)(random)));
      clients.pop_front();  // kills it
    }
  };
  die(20);  // what a daemon keeps for its next clients is there afterwards
  ASSERT_TRUE(watch.AwaitNothing(seconds(20)));
  const ProcessUsage before = daemon.Usage();
  const int deaths = Scale(30, 1000);
  die(deaths);
  EXPECT_TRUE(watch.AwaitNothing(seconds(20))) << watch.Sessions().size() << " sessions, " << watch.LiveBuffers() << " buffers";
  EXPECT_EQ(watch.BytesInUse(), 0);
  EXPECT_TRUE(Await(seconds(20), [&] {
    const ProcessUsage now = daemon.Usage();
    return now.threads <= before.threads && now.files <= before.files;
  })) << daemon.Usage().threads << " threads, " << daemon.Usage().files << " files; before " << before.threads << ", " << before.files;
  const ProcessUsage after = daemon.Usage();
  Tell(absl::StrCat("killed clients: ", deaths, " threads ", before.threads, " -> ", after.threads, " files ", before.files,
                    " -> ", after.files, " resident KiB ", before.resident_bytes >> 10, " -> ", after.resident_bytes >> 10));
}

TEST(Daemon, ThatDiesIsToldApartFromTheNext) {
  auto daemon = std::make_unique<DaemonProcess>();
  const std::string address = daemon->address();
  Connect(address, {.reconnect_seconds = 60});
  Variable v(constant(1.0f));
  EXPECT_EQ(float(v), 1.0f);
  daemon->Kill();
  daemon = std::make_unique<DaemonProcess>(std::vector<std::string>{}, ChildProcess::Options(), address);
  ASSERT_EQ(daemon->address(), address) << daemon->Output();
  try {
    v.assign_add(constant(1.0f));
    ADD_FAILURE() << float(v);
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), absl::StatusCode::kUnavailable);
    EXPECT_TRUE(absl::StrContains(e.what(), "started after")) << e.what();
  }
  Connect(address);
  EXPECT_EQ(int(constant(1) + 1), 2);
  Disconnect();
}

TEST(Daemon, ThatStaysAwayIsAnErrorInTime) {
  for (const int moment : {0, 3, 30}) {
    DaemonProcess daemon;
    const auto client = Client({daemon.address(), "train", "1000000", "0.5"});
    client->Await("ready");
    std::this_thread::sleep_for(milliseconds(moment));
    daemon.Kill();
    EXPECT_EQ(client->Wait(seconds(15)), 3) << client->Output();
    EXPECT_TRUE(absl::StrContains(client->Output(), "given up")) << client->Output();
  }
}

TEST(Daemon, ThatStandsStillGoesOn) {
  DaemonProcess daemon;
  const std::string undisturbed = Undisturbed(daemon.address(), 2000);
  const auto client = Client({daemon.address(), "train", "2000"});
  client->Await("ready");
  for (int i = 0; i < 5; ++i) {
    daemon.Signal(SIGSTOP);
    std::this_thread::sleep_for(milliseconds(Scale(100, 1000)));
    daemon.Signal(SIGCONT);
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_EQ(client->Await("trained "), undisturbed) << client->Output();
}

TEST(Clients, ThatStandStillGoOn) {
  DaemonProcess daemon;
  const std::string undisturbed = Undisturbed(daemon.address(), 2000);
  const auto client = Client({daemon.address(), "train", "2000"});
  client->Await("ready");
  for (int i = 0; i < 5; ++i) {
    client->Signal(SIGSTOP);
    std::this_thread::sleep_for(milliseconds(Scale(100, 1000)));
    client->Signal(SIGCONT);
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_EQ(client->Await("trained "), undisturbed) << client->Output();
}

// 30 s without a word, a ping, and 20 s without its answer: the other end takes the link for broken.
TEST(Keepalive, TheOneWhoStoodStillResumes) {
  if (!Long()) GTEST_SKIP() << "longer than the keepalive: in tests/soak.sh";
  for (const bool stop_daemon : {true, false}) {
    DaemonProcess daemon({"--session-grace=120"});
    const std::string undisturbed = Undisturbed(daemon.address(), 20000);
    const auto client = Client({daemon.address(), "train", "20000"});
    client->Await("ready");
    std::this_thread::sleep_for(milliseconds(200));
    kill(stop_daemon ? daemon.pid() : client->pid(), SIGSTOP);
    std::this_thread::sleep_for(seconds(60));
    kill(stop_daemon ? daemon.pid() : client->pid(), SIGCONT);
    EXPECT_EQ(client->Await("trained "), undisturbed) << client->Output();
  }
}

}  // namespace
}  // namespace eager::testing
