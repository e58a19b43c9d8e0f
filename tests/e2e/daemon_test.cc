// The daemon as a process: flags, lines, exit codes, signals.

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "client/eager.h"
#include "tests/support/daemon_process.h"

namespace eager {
namespace {

using testing::Daemon;

TEST(Eagerd, HelpsAndTellsItsVersion) {
  Daemon help({"--help"});
  EXPECT_EQ(help.ExitCode(), 0);
  for (const char* flag : {"--listen", "--devices", "--cpu-memory-limit", "--check", "EAGERD_LISTEN"}) {
    EXPECT_TRUE(absl::StrContains(help.output(), flag)) << flag;
  }
  Daemon version({"--version"});
  EXPECT_EQ(version.ExitCode(), 0);
  EXPECT_FALSE(version.output().empty());
  EXPECT_EQ(version.errors(), "");
}

void ExpectOneLineAndCode2(std::vector<std::string> args, std::vector<std::string> environment = {}) {
  Daemon daemon(args, environment);
  EXPECT_EQ(daemon.ExitCode(), 2) << absl::StrJoin(args, " ");
  EXPECT_EQ(std::count(daemon.errors().begin(), daemon.errors().end(), '\n'), 1) << daemon.errors();
  EXPECT_TRUE(absl::StartsWith(daemon.errors(), "eagerd: ")) << daemon.errors();
}

TEST(Eagerd, RefusesWhatItCannotDo) {
  const std::string listen = "--listen=127.0.0.1:0";
  ExpectOneLineAndCode2({"--no-such-flag"});
  ExpectOneLineAndCode2({listen, "stray"});
  ExpectOneLineAndCode2({listen, "--devices=toaster"});
  ExpectOneLineAndCode2({listen, "--devices=gpu:99"});
  ExpectOneLineAndCode2({listen, "--devices="});
  ExpectOneLineAndCode2({listen, "--cpu-memory-limit=many"});
  ExpectOneLineAndCode2({listen, "--compute-threads=-1"});
  ExpectOneLineAndCode2({listen, "--log-level=loud"});
  ExpectOneLineAndCode2({listen, "--config=/no/such/file"});
  ExpectOneLineAndCode2({listen, "--config=/tmp"});
  ExpectOneLineAndCode2({listen, "--grace=nan"});
  ExpectOneLineAndCode2({listen, "--session-grace=inf"});
  ExpectOneLineAndCode2({listen, "--cpu-memory-limit=-1"});
  ExpectOneLineAndCode2({listen, "--log-format=xml"});
  ExpectOneLineAndCode2({listen, "--limits=/no/such/file"});
  ExpectOneLineAndCode2({listen}, {"EAGERD_GRACE=soon"});
  ExpectOneLineAndCode2({"--listen=no-such-host.invalid:0"});
  ExpectOneLineAndCode2({"--listen=127.0.0.1:99999"});
  ExpectOneLineAndCode2({"--listen=unix:/no/such/folder/socket"});
  ExpectOneLineAndCode2({listen}, {"EAGERD_DEVICES=toaster"});
  ExpectOneLineAndCode2({"--listen=0.0.0.0:0"});
  ExpectOneLineAndCode2({listen, "--tls-cert=/no/such/file", "--tls-key=/no/such/file"});
  ExpectOneLineAndCode2({listen, "--tls-cert=/no/such/file"});
  ExpectOneLineAndCode2({listen, "--auth-tokens=/no/such/file"});
  ExpectOneLineAndCode2({listen, "--tls-client-auth=maybe"});
  ExpectOneLineAndCode2({listen, "--health=off"});
  ExpectOneLineAndCode2({listen, "--reflection=perhaps"});
  ExpectOneLineAndCode2({listen, "--unix-socket-mode=rwx"});
}

TEST(Eagerd, ListensBeyondTheHostOnlyIfToldThatThisIsInsecure) {
  Daemon daemon({"--listen=0.0.0.0:0", "--insecure", "--reflection=off"});
  EXPECT_EQ(daemon.Addresses().size(), 1u);
  daemon.Terminate();
  EXPECT_EQ(daemon.ExitCode(), 0);
}

TEST(Eagerd, RefusesAPortInUse) {
  Daemon first({"--listen=127.0.0.1:0"});
  const std::vector<std::string> addresses = first.Addresses();
  ASSERT_EQ(addresses.size(), 1u);
  ExpectOneLineAndCode2({"--listen=" + addresses[0]});
  ExpectOneLineAndCode2({"--listen=127.0.0.1:0," + addresses[0]});
}

TEST(Eagerd, StopsWhenItIsToldTo) {
  Daemon daemon({"--listen=127.0.0.1:0"});
  ASSERT_EQ(daemon.Addresses().size(), 1u);
  const absl::Time start = absl::Now();
  daemon.Terminate();
  EXPECT_EQ(daemon.ExitCode(), 0);
  EXPECT_LT(absl::Now() - start, absl::Seconds(8));
  EXPECT_TRUE(absl::StrContains(daemon.output(), "event=stopped")) << daemon.output();
}

TEST(Eagerd, IsHealthyUntilItStops) {
  Daemon daemon({"--listen=127.0.0.1:0"});
  const std::vector<std::string> addresses = daemon.Addresses();
  ASSERT_EQ(addresses.size(), 1u);
  EXPECT_EQ(Daemon({"--check", addresses[0]}).ExitCode(), 0);
  daemon.Terminate();
  EXPECT_EQ(daemon.ExitCode(), 0);
  Daemon check({"--check", addresses[0]});
  EXPECT_EQ(check.ExitCode(), 1);
  EXPECT_EQ(std::count(check.errors().begin(), check.errors().end(), '\n'), 1) << check.errors();
}

TEST(Eagerd, ListensWhereTheFlagOrTheEnvironmentSays) {
  const std::string socket = absl::StrCat("unix:/tmp/eagerd-daemon-test-", getpid(), ".sock");
  const std::string both = absl::StrCat("127.0.0.1:0,", socket);
  for (const bool by_flag : {true, false}) {
    std::vector<std::string> args, environment;
    if (by_flag) {
      args = {"--listen", both};
    } else {
      environment = {"EAGERD_LISTEN=" + both};
    }
    Daemon daemon(args, environment);
    const std::vector<std::string> addresses = daemon.Addresses();
    ASSERT_EQ(addresses.size(), 2u);
    EXPECT_EQ(addresses[1], socket);
    for (const std::string& address : addresses) {
      Connect(address);
      EXPECT_EQ(int(constant(20) + 1), 21) << address;
    }
    Disconnect();
    daemon.Terminate();
    EXPECT_EQ(daemon.ExitCode(), 0);
  }
}

TEST(Eagerd, DrainsAnOpenSession) {
  Daemon daemon({"--listen=127.0.0.1:0", "--grace=2"});
  const std::vector<std::string> addresses = daemon.Addresses();
  ASSERT_EQ(addresses.size(), 1u);
  Connect(addresses[0]);
  std::atomic<int> rounds{0};
  std::thread worker([&rounds] {
    try {
      Tensor x = constant(1.0f);
      while (true) {
        for (int i = 0; i < 100; ++i) x = x * 0.5f + 1;
        EXPECT_LE(static_cast<float>(x), 2.0f);
        ++rounds;
      }
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), absl::StatusCode::kUnavailable) << e.what();
    }
  });
  while (rounds < 3) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  daemon.Terminate();
  EXPECT_EQ(daemon.ExitCode(), 0);
  worker.join();
  Disconnect();
}

}  // namespace
}  // namespace eager
