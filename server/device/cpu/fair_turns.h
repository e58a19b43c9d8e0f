// Who comes next at the compute threads: first among tenants, then among a tenant's sessions, whoever has used least.
//
// Start-time fair queueing: each has a clock that runs by what it used, slower for a larger weight. Who comes back after
// a pause starts at the clock of those who worked meanwhile: nobody saves up turns.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace eager::server {

// Somebody with a share of something. Read and changed only by the FairTurns that it is used with, but for set_weight.
struct FairShare {
  double weight = 1;
  double clock = 0;         // seconds used, by weight
  double served_clock = 0;  // of those who share in it: the clock of the one who was served last
};

// A session that asks for turns; its tenant's share stands above its own.
struct ComputeParty {
  explicit ComputeParty(std::shared_ptr<FairShare> of_tenant) : tenant(std::move(of_tenant)) {}
  const std::shared_ptr<FairShare> tenant;
  FairShare own;
  double seconds_used = 0;
};

// The order only: no threads, no time. Not thread-safe.
class FairTurns {
 public:
  // Someone who comes back at once may go before others for so long: handing a turn to another thread takes time.
  static constexpr double kBurstSeconds = 1e-3;

  // Whether `party`, which comes now, may go before all that wait.
  bool MayPass(ComputeParty& party);
  // Waits until Next() gives it. Each at most once at a time.
  void Wait(ComputeParty& party);
  // The one to go next; it still waits, until Start(). Null if nobody does.
  ComputeParty* Next() const;
  // Whether the next should go before `party` gets another turn.
  bool IsDue(const ComputeParty& party) const;
  // It has its turn, or gave up waiting.
  void Start(ComputeParty& party);
  // It has used so many seconds of the compute threads.
  void Charge(ComputeParty& party, double seconds);

 private:
  // No clock stands still while others work.
  void CatchUp(ComputeParty& party);

  FairShare all_;
  std::vector<ComputeParty*> waiting_;  // in the order of their coming
};

}  // namespace eager::server
