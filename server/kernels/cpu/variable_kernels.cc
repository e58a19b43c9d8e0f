// Updates of variables on the CPU.
#include "common/status_macros.h"
#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/number.h"
#include "server/kernels/variable_ops.h"

namespace eager::server {
namespace {

// Replaces each element x of the variable by step(x, element of input `i`).
template <class T, class Step>
absl::Status Update(KernelContext& k, int i, Step step) {
  constexpr int64_t kGrain = 1 << 16;
  return UpdateVariable(k, [&](const Tensor& old_value, const Tensor& new_value) {
    const T* from = old_value.data<T>();
    const T* other = k.input(i).data<T>();
    T* to = new_value.mutable_data<T>();
    ParallelFor(old_value.num_elements(), kGrain, [&](int64_t begin, int64_t end) {
      for (int64_t e = begin; e < end; ++e) to[e] = step(from[e], other[e]);
    });
    return absl::OkStatus();
  });
}

template <class T>
struct AddKernel {
  static absl::Status Run(KernelContext& k) {
    return Update<T>(k, 1, [](T x, T y) { return Narrow<T>(Widen<Wide<T>>(x) + Widen<Wide<T>>(y)); });
  }
};
template <class T>
struct SubKernel {
  static absl::Status Run(KernelContext& k) {
    return Update<T>(k, 1, [](T x, T y) { return Narrow<T>(Widen<Wide<T>>(x) - Widen<Wide<T>>(y)); });
  }
};

// In 16 bits the product is rounded before it is subtracted, as TensorFlow's arithmetic in T does.
template <class T>
struct GradientDescentKernel {
  static absl::Status Run(KernelContext& k) {
    using W = Wide<T>;
    const W alpha = Widen<W>(*k.input(1).data<T>());
    return Update<T>(k, 2,
                     [alpha](T x, T d) { return Narrow<T>(Widen<W>(x) - Widen<W>(Narrow<T>(alpha * Widen<W>(d)))); });
  }
};

}  // namespace

std::vector<KernelRow> CpuVariableKernels() {
  std::vector<KernelRow> rows;
  AddVariableRows(rows, DTypeSet::All());
  AddNumberRows<AddKernel>(rows, "AssignAddVariableOp");
  AddNumberRows<SubKernel>(rows, "AssignSubVariableOp");
  AddNumberRows<GradientDescentKernel>(rows, "ResourceApplyGradientDescent");
  return rows;
}

}  // namespace eager::server
