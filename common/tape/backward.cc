#include "common/tape/backward.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace eager {
namespace {

// Goes from the newest entry to the oldest, so that every consumer of a tensor comes before its producer.
class Walk final : public BackwardWalk {
 public:
  Walk(const Tape& tape, absl::Span<const TapeTensor> sources, Emitter& emitter)
      : tape_(tape),
        emitter_(emitter),
        tools_(kNoEntry, {}, {}, emitter),
        sources_(sources.begin(), sources.end()),
        leading_(LeadingTo(sources)) {
    for (const TapeTensor& source : sources) source_ids_.insert(source.id);
  }

  absl::Status Begin(absl::Span<const TapeTensor> targets, absl::Span<const Node> output_gradients);
  absl::StatusOr<const TapeEntry*> Advance() override;
  absl::Span<const Node> upstream() const override { return upstream_; }
  absl::Status Answer(absl::Span<const Node> gradients) override;
  absl::StatusOr<std::vector<Node>> Results() override;

 private:
  static const TapeEntry kNoEntry;

  // The ids from which a path leads back to a source.
  absl::flat_hash_set<uint64_t> LeadingTo(absl::Span<const TapeTensor> sources) const;
  // Sets upstream_ and needed_ for an entry; false if nothing flows through it to a source.
  absl::StatusOr<bool> Reach(const TapeEntry& entry);
  absl::Status Step(const TapeEntry& entry);
  // Adds a gradient to what has come together for input `i`.
  absl::Status Contribute(const TapeEntry& entry, size_t i, Node grad);
  // What has come together for a tensor, added up; empty if nothing has.
  absl::StatusOr<Node> Take(uint64_t id);
  // Undoes broadcasting: sums `grad` over the axes along which `input` was repeated.
  absl::StatusOr<Node> Unbroadcast(Node grad, const TapeTensor& input, const OpSpec& op);

  const Tape& tape_;
  Emitter& emitter_;
  GradContext tools_;  // emits the walk's own ops
  const std::vector<TapeTensor> sources_;
  const absl::flat_hash_set<uint64_t> leading_;
  absl::flat_hash_set<uint64_t> source_ids_;
  absl::flat_hash_map<uint64_t, absl::InlinedVector<Node, 2>> gradients_;  // by tensor
  int next_ = -1;                                                         // the entry to look at
  // Of the entry in hand.
  absl::InlinedVector<Node, 2> upstream_;
  absl::InlinedVector<bool, 4> needed_;
};

const TapeEntry Walk::kNoEntry;

absl::Status Walk::Begin(absl::Span<const TapeTensor> targets, absl::Span<const Node> output_gradients) {
  for (size_t i = 0; i < targets.size(); ++i) {
    if (!IsDifferentiable(targets[i].spec.dtype)) continue;
    Node grad = output_gradients.empty() ? Node() : output_gradients[i];
    if (!grad) {
      grad = tools_.OnesLike(targets[i]);
      RETURN_IF_ERROR(tools_.status());
    } else if (grad.spec.dtype != targets[i].spec.dtype ||
               (grad.shape_known && targets[i].shape_known && grad.spec.shape != targets[i].spec.shape)) {
      return absl::InvalidArgumentError(absl::StrCat("gradient: output_gradients[", i, "] must be ",
                                                     targets[i].spec.ToString(), " as its target is, got ",
                                                     grad.spec.ToString()));
    }
    gradients_[targets[i].id].push_back(std::move(grad));
    next_ = std::max(next_, tape_.Producer(targets[i].id));
  }
  return absl::OkStatus();
}

absl::flat_hash_set<uint64_t> Walk::LeadingTo(absl::Span<const TapeTensor> sources) const {
  absl::flat_hash_set<uint64_t> leading;
  for (const TapeTensor& source : sources) leading.insert(source.id);
  for (int e = 0; e < tape_.size(); ++e) {
    const TapeEntry& entry = tape_.entry(e);
    for (size_t i = 0; i < entry.inputs.size(); ++i) {
      if (!GradientReaches(entry, static_cast<int>(i)) || !leading.contains(entry.inputs[i].id)) continue;
      for (const TapeTensor& output : entry.outputs) leading.insert(output.id);
      break;
    }
  }
  return leading;
}

absl::StatusOr<const TapeEntry*> Walk::Advance() {
  while (next_ >= 0) {
    const TapeEntry& entry = tape_.entry(next_--);
    ASSIGN_OR_RETURN(const bool reached, Reach(entry));
    if (!reached) continue;
    if (entry.closure == 0) {
      RETURN_IF_ERROR(Step(entry));
      continue;
    }
    GradContext zeros(entry, upstream_, needed_, emitter_);
    for (size_t o = 0; o < upstream_.size(); ++o) upstream_[o] = zeros.upstream(static_cast<int>(o));
    RETURN_IF_ERROR(zeros.status());
    return &entry;
  }
  return nullptr;
}

absl::StatusOr<bool> Walk::Reach(const TapeEntry& entry) {
  bool flows = false;
  for (const TapeTensor& output : entry.outputs) flows = flows || gradients_.contains(output.id);
  if (!flows) return false;
  const size_t n = entry.inputs.size();
  needed_.assign(n, false);
  bool any = false;
  for (size_t i = 0; i < n; ++i) {
    needed_[i] = GradientReaches(entry, static_cast<int>(i)) && leading_.contains(entry.inputs[i].id);
    any = any || needed_[i];
  }
  if (!any) return false;
  upstream_.assign(entry.outputs.size(), Node());
  for (size_t o = 0; o < upstream_.size(); ++o) {
    ASSIGN_OR_RETURN(upstream_[o], Take(entry.outputs[o].id));
    if (!source_ids_.contains(entry.outputs[o].id)) gradients_.erase(entry.outputs[o].id);  // nobody else reads it
  }
  return true;
}

absl::Status Walk::Step(const TapeEntry& entry) {
  const size_t n = entry.inputs.size();
  GradContext context(entry, upstream_, needed_, emitter_);
  Grads grads(static_cast<int>(n));
  absl::Status status = entry.op->def->gradient(context, grads);
  if (!context.status().ok()) return context.status();  // the cause; what the function returned is its echo
  RETURN_IF_ERROR(status);
  for (size_t i = 0; i < n; ++i) RETURN_IF_ERROR(Contribute(entry, i, std::move(grads[static_cast<int>(i)])));
  return absl::OkStatus();
}

absl::Status Walk::Answer(absl::Span<const Node> gradients) {
  const TapeEntry& entry = tape_.entry(next_ + 1);
  if (gradients.size() != entry.inputs.size()) {
    return absl::InvalidArgumentError(absl::StrCat("custom gradient: there are ", gradients.size(), " gradients for ",
                                                   entry.inputs.size(), " inputs"));
  }
  for (size_t i = 0; i < gradients.size(); ++i) {
    if (!gradients[i] || gradients[i].spec == entry.inputs[i].spec) continue;
    return absl::InvalidArgumentError(absl::StrCat("custom gradient: the gradient of input ", i, " must be ",
                                                   entry.inputs[i].spec.ToString(), " as the input is, got ",
                                                   gradients[i].spec.ToString()));
  }
  for (size_t i = 0; i < gradients.size(); ++i) RETURN_IF_ERROR(Contribute(entry, i, gradients[i]));
  return absl::OkStatus();
}

absl::Status Walk::Contribute(const TapeEntry& entry, size_t i, Node grad) {
  if (!needed_[i] || !grad) return absl::OkStatus();
  ASSIGN_OR_RETURN(grad, Unbroadcast(std::move(grad), entry.inputs[i], *entry.op));
  gradients_[entry.inputs[i].id].push_back(std::move(grad));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Node>> Walk::Results() {
  std::vector<Node> results;
  for (const TapeTensor& source : sources_) {
    ASSIGN_OR_RETURN(Node grad, IsDifferentiable(source.spec.dtype) ? Take(source.id) : Node());
    results.push_back(std::move(grad));
  }
  return results;
}

absl::StatusOr<Node> Walk::Unbroadcast(Node grad, const TapeTensor& input, const OpSpec& op) {
  if (grad.spec.dtype != input.spec.dtype) {
    return absl::InternalError(absl::StrCat("gradient of ", op.name, ": got ", grad.spec.ToString(), " for an input ",
                                            input.spec.ToString()));
  }
  if (!grad.shape_known || !input.shape_known || grad.spec.shape == input.spec.shape) return grad;
  const Shape &from = grad.spec.shape, &to = input.spec.shape;
  const int extra = from.rank() - to.rank();
  absl::InlinedVector<int64_t, 4> axes;
  bool fits = extra >= 0;
  for (int axis = 0; fits && axis < from.rank(); ++axis) {
    if (axis < extra || (to[axis - extra] == 1 && from[axis] != 1)) {
      axes.push_back(axis);
    } else {
      fits = to[axis - extra] == from[axis];
    }
  }
  if (!fits) {
    return absl::InternalError(absl::StrCat("gradient of ", op.name, ": got ", grad.spec.ToString(), " for an input ",
                                            input.spec.ToString()));
  }
  Node sum = tools_.Sum(grad, axes, /*keep_dims=*/false);
  if (tools_.status().ok() && sum.spec.shape != to) sum = tools_.Reshape(sum, to);
  RETURN_IF_ERROR(tools_.status());
  return sum;
}

absl::StatusOr<Node> Walk::Take(uint64_t id) {
  const auto it = gradients_.find(id);
  if (it == gradients_.end()) return Node();
  if (it->second.size() > 1) {
    absl::InlinedVector<Node, 2> sum = tools_.Ops("AddN", it->second);
    RETURN_IF_ERROR(tools_.status());
    it->second.assign(1, std::move(sum[0]));
  }
  return it->second[0];
}

}  // namespace

std::vector<bool> Connected(const Tape& tape, absl::Span<const TapeTensor> targets,
                            absl::Span<const TapeTensor> sources) {
  absl::flat_hash_set<uint64_t> seen;
  std::vector<uint64_t> open;
  const auto visit = [&](uint64_t id) {
    if (seen.insert(id).second) open.push_back(id);
  };
  for (const TapeTensor& target : targets) {
    if (IsDifferentiable(target.spec.dtype)) visit(target.id);
  }
  while (!open.empty()) {
    const int producer = tape.Producer(open.back());
    open.pop_back();
    if (producer < 0) continue;
    const TapeEntry& entry = tape.entry(producer);
    for (size_t i = 0; i < entry.inputs.size(); ++i) {
      if (GradientReaches(entry, static_cast<int>(i))) visit(entry.inputs[i].id);
    }
  }
  std::vector<bool> connected;
  for (const TapeTensor& source : sources) {
    connected.push_back(IsDifferentiable(source.spec.dtype) && seen.contains(source.id));
  }
  return connected;
}

absl::StatusOr<std::vector<Node>> Backward(const Tape& tape, absl::Span<const TapeTensor> targets,
                                           absl::Span<const Node> output_gradients,
                                           absl::Span<const TapeTensor> sources, Emitter& emitter) {
  Walk walk(tape, sources, emitter);
  RETURN_IF_ERROR(walk.Begin(targets, output_gradients));
  ASSIGN_OR_RETURN(const TapeEntry* custom, walk.Advance());
  if (custom != nullptr) return absl::FailedPreconditionError("gradient: a custom gradient can only be asked of its client");
  return walk.Results();
}

absl::StatusOr<std::unique_ptr<BackwardWalk>> BackwardWalk::Start(const Tape& tape, absl::Span<const TapeTensor> targets,
                                                                  absl::Span<const Node> output_gradients,
                                                                  absl::Span<const TapeTensor> sources, Emitter& emitter) {
  auto walk = std::make_unique<Walk>(tape, sources, emitter);
  RETURN_IF_ERROR(walk->Begin(targets, output_gradients));
  return walk;
}

}  // namespace eager
