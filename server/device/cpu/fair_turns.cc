#include "server/device/cpu/fair_turns.h"

#include <algorithm>

namespace eager::server {

void FairTurns::CatchUp(ComputeParty& party) {
  party.tenant->clock = std::max(party.tenant->clock, all_.served_clock);
  party.own.clock = std::max(party.own.clock, party.tenant->served_clock);
}

bool FairTurns::MayPass(ComputeParty& party) {
  CatchUp(party);
  return !IsDue(party);
}

void FairTurns::Wait(ComputeParty& party) {
  CatchUp(party);
  waiting_.push_back(&party);
}

ComputeParty* FairTurns::Next() const {
  // Whoever came first decides where clocks are equal.
  const FairShare* tenant = nullptr;
  for (const ComputeParty* party : waiting_) {
    if (tenant == nullptr || party->tenant->clock < tenant->clock) tenant = party->tenant.get();
  }
  ComputeParty* next = nullptr;
  for (ComputeParty* party : waiting_) {
    if (party->tenant.get() == tenant && (next == nullptr || party->own.clock < next->own.clock)) next = party;
  }
  return next;
}

bool FairTurns::IsDue(const ComputeParty& party) const {
  const ComputeParty* next = Next();
  if (next == nullptr) return false;
  if (next->tenant == party.tenant) return party.own.clock > next->own.clock + kBurstSeconds;
  return party.tenant->clock > next->tenant->clock + kBurstSeconds / party.tenant->weight;
}

void FairTurns::Start(ComputeParty& party) {
  waiting_.erase(std::remove(waiting_.begin(), waiting_.end(), &party), waiting_.end());
  all_.served_clock = std::max(all_.served_clock, party.tenant->clock);
  party.tenant->served_clock = std::max(party.tenant->served_clock, party.own.clock);
}

void FairTurns::Charge(ComputeParty& party, double seconds) {
  party.tenant->clock += seconds / party.tenant->weight;
  party.own.clock += seconds / party.own.weight;
  party.seconds_used += seconds;
}

}  // namespace eager::server
