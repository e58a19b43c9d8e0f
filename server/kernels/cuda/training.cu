// Optimizers' steps on a GPU: one launch reads and writes a variable and its slots. Scalars are read by the kernel.
#include <utility>

#include "common/status_macros.h"
#include "server/kernels/change_together.h"
#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/launch.h"
#include "server/kernels/cuda/number.cuh"
#include "server/kernels/cuda/training_plan.h"
#include "server/kernels/training_rules.h"

namespace eager::server::cuda {
namespace {

struct RoundToFloat16 {
  EAGER_HOST_DEVICE float operator()(float x) const { return __half2float(__float2half_rn(x)); }
};
struct RoundToBFloat16 {
  EAGER_HOST_DEVICE float operator()(float x) const { return __bfloat162float(__float2bfloat16_rn(x)); }
};

template <class T>
struct NumberOf {
  using Type = T;
};
template <>
struct NumberOf<Float16> {
  using Type = training::Rounded<RoundToFloat16>;
};
template <>
struct NumberOf<BFloat16> {
  using Type = training::Rounded<RoundToBFloat16>;
};
template <class T>
using Number = typename NumberOf<T>::Type;

template <class T>
__device__ __forceinline__ Number<T> LoadNumber(const T& x) {
  if constexpr (kIsHalf<T>) {
    Number<T> n;
    n.value = Load(x);
    return n;
  } else {
    return x;
  }
}
template <class T>
__device__ __forceinline__ void StoreNumber(Number<T> n, T& x) {
  if constexpr (kIsHalf<T>) {
    Store<T>(n.value, x);
  } else {
    x = n;
  }
}

// Elements [n * each, n * each + each) of all tensors, all read before any is written.
template <int each, class T, class Rule, class Args, size_t... i>
__device__ __forceinline__ void Change(const Rule& rule, const Args& a, int64_t n, std::index_sequence<i...>) {
  using Elements = Pack<T, each>;
  Elements x[sizeof...(i)] = {reinterpret_cast<const Elements*>(a.from[i])[n]...};
  const Elements grad = reinterpret_cast<const Elements*>(a.grad)[n];
#pragma unroll
  for (int e = 0; e < each; ++e) {
    Number<T> y[sizeof...(i)] = {LoadNumber<T>(x[i].at[e])...};
    rule(y[i]..., LoadNumber<T>(grad.at[e]));
    (StoreNumber<T>(y[i], x[i].at[e]), ...);
  }
  ((reinterpret_cast<Elements*>(a.to[i])[n] = x[i]), ...);
}

template <class T, class Rule>
using ArgsOf = StepArgs<T, Rule::kVariables, Rule::kScalars>;

template <class T, class Rule>
__global__ void StepKernel(ArgsOf<T, Rule> a, int64_t vectors, int64_t n) {
  constexpr auto kVariables = std::make_index_sequence<Rule::kVariables>();
  constexpr int kVec = kStepVector<T>;
  Number<T> scalars[Rule::kScalars];
#pragma unroll
  for (int i = 0; i < Rule::kScalars; ++i) scalars[i] = LoadNumber<T>(*a.scalars[i]);
  const Rule rule(scalars, a.flag);
  const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  const int64_t first = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  for (int64_t v = first; v < vectors; v += step) Change<kVec, T>(rule, a, v, kVariables);
  for (int64_t e = vectors * kVec + first; e < n; e += step) Change<1, T>(rule, a, e, kVariables);
}

template <class T, class Rule>
absl::Status Step(KernelContext& k) {
  ArgsOf<T, Rule> a{};
  if constexpr (!Rule::kFlag.empty()) a.flag = k.attr<bool>(Rule::kFlag);
  for (int i = 0; i < Rule::kScalars; ++i) a.scalars[i] = k.input(training::ScalarInput<Rule>(i)).template data<T>();
  ChangedVariable changed[Rule::kVariables];
  RETURN_IF_ERROR(ChangeTogether(k, absl::MakeSpan(changed), [&] {
    const int64_t n = (*changed[0].value)->num_elements();
    if (n == 0) return;
    for (int i = 0; i < Rule::kVariables; ++i) {
      a.from[i] = static_cast<const T*>(changed[i].from);
      a.to[i] = static_cast<T*>(changed[i].to);
    }
    a.grad = static_cast<const T*>(Rule::kGrad == training::kNoGrad ? changed[0].from : k.input(Rule::kGrad).raw());
    const int64_t vectors = a.Vectors(n);
    const unsigned blocks = Blocks(n, kBlockThreads, vectors > 0 ? kStepVector<T> : 1);
    StepKernel<T, Rule><<<blocks, kBlockThreads, 0, Stream(k)>>>(a, vectors, n);
  }));
  return Launched(k);
}

template <template <class, class> class Rule, class... Ts>
void AddRule(std::vector<KernelRow>& rows) {
  (rows.push_back({Rule<float, bool>::kOp, {DTypeOf<Ts>}, &Step<Ts, Rule<Number<Ts>, bool>>}), ...);
}

template <template <class, class> class... Rules>
void AddRules(std::vector<KernelRow>& rows, training::RuleList<Rules...>) {
  (AddRule<Rules, float, double, Float16, BFloat16>(rows), ...);
}

}  // namespace

std::vector<KernelRow> TrainingKernels() {
  std::vector<KernelRow> rows;
  AddRules(rows, training::TrainingRules());
  return rows;
}

}  // namespace eager::server::cuda
