// Kernels of common/ops/norm_ops.cc on a GPU: statistics of each channel in double, the rest in float.
#include "common/status_macros.h"
#include "server/kernels/cuda/channel_sums.cuh"
#include "server/kernels/cuda/cuda_kernels.h"

namespace eager::server::cuda {
namespace {

// Neighbouring channels that one thread adds up.
constexpr int kSumLanes = 4;

template <class T>
struct MomentsOf {
  using Total = Moments;
  using Run = MomentsRun;
  const T* x;

  template <int n>
  __device__ void Add(int64_t offset, int64_t, Run* runs) const {
    const auto xs = *reinterpret_cast<const Lanes<T, n>*>(x + offset);
#pragma unroll
    for (int k = 0; k < n; ++k) runs[k].Add(Load(xs.at[k]));
  }
};

template <class T>
struct ProductsOf {
  using Total = Products;
  using Run = ProductsRun;
  const T *dy, *x;
  const float* mean;

  template <int n>
  __device__ void Add(int64_t offset, int64_t channel, Run* runs) const {
    const auto xs = *reinterpret_cast<const Lanes<T, n>*>(x + offset),
               dys = *reinterpret_cast<const Lanes<T, n>*>(dy + offset);
#pragma unroll
    for (int k = 0; k < n; ++k) runs[k].Add(Load(dys.at[k]), Load(xs.at[k]) - mean[channel + k]);
  }
};

// The totals of every channel, finished. `aligned` says whether kSumLanes elements may be read at once.
template <class Source, class Finish>
absl::Status SumChannels(const KernelContext& k, const ChannelView& v, const Source* source, bool aligned,
                         const Finish& finish, float* zero) {
  using Total = typename Source::Total;
  const bool many = aligned && v.channels_last() && v.channels % kSumLanes == 0;
  const ChannelPlan plan(v, many ? kSumLanes : 1);
  if (source == nullptr || v.size() == 0) {
    FinishChannels<Total>(k, nullptr, 0, v.channels, finish, zero);
    return Launched(k);
  }
  ASSIGN_OR_RETURN(const BufferRef scratch, Scratch(k, plan.parts * v.channels * static_cast<int64_t>(sizeof(Total))));
  auto* totals = static_cast<Total*>(scratch->data());
  many ? AddUpChannels<kSumLanes>(k, plan, *source, totals) : AddUpChannels<1>(k, plan, *source, totals);
  FinishChannels(k, totals, plan.parts, v.channels, finish, zero);
  return Launched(k);
}

// y[i] = F(in…[i], coefficients of i's channel…), n elements at a time: neighbouring channels, or of one channel.
template <class F, class T, int kInputs, int n, bool kChannelsLast, class Index>
struct ChannelwiseFn {
  const T* in[kInputs];
  const float* coefficients;
  Extent<Index> channels, inner;  // in units of n where they lie innermost
  T* out;

  __device__ void operator()(Index i) const {
    Lanes<T, n> packs[kInputs], result;
#pragma unroll
    for (int t = 0; t < kInputs; ++t) packs[t] = reinterpret_cast<const Lanes<T, n>*>(in[t])[i];
    const Index line = kChannelsLast ? i : inner.Divide(i);
    const Index channel = Split<Index>(line, channels).rest;
    float c[F::kCoefficients][n];
#pragma unroll
    for (int row = 0; row < F::kCoefficients; ++row) {
      if constexpr (kChannelsLast) {
        const float* values = coefficients + static_cast<int64_t>(row) * channels.value * n;
        const auto lanes = reinterpret_cast<const Lanes<float, n>*>(values)[channel];
#pragma unroll
        for (int j = 0; j < n; ++j) c[row][j] = lanes.at[j];
      } else {
        const float value = coefficients[static_cast<int64_t>(row) * channels.value + channel];
#pragma unroll
        for (int j = 0; j < n; ++j) c[row][j] = value;
      }
    }
#pragma unroll
    for (int j = 0; j < n; ++j) {
      if constexpr (kInputs == 1) {
        Store<T>(F()(Load(packs[0].at[j]), c[0][j], c[1][j], c[2][j]), result.at[j]);
      } else {
        Store<T>(F()(Load(packs[0].at[j]), Load(packs[1].at[j]), c[0][j], c[1][j], c[2][j], c[3][j]), result.at[j]);
      }
    }
    reinterpret_cast<Lanes<T, n>*>(out)[i] = result;
  }
};

template <class F, class T, class... In>
absl::Status Channelwise(const KernelContext& k, const ChannelView& v, const float* coefficients, T* out,
                         const In*... in) {
  if (v.size() == 0) return absl::OkStatus();
  const auto launch = [&]<int n, bool kChannelsLast, class Index>(std::integral_constant<int, n>,
                                                                  std::bool_constant<kChannelsLast>, Index) {
    const ChannelwiseFn<F, T, sizeof...(In), n, kChannelsLast, Index> fn{
        {in...}, coefficients, kChannelsLast ? v.channels / n : v.channels, kChannelsLast ? 1 : v.inner / n, out};
    ForEachKernel<<<Blocks(v.size() / n), kBlockThreads, 0, Stream(k)>>>(static_cast<Index>(v.size() / n), fn);
    return Launched(k);
  };
  const auto with_order = [&](auto last) {
    const int64_t innermost = v.channels_last() ? v.channels : v.inner;
    constexpr std::integral_constant<int, kPack<T>> kMany;
    constexpr std::integral_constant<int, 1> kOne;
    if (!FitsIn32Bits(v.size())) return launch(kOne, last, int64_t());
    const bool many = innermost % kPack<T> == 0 && AlignedForLanes(out, in...);
    return many ? launch(kMany, last, int32_t()) : launch(kOne, last, int32_t());
  };
  return v.channels_last() ? with_order(std::true_type()) : with_order(std::false_type());
}

template <class T>
bool AlignedForSums(const T* x) {
  return reinterpret_cast<uintptr_t>(x) % (kSumLanes * sizeof(T)) == 0;
}

absl::Status OnlyFloatStatistics(const KernelContext& k) {
  if (k.attr<DType>("U") == DType::kFloat32) return absl::OkStatus();
  return absl::UnimplementedError("only statistics in float32 are supported");
}

template <class T>
absl::Status BatchNormKernel(KernelContext& k) {
  RETURN_IF_ERROR(OnlyFloatStatistics(k));
  const ChannelView v(k.input(0).shape(), k.attr<std::string>("data_format"));
  const auto given = [&](int i) { return k.input(i).data<float>(); };
  const auto result = [&](int i) { return k.output(i).mutable_data<float>(); };
  ASSIGN_OR_RETURN(const BufferRef scratch,
                   Scratch(k, BatchNormFn::kCoefficients * v.channels * static_cast<int64_t>(sizeof(float))));
  auto* coefficients = static_cast<float*>(scratch->data());
  const bool training = k.attr<bool>("is_training");
  const BatchNormChannel channel{given(1),
                                 given(2),
                                 given(3),
                                 given(4),
                                 k.attr<float>("epsilon"),
                                 k.attr<float>("exponential_avg_factor"),
                                 training,
                                 v.channels,
                                 v.per_channel(),
                                 result(1),
                                 result(2),
                                 result(3),
                                 result(4),
                                 coefficients};
  const T* x = k.input(0).data<T>();
  const MomentsOf<T> moments{x};
  RETURN_IF_ERROR(SumChannels(k, v, training ? &moments : nullptr, AlignedForSums(x), channel, result(5)));
  return Channelwise<BatchNormFn>(k, v, coefficients, k.output(0).mutable_data<T>(), x);
}

template <class T>
absl::Status BatchNormGradKernel(KernelContext& k) {
  RETURN_IF_ERROR(OnlyFloatStatistics(k));
  const ChannelView v(k.input(1).shape(), k.attr<std::string>("data_format"));
  const T *dy = k.input(0).data<T>(), *x = k.input(1).data<T>();
  const auto* mean = k.input(3).data<float>();
  ASSIGN_OR_RETURN(const BufferRef scratch,
                   Scratch(k, BatchNormGradFn::kCoefficients * v.channels * static_cast<int64_t>(sizeof(float))));
  auto* coefficients = static_cast<float*>(scratch->data());
  const BatchNormGradChannel channel{
      k.input(2).data<float>(),          mean,        k.input(4).data<float>(), k.attr<float>("epsilon"),
      k.attr<bool>("is_training"),       v.channels,  v.per_channel(),          k.output(1).mutable_data<float>(),
      k.output(2).mutable_data<float>(), coefficients};
  const ProductsOf<T> products{dy, x, mean};
  RETURN_IF_ERROR(SumChannels(k, v, &products, AlignedForSums(x) && AlignedForSums(dy), channel, nullptr));
  return Channelwise<BatchNormGradFn>(k, v, coefficients, k.output(0).mutable_data<T>(), dy, x);
}

template <class... Ts>
void AddBatchNorm(std::vector<KernelRow>& rows) {
  (rows.push_back({"FusedBatchNormV3", {DTypeOf<Ts>}, &BatchNormKernel<Ts>}), ...);
  (rows.push_back({"FusedBatchNormGradV3", {DTypeOf<Ts>}, &BatchNormGradKernel<Ts>}), ...);
}

}  // namespace

std::vector<KernelRow> BatchNormKernels() {
  std::vector<KernelRow> rows;
  AddBatchNorm<float, Float16, BFloat16>(rows);
  return rows;
}

}  // namespace eager::server::cuda
