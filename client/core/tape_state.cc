#include "client/core/tape_state.h"

#include "absl/strings/str_cat.h"
#include "client/core/call.h"
#include "common/status_macros.h"

namespace eager::internal {
namespace {

// Ids of tensors that only the server has: apart from handles.
constexpr uint64_t kTracedBit = uint64_t{1} << 63;

struct HostValue final : RefCounted {
  explicit HostValue(HostTensor v) : value(std::move(v)) {}
  const HostTensor value;
};

class TracingEmitter final : public Emitter {
 public:
  explicit TracingEmitter(absl::Span<TapeState* const> outer) : outer_(outer) {}

  absl::StatusOr<absl::InlinedVector<Node, 2>> Run(absl::string_view name, absl::Span<const Node> inputs,
                                                   const NamedAttrs& named) override {
    ASSIGN_OR_RETURN(const OpSpec* op, OpTable::Builtin().Get(name));
    ASSIGN_OR_RETURN(Attrs made, Attrs::Make(*op, named));
    auto attrs = std::make_shared<Attrs>(std::move(made));
    absl::InlinedVector<InferInput, 4> infer;
    for (const Node& node : inputs) {
      infer.push_back({node.spec.dtype, &node.spec.shape, {}, nullptr});
      if (node.value) infer.back().host = static_cast<HostValue*>(node.value.get())->value.view();
    }
    Inferred inferred;
    RETURN_IF_ERROR(Infer(*op, infer, *attrs, inferred));
    if (!inferred.shapes_known) return absl::InternalError(absl::StrCat(name, ": a gradient's shape depends on values"));
    TapeEntry entry{op, std::move(attrs), {inputs.begin(), inputs.end()}, {}};
    absl::InlinedVector<Node, 2> outputs;
    for (size_t i = 0; i < inferred.dtypes.size(); ++i) outputs.push_back(NewNode({inferred.dtypes[i], inferred.shapes[i]}));
    entry.outputs.assign(outputs.begin(), outputs.end());
    for (TapeState* tape : outer_) {
      if (tape->tape.ShouldRecord(*op, entry.inputs)) tape->tape.Record(entry);
    }
    return outputs;
  }

  absl::StatusOr<Node> Constant(HostTensor value) override {
    Node node = NewNode(value.spec());
    node.value = MakeRef<HostValue>(std::move(value));
    return node;
  }

  HostView HostValues(const Node& node) const override {
    return node.value ? static_cast<const HostValue*>(node.value.get())->value.view() : HostView();
  }

 private:
  static Node NewNode(TensorSpec spec) {
    static std::atomic<uint64_t> next{1};
    Node node;
    node.id = next.fetch_add(1, std::memory_order_relaxed) | kTracedBit;
    node.spec = std::move(spec);
    return node;
  }

  absl::Span<TapeState* const> outer_;
};

}  // namespace

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

absl::StatusOr<std::vector<uint64_t>> TraceBackward(const Tape& tape, absl::Span<const TapeTensor> targets,
                                                    absl::Span<const Node> output_gradients,
                                                    absl::Span<const TapeTensor> sources,
                                                    absl::Span<TapeState* const> outer) {
  TracingEmitter emitter(outer);
  ASSIGN_OR_RETURN(std::vector<Node> nodes, Backward(tape, targets, output_gradients, sources, emitter));
  std::vector<uint64_t> ids;
  for (const Node& node : nodes) ids.push_back(node.id);
  return ids;
}

}  // namespace eager::internal
