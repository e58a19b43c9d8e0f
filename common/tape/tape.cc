#include "common/tape/tape.h"

namespace eager {

namespace {

bool Differentiable(const OpSpec& op, const TapeTensor& input, size_t i) {
  return IsDifferentiable(input.spec.dtype) && (i >= 32 || (op.def->no_gradient_inputs >> i & 1) == 0);
}

}  // namespace

bool GradientReaches(const TapeEntry& entry, int i) {
  return entry.inputs[i].tracked && Differentiable(*entry.op, entry.inputs[i], static_cast<size_t>(i));
}

const OpSpec& CustomGradientOp() {
  static constexpr OpDef kDef = {
      .name = "CustomGradient",
      .doc = "Stands for the ops of a function with a gradient of its own.",
      .inputs = "",
      .outputs = "",
      .gradient = [](GradContext&, Grads&) { return absl::InternalError("a custom gradient is the client's to compute"); }};
  static const auto* spec = new OpSpec(*OpSpec::Parse(kDef));
  return *spec;
}

bool Tape::ShouldRecord(const OpSpec& op, absl::Span<const TapeTensor> inputs) const {
  if (!op.differentiable) return false;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (Differentiable(op, inputs[i], i) && Tracks(inputs[i].id)) return true;
  }
  return false;
}

void Tape::Record(TapeEntry entry) {
  const Saves saves = entry.op->def->saves;
  const int n = static_cast<int>(entry.inputs.size());
  for (int i = 0; i < n; ++i) {
    TapeTensor& input = entry.inputs[i];
    input.tracked = Tracks(input.id);
    const bool keep = saves == Saves::kInputs || saves == Saves::kBoth ||
                      (saves == Saves::kHostInputs && entry.op->IsHostInput(i, n)) ||
                      (saves == Saves::kIndexInputs && !IsDifferentiable(input.spec.dtype));
    if (!keep) input.value.reset();
  }
  const int index = size();
  for (TapeTensor& output : entry.outputs) {
    if (saves != Saves::kOutputs && saves != Saves::kBoth) output.value.reset();
    producers_[output.id] = index;
    if (IsDifferentiable(output.spec.dtype)) tracked_.insert(output.id);
  }
  entries_.push_back(std::move(entry));
}

int Tape::Producer(uint64_t id) const {
  const auto it = producers_.find(id);
  return it == producers_.end() ? -1 : it->second;
}

void Tape::Clear() {
  entries_.clear();
  producers_.clear();
  tracked_.clear();
}

}  // namespace eager
