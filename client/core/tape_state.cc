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

TapeTensor ForTape(const TensorState& state) {
  TapeTensor t;
  t.id = state.tape_id;
  t.spec = state.value_spec();
  if (const HostTensor* known = state.host()) t.value = MakeRef<HostValue>(*known);
  return t;
}

}  // namespace eager::internal
