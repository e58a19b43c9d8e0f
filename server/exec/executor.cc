#include "server/exec/executor.h"

#include <chrono>
#include <exception>
#include <new>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/exec/counters.h"
#include "server/exec/counting_scope.h"
#include "server/exec/recent_errors.h"
#include "server/exec/recorder.h"

namespace eager::server {
namespace {

using Clock = std::chrono::steady_clock;

absl::Status WithOp(const OpSpec& op, const absl::Status& status) {
  if (status.ok() || absl::StartsWith(status.message(), absl::StrCat(op.name, ":"))) return status;
  return absl::Status(status.code(), absl::StrCat(op.name, ": ", status.message()));
}

// Kernels do not throw, but a library under them may.
absl::Status Call(const KernelRow& kernel, KernelContext& context) {
  try {
    return kernel.fn(context);
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("the host has no memory left for what the op needs beside its results");
  } catch (const std::exception& e) {
    return absl::InternalError(absl::StrCat("a library failed: ", e.what()));
  }
}

// Whether the op needs input `i` on `device` and the input is on another one. `host` inputs are read on the host.
bool LiesElsewhere(const OpSpec& op, absl::Span<const TensorRef> inputs, size_t i, const Device& device) {
  const BufferRef& buffer = inputs[i]->buffer();
  // Strings that are only passed on stay on the host.
  if (op.def->effect == Effect::kAlias && inputs[i]->dtype() == DType::kString) return false;
  return buffer && !Reaches(device, *buffer->device()) && !op.IsHostInput(static_cast<int>(i), static_cast<int>(inputs.size()));
}

// The inputs of one call, some of them copied to where the call needs them.
class Inputs {
 public:
  explicit Inputs(absl::Span<const TensorRef> given) : inputs_(given) {}
  absl::Span<const TensorRef> get() const { return inputs_; }
  absl::Status Move(size_t i, Device& device) {
    ASSIGN_OR_RETURN(TensorRef copy, CopyTo(*inputs_[i], device));
    if (moved_.empty()) moved_.assign(inputs_.begin(), inputs_.end());
    moved_[i] = std::move(copy);
    inputs_ = moved_;
    return absl::OkStatus();
  }

 private:
  absl::Span<const TensorRef> inputs_;
  Tensors moved_;  // empty while every input is where it should be
};

// What inference and kernels read on the host, and a device has computed, is waited for.
absl::Status FetchHostInputs(const OpSpec& op, Device& host, Inputs& inputs) {
  const int n = static_cast<int>(inputs.get().size());
  for (int i = 0; i < n; ++i) {
    if (!op.has_list_input && i >= static_cast<int>(op.inputs.size())) break;  // too many: inference says so
    const BufferRef& buffer = inputs.get()[static_cast<size_t>(i)]->buffer();
    if (!buffer || buffer->device()->host_accessible() || !op.IsHostInput(i, n)) continue;
    RETURN_IF_ERROR(inputs.Move(static_cast<size_t>(i), host));
  }
  return absl::OkStatus();
}

absl::Status Allocate(const Signature::Plan& plan, Tensors& outputs) {
  outputs.clear();
  for (const TensorSpec& spec : plan.outputs) {
    if (plan.placement.kernel->makes_outputs) {
      outputs.emplace_back();
      continue;
    }
    uint64_t bytes = 0;  // none for strings: only the kernel knows how many
    if (__builtin_mul_overflow(static_cast<uint64_t>(spec.shape.num_elements()), SizeOf(spec.dtype), &bytes)) {
      return absl::ResourceExhaustedError(absl::StrCat("a result ", spec.ToString(), " is larger than any memory"));
    }
    ASSIGN_OR_RETURN(BufferRef buffer, plan.placement.device->Allocate(bytes));
    outputs.push_back(MakeRef<Tensor>(spec, std::move(buffer)));
  }
  return absl::OkStatus();
}

absl::Status RunInMemory(Signature& signature, absl::Span<const TensorRef> given, Tensors& outputs) {
  const OpSpec& op = signature.op();
  Inputs inputs(given);
  if (op.host_inputs != 0) {
    if (absl::Status s = FetchHostInputs(op, signature.host(), inputs); !s.ok()) return WithOp(op, s);
  }
  absl::StatusOr<const Signature::Plan*> planned = signature.PlanFor(inputs.get());
  if (!planned.ok()) return WithOp(op, planned.status());
  const Signature::Plan& plan = **planned;
  Device& device = *plan.placement.device;
  if (absl::Status s = device.Enter(); !s.ok()) return WithOp(op, s);
  if (plan.placement.fell_to_host) ExecCounters::Add(ExecCounters::Get().host_falls[static_cast<size_t>(op.index)], 1);
  for (size_t i = 0; i < given.size(); ++i) {
    if (!LiesElsewhere(op, inputs.get(), i, device)) continue;
    if (absl::Status s = inputs.Move(i, device); !s.ok()) return WithOp(op, s);
  }
  if (op.def->effect == Effect::kAlias) {
    outputs.clear();
    for (size_t o = 0; o < plan.outputs.size(); ++o) {
      const Tensor& in = *inputs.get()[o];
      outputs.push_back(in.is_variable() ? MakeRef<Tensor>(in.variable_ref(), &in.value_spec())
                                         : MakeRef<Tensor>(plan.outputs[o], in.buffer(), in.offset()));
    }
    return absl::OkStatus();
  }
  if (absl::Status s = Allocate(plan, outputs); !s.ok()) return WithOp(op, s);
  if (plan.nothing_to_compute) return absl::OkStatus();
  KernelContext context(op, *plan.attrs, device, signature.host(), inputs.get(), absl::MakeSpan(outputs), signature.state());
  return WithOp(op, Call(*plan.placement.kernel, context));
}

absl::Status RunCaught(Signature& signature, absl::Span<const TensorRef> given, Tensors& outputs) {
  try {
    return RunInMemory(signature, given, outputs);
  } catch (const std::bad_alloc&) {
    outputs.clear();
    return absl::ResourceExhaustedError(absl::StrCat(signature.op().name, ": the host has no memory left"));
  }
}

void CountFailure(Signature& signature, const absl::Status& status) {
  if (CountingScope::Silent()) return;
  const OpSpec& op = signature.op();
  signature.tally().Failed(op.index, *signature.place().device, status.code());
  RecentErrors::Get().Add(status, op.name);
}

absl::Status RunCounted(Signature& signature, absl::Span<const TensorRef> given, Tensors& outputs) {
  OpTally& tally = signature.tally();
  const bool timed = tally.Due();
  const Clock::time_point start = timed ? Clock::now() : Clock::time_point();
  absl::Status status = RunCaught(signature, given, outputs);
  if (!status.ok()) {
    if (timed) tally.NotTimed();
    CountFailure(signature, status);
    return status;
  }
  if (timed) tally.Timed(static_cast<uint64_t>(std::chrono::nanoseconds(Clock::now() - start).count()));
  if (tally.Ran()) CountingScope::Counted(signature);
  return status;
}

}  // namespace

absl::Status RunOp(Signature& signature, absl::Span<const TensorRef> given, Tensors& outputs) {
  Recorder* const recorder = Recorder::Current();
  if (recorder == nullptr) return RunCounted(signature, given, outputs);
  const int64_t start = recorder->Now();
  absl::Status status = RunCounted(signature, given, outputs);
  recorder->AddOp(start, signature, given, outputs, status);
  return status;
}

absl::StatusOr<TensorRef> CopyTo(const Tensor& t, Device& device) {
  Device& from = *t.buffer()->device();
  ExecCounters& counters = ExecCounters::Get();
  ASSIGN_OR_RETURN(BufferRef to, device.Allocate(t.num_bytes()));
  if (t.num_bytes() == 0) return MakeRef<Tensor>(t.spec(), std::move(to));
  if (from.host_accessible()) {
    RETURN_IF_ERROR(device.CopyFromHost(t.raw(), t.num_bytes(), *to, 0));
    ExecCounters::Add(counters.bytes_to_devices, t.num_bytes());
  } else if (device.host_accessible()) {
    RETURN_IF_ERROR(from.CopyToHost(*t.buffer(), t.offset(), t.num_bytes(), to->data()));
    ExecCounters::Add(counters.bytes_to_host, t.num_bytes());
  } else {
    RETURN_IF_ERROR(device.CopyFromDevice(*t.buffer(), t.offset(), t.num_bytes(), *to));
    ExecCounters::Add(counters.bytes_between_devices, t.num_bytes());
  }
  return MakeRef<Tensor>(t.spec(), std::move(to));
}

absl::StatusOr<TensorRef> MakeTensor(const TensorSpec& spec, absl::string_view bytes, const Place& place) {
  RETURN_IF_ERROR(CheckBytes(spec, bytes.data(), bytes.size()));
  Device& device = PlaceValue(spec, place);
  ASSIGN_OR_RETURN(BufferRef buffer, device.Allocate(bytes.size()));
  RETURN_IF_ERROR(device.CopyFromHost(bytes.data(), bytes.size(), *buffer, 0));
  return MakeRef<Tensor>(spec, std::move(buffer));
}

TapeTensor ForTape(const TensorRef& tensor, bool with_value) {
  TapeTensor t;
  t.id = tensor->id();
  t.spec = tensor->value_spec();
  if (with_value) t.value = tensor;
  return t;
}

void RecordOp(const Signature& signature, absl::Span<const TensorRef> inputs, const Tensors& outputs,
              absl::Span<Tape* const> tapes) {
  const OpSpec& op = signature.op();
  absl::InlinedVector<Tape*, 2> wanting;
  for (Tape* tape : tapes) {
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (!tape->WantsFor(op, i, inputs[i]->id(), inputs[i]->value_spec().dtype)) continue;
      wanting.push_back(tape);
      break;
    }
  }
  if (wanting.empty()) return;
  TapeEntry entry{&op, signature.last_plan().attrs, {}, {}};
  const int n = static_cast<int>(inputs.size());
  for (int i = 0; i < n; ++i) {
    entry.inputs.push_back(ForTape(inputs[i], SavesInput(op, i, n, inputs[i]->value_spec().dtype)));
  }
  for (const TensorRef& t : outputs) entry.outputs.push_back(ForTape(t, SavesOutputs(op)));
  RecordOn(wanting, std::move(entry));
}

}  // namespace eager::server
