// Random fills on a GPU: a thread makes a group of numbers and writes it in one piece.
#include "server/kernels/cuda/launch.h"
#include "server/kernels/cuda/number.cuh"
#include "server/kernels/cuda/random_fill.h"

namespace eager::server::cuda {
namespace {

// `out` is aligned to a group's size: an output is a buffer of its own.
template <class T, class Group>
__global__ void FillKernel(PhiloxSource source, Group make, int64_t n, T* out) {
  constexpr int kGroup = kGroupOf<T>;
  const Philox from = source.Start();
  const int64_t groups = (n + kGroup - 1) / kGroup;
  const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t g = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; g < groups; g += step) {
    typename Group::Number numbers[kGroup];
    make(from, g, numbers);
    Pack<T, kGroup> pack;
#pragma unroll
    for (int i = 0; i < kGroup; ++i) Store<T>(numbers[i], pack.at[i]);
    if ((g + 1) * kGroup <= n) {
      reinterpret_cast<Pack<T, kGroup>*>(out)[g] = pack;
    } else {  // the last group is not asked for as a whole
#pragma unroll
      for (int i = 0; i < kGroup; ++i) {
        if (g * kGroup + i < n) out[g * kGroup + i] = pack.at[i];
      }
    }
  }
}

template <class T, class Group>
absl::Status Fill(KernelContext& k, const PhiloxSource& from, const Group& make) {
  const int64_t n = k.output(0).num_elements();
  if (n == 0) return absl::OkStatus();
  const int64_t groups = (n + kGroupOf<T> - 1) / kGroupOf<T>;
  const unsigned blocks = Blocks(groups, kBlockThreads, GroupsPerThread(groups));
  FillKernel<<<blocks, kBlockThreads, 0, Stream(k)>>>(from, make, n, k.output(0).mutable_data<T>());
  return Launched(k);
}

template <template <class> class Group>
absl::Status FillFloats(KernelContext& k, const PhiloxSource& from) {
  switch (k.output(0).dtype()) {
    case DType::kFloat64:
      return Fill<double>(k, from, Group<double>());
    case DType::kFloat16:
      return Fill<Float16>(k, from, Group<Float16>());
    case DType::kBFloat16:
      return Fill<BFloat16>(k, from, Group<BFloat16>());
    default:
      return Fill<float>(k, from, Group<float>());
  }
}

template <class T>
absl::Status FillRange(KernelContext& k, const PhiloxSource& from, int min_input) {
  const T low = *k.host(min_input).as<T>(), high = *k.host(min_input + 1).as<T>();
  return Fill<T>(k, from, RangeGroup<T>{low, static_cast<T>(high - low)});
}

}  // namespace

absl::Status FillUniform(KernelContext& k, const PhiloxSource& from) { return FillFloats<UniformGroup>(k, from); }
absl::Status FillNormal(KernelContext& k, const PhiloxSource& from) { return FillFloats<NormalGroup>(k, from); }
absl::Status FillTruncatedNormal(KernelContext& k, const PhiloxSource& from) {
  return FillFloats<TruncatedNormalGroup>(k, from);
}

absl::Status FillIntegers(KernelContext& k, const PhiloxSource& from) {
  if (SizeOf(k.output(0).dtype()) == 8) return Fill<uint64_t>(k, from, BitsGroup<uint64_t>());
  return Fill<uint32_t>(k, from, BitsGroup<uint32_t>());
}

absl::Status FillUniformInt(KernelContext& k, const PhiloxSource& from, int min_input) {
  if (k.output(0).num_elements() == 0) return absl::OkStatus();  // the bounds may be anything
  if (SizeOf(k.output(0).dtype()) == 8) return FillRange<uint64_t>(k, from, min_input);
  return FillRange<uint32_t>(k, from, min_input);
}

}  // namespace eager::server::cuda
