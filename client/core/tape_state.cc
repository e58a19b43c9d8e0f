#include "client/core/tape_state.h"

#include "client/core/backward.h"
#include "client/core/call.h"

namespace eager::internal {

TapeState::~TapeState() {
  if (!begun) return;
  context->session().Add([&](v1::Item* item) { item->mutable_end_tape()->set_tape(id_); });
}

uint32_t TapeState::Id() {
  if (!begun) {
    begun = true;
    id_ = context->session().NewTape();
    context->session().Add([&](v1::Item* item) {
      item->mutable_begin_tape()->set_tape(id_);
      item->mutable_begin_tape()->set_persistent(tape.persistent());
    });
  }
  return id_;
}

void TapeState::Watch(const StateRef& tensor) {
  tape.Watch(tensor->tape_id);
  const uint32_t id = Id();
  context->session().Add([&](v1::Item* item) {
    item->mutable_watch()->set_tape(id);
    item->mutable_watch()->set_handle(tensor->handle);
  });
}

std::vector<TapeState*>& ActiveTapes() {
  thread_local std::vector<TapeState*> tapes;
  return tapes;
}

SavedTapes SaveTapes() {
  SavedTapes saved;
  for (TapeState* tape : ActiveTapes()) saved.push_back(tape->weak_from_this());
  return saved;
}

void RestoreTapes(const SavedTapes& saved) {
  std::vector<TapeState*>& active = ActiveTapes();
  active.clear();
  for (const std::weak_ptr<TapeState>& tape : saved) {
    if (const auto alive = tape.lock()) active.push_back(alive.get());
  }
}

TapeTensor ForTape(const TensorState& state, bool with_value) {
  TapeTensor t;
  t.id = state.tape_id;
  t.spec = state.value_spec();
  if (const HostTensor* known = with_value ? state.host() : nullptr) t.value = MakeRef<HostValue>(*known);
  return t;
}

}  // namespace eager::internal
