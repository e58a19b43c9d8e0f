// The order of turns at the compute threads: who used least comes first, among tenants and then among their sessions.

#include "server/device/cpu/fair_turns.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "server/device/cpu/compute.h"
#include "server/device/cpu/compute_gate.h"

namespace eager::server {
namespace {

constexpr double kTurn = 1.0 / 64;  // seconds; sums of it are exact

class FairTurnsTest : public ::testing::Test {
 protected:
  std::shared_ptr<FairShare> MakeTenant(double weight = 1) {
    auto tenant = std::make_shared<FairShare>();
    tenant->weight = weight;
    return tenant;
  }
  // Lets all of them want a turn always, of so many seconds each, for n turns; how many each got.
  std::vector<int> Turns(const std::vector<ComputeParty*>& parties, const std::vector<double>& seconds, int n) {
    std::vector<int> got(parties.size());
    for (ComputeParty* party : parties) turns_.Wait(*party);
    for (int i = 0; i < n; ++i) {
      ComputeParty* next = turns_.Next();
      turns_.Start(*next);
      const size_t who = static_cast<size_t>(std::find(parties.begin(), parties.end(), next) - parties.begin());
      ++got[who];
      turns_.Charge(*next, seconds[who]);
      turns_.Wait(*next);
    }
    for (ComputeParty* party : parties) turns_.Start(*party);
    return got;
  }

  FairTurns turns_;
};

TEST_F(FairTurnsTest, EqualsTakeTurns) {
  ComputeParty a(MakeTenant()), b(MakeTenant()), c(MakeTenant());
  EXPECT_EQ(Turns({&a, &b, &c}, {kTurn, kTurn, kTurn}, 9), (std::vector<int>{3, 3, 3}));
}

TEST_F(FairTurnsTest, TimeCountsNotTurns) {
  ComputeParty heavy(MakeTenant()), light(MakeTenant());
  EXPECT_EQ(Turns({&heavy, &light}, {8 * kTurn, kTurn}, 90), (std::vector<int>{10, 80}));
}

TEST_F(FairTurnsTest, AWeightIsAShare) {
  ComputeParty a(MakeTenant(3)), b(MakeTenant(1));
  EXPECT_EQ(Turns({&a, &b}, {3 * kTurn, 3 * kTurn}, 40), (std::vector<int>{30, 10}));
}

TEST_F(FairTurnsTest, ManySessionsAreNoMoreThanTheirTenant) {
  const auto crowd = MakeTenant();
  ComputeParty a1(crowd), a2(crowd), a3(crowd), b(MakeTenant());
  EXPECT_EQ(Turns({&a1, &a2, &a3, &b}, {kTurn, kTurn, kTurn, kTurn}, 60), (std::vector<int>{10, 10, 10, 30}));
}

TEST_F(FairTurnsTest, NobodySavesUpTurns) {
  ComputeParty busy(MakeTenant()), back(MakeTenant());
  EXPECT_EQ(Turns({&busy}, {kTurn}, 1000), (std::vector<int>{1000}));
  EXPECT_EQ(Turns({&busy, &back}, {kTurn, kTurn}, 100), (std::vector<int>{50, 50}));
}

TEST_F(FairTurnsTest, WhoComesBackAtOnceMayGoBeforeOthersForAWhileOnly) {
  ComputeParty busy(MakeTenant()), other(MakeTenant());
  turns_.Start(busy);
  turns_.Wait(other);
  int more = 0;
  for (; !turns_.IsDue(busy) && more < 100; ++more) {
    EXPECT_TRUE(turns_.MayPass(busy));
    turns_.Charge(busy, FairTurns::kBurstSeconds * 0.3);
  }
  EXPECT_EQ(more, 4);
  EXPECT_FALSE(turns_.MayPass(busy));
  EXPECT_EQ(turns_.Next(), &other);
}

TEST(ComputeGate, EveryThreadGetsItsTurns) {
  ComputeGate gate;
  const auto tenant = std::make_shared<FairShare>();
  std::vector<std::unique_ptr<ComputeParty>> parties;
  for (int i = 0; i < 3; ++i) parties.push_back(std::make_unique<ComputeParty>(i == 0 ? std::make_shared<FairShare>() : tenant));
  std::atomic<int> inside{0}, most{0};
  int turns = 0;  // guarded by the gate
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 6; ++t) {  // two threads a party
    threads.emplace_back([&, t] {
      for (int i = 0; i < 2000; ++i) {
        gate.Enter(*parties[t % 3]);
        most = std::max(most.load(), ++inside);
        ++turns;
        --inside;
        gate.Leave(*parties[t % 3]);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(most, 1);
  EXPECT_EQ(turns, 12000);
  EXPECT_GT(gate.SecondsUsed(*parties[0]), 0);
}

TEST(ComputeGate, LargeWorkIsItsPartys) {
  ComputeParty party(std::make_shared<FairShare>());
  {
    const ComputeScope scope(&party);
    EXPECT_EQ(ComputeScope::Current(), &party);
    RunOnComputeThread([] {});
  }
  EXPECT_NE(ComputeScope::Current(), &party);
  EXPECT_GT(ComputeGate::Get().SecondsUsed(party), 0);
}

TEST(ComputeGate, NoMemoryInALoopIsThrownWhereItWasCalled) {
  EXPECT_THROW(ParallelFor(1000, 1, [](int64_t begin, int64_t) {
                 if (begin == 500) throw std::bad_alloc();
               }),
               std::bad_alloc);
  int64_t sum = 0;
  ParallelFor(3, 4, [&](int64_t begin, int64_t end) { sum += end - begin; });
  EXPECT_EQ(sum, 3);
}

}  // namespace
}  // namespace eager::server
