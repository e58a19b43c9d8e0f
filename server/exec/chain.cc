#include "server/exec/chain.h"

#include <algorithm>
#include <atomic>

#include "common/mutex.h"
#include "common/status_macros.h"
#include "server/device/cpu/compute.h"

namespace eager::server {
namespace {

// Of a few such pieces a core's own cache holds all that a chain works on; the cost of a kernel's call does not show.
constexpr int64_t kTileElements = 8192;

std::atomic<bool> fusion{true};

// Kernels of other dtypes may look at all elements first, to refuse some.
bool NeverRefuses(DType dtype) { return IsFloating(dtype) || dtype == DType::kBool; }

// Elements [begin, end) of a tensor of a chain, or its only one, as a tensor of their own.
TensorRef Part(const Tensor& t, int64_t begin, int64_t end) {
  if (t.num_elements() == 1) return MakeRef<Tensor>(TensorSpec{t.dtype(), Shape()}, t.buffer(), t.offset());
  return MakeRef<Tensor>(TensorSpec{t.dtype(), Shape{end - begin}}, t.buffer(),
                         t.offset() + static_cast<size_t>(begin) * SizeOf(t.dtype()));
}

}  // namespace

void SetFusion(bool on) { fusion.store(on, std::memory_order_relaxed); }
bool FusionEnabled() { return fusion.load(std::memory_order_relaxed); }

bool Chain::Add(Signature& signature, Tensors inputs) {
  if (size() == kMaxOps || inputs.empty() || inputs.size() > 3 || signature.op().def->effect != Effect::kPure) return false;
  for (const TensorRef& t : inputs) {
    if (t->is_variable() || !NeverRefuses(t->dtype())) return false;
  }
  const absl::StatusOr<const Signature::Plan*> planned = signature.PlanFor(inputs);
  if (!planned.ok()) return false;
  const Signature::Plan& plan = **planned;
  const KernelRow* kernel = plan.placement.kernel;
  Device* device = plan.placement.device;
  if (kernel == nullptr || !kernel->in_place || plan.outputs.size() != 1 || !device->host_accessible()) return false;
  const TensorSpec& spec = plan.outputs[0];
  const int64_t elements = spec.shape.num_elements();
  if (elements < kMinElements || (!ops_.empty() && elements != elements_) || !NeverRefuses(spec.dtype)) return false;
  absl::StatusOr<BufferRef> none = device->Allocate(0);
  if (!none.ok()) return false;
  Op op{&signature, device, kernel, plan.attrs, MakeRef<Tensor>(spec, *std::move(none)), {}};
  for (TensorRef& t : inputs) {
    if (!Reaches(*device, *t->buffer()->device()) || (t->num_elements() != 1 && t->shape() != spec.shape)) return false;
    const auto producer = std::find_if(ops_.begin(), ops_.end(), [&](const Op& earlier) { return earlier.output == t; });
    op.inputs.push_back(producer != ops_.end() ? Input{static_cast<int>(producer - ops_.begin()), nullptr}
                                               : Input{-1, std::move(t)});
  }
  elements_ = elements;
  ops_.push_back(std::move(op));
  return true;
}

absl::Status Chain::RunTile(int64_t begin, int64_t end, absl::Span<const BufferRef> buffers) const {
  absl::InlinedVector<TensorRef, kMaxOps> results;
  for (size_t i = 0; i < ops_.size(); ++i) {
    const Op& op = ops_[i];
    Tensors inputs;
    for (const Input& input : op.inputs) {
      inputs.push_back(input.producer >= 0 ? results[static_cast<size_t>(input.producer)] : Part(*input.tensor, begin, end));
    }
    const TensorSpec spec{op.output->dtype(), Shape{end - begin}};
    const size_t element = SizeOf(spec.dtype);
    if (buffers[i]) {
      results.push_back(MakeRef<Tensor>(spec, buffers[i], static_cast<size_t>(begin) * element));
    } else {
      ASSIGN_OR_RETURN(BufferRef tile, op.device->Allocate(static_cast<size_t>(end - begin) * element));
      results.push_back(MakeRef<Tensor>(spec, std::move(tile)));
    }
    TensorRef output = results.back();
    std::unique_ptr<KernelState> none;
    KernelContext context(op.signature->op(), *op.attrs, *op.device, op.signature->host(), inputs, {&output, 1}, none);
    RETURN_IF_ERROR(op.kernel->fn(context));
  }
  return absl::OkStatus();
}

absl::Status Chain::Run(absl::Span<const bool> keep, Tensors& outputs) const {
  absl::InlinedVector<BufferRef, kMaxOps> buffers(size());
  for (size_t i = 0; i < size(); ++i) {
    if (!keep[i]) continue;
    const size_t bytes = static_cast<size_t>(elements_) * SizeOf(ops_[i].output->dtype());
    ASSIGN_OR_RETURN(buffers[i], ops_[i].device->Allocate(bytes));
  }
  Mutex mu;
  absl::Status first_error;
  ParallelFor(elements_, 4 * kTileElements, [&](int64_t begin, int64_t end) {
    for (; begin < end; begin += kTileElements) {
      absl::Status status = RunTile(begin, std::min(end, begin + kTileElements), buffers);
      if (status.ok()) continue;
      MutexLock lock(&mu);
      first_error.Update(status);
      return;
    }
  });
  RETURN_IF_ERROR(first_error);
  outputs.clear();
  for (size_t i = 0; i < size(); ++i) {
    outputs.push_back(keep[i] ? MakeRef<Tensor>(ops_[i].output->spec(), std::move(buffers[i])) : TensorRef());
  }
  return absl::OkStatus();
}

}  // namespace eager::server
