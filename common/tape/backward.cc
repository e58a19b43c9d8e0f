#include "common/tape/backward.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace eager {
namespace {

// Gradients that have come together for tensors, by id.
class Walk {
 public:
  Walk(const Tape& tape, Emitter& emitter) : tape_(tape), emitter_(emitter), tools_(kNoEntry, {}, {}, emitter) {}

  absl::Status Start(absl::Span<const TapeTensor> targets, absl::Span<const Node> output_gradients);
  // Goes from the newest entry to the oldest, so that every consumer of a tensor comes before its producer.
  absl::Status Run(absl::Span<const TapeTensor> sources);
  // What has come together for a tensor, added up; empty if nothing has.
  absl::StatusOr<Node> Take(uint64_t id);

 private:
  static const TapeEntry kNoEntry;

  // The ids from which a path leads back to a source.
  absl::flat_hash_set<uint64_t> LeadingTo(absl::Span<const TapeTensor> sources) const;
  absl::Status Step(const TapeEntry& entry, const absl::flat_hash_set<uint64_t>& leading);
  // Undoes broadcasting: sums `grad` over the axes along which `input` was repeated.
  absl::StatusOr<Node> Unbroadcast(Node grad, const TapeTensor& input, const OpSpec& op);

  const Tape& tape_;
  Emitter& emitter_;
  GradContext tools_;  // emits the walk's own ops
  absl::flat_hash_map<uint64_t, absl::InlinedVector<Node, 2>> gradients_;
  absl::flat_hash_set<uint64_t> sources_;
};

const TapeEntry Walk::kNoEntry;

absl::Status Walk::Start(absl::Span<const TapeTensor> targets, absl::Span<const Node> output_gradients) {
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

absl::Status Walk::Run(absl::Span<const TapeTensor> sources) {
  const absl::flat_hash_set<uint64_t> leading = LeadingTo(sources);
  for (const TapeTensor& source : sources) sources_.insert(source.id);
  int newest = -1;
  for (const auto& [id, grads] : gradients_) newest = std::max(newest, tape_.Producer(id));
  for (int e = newest; e >= 0; --e) {
    RETURN_IF_ERROR(Step(tape_.entry(e), leading));
  }
  return absl::OkStatus();
}

absl::Status Walk::Step(const TapeEntry& entry, const absl::flat_hash_set<uint64_t>& leading) {
  bool flows = false;
  for (const TapeTensor& output : entry.outputs) flows = flows || gradients_.contains(output.id);
  if (!flows) return absl::OkStatus();
  const size_t n = entry.inputs.size();
  absl::InlinedVector<bool, 4> needed(n);
  bool any = false;
  for (size_t i = 0; i < n; ++i) {
    needed[i] = GradientReaches(entry, static_cast<int>(i)) && leading.contains(entry.inputs[i].id);
    any = any || needed[i];
  }
  if (!any) return absl::OkStatus();

  absl::InlinedVector<Node, 2> upstream(entry.outputs.size());
  for (size_t o = 0; o < upstream.size(); ++o) {
    ASSIGN_OR_RETURN(upstream[o], Take(entry.outputs[o].id));
    if (!sources_.contains(entry.outputs[o].id)) gradients_.erase(entry.outputs[o].id);  // nobody else reads it
  }
  GradContext context(entry, upstream, needed, emitter_);
  Grads grads(static_cast<int>(n));
  absl::Status status = entry.op->def->gradient(context, grads);
  if (!context.status().ok()) return context.status();  // the cause; what the function returned is its echo
  RETURN_IF_ERROR(status);
  for (size_t i = 0; i < n; ++i) {
    if (!needed[i] || !grads[static_cast<int>(i)]) continue;
    ASSIGN_OR_RETURN(Node grad, Unbroadcast(std::move(grads[static_cast<int>(i)]), entry.inputs[i], *entry.op));
    gradients_[entry.inputs[i].id].push_back(std::move(grad));
  }
  return absl::OkStatus();
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
  Walk walk(tape, emitter);
  RETURN_IF_ERROR(walk.Start(targets, output_gradients));
  RETURN_IF_ERROR(walk.Run(sources));
  std::vector<Node> results;
  for (const TapeTensor& source : sources) {
    ASSIGN_OR_RETURN(Node grad, IsDifferentiable(source.spec.dtype) ? walk.Take(source.id) : Node());
    results.push_back(std::move(grad));
  }
  return results;
}

}  // namespace eager
