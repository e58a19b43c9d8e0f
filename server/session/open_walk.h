// A backward walk of a session, from its request to its results: it may have to wait for its client in between.
#pragma once

#include <memory>
#include <vector>

#include "server/exec/exec_emitter.h"
#include "server/session/session.h"

namespace eager::server {

// Keeps alive what the walk refers to: the client may end the tapes while the walk waits.
struct Session::Walk {
  Walk(SignatureCache& signatures, const Place& place, std::vector<std::shared_ptr<Tape>> tapes_that_record)
      : outer(std::move(tapes_that_record)), outer_tapes(Pointers(outer)), emitter(signatures, place, outer_tapes) {}

  static std::vector<Tape*> Pointers(const std::vector<std::shared_ptr<Tape>>& tapes) {
    std::vector<Tape*> pointers;
    for (const auto& tape : tapes) pointers.push_back(tape.get());
    return pointers;
  }

  uint64_t id = 0;
  std::shared_ptr<Tape> tape;
  const std::vector<std::shared_ptr<Tape>> outer;
  const std::vector<Tape*> outer_tapes;
  ExecEmitter emitter;
  std::vector<Node> sources;
  std::unique_ptr<BackwardWalk> steps;
  uint64_t first_result = 0;
  bool unconnected_zero = false;
  uint64_t next_upstream = 0;
};

}  // namespace eager::server
