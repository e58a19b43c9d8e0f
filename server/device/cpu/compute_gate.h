// The one place where large work runs: callers take turns by what they have used (fair_turns.h).
#pragma once

#include <chrono>
#include <map>

#include "absl/base/thread_annotations.h"
#include "common/mutex.h"
#include "server/device/cpu/fair_turns.h"

namespace eager::server {

// For whom the calling thread works, for a scope: its large kernels are taken for this party's. Without one they are
// nobody's, who is a tenant with one session.
class ComputeScope {
 public:
  // `party` may be null, and must outlive the scope.
  explicit ComputeScope(ComputeParty* party);
  ~ComputeScope();
  ComputeScope(const ComputeScope&) = delete;

  static ComputeParty* Current();

 private:
  ComputeParty* const before_;
};

// Thread-safe.
class ComputeGate {
 public:
  // Waits for the party's turn. Several threads of a party stand behind each other.
  void Enter(ComputeParty& party) ABSL_LOCKS_EXCLUDED(mu_);
  // The turn is over.
  void Leave(ComputeParty& party) ABSL_LOCKS_EXCLUDED(mu_);
  // How many threads wait for a turn now.
  int waiting() const ABSL_LOCKS_EXCLUDED(mu_);
  // How long the calling thread has waited for its turns, in all its life.
  static std::chrono::nanoseconds ThreadWaited();
  // How long the party's turns took in all.
  double SecondsUsed(const ComputeParty& party) const ABSL_LOCKS_EXCLUDED(mu_);
  void SetWeight(FairShare& share, double weight) ABSL_LOCKS_EXCLUDED(mu_);

  static ComputeGate& Get();

 private:
  struct Waiting {
    CondVar changed;
    int threads = 0;
    bool granted = false;  // the gate was kept shut for it
  };

  mutable Mutex mu_;
  bool busy_ ABSL_GUARDED_BY(mu_) = false;
  FairTurns turns_ ABSL_GUARDED_BY(mu_);
  std::map<ComputeParty*, Waiting> waiting_ ABSL_GUARDED_BY(mu_);
  std::chrono::steady_clock::time_point since_ ABSL_GUARDED_BY(mu_);
};

}  // namespace eager::server
