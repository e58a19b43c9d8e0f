#include "client/core/backward.h"

#include "absl/strings/str_cat.h"
#include "client/core/call.h"
#include "common/status_macros.h"

namespace eager::internal {
namespace {

// Ids of tensors that only the server has: apart from handles.
constexpr uint64_t kTracedBit = uint64_t{1} << 63;

class TracingEmitter final : public Emitter {
 public:
  explicit TracingEmitter(absl::Span<const std::shared_ptr<TapeState>> outer) : outer_(outer) {}

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
    for (const std::shared_ptr<TapeState>& tape : outer_) {
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

  absl::Span<const std::shared_ptr<TapeState>> outer_;
};

TapeTensor NodeOf(const StateRef& state) { return state == nullptr ? Node() : ForTape(*state); }

std::vector<TapeTensor> NodesOf(const std::vector<StateRef>& states) {
  std::vector<TapeTensor> nodes;
  for (const StateRef& state : states) nodes.push_back(NodeOf(state));
  return nodes;
}

// What is sent for a walk besides the call itself, if it may ask: its id, and handles for all upstreams.
struct Asking {
  uint64_t walk = 0;
  uint64_t first_upstream = 0;
};

Asking PrepareToAsk(const TapeState& tape) {
  if (tape.closures.empty()) return {};
  uint64_t upstreams = 0;
  for (int i = 0; i < tape.tape.size(); ++i) {
    if (tape.tape.entry(i).closure != 0) upstreams += tape.tape.entry(i).outputs.size();
  }
  Session& session = tape.context->session();
  return {session.NewWalk(), session.NewHandles(upstreams)};
}

void Send(const BackwardCall& call, const Asking& asking) {
  const uint32_t tape = call.tape->Id();
  std::vector<uint32_t> outer;
  for (const std::shared_ptr<TapeState>& t : call.outer) outer.push_back(t->Id());
  call.tape->context->session().Add([&](v1::Item* item) {
    v1::Backward* backward = item->mutable_backward();
    backward->set_tape(tape);
    for (const StateRef& t : call.targets) backward->add_targets(t->handle);
    for (const StateRef& t : call.output_gradients) backward->add_output_gradients(t == nullptr ? 0 : t->handle);
    for (const StateRef& s : call.sources) backward->add_sources(s->handle);
    backward->set_first_result(call.first_result);
    backward->set_unconnected_zero(call.unconnected_zero);
    for (uint32_t id : outer) backward->add_tapes(id);
    backward->set_walk(asking.walk);
    backward->set_first_upstream(asking.first_upstream);
  });
}

// A question of the server's that has no answer yet. Without one the walk is abandoned, so that it does not wait forever.
class Question {
 public:
  Question(Session& session, const v1::WalkEvent& event) : session_(session), event_(event) {}
  ~Question() {
    if (!answered_) {
      Send([](v1::AnswerCustomGradient* answer) { answer->set_abandon(true); });
    }
  }
  void Answer(const std::vector<std::optional<Tensor>>& gradients) {
    Send([&](v1::AnswerCustomGradient* answer) {
      for (const auto& gradient : gradients) answer->add_gradients(gradient.has_value() ? gradient->state()->handle : 0);
    });
    answered_ = true;
  }
  const v1::WalkEvent& event() const { return event_; }

 private:
  template <class Fill>
  void Send(Fill fill) {
    session_.Add([&](v1::Item* item) {
      item->mutable_answer_custom_gradient()->set_walk(event_.walk());
      fill(item->mutable_answer_custom_gradient());
    });
  }

  Session& session_;
  const v1::WalkEvent& event_;
  bool answered_ = false;
};

// Runs the closure that the server and the traced walk have both come to.
absl::Status AnswerQuestion(const BackwardCall& call, Question& question, const TapeEntry& entry, BackwardWalk& steps,
                            std::source_location where) {
  const auto closure = call.tape->closures.find(entry.closure);
  if (entry.closure != question.event().closure() || closure == call.tape->closures.end()) {
    return absl::InternalError("gradient: server and client do not agree on the custom gradient to ask for");
  }
  const std::shared_ptr<const Closure> run = closure->second;  // the tape may be forgotten while it runs
  std::vector<Tensor> upstream;
  for (const Node& node : steps.upstream()) {
    auto state = std::make_shared<TensorState>(call.tape->context, question.event().first_upstream() + upstream.size(), where);
    state->spec = node.spec;
    state->device = call.targets[0]->device;
    state->tape_id = node.id;
    upstream.emplace_back(std::move(state));
  }
  const std::vector<std::optional<Tensor>> gradients = (*run)(upstream);
  std::vector<Node> nodes;
  for (size_t i = 0; i < gradients.size(); ++i) {
    if (!gradients[i].has_value()) {
      nodes.emplace_back();
      continue;
    }
    const StateRef& state = gradients[i]->state();
    if (state == nullptr || state->context != call.tape->context) {
      return absl::InvalidArgumentError(absl::StrCat("custom gradient: the gradient of input ", i,
                                                     state == nullptr ? " is an empty Tensor" : " lives on another server"));
    }
    RETURN_IF_ERROR(ResolveShape(*state));
    nodes.push_back(ForTape(*state));
  }
  RETURN_IF_ERROR(steps.Answer(nodes));
  question.Answer(gradients);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<uint64_t>> RunBackward(const BackwardCall& call, std::source_location where) {
  const bool asks = !call.tape->closures.empty();
  if (!asks && call.outer.empty()) {
    Send(call, {});
    return std::vector<uint64_t>();
  }
  TracingEmitter emitter(call.outer);
  const std::vector<TapeTensor> targets = NodesOf(call.targets), sources = NodesOf(call.sources);
  const std::vector<Node> upstream = NodesOf(call.output_gradients);
  ASSIGN_OR_RETURN(std::unique_ptr<BackwardWalk> steps,
                   BackwardWalk::Start(call.tape->tape, targets, upstream, sources, emitter));
  const Asking asking = PrepareToAsk(*call.tape);
  if (asks) Send(call, asking);
  // The server's walk and this one are the same code over the same tape: they stop at the same places.
  Session& session = call.tape->context->session();
  while (asks) {
    ASSIGN_OR_RETURN(const v1::WalkEvent event, session.NextEvent(asking.walk));
    if (event.closure() == 0) break;
    Question question(session, event);
    ASSIGN_OR_RETURN(const TapeEntry* entry, steps->Advance());
    if (entry == nullptr) return absl::InternalError("gradient: the server asks for a custom gradient that is not on the way");
    RETURN_IF_ERROR(AnswerQuestion(call, question, *entry, *steps, where));
  }
  ASSIGN_OR_RETURN(const TapeEntry* entry, steps->Advance());
  if (entry != nullptr) {
    // The server's walk failed before it came here; any of its results has the cause.
    RETURN_IF_ERROR(session.FetchSpec(call.first_result).status());
    return absl::InternalError("gradient: the walk ended before a custom gradient");
  }
  ASSIGN_OR_RETURN(const std::vector<Node> nodes, steps->Results());
  if (!asks) Send(call, asking);  // not before: a walk that cannot be traced leaves nothing on the server
  std::vector<uint64_t> ids;
  for (const Node& node : nodes) ids.push_back(node.id);
  return ids;
}

void RecordClosure(const std::vector<StateRef>& inputs, const std::vector<StateRef>& outputs, Closure closure) {
  TapeEntry entry{.op = &CustomGradientOp(), .closure = outputs[0]->handle};
  for (const StateRef& t : inputs) entry.inputs.push_back(ForTape(*t));
  for (const StateRef& t : outputs) entry.outputs.push_back(ForTape(*t));
  const auto shared = std::make_shared<const Closure>(std::move(closure));
  std::vector<uint32_t> tapes;
  for (TapeState* tape : ActiveTapes()) {
    if (tape->context != outputs[0]->context || !tape->tape.ShouldRecord(*entry.op, entry.inputs)) continue;
    tapes.push_back(tape->Id());
    tape->tape.Record(entry);
    tape->closures.emplace(entry.closure, shared);
  }
  if (tapes.empty()) return;
  outputs[0]->context->session().Add([&](v1::Item* item) {
    v1::RecordCustomGradient* record = item->mutable_record_custom_gradient();
    record->set_closure(entry.closure);
    for (const StateRef& t : inputs) record->add_inputs(t->handle);
    for (const StateRef& t : outputs) record->add_outputs(t->handle);
    for (uint32_t tape : tapes) record->add_tapes(tape);
  });
}

}  // namespace eager::internal
