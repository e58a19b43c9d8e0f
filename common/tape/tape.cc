#include "common/tape/tape.h"

namespace eager {

namespace {

bool Differentiable(const OpSpec& op, DType dtype, size_t i) {
  return IsDifferentiable(dtype) && (i >= 32 || (op.def->no_gradient_inputs >> i & 1) == 0);
}

}  // namespace

bool GradientReaches(const TapeEntry& entry, int i) {
  return entry.inputs[i].tracked && Differentiable(*entry.op, entry.inputs[i].spec.dtype, static_cast<size_t>(i));
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

bool SavesInput(const OpSpec& op, int i, int n, DType dtype) {
  const Saves saves = op.def->saves;
  return saves == Saves::kInputs || saves == Saves::kBoth || (saves == Saves::kHostInputs && op.IsHostInput(i, n)) ||
         (saves == Saves::kIndexInputs && !IsDifferentiable(dtype));
}

bool SavesOutputs(const OpSpec& op) { return op.def->saves == Saves::kOutputs || op.def->saves == Saves::kBoth; }

bool Tape::WantsFor(const OpSpec& op, size_t i, uint64_t id, DType dtype) const {
  return op.differentiable && Differentiable(op, dtype, i) && Tracks(id);
}

bool Tape::ShouldRecord(const OpSpec& op, absl::Span<const TapeTensor> inputs) const {
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (WantsFor(op, i, inputs[i].id, inputs[i].spec.dtype)) return true;
  }
  return false;
}

void Tape::Record(TapeEntry entry) {
  const int n = static_cast<int>(entry.inputs.size());
  for (int i = 0; i < n; ++i) {
    TapeTensor& input = entry.inputs[i];
    input.tracked = Tracks(input.id);
    if (!SavesInput(*entry.op, i, n, input.spec.dtype)) input.value.reset();
  }
  for (TapeTensor& output : entry.outputs) {
    if (!SavesOutputs(*entry.op)) output.value.reset();
    Known& known = known_[output.id];
    known.producer = size_;
    known.tracked |= IsDifferentiable(output.spec.dtype);
  }
  if (size_ % kBlock == 0) blocks_.emplace_back().reserve(kBlock);
  blocks_.back().push_back(std::move(entry));
  ++size_;
}

void RecordOn(absl::Span<Tape* const> tapes, TapeEntry entry) {
  for (size_t i = 0; i + 1 < tapes.size(); ++i) tapes[i]->Record(entry);
  if (!tapes.empty()) tapes.back()->Record(std::move(entry));
}

int Tape::Producer(uint64_t id) const {
  const auto it = known_.find(id);
  return it == known_.end() ? -1 : it->second.producer;
}

void Tape::Clear() {
  blocks_.clear();
  size_ = 0;
  known_.clear();
}

}  // namespace eager
