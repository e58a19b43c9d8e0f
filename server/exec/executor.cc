#include "server/exec/executor.h"

#include <exception>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace eager::server {
namespace {

absl::Status WithOp(const OpSpec& op, const absl::Status& status) {
  if (status.ok() || absl::StartsWith(status.message(), absl::StrCat(op.name, ":"))) return status;
  return absl::Status(status.code(), absl::StrCat(op.name, ": ", status.message()));
}

// Kernels do not throw, but a library under them may.
absl::Status Call(const KernelRow& kernel, KernelContext& context) {
  try {
    return kernel.fn(context);
  } catch (const std::exception& e) {
    return absl::InternalError(absl::StrCat("a library failed: ", e.what()));
  }
}

// The same values on another device.
absl::StatusOr<TensorRef> CopyTo(const Tensor& t, Device& device) {
  Device& from = *t.buffer()->device();
  ASSIGN_OR_RETURN(BufferRef to, device.Allocate(t.num_bytes()));
  if (t.num_bytes() == 0) return MakeRef<Tensor>(t.spec(), std::move(to));
  if (from.host_accessible()) {
    RETURN_IF_ERROR(device.CopyFromHost(t.raw(), t.num_bytes(), *to, 0));
  } else if (device.host_accessible()) {
    RETURN_IF_ERROR(from.CopyToHost(*t.buffer(), t.offset(), t.num_bytes(), to->data()));
  } else {
    std::vector<char> host(t.num_bytes());
    RETURN_IF_ERROR(from.CopyToHost(*t.buffer(), t.offset(), host.size(), host.data()));
    RETURN_IF_ERROR(device.CopyFromHost(host.data(), host.size(), *to, 0));
  }
  return MakeRef<Tensor>(t.spec(), std::move(to));
}

// Whether the op needs input `i` on its device and the input is on another one. `host` inputs are read on the host.
bool LiesElsewhere(const Signature& signature, absl::Span<const TensorRef> inputs, size_t i) {
  const BufferRef& buffer = inputs[i]->buffer();
  return buffer && buffer->device() != &signature.device() &&
         !signature.op().IsHostInput(static_cast<int>(i), static_cast<int>(inputs.size()));
}

absl::Status Allocate(const Signature::Plan& plan, Device& device, Tensors& outputs) {
  outputs.clear();
  for (const TensorSpec& spec : plan.outputs) {
    if (plan.kernel->makes_outputs) {
      outputs.emplace_back();
      continue;
    }
    uint64_t bytes = 0;  // none for strings: only the kernel knows how many
    if (__builtin_mul_overflow(static_cast<uint64_t>(spec.shape.num_elements()), SizeOf(spec.dtype), &bytes)) {
      return absl::ResourceExhaustedError(absl::StrCat("a result ", spec.ToString(), " is larger than any memory"));
    }
    ASSIGN_OR_RETURN(BufferRef buffer, device.Allocate(bytes));
    outputs.push_back(MakeRef<Tensor>(spec, std::move(buffer)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RunOp(Signature& signature, absl::Span<const TensorRef> inputs, Tensors& outputs) {
  const OpSpec& op = signature.op();
  absl::StatusOr<const Signature::Plan*> planned = signature.PlanFor(inputs);
  if (!planned.ok()) return WithOp(op, planned.status());
  const Signature::Plan& plan = **planned;
  Tensors moved;  // empty while every input is where it should be
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!LiesElsewhere(signature, inputs, i)) continue;
    absl::StatusOr<TensorRef> copy = CopyTo(*inputs[i], signature.device());
    if (!copy.ok()) return WithOp(op, copy.status());
    if (moved.empty()) moved.assign(inputs.begin(), inputs.end());
    moved[i] = *std::move(copy);
    inputs = moved;
  }
  if (op.def->effect == Effect::kAlias) {
    const Tensor& in = *inputs[0];
    outputs.assign(1, in.is_variable() ? MakeRef<Tensor>(in.variable_ref(), &in.value_spec())
                                       : MakeRef<Tensor>(plan.outputs[0], in.buffer(), in.offset()));
    return absl::OkStatus();
  }
  if (absl::Status s = Allocate(plan, signature.device(), outputs); !s.ok()) return WithOp(op, s);
  if (plan.nothing_to_compute) return absl::OkStatus();
  KernelContext context(op, *plan.attrs, signature.device(), inputs, absl::MakeSpan(outputs), signature.state());
  return WithOp(op, Call(*plan.kernel, context));
}

absl::StatusOr<TensorRef> MakeTensor(const TensorSpec& spec, absl::string_view bytes, Device& device) {
  RETURN_IF_ERROR(CheckBytes(spec, bytes.data(), bytes.size()));
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
