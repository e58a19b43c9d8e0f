#include "server/exec/chain.h"

#include <algorithm>
#include <array>
#include <atomic>

#include "common/mutex.h"
#include "common/status_macros.h"
#include "server/device/cpu/compute.h"

namespace eager::server {
namespace {

// Elements that a thread computes at a time, and bytes of a tile: of a few tiles the first cache holds all that a chain
// works on, and the cost of a call does not show.
constexpr int64_t kPartElements = 32768;
constexpr size_t kTileBytes = 8192;

std::atomic<bool> fusion{true};

// Kernels of other dtypes may look at all elements first, to refuse some.
bool NeverRefuses(DType dtype) { return IsFloating(dtype) || dtype == DType::kBool; }

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
  if (kernel == nullptr || kernel->loop == nullptr || plan.outputs.size() != 1 || !device->host_accessible()) return false;
  const TensorSpec& spec = plan.outputs[0];
  const int64_t elements = spec.shape.num_elements();
  if (elements < kMinElements || (!ops_.empty() && elements != elements_) || !NeverRefuses(spec.dtype)) return false;
  absl::StatusOr<BufferRef> none = device->Allocate(0);
  if (!none.ok()) return false;
  Op op{kernel->loop, device, MakeRef<Tensor>(spec, *std::move(none)), {}};
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

// Where the ops of a chain read and write: whole tensors, and slots, each of which holds a tile of what flows between ops.
class Chain::Tiles {
 public:
  // `buffers`: of the outputs that are kept, null for the others.
  Tiles(const Chain& chain, absl::Span<const BufferRef> buffers) {
    const size_t count = chain.size();
    absl::InlinedVector<size_t, kMaxOps> last_reader(count, 0);
    size_t widest = 1;
    for (size_t i = 0; i < count; ++i) {
      widest = std::max(widest, SizeOf(chain.ops_[i].output->dtype()));
      for (const Input& input : chain.ops_[i].inputs) {
        if (input.producer >= 0) last_reader[static_cast<size_t>(input.producer)] = i;
      }
    }
    elements_ = static_cast<int64_t>(kTileBytes / widest);
    absl::InlinedVector<int, kMaxOps> free;
    for (size_t i = 0; i < count; ++i) {
      const Op& op = chain.ops_[i];
      Step step{op.loop, {}, {}};
      step.out.element = SizeOf(op.output->dtype());
      absl::InlinedVector<int, 3> done;  // slots that nothing reads after this op
      for (size_t j = 0; j < op.inputs.size(); ++j) {
        const Input& input = op.inputs[j];
        Place& place = step.in[j];
        if (input.producer < 0) {
          const Tensor& t = *input.tensor;
          place = {static_cast<char*>(t.raw()), -1, SizeOf(t.dtype()), t.num_elements() == 1 ? 0 : 1};
          continue;
        }
        const auto producer = static_cast<size_t>(input.producer);
        place = steps_[producer].out;
        if (place.slot < 0 || last_reader[producer] != i || std::count(done.begin(), done.end(), place.slot) != 0) continue;
        const bool read_third = op.inputs.size() == 3 && op.inputs[2].producer == input.producer;
        if (!read_third && !buffers[i] && step.out.slot < 0 && place.element == step.out.element) {
          step.out.slot = place.slot;  // in place
        } else {
          done.push_back(place.slot);
        }
      }
      if (buffers[i]) {
        step.out.base = static_cast<char*>(buffers[i]->data());
      } else if (step.out.slot < 0) {
        if (free.empty()) free.push_back(slots_++);
        step.out.slot = free.back();
        free.pop_back();
      }
      for (int slot : done) {
        if (slot != step.out.slot) free.push_back(slot);
      }
      steps_.push_back(step);
    }
  }

  size_t scratch_bytes() const { return static_cast<size_t>(slots_) * kTileBytes; }

  // Elements [begin, end) of every op.
  void Run(int64_t begin, int64_t end, char* scratch) const {
    for (; begin < end; begin += elements_) {
      const int64_t n = std::min(elements_, end - begin);
      for (const Step& step : steps_) {
        Stretch s = {{}, {1, 1, 1}, step.out.At(begin, scratch), n};
        for (size_t i = 0; i < s.in.size() && step.in[i].element != 0; ++i) {
          s.in[i] = step.in[i].At(begin, scratch);
          s.step[i] = step.in[i].step;
        }
        step.loop(s);
      }
    }
  }

 private:
  struct Place {
    char* base = nullptr;
    int slot = -1;       // else
    size_t element = 0;  // bytes of one; 0: no such input
    int64_t step = 1;    // 0: one element serves all
    char* At(int64_t begin, char* scratch) const {
      if (slot >= 0) return scratch + static_cast<size_t>(slot) * kTileBytes;
      return base + static_cast<size_t>(begin * step) * element;
    }
  };
  struct Step {
    StretchLoop loop;
    std::array<Place, 3> in;
    Place out;
  };

  absl::InlinedVector<Step, kMaxOps> steps_;
  int64_t elements_ = 0;  // of a tile
  int slots_ = 0;
};

absl::Status Chain::Run(absl::Span<const bool> keep, Tensors& outputs) const {
  absl::InlinedVector<BufferRef, kMaxOps> buffers(size());
  for (size_t i = 0; i < size(); ++i) {
    if (!keep[i]) continue;
    const size_t bytes = static_cast<size_t>(elements_) * SizeOf(ops_[i].output->dtype());
    ASSIGN_OR_RETURN(buffers[i], ops_[i].device->Allocate(bytes));
  }
  const Tiles tiles(*this, buffers);
  Mutex mu;
  absl::Status first_error;
  ParallelFor(elements_, kPartElements, [&](int64_t begin, int64_t end) {
    const absl::StatusOr<BufferRef> scratch = ops_[0].device->Allocate(tiles.scratch_bytes());
    if (scratch.ok()) return tiles.Run(begin, end, static_cast<char*>((*scratch)->data()));
    MutexLock lock(&mu);
    first_error.Update(scratch.status());
  });
  RETURN_IF_ERROR(first_error);
  outputs.clear();
  for (size_t i = 0; i < size(); ++i) {
    outputs.push_back(keep[i] ? MakeRef<Tensor>(ops_[i].output->spec(), std::move(buffers[i])) : TensorRef());
  }
  return absl::OkStatus();
}

}  // namespace eager::server
