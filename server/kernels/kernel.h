// Kernels: the functions that compute ops on a device, found by op name and dtype.
//
// Kernels of a GPU (cuda/) ask its queue for work and return; nothing there waits for it.
//
// To add one: write `absl::Status MyKernel(KernelContext& k)`, put a row {"MyOp", dtypes, &MyKernel} into the family's
// function, and, for a new family, call that function in cpu_kernels.cc. A row's dtypes are those of the op's first
// type attribute ("T", "SrcT", "dtype", …). Rows are in order of preference: the first that has the dtype is taken.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/ops/op_spec.h"
#include "server/device/tensor.h"
#include "server/kernels/stretch.h"

namespace eager::server {

class KernelContext;
using KernelFn = absl::Status (*)(KernelContext&);

struct KernelRow {
  absl::string_view op;
  DTypeSet dtypes;
  KernelFn fn;
  // Output 0 may be written over input 0 or 1 of the same dtype and shape (elementwise: each element read before it is
  // written).
  bool in_place = false;
  // The kernel makes its outputs itself (set_output); none are allocated for it.
  bool makes_outputs = false;
  // Of a kernel that is in_place, on the CPU: what it does, and all it does, where every input has as many elements as the
  // output, or one. Null for kernels that may refuse their inputs.
  StretchLoop loop = nullptr;
};

// What a kernel keeps between calls with one signature (op, attributes, device) of one session: random number
// generators, library primitives. Only that session's thread uses it.
class KernelState {
 public:
  virtual ~KernelState() = default;
};

// One call. Inputs were checked by the op's inference; outputs have the inferred specs and uninitialised memory, strings
// none yet (cpu/string_moves.h). Runs on the session's own thread; large work goes to all cores (cpu/compute.h).
class KernelContext {
 public:
  KernelContext(const OpSpec& op, const Attrs& attrs, Device& device, Device& host, absl::Span<const TensorRef> inputs,
                absl::Span<TensorRef> outputs, std::unique_ptr<KernelState>& state)
      : op_(op), attrs_(attrs), device_(device), host_(host), inputs_(inputs), outputs_(outputs), state_(state) {}

  const OpSpec& op() const { return op_; }
  Device& device() const { return device_; }
  // Where host values live, for outputs that are read there.
  Device& host_device() const { return host_; }
  int num_inputs() const { return static_cast<int>(inputs_.size()); }
  int num_outputs() const { return static_cast<int>(outputs_.size()); }
  const Tensor& input(int i) const { return *inputs_[i]; }
  const TensorRef& input_ref(int i) const { return inputs_[i]; }
  const Tensor& output(int i) const { return *outputs_[i]; }  // write through mutable_data<T>()
  // For kernels that find their output's values elsewhere: another buffer or another tensor.
  void set_output(int i, TensorRef tensor) { outputs_[i] = std::move(tensor); }
  // The values of a `host` input.
  HostView host(int i) const { return inputs_[i]->host_view(); }
  HostInts ints(int i) const { return ToInts(host(i)); }
  template <class T>
  const T& attr(absl::string_view name) const {
    return attrs_.Get<T>(name);
  }
  const Attrs& attrs() const { return attrs_; }
  // The signature's state of type S, made by `make()` at the first call.
  template <class S, class Make>
  S& state(Make make) {
    if (!state_) state_ = make();
    return static_cast<S&>(*state_);
  }

 private:
  const OpSpec& op_;
  const Attrs& attrs_;
  Device& device_;
  Device& host_;
  absl::Span<const TensorRef> inputs_;
  absl::Span<TensorRef> outputs_;
  std::unique_ptr<KernelState>& state_;
};

// Which kernel computes an op on one kind of device. Immutable after Make().
class KernelTable {
 public:
  // INTERNAL if a row names an op that does not exist, or, of a `complete` table, an op that needs a kernel has none.
  static absl::StatusOr<KernelTable> Make(absl::Span<const std::vector<KernelRow>> families, bool complete);
  // Null if there is none for that dtype.
  const KernelRow* Find(const OpSpec& op, DType dtype) const { return rows_[op.index * kNumDTypes + static_cast<int>(dtype)]; }
  // The dtypes with a kernel, for listings.
  DTypeSet dtypes(const OpSpec& op) const;

 private:
  std::vector<KernelRow> storage_;
  std::vector<const KernelRow*> rows_;  // [op.index][dtype]
};

// All families of the CPU. Made at the first call.
const KernelTable& CpuKernels();
// Those of GPUs; empty in a build without CUDA. What has none here runs on the host.
const KernelTable& CudaKernels();
// The kernels of a device.
inline const KernelTable& KernelsFor(const Device& device) {
  return device.host_accessible() ? CpuKernels() : CudaKernels();
}

}  // namespace eager::server
