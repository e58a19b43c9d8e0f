// A network that is gone for longer than TCP tries: a daemon in a network of its own, behind a pair of virtual devices.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "absl/strings/str_cat.h"
#include "client/eager.h"
#include "tests/e2e/faults/training.h"
#include "tests/e2e/faults/watch.h"
#include "tests/support/child_process.h"

namespace eager::testing {
namespace {

using std::chrono::milliseconds;

bool Do(const std::string& command) { return std::system((command + " >/dev/null 2>&1").c_str()) == 0; }

TEST(Network, GoneForLongerThanTcpTries) {
  if (geteuid() != 0) GTEST_SKIP() << "only root makes networks";
  // This thread, and those that it starts from now on: gRPC has none yet.
  if (unshare(CLONE_NEWNET) != 0) GTEST_SKIP() << "this machine lets nobody make networks";
  ChildProcess far({"/bin/sleep", "1000"}, {.prepare = [] { unshare(CLONE_NEWNET); }});
  const std::string there = absl::StrCat("nsenter -t ", far.pid(), " -n ");
  ASSERT_TRUE(Await(std::chrono::seconds(5), [&] { return !Do(there + "readlink /proc/self/ns/net | grep -qF \"$(readlink /proc/$PPID/ns/net)\""); }));
  const bool made = Do("ip link set lo up") && Do(absl::StrCat("ip link add near type veth peer name far netns ", far.pid())) &&
                    Do("ip addr add 10.77.0.1/24 dev near") && Do("ip link set near up") &&
                    Do(there + "ip addr add 10.77.0.2/24 dev far") && Do(there + "ip link set far up");
  if (!made) GTEST_SKIP() << "no pairs of virtual devices here";
  // A second or so of tries, in place of a quarter of an hour.
  for (const std::string& where : {std::string(), there}) {
    ASSERT_TRUE(Do(where + "sh -c 'echo 2 > /proc/sys/net/ipv4/tcp_retries2'"));
  }
  const std::string network = absl::StrCat("/proc/", far.pid(), "/ns/net");
  DaemonProcess daemon({"--session-grace=60", "--insecure"}, {.prepare = [&network] {
                         const int file = open(network.c_str(), O_RDONLY | O_CLOEXEC);
                         if (file < 0 || setns(file, CLONE_NEWNET) != 0) _exit(127);
                       }},
                       "10.77.0.2:0");
  ASSERT_NE(daemon.address(), "") << daemon.Output();
  Connect(daemon.address());
  const std::string undisturbed = Train(5000).ToString();
  const auto away = milliseconds(Scale(3'000, 30'000));
  for (int i = 0; i < Scale(1, 3); ++i) {
    std::string result;
    std::atomic<bool> over{false};
    std::thread training([&] {
      result = Train(5000).ToString();
      over = true;
    });
    std::this_thread::sleep_for(milliseconds(50));
    ASSERT_TRUE(Do("ip link set near down"));
    EXPECT_FALSE(over) << "too early";
    std::this_thread::sleep_for(away);
    ASSERT_TRUE(Do("ip link set near up"));
    training.join();
    EXPECT_EQ(result, undisturbed);
  }
  Tell(absl::StrCat("network gone for ", away.count(), " ms, ", Scale(1, 3), " times: lost=0 repeated=0"));
  Disconnect();
}

}  // namespace
}  // namespace eager::testing
