// The time of day jumps: sessions wait and end by a clock that does not.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>

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

constexpr int64_t kHour = 3600, kYears = 10 * 365 * 24 * kHour;

// The clock of other processes, as they see it.
class Clock {
 public:
  Clock() {
    const int file = mkostemp(path_.data(), O_CLOEXEC);
    EXPECT_EQ(ftruncate(file, sizeof(int64_t)), 0);
    offset_ = static_cast<volatile int64_t*>(mmap(nullptr, sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
    close(file);
  }
  ~Clock() { unlink(path_.c_str()); }
  void Set(int64_t seconds) { *offset_ = seconds; }
  ChildProcess::Options Seen() const {
    return {.environment = {"LD_PRELOAD=" EAGER_SHIFTED_CLOCK, "EAGER_CLOCK_OFFSET=" + path_}};
  }

 private:
  std::string path_ = std::filesystem::temp_directory_path() / "eager-clock.XXXXXX";
  volatile int64_t* offset_;
};

TEST(Clock, JumpsWhileAClientTrains) {
  Clock clock;
  DaemonProcess daemon({"--session-grace=30"}, clock.Seen());
  FaultyLink link(daemon.address());
  const auto train = [&](ChildProcess::Options options) {
    return std::make_unique<ChildProcess>(
        std::vector<std::string>{EAGER_FAULT_CLIENT, link.address(), "train", "1500"}, std::move(options));
  };
  const std::string undisturbed = train({})->Await("trained ");
  ASSERT_NE(undisturbed, "");
  int jumps = 0;
  for (const bool cut : {false, true}) {
    // Where links break, only the daemon's: gRPC's timers for the next try wait by the kernel's clock, which is not shifted.
    const auto client = train(cut ? ChildProcess::Options() : clock.Seen());
    client->Await("ready");
    for (const int64_t offset : {kHour, -kHour, kYears, -kYears, int64_t{0}}) {
      if (cut) {
        link.Refuse(true);
        link.Cut();
      }
      clock.Set(offset);
      ++jumps;
      std::this_thread::sleep_for(milliseconds(30));
      link.Refuse(false);
      std::this_thread::sleep_for(milliseconds(60));
    }
    EXPECT_EQ(client->Await("trained "), undisturbed) << client->Output();
  }
  Tell(absl::StrCat("clock jumps: ", jumps, ", cuts ", link.cuts(), " lost=0 repeated=0"));
}

TEST(Clock, JumpsBackAndSessionsEndInTime) {
  Clock clock;
  DaemonProcess daemon({"--session-grace=0.5"}, clock.Seen());
  const Watch watch(daemon.address());
  ChildProcess client({EAGER_FAULT_CLIENT, daemon.address(), "hold", "3"});
  ASSERT_TRUE(Await(seconds(20), [&] { return watch.Sessions().size() == 3; }));
  client.Kill();
  clock.Set(-kYears);
  EXPECT_TRUE(watch.AwaitNothing(seconds(10)));
}

TEST(Clock, JumpsBackAndTheDaemonStopsInTime) {
  Clock clock;
  DaemonProcess daemon({"--grace=1"}, clock.Seen());
  ChildProcess client({EAGER_FAULT_CLIENT, daemon.address(), "train", "1000000"});
  client.Await("ready");
  std::thread jump([&] {
    for (int i = 0; i < 20 && daemon.Usage().threads != 0; ++i) {
      std::this_thread::sleep_for(milliseconds(50));
      clock.Set(-kHour * (i + 1));
    }
  });
  daemon.Signal(SIGTERM);
  jump.join();
  EXPECT_EQ(daemon.Wait(seconds(15)), 0) << daemon.Output();
}

}  // namespace
}  // namespace eager::testing
