// Everything at once, at random, for EAGERD_SOAK_MINUTES: clients train over links that break in all ways, processes
// stand still and die.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "tests/e2e/faults/watch.h"
#include "tests/support/child_process.h"
#include "tests/support/faulty_link.h"

namespace eager::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using SteadyClock = std::chrono::steady_clock;

constexpr int kClients = 3;
constexpr int kSteps = 400;

std::chrono::duration<double> Length() {
  const char* minutes = std::getenv("EAGERD_SOAK_MINUTES");
  return std::chrono::duration<double>(minutes == nullptr ? 5.0 : std::atof(minutes) * 60);
}

// A client, again and again, over a link of its own.
struct Trainer {
  explicit Trainer(const std::string& daemon) : link(daemon) { Start(); }
  void Start() {
    client = std::make_unique<ChildProcess>(
        std::vector<std::string>{EAGER_FAULT_CLIENT, link.address(), "train", std::to_string(kSteps)});
  }
  FaultyLink link;
  std::unique_ptr<ChildProcess> client;
};

class Soak : public ::testing::Test {
 protected:
  int Random(int least, int most) { return std::uniform_int_distribution<int>(least, most)(random_); }
  void Pause(int least, int most) { std::this_thread::sleep_for(milliseconds(Random(least, most))); }

  void OneFault(Trainer& trainer) {
    FaultyLink& link = trainer.link;
    const int kind = Random(0, 8);
    ++faults_[kind];
    switch (kind) {
      case 0:
        return link.Cut(/*reset=*/true);
      case 1:
        return link.Cut(/*reset=*/false);
      case 2:  // a cable that is pulled
        link.Swallow(true);
        Pause(1, 100);
        link.Swallow(false);
        return link.Cut();
      case 3:
        link.Refuse(true);
        link.Cut();
        Pause(1, 200);
        return link.Refuse(false);
      case 4:
        link.Plan({static_cast<LinkFault::Kind>(Random(0, 3)), Random(0, 1) == 0, static_cast<uint64_t>(Random(1, 20'000))});
        return link.Cut();
      case 5:
        link.Plan({LinkFault::Kind::kHoldBack, true, static_cast<uint64_t>(Random(1, 20'000))});
        return link.Cut();
      case 6:
        link.Split(static_cast<size_t>(Random(0, 1) == 0 ? 0 : Random(1, 100)));
        return;
      case 7: {
        const pid_t process = Random(0, 1) == 0 ? daemon_.pid() : trainer.client->pid();
        kill(process, SIGSTOP);
        Pause(1, 200);
        kill(process, SIGCONT);
        return;
      }
      default:
        if (Random(0, 3) == 0) {
          trainer.client->Kill();
          ++killed_;
          trainer.Start();
        }
    }
  }

  // Starts anew what has ended, after a look at how.
  void Look(Trainer& trainer, const std::string& undisturbed) {
    if (trainer.client->Running()) return;
    EXPECT_EQ(trainer.client->Await("trained "), undisturbed) << trainer.client->Output();
    ++trainings_;
    trainer.Start();
  }

  DaemonProcess daemon_{{"--session-grace=20"}};
  Watch watch_{daemon_.address()};
  const unsigned seed_ = Long() ? std::random_device()() : 1;
  std::mt19937 random_{seed_};
  std::map<int, int> faults_;
  int killed_ = 0, trainings_ = 0;
};

TEST_F(Soak, RandomFaults) {
  ChildProcess alone({EAGER_FAULT_CLIENT, daemon_.address(), "train", std::to_string(kSteps)});
  const std::string undisturbed = alone.Await("trained ");
  ASSERT_NE(undisturbed, "") << alone.Output();
  std::vector<std::unique_ptr<Trainer>> trainers;
  for (int i = 0; i < kClients; ++i) trainers.push_back(std::make_unique<Trainer>(daemon_.address()));
  const auto begin = SteadyClock::now();
  const auto length = Long() ? Length() : seconds(4);
  ProcessUsage start;
  int planned = 0;
  while (SteadyClock::now() - begin < length && !HasFailure()) {
    OneFault(*trainers[static_cast<size_t>(Random(0, kClients - 1))]);
    Pause(1, 60);
    for (const auto& trainer : trainers) Look(*trainer, undisturbed);
    if (start.threads == 0 && SteadyClock::now() - begin > length / 5) start = daemon_.Usage();
  }
  for (const auto& trainer : trainers) {  // those that run come to their end
    trainer->link.Split(0);
    EXPECT_EQ(trainer->client->Await("trained "), undisturbed) << trainer->client->Output();
    ++trainings_;
    planned += trainer->link.faults();
  }
  trainers.clear();
  EXPECT_TRUE(watch_.AwaitNothing(seconds(60)));
  EXPECT_EQ(watch_.BytesInUse(), 0);
  const ProcessUsage end = daemon_.Usage();
  int faults = 0;
  for (const auto& [kind, n] : faults_) faults += n;
  Tell(absl::StrCat("soak: seed=", seed_, " seconds=", std::chrono::duration<double>(SteadyClock::now() - begin).count(), " faults=", faults,
                    " at a byte=", planned, " clients killed=", killed_, " trainings=", trainings_, " steps=",
                    trainings_ * kSteps, " lost=0 repeated=0 resident KiB ", start.resident_bytes >> 10, " -> ",
                    end.resident_bytes >> 10, " threads ", start.threads, " -> ", end.threads, " files ", start.files, " -> ",
                    end.files));
}

}  // namespace
}  // namespace eager::testing
