#include "client/gradient_tape.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/core/backward.h"
#include "client/core/call.h"
#include "client/core/throw.h"

namespace eager {
namespace {

using internal::StateRef;
using internal::TapeState;

std::vector<TapeTensor> ForTape(const std::vector<Source>& sources) {
  std::vector<TapeTensor> list;
  for (const Source& s : sources) list.push_back(internal::ForTape(*s.tensor().state()));
  return list;
}

std::vector<StateRef> States(const std::vector<Source>& sources) {
  std::vector<StateRef> states;
  for (const Source& s : sources) states.push_back(s.tensor().state());
  return states;
}

// A tape that is not persistent gives one set of gradients, even if that failed.
class UseUp {
 public:
  explicit UseUp(TapeState& tape) : tape_(tape) { tape.used = !tape.tape.persistent(); }
  ~UseUp() {
    if (!tape_.used) return;
    tape_.tape.Clear();
    tape_.closures.clear();
  }
  UseUp(const UseUp&) = delete;

 private:
  TapeState& tape_;
};

absl::Status CheckRequest(const TapeState& tape, const std::vector<Source>& targets, const std::vector<Source>& sources,
                          const GradientOptions& options) {
  if (tape.used) {
    return absl::FailedPreconditionError(
        "gradient: a GradientTape that is not persistent gives one set of gradients; make it with .persistent = true");
  }
  if (!options.output_gradients.empty() && options.output_gradients.size() != targets.size()) {
    return absl::InvalidArgumentError(absl::StrCat("gradient: there are ", options.output_gradients.size(),
                                                   " output_gradients for ", targets.size(), " targets"));
  }
  for (const std::vector<Source>* list : {&targets, &sources}) {
    for (const Source& s : *list) {
      if (!s.tensor().valid()) return absl::InvalidArgumentError("gradient: a target or source is an empty Tensor");
      if (s.tensor().state()->context != tape.context) {
        return absl::InvalidArgumentError("gradient: a target or source lives on another server than the tape");
      }
      if (absl::Status status = internal::ResolveShape(*s.tensor().state()); !status.ok()) return status;
    }
  }
  for (size_t i = 0; i < options.output_gradients.size(); ++i) {
    if (!options.output_gradients[i].valid()) continue;
    const TensorSpec& got = options.output_gradients[i].state()->spec;
    const TensorSpec& want = targets[i].tensor().state()->value_spec();
    if (absl::Status status = internal::ResolveShape(*options.output_gradients[i].state()); !status.ok()) return status;
    if (got != want) {
      return absl::InvalidArgumentError(absl::StrCat("gradient: output_gradients[", i, "] must be ", want.ToString(),
                                                     " as its target is, got ", got.ToString()));
    }
  }
  return absl::OkStatus();
}

}  // namespace

GradientTape::GradientTape(TapeOptions options, std::source_location where) : options_(options), state_(NewState(where)) {
  internal::ActiveTapes().push_back(state_.get());
}

GradientTape::~GradientTape() { stop(); }

std::shared_ptr<TapeState> GradientTape::NewState(std::source_location where) const {
  auto state = std::make_shared<TapeState>(internal::DefaultState(where), options_.persistent);
  state->watch_accessed_variables = options_.watch_accessed_variables;
  return state;
}

bool GradientTape::recording() const {
  const auto& active = internal::ActiveTapes();
  return std::find(active.begin(), active.end(), state_.get()) != active.end();
}

void GradientTape::watch(const Source& source, std::source_location where) {
  const StateRef& tensor = source.tensor().state();
  if (tensor == nullptr) throw Error(absl::InvalidArgumentError("watch: the Tensor is empty"), where);
  if (tensor->context != state_->context) {
    throw Error(absl::InvalidArgumentError("watch: the tensor lives on another server than the tape"), where);
  }
  // As TensorFlow: watching what has no gradient is pointless and allowed.
  state_->Watch(tensor);
}

void GradientTape::stop() {
  auto& active = internal::ActiveTapes();
  active.erase(std::remove(active.begin(), active.end(), state_.get()), active.end());
}

void GradientTape::reset() {
  const bool was_recording = recording();
  stop();
  std::shared_ptr<internal::ContextState> context = state_->context;
  state_ = std::make_shared<TapeState>(std::move(context), options_.persistent);
  state_->watch_accessed_variables = options_.watch_accessed_variables;
  if (was_recording) internal::ActiveTapes().push_back(state_.get());
}

GradientTape::Pause GradientTape::stop_recording() { return Pause(*this); }

GradientTape::Pause::Pause(GradientTape& tape) : saved_(internal::SaveTapes()) { tape.stop(); }
GradientTape::Pause::~Pause() { internal::RestoreTapes(saved_); }

std::optional<Tensor> GradientTape::gradient(const Source& target, const Source& source, const GradientOptions& options,
                                             std::source_location where) {
  return std::move(gradient(std::vector<Source>{target}, {source}, options, where)[0]);
}

std::vector<std::optional<Tensor>> GradientTape::gradient(const Source& target, const std::vector<Source>& sources,
                                                          const GradientOptions& options, std::source_location where) {
  return gradient(std::vector<Source>{target}, sources, options, where);
}

std::vector<std::optional<Tensor>> GradientTape::gradient(const std::vector<Source>& targets,
                                                          const std::vector<Source>& sources,
                                                          const GradientOptions& options, std::source_location where) {
  const std::shared_ptr<TapeState> tape = state_;  // a closure of the tape's may reset() it
  internal::ThrowIfError(CheckRequest(*tape, targets, sources, options), where);
  if (!options_.persistent) stop();
  const std::vector<bool> linked = Connected(tape->tape, ForTape(targets), ForTape(sources));
  const bool zeros = options.unconnected_gradients == UnconnectedGradients::kZero;
  const uint64_t first = tape->context->session().NewHandles(sources.size());
  internal::BackwardCall call{tape, States(targets), {}, States(sources), zeros, first, {}};
  for (const Tensor& t : options.output_gradients) call.output_gradients.push_back(t.state());
  for (TapeState* outer : internal::ActiveTapes()) {
    if (outer->context == tape->context) call.outer.push_back(outer->shared_from_this());
  }
  // Made before the walk is sent: whatever comes of it, dropping them releases its results on the server.
  std::vector<StateRef> results;
  for (size_t i = 0; i < sources.size(); ++i) {
    results.push_back(std::make_shared<internal::TensorState>(tape->context, first + i, where));
    results[i]->spec = sources[i].tensor().state()->value_spec();
    results[i]->device = sources[i].tensor().state()->device;
  }
  std::vector<uint64_t> ids;
  {
    const UseUp use_up(*tape);
    ids = internal::ValueOrThrow(internal::RunBackward(call, where), where);
  }

  std::vector<std::optional<Tensor>> gradients(sources.size());
  for (size_t i = 0; i < sources.size(); ++i) {
    // The trace knows more than the links: a custom gradient may give none.
    const bool connected = ids.empty() ? linked[i] : ids[i] != 0;
    if (!connected && !zeros) continue;
    if (!ids.empty() && ids[i] != 0) results[i]->tape_id = ids[i];
    gradients[i] = Tensor(std::move(results[i]));
  }
  return gradients;
}

}  // namespace eager
