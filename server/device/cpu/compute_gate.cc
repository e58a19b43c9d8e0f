#include "server/device/cpu/compute_gate.h"

namespace eager::server {
namespace {

thread_local ComputeParty* current_party = nullptr;
thread_local std::chrono::nanoseconds thread_waited{0};

}  // namespace

ComputeScope::ComputeScope(ComputeParty* party) : before_(current_party) { current_party = party; }
ComputeScope::~ComputeScope() { current_party = before_; }

ComputeParty* ComputeScope::Current() {
  static auto* nobody = new ComputeParty(std::make_shared<FairShare>());
  return current_party != nullptr ? current_party : nobody;
}

ComputeGate& ComputeGate::Get() {
  static auto* gate = new ComputeGate();
  return *gate;
}

void ComputeGate::Enter(ComputeParty& party) {
  MutexLock lock(&mu_);
  if (busy_ || !turns_.MayPass(party)) {
    const auto came = std::chrono::steady_clock::now();
    Waiting& waiting = waiting_[&party];
    if (waiting.threads++ == 0) turns_.Wait(party);
    while (!waiting.granted && (busy_ || turns_.Next() != &party)) {
      if (!busy_) waiting_.at(turns_.Next()).changed.Signal();  // who is next may change with whoever comes
      waiting.changed.Wait(&mu_);
    }
    waiting.granted = false;
    if (--waiting.threads == 0) waiting_.erase(&party);
    thread_waited += std::chrono::steady_clock::now() - came;
  }
  turns_.Start(party);
  if (waiting_.count(&party) > 0) turns_.Wait(party);  // its other threads'
  busy_ = true;
  since_ = std::chrono::steady_clock::now();
}

void ComputeGate::Leave(ComputeParty& party) {
  MutexLock lock(&mu_);
  turns_.Charge(party, std::chrono::duration<double>(std::chrono::steady_clock::now() - since_).count());
  ComputeParty* next = turns_.Next();
  // The next is woken, which takes a while: until then this party may have some more turns, but not for ever.
  busy_ = next != nullptr && turns_.IsDue(party);
  if (next == nullptr) return;
  Waiting& waiting = waiting_.at(next);
  waiting.granted = busy_;
  waiting.changed.Signal();
}

int ComputeGate::waiting() const {
  MutexLock lock(&mu_);
  int threads = 0;
  for (const auto& [party, waiting] : waiting_) threads += waiting.threads;
  return threads;
}

std::chrono::nanoseconds ComputeGate::ThreadWaited() { return thread_waited; }

double ComputeGate::SecondsUsed(const ComputeParty& party) const {
  MutexLock lock(&mu_);
  return party.seconds_used;
}

void ComputeGate::SetWeight(FairShare& share, double weight) {
  MutexLock lock(&mu_);
  share.weight = weight;
}

}  // namespace eager::server
