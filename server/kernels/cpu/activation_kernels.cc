// Kernels of common/ops/activation_ops.cc, transcendental_ops.cc and bitwise_ops.cc.
#include "server/kernels/activation_fns.h"

#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/elementwise_loops.h"
#include "server/kernels/cpu/fused_loop.h"
#include "server/kernels/cpu/number.h"
#include "server/kernels/cpu/vector_math.h"
#include "server/kernels/transcendental_fns.h"

namespace eager::server {

// Found by UnaryLoop through the namespaces of their functors, hence not in an unnamed one.
inline void ApplyUnary(ErfFn, const float* x, float* out, int64_t n) { RunFloatLoop(VectorErf(), x, out, n); }
inline void ApplyUnary(EluFn, const float* x, float* out, int64_t n) { RunFloatLoop(VectorElu(), x, out, n); }
inline void ApplyUnary(SeluFn, const float* x, float* out, int64_t n) { RunFloatLoop(VectorSelu(), x, out, n); }

namespace {

template <class T>
void Leak(KernelContext& k, const T* x, const T* sign) {
  const LeakFn<Wide<T>> leak = {static_cast<Wide<T>>(k.attr<float>("alpha"))};
  T* out = k.output(0).mutable_data<T>();
  ParallelFor(k.output(0).num_elements(), kElementwiseGrain, [&](int64_t begin, int64_t end) {
#pragma GCC ivdep
    for (int64_t i = begin; i < end; ++i) {
      out[i] = Narrow<T>(leak(Widen<Wide<T>>(x[i]), Widen<Wide<T>>(sign[i])));
    }
  });
}

template <class T>
struct LeakyReluKernel {
  static absl::Status Run(KernelContext& k) {
    Leak(k, k.input(0).data<T>(), k.input(0).data<T>());
    return absl::OkStatus();
  }
};
template <class T>
struct LeakyReluGradKernel {
  static absl::Status Run(KernelContext& k) {
    Leak(k, k.input(0).data<T>(), k.input(1).data<T>());
    return absl::OkStatus();
  }
};

void AddActivations(std::vector<KernelRow>& rows) {
  AddUnary<Relu6Fn>(rows, "Relu6", FloatTypes());
  AddUnary<Relu6Fn>(rows, "Relu6", SignedTypes());
  AddUnary<Relu6Fn>(rows, "Relu6", UnsignedTypes());
  AddBinary<Relu6GradFn>(rows, "Relu6Grad", FloatTypes());
  AddBinary<Relu6GradFn>(rows, "Relu6Grad", SignedTypes());
  AddBinary<Relu6GradFn>(rows, "Relu6Grad", UnsignedTypes());
  AddUnary<EluFn>(rows, "Elu", FloatTypes());
  AddBinary<EluGradFn>(rows, "EluGrad", FloatTypes());
  AddUnary<SeluFn>(rows, "Selu", FloatTypes());
  AddBinary<SeluGradFn>(rows, "SeluGrad", FloatTypes());
  AddUnary<SoftsignFn>(rows, "Softsign", FloatTypes());
  AddBinary<SoftsignGradFn>(rows, "SoftsignGrad", FloatTypes());
  AddFloatRows<LeakyReluKernel>(rows, "LeakyRelu");
  AddFloatRows<LeakyReluGradKernel>(rows, "LeakyReluGrad");
}

template <class... Functors>
void AddFunctions(std::vector<KernelRow>& rows, Fns<Functors...>) {
  (AddUnary<Functors>(rows, Functors::kName, FloatTypes()), ...);
}

void AddBits(std::vector<KernelRow>& rows) {
  AddWrappingBinary<BitwiseAndFn>(rows, "BitwiseAnd", UnsignedTypes());
  AddWrappingBinary<BitwiseOrFn>(rows, "BitwiseOr", UnsignedTypes());
  AddWrappingBinary<BitwiseXorFn>(rows, "BitwiseXor", UnsignedTypes());
  AddWrappingUnary<InvertFn>(rows, "Invert", UnsignedTypes());
  AddBinary<LeftShiftFn>(rows, "LeftShift", SignedTypes());
  AddBinary<LeftShiftFn>(rows, "LeftShift", UnsignedTypes());
  AddBinary<RightShiftFn>(rows, "RightShift", SignedTypes());
  AddBinary<RightShiftFn>(rows, "RightShift", UnsignedTypes());
}

}  // namespace

std::vector<KernelRow> CpuActivationKernels() {
  std::vector<KernelRow> rows;
  AddActivations(rows);
  AddFunctions(rows, TranscendentalFns());
  AddBits(rows);
  return rows;
}

}  // namespace eager::server
