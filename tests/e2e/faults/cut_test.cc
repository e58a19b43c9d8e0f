// A fault at every byte position of a short training, in both directions: the same bits come out, and the server has
// executed each op once.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "client/eager.h"
#include "tests/e2e/faults/training.h"
#include "tests/e2e/faults/watch.h"
#include "tests/support/child_process.h"
#include "tests/support/faulty_link.h"

namespace eager::testing {
namespace {

constexpr int kSteps = 6;
constexpr uint64_t kPositions = 12;  // of each kind and direction, beside other tests

struct Outcome {
  std::string result;
  uint64_t ops = 0;
  bool operator==(const Outcome&) const = default;
};

struct Case {
  std::string name;
  LinkFault::Kind kind;
  bool to_server;
};

class Cut : public ::testing::TestWithParam<Case> {
 protected:
  Outcome TrainOnce() {
    Connect(link_.address(), {.reconnect_seconds = 20});
    Outcome run{Train(kSteps).ToString(), watch_.OpsOfNewest()};
    Disconnect();
    return run;
  }

  DaemonProcess daemon_{{"--session-grace=30"}};
  FaultyLink link_{daemon_.address()};
  Watch watch_{daemon_.address()};
};

TEST_P(Cut, NothingIsLostOrDoneTwice) {
  const Outcome undisturbed = TrainOnce();
  const uint64_t to_server = link_.bytes_to_server(), to_client = link_.bytes_to_client();
  ASSERT_EQ(TrainOnce(), undisturbed) << "two runs without faults differ";
  const uint64_t bytes = GetParam().to_server ? to_server : to_client;
  const uint64_t step = Scale(bytes / kPositions, uint64_t{1});
  uint64_t runs = 0, ops = 0;
  for (uint64_t at = 1; at <= bytes; at += step) {
    link_.Plan({GetParam().kind, GetParam().to_server, at});
    Outcome run;
    try {
      run = TrainOnce();
    } catch (const Error& e) {
      FAIL() << "at byte " << at << " of " << bytes << ": " << e.what();
    }
    ASSERT_EQ(run.result, undisturbed.result) << "at byte " << at << " of " << bytes;
    ASSERT_EQ(run.ops, undisturbed.ops) << "at byte " << at << " of " << bytes;
    ++runs;
    ops += run.ops;
  }
  Tell(absl::StrCat(GetParam().name, ": trainings=", runs, " faults=", link_.faults(), " bytes=", bytes, " ops=", ops,
                    " lost=0 repeated=0"));
  EXPECT_GE(link_.faults(), static_cast<int>(runs * 3 / 4));  // runs differ by a few bytes, so the last may be missed
}

TEST_P(Cut, AnyPieceMayBeAByte) {
  link_.Split(1);
  const Outcome undisturbed = TrainOnce();
  link_.Plan({GetParam().kind, GetParam().to_server, 700});
  EXPECT_EQ(TrainOnce().result, undisturbed.result);
}

INSTANTIATE_TEST_SUITE_P(Faults, Cut,
                         ::testing::Values(Case{"ResetToServer", LinkFault::Kind::kReset, true},
                                           Case{"ResetToClient", LinkFault::Kind::kReset, false},
                                           Case{"CloseToServer", LinkFault::Kind::kClose, true},
                                           Case{"CloseToClient", LinkFault::Kind::kClose, false},
                                           Case{"HalfCloseToServer", LinkFault::Kind::kHalfClose, true},
                                           Case{"HalfCloseToClient", LinkFault::Kind::kHalfClose, false},
                                           Case{"DelayToServer", LinkFault::Kind::kDelay, true},
                                           Case{"DelayToClient", LinkFault::Kind::kDelay, false},
                                           Case{"OvertakenToServer", LinkFault::Kind::kHoldBack, true}),
                         [](const auto& info) { return info.param.name; });

// Cuts at random moments of a long training.
TEST(Cuts, ATrainingOutlivesThem) {
  DaemonProcess daemon({"--session-grace=60"});
  FaultyLink link(daemon.address());
  const Watch watch(daemon.address());
  const int wanted = Scale(20, 1000);
  uint64_t ops = 0;
  int trainings = 0;
  Connect(daemon.address());
  const std::string undisturbed = Train(400).ToString();
  const uint64_t undisturbed_ops = watch.OpsOfNewest();
  Disconnect();
  while (link.cuts() < wanted) {
    link.CutBetween(1'000, 30'000);
    Connect(link.address());
    ASSERT_EQ(Train(400).ToString(), undisturbed) << "after " << link.cuts() << " cuts";
    const uint64_t executed = watch.OpsOfNewest();
    ASSERT_EQ(executed, undisturbed_ops) << "after " << link.cuts() << " cuts";
    ops += executed;
    ++trainings;
    link.CutBetween(0, 0);
    Disconnect();
  }
  EXPECT_TRUE(watch.AwaitNothing(std::chrono::seconds(70)));
  Tell(absl::StrCat("random cuts: trainings=", trainings, " faults=", link.cuts(), " ops=", ops, " lost=0 repeated=0"));
}

// A session that says nothing looks after its link, or its lease would end.
TEST(Cuts, AnIdleSessionOutlivesThem) {
  DaemonProcess daemon({"--session-grace=9"});
  FaultyLink link(daemon.address());
  Connect(link.address());
  const Tensor x = constant(1.0f) + 1.0f;
  ASSERT_EQ(float(x), 2.0f);
  link.Cut();
  std::this_thread::sleep_for(std::chrono::seconds(12));
  EXPECT_EQ(float(x + 1.0f), 3.0f);
  EXPECT_EQ(link.cuts(), 1);
  Disconnect();
}

}  // namespace
}  // namespace eager::testing
