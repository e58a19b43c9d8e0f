// Kernels of common/ops/elementwise_unary_ops.cc. Identity and StopGradient need none: their output is their input.
#include <algorithm>

#include "server/kernels/cpu/cast.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/elementwise_loops.h"
#include "server/kernels/cpu/fused_loop.h"
#include "server/kernels/cpu/vector_math.h"
#include "server/kernels/elementwise_fns.h"

namespace eager::server {

// Loops of float that UnaryLoop prefers to the general one. It finds them through the namespace of their functors,
// hence they are not in an unnamed one.
inline void ApplyUnary(ExpFn, const float* x, float* out, int64_t n) { RunFloatLoop(VectorExp(), x, out, n); }
inline void ApplyUnary(Expm1Fn, const float* x, float* out, int64_t n) { RunFloatLoop(VectorExpm1(), x, out, n); }
inline void ApplyUnary(LogFn, const float* x, float* out, int64_t n) { RunFloatLoop(VectorLog(), x, out, n); }
inline void ApplyUnary(Log1pFn, const float* x, float* out, int64_t n) { RunFloatLoop(VectorLog1p(), x, out, n); }
inline void ApplyUnary(SigmoidFn, const float* x, float* out, int64_t n) { RunFloatLoop(VectorSigmoid(), x, out, n); }
inline void ApplyUnary(SoftplusFn, const float* x, float* out, int64_t n) { RunFloatLoop(VectorSoftplus(), x, out, n); }
inline void ApplyUnary(TanhFn, const float* x, float* out, int64_t n) { RunFloatLoop(VectorTanh(), x, out, n); }

// Blocks with arguments that are large or no numbers go to the C library.
template <uint32_t kQuarter, class F>
void ApplySine(F exact, const float* x, float* out, int64_t n) {
  using Vector = VectorSine<kQuarter>;
  constexpr int64_t kBlock = 512;
  for (int64_t begin = 0; begin < n; begin += kBlock) {
    const int64_t end = std::min(n, begin + kBlock);
    int outside = 0;
    for (int64_t i = begin; i < end; ++i) outside |= !(Magnitude(x[i]) <= Vector::kMost);
    if (outside == 0 && RunFusedLoop(Vector(), x + begin, out + begin, end - begin)) continue;
    for (int64_t i = begin; i < end; ++i) out[i] = exact(x[i]);
  }
}
inline void ApplyUnary(SinFn f, const float* x, float* out, int64_t n) { ApplySine<0>(f, x, out, n); }
inline void ApplyUnary(CosFn f, const float* x, float* out, int64_t n) { ApplySine<1>(f, x, out, n); }

namespace {

void AddArithmetic(std::vector<KernelRow>& rows) {
  AddUnary<AbsFn>(rows, "Abs", FloatTypes());
  AddUnary<AbsFn>(rows, "Abs", SignedTypes());
  AddUnary<NegFn>(rows, "Neg", FloatTypes());
  AddWrappingUnary<NegFn>(rows, "Neg", UnsignedTypes());
  AddUnary<SignFn>(rows, "Sign", FloatTypes());
  AddUnary<SignFn>(rows, "Sign", SignedTypes());
  AddUnary<SquareFn>(rows, "Square", FloatTypes());
  AddWrappingUnary<SquareFn>(rows, "Square", UnsignedTypes());
  AddUnary<SqrtFn>(rows, "Sqrt", FloatTypes());
  AddUnary<RsqrtFn>(rows, "Rsqrt", FloatTypes());
  AddUnary<ReciprocalFn>(rows, "Reciprocal", FloatTypes());
  AddUnary<ReluFn>(rows, "Relu", FloatTypes());
  AddUnary<ReluFn>(rows, "Relu", SignedTypes());
  AddUnary<ReluFn>(rows, "Relu", UnsignedTypes());
  AddUnary<FloorFn>(rows, "Floor", FloatTypes());
  AddUnary<CeilFn>(rows, "Ceil", FloatTypes());
  AddUnary<RoundFn>(rows, "Round", FloatTypes());
  AddUnary<RoundFn>(rows, "Round", Types<int32_t, int64_t>());
  AddUnary<RoundFn>(rows, "Rint", FloatTypes());
}

void AddTranscendental(std::vector<KernelRow>& rows) {
  AddUnary<ExpFn>(rows, "Exp", FloatTypes());
  AddUnary<Expm1Fn>(rows, "Expm1", FloatTypes());
  AddUnary<LogFn>(rows, "Log", FloatTypes());
  AddUnary<Log1pFn>(rows, "Log1p", FloatTypes());
  AddUnary<SinFn>(rows, "Sin", FloatTypes());
  AddUnary<CosFn>(rows, "Cos", FloatTypes());
  AddUnary<TanFn>(rows, "Tan", FloatTypes());
  AddUnary<TanhFn>(rows, "Tanh", FloatTypes());
  AddUnary<SigmoidFn>(rows, "Sigmoid", FloatTypes());
  AddUnary<SoftplusFn>(rows, "Softplus", FloatTypes());
}

void AddPredicates(std::vector<KernelRow>& rows) {
  AddUnary<IsNanFn>(rows, "IsNan", FloatTypes());
  AddUnary<IsInfFn>(rows, "IsInf", FloatTypes());
  AddUnary<IsFiniteFn>(rows, "IsFinite", FloatTypes());
  rows.push_back(UnaryRow<LogicalNotFn, uint8_t>("LogicalNot", {DType::kBool}));
}

void AddGradients(std::vector<KernelRow>& rows) {
  AddBinary<SqrtGradFn>(rows, "SqrtGrad", FloatTypes());
  AddBinary<RsqrtGradFn>(rows, "RsqrtGrad", FloatTypes());
  AddBinary<ReciprocalGradFn>(rows, "ReciprocalGrad", FloatTypes());
  AddBinary<TanhGradFn>(rows, "TanhGrad", FloatTypes());
  AddBinary<SigmoidGradFn>(rows, "SigmoidGrad", FloatTypes());
  AddBinary<SoftplusGradFn>(rows, "SoftplusGrad", FloatTypes());
  AddBinary<ReluGradFn>(rows, "ReluGrad", FloatTypes());
  AddBinary<ReluGradFn>(rows, "ReluGrad", SignedTypes());
  AddBinary<ReluGradFn>(rows, "ReluGrad", UnsignedTypes());
}

}  // namespace

std::vector<KernelRow> CpuElementwiseUnaryKernels() {
  std::vector<KernelRow> rows = {{"Cast", CastDTypes(), &CastKernel}};
  AddArithmetic(rows);
  AddTranscendental(rows);
  AddPredicates(rows);
  AddGradients(rows);
  return rows;
}

}  // namespace eager::server
