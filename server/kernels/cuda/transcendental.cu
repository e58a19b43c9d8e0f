// Exponential, trigonometric and hyperbolic functions, their inverses and the error function on a GPU.
#include "server/kernels/cuda/elementwise.cuh"
#include "server/kernels/cuda/elementwise_unary.h"

namespace eager::server::cuda {
namespace {

template <class... Functors>
void AddNamed(std::vector<KernelRow>& rows, Fns<Functors...>) {
  (AddUnary<Functors>(rows, Functors::kName, FloatTypes()), ...);
}

}  // namespace

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
  AddNamed(rows, TranscendentalFns());
}

}  // namespace eager::server::cuda
