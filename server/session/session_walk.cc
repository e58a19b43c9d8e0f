// The backward walks of a session.
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/exec/counters.h"
#include "server/exec/recent_errors.h"
#include "server/session/open_walk.h"

namespace eager::server {
namespace {

// Made on the device: a variable may claim a shape for which no host has the memory.
absl::StatusOr<Node> Zeros(const TensorSpec& spec, Emitter& emitter) {
  ASSIGN_OR_RETURN(Node zero, emitter.Constant(HostTensor(TensorSpec{spec.dtype, Shape()})));
  if (spec.shape.is_scalar()) return zero;
  const Shape rank{spec.shape.rank()};
  ASSIGN_OR_RETURN(Node dims, emitter.Constant(HostTensor::FromSpan<int64_t>(rank, spec.shape.dims())));
  const Node inputs[] = {std::move(zero), std::move(dims)};
  ASSIGN_OR_RETURN(auto outputs, emitter.Run("BroadcastTo", inputs, {}));
  return std::move(outputs[0]);
}

}  // namespace

absl::StatusOr<std::optional<Session::WalkEvent>> Session::Backward(const BackwardRequest& request) {
  stats_.ops.fetch_add(1, std::memory_order_relaxed);
  ExecCounters::Add(ExecCounters::Get().backward_passes, 1);
  RETURN_IF_ERROR(CheckFree(request.first_result, request.sources.size()));
  if (walks_.contains(request.walk)) return absl::AlreadyExistsError(absl::StrCat("walk ", request.walk, " is under way"));
  absl::StatusOr<std::unique_ptr<Walk>> walk = StartWalk(request);
  CountRecords();  // a walk may have taken a tape's
  if (walk.ok()) return Continue(*std::move(walk), absl::OkStatus());
  RecentErrors::Get().Add(walk.status(), "gradient");
  RETURN_IF_ERROR(PutAll(request.first_result, request.sources.size(), walk.status()));
  if (request.walk == 0) return std::nullopt;
  return WalkEvent{request.walk};
}

absl::StatusOr<std::unique_ptr<Session::Walk>> Session::StartWalk(const BackwardRequest& request) {
  RETURN_IF_ERROR(CheckRoom(request.sources.size()));
  if (limits_.session_tapes > 0 && static_cast<int64_t>(walks_.size()) >= limits_.session_tapes) {
    return absl::ResourceExhaustedError(absl::StrCat("gradient: ", walks_.size(), " walks wait for custom gradients already"));
  }
  RETURN_IF_ERROR(CheckList("targets", request.targets.size()));
  RETURN_IF_ERROR(CheckList("output_gradients", request.output_gradients.size()));
  RETURN_IF_ERROR(FindTapes(request.tapes).status());
  std::vector<std::shared_ptr<Tape>> outer;
  for (uint32_t tape : request.tapes) outer.push_back(tapes_.at(tape));
  RETURN_IF_ERROR(FindTape(request.tape).status());
  std::shared_ptr<Tape>& named = tapes_.at(request.tape);
  std::shared_ptr<Tape> tape = named;
  // Its one walk takes the records with it: they go when it ends, and no other item can touch them while it waits.
  if (!tape->persistent()) named = std::make_shared<Tape>(/*persistent=*/false);
  if (!request.output_gradients.empty() && request.output_gradients.size() != request.targets.size()) {
    return absl::InvalidArgumentError(absl::StrCat("gradient: there are ", request.output_gradients.size(),
                                                   " output_gradients for ", request.targets.size(), " targets"));
  }
  ASSIGN_OR_RETURN(const std::vector<Node> targets, Nodes(request.targets));
  ASSIGN_OR_RETURN(const std::vector<Node> upstream, Nodes(request.output_gradients));
  ASSIGN_OR_RETURN(const Place place, Place::Find(queues_, ""));
  auto walk = std::make_unique<Walk>(emitted_signatures_, place, std::move(outer));
  ASSIGN_OR_RETURN(walk->sources, Nodes(request.sources));
  walk->id = request.walk;
  walk->tape = std::move(tape);
  walk->first_result = request.first_result;
  walk->unconnected_zero = request.unconnected_zero;
  walk->next_upstream = request.first_upstream;
  ASSIGN_OR_RETURN(walk->steps, BackwardWalk::Start(*walk->tape, targets, upstream, walk->sources, walk->emitter));
  return walk;
}

absl::StatusOr<std::optional<Session::WalkEvent>> Session::Continue(std::unique_ptr<Walk> walk, absl::Status status) {
  const TapeEntry* custom = nullptr;
  const uint64_t first_upstream = walk->next_upstream;
  if (status.ok()) status = Advance(*walk, &custom);
  if (status.ok() && custom != nullptr) {
    const WalkEvent event{walk->id, custom->closure, first_upstream};
    walks_.emplace(walk->id, std::move(walk));
    return event;
  }
  if (!walk->outer.empty()) CountRecords();  // they have recorded the walk
  const absl::StatusOr<std::vector<Node>> gradients =
      status.ok() ? Finish(*walk) : absl::StatusOr<std::vector<Node>>(std::move(status));
  if (gradients.ok()) {
    for (size_t i = 0; i < gradients->size(); ++i) {
      if ((*gradients)[i]) Put(walk->first_result + i, ToTensor((*gradients)[i]));
    }
  } else {
    RETURN_IF_ERROR(PutAll(walk->first_result, walk->sources.size(), gradients.status()));
  }
  if (walk->id == 0) return std::nullopt;
  return WalkEvent{walk->id};
}

absl::Status Session::Advance(Walk& walk, const TapeEntry** custom) {
  ASSIGN_OR_RETURN(*custom, walk.steps->Advance());
  if (*custom == nullptr) return absl::OkStatus();
  if (walk.id == 0) {
    return absl::FailedPreconditionError("gradient: the tape has a custom gradient, and the request names no walk to ask for it");
  }
  const absl::Span<const Node> upstream = walk.steps->upstream();
  RETURN_IF_ERROR(CheckFree(walk.next_upstream, upstream.size()));
  RETURN_IF_ERROR(CheckRoom(upstream.size()));
  for (const Node& node : upstream) Put(walk.next_upstream++, ToTensor(node));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Node>> Session::Finish(Walk& walk) {
  ASSIGN_OR_RETURN(std::vector<Node> gradients, walk.steps->Results());
  for (size_t i = 0; walk.unconnected_zero && i < gradients.size(); ++i) {
    if (gradients[i]) continue;
    ASSIGN_OR_RETURN(gradients[i], Zeros(walk.sources[i].spec, walk.emitter));
  }
  return gradients;
}

absl::StatusOr<std::vector<Node>> Session::Nodes(absl::Span<const uint64_t> handles) const {
  std::vector<Node> nodes;
  for (uint64_t handle : handles) {
    if (handle == 0) {
      nodes.emplace_back();
      continue;
    }
    ASSIGN_OR_RETURN(TensorRef tensor, handles_.Get(handle));
    nodes.push_back(ForTape(tensor));
  }
  return nodes;
}

absl::Status Session::RecordCustomGradient(uint64_t closure, absl::Span<const uint64_t> inputs,
                                           absl::Span<const uint64_t> outputs, absl::Span<const uint32_t> tapes) {
  if (closure == 0) return absl::InvalidArgumentError("a custom gradient must have an id");
  RETURN_IF_ERROR(CheckList("inputs", inputs.size()));
  RETURN_IF_ERROR(CheckList("outputs", outputs.size()));
  ASSIGN_OR_RETURN(const Tapes found, FindTapes(tapes));
  TapeEntry entry{.op = &CustomGradientOp(), .closure = closure};
  ASSIGN_OR_RETURN(const std::vector<Node> in, Nodes(inputs));
  ASSIGN_OR_RETURN(const std::vector<Node> out, Nodes(outputs));
  entry.inputs.assign(in.begin(), in.end());
  entry.outputs.assign(out.begin(), out.end());
  for (Tape* tape : found) tape->Record(entry);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Session::WalkEvent>> Session::AnswerCustomGradient(uint64_t id,
                                                                                absl::Span<const uint64_t> gradients) {
  const auto it = walks_.find(id);
  if (it == walks_.end()) return absl::InvalidArgumentError(absl::StrCat("no walk ", id, " waits for a gradient"));
  std::unique_ptr<Walk> walk = std::move(it->second);
  walks_.erase(it);
  absl::Status counted = CheckList("gradients", gradients.size());
  absl::StatusOr<std::vector<Node>> nodes = counted.ok() ? Nodes(gradients) : absl::StatusOr<std::vector<Node>>(counted);
  absl::Status status = nodes.ok() ? walk->steps->Answer(*nodes) : nodes.status();
  return Continue(std::move(walk), std::move(status));
}

absl::Status Session::AbandonWalk(uint64_t id) {
  if (walks_.erase(id) > 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("no walk ", id, " waits for a gradient"));
}

}  // namespace eager::server
