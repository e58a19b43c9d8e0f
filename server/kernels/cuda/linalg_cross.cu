// The cross product on a GPU.
#include "server/kernels/cuda/launch.h"
#include "server/kernels/cuda/linalg_cross.h"
#include "server/kernels/cuda/number.cuh"
#include "server/kernels/linalg_fns.h"

namespace eager::server::cuda {
namespace {

// What products are computed in: integers modulo 2^n.
template <class T>
using CrossNumber =
    std::conditional_t<std::is_integral_v<T>, std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>, Compute<T>>;

template <class T>
__device__ __forceinline__ void CrossOne(const T* a, const T* b, T* out) {
  using W = CrossNumber<T>;
  const W u[3] = {W(Load(a[0])), W(Load(a[1])), W(Load(a[2]))};
  const W v[3] = {W(Load(b[0])), W(Load(b[1])), W(Load(b[2]))};
  W product[3];
  CrossFn()(u, v, product);
  for (int i = 0; i < 3; ++i) Store<T>(static_cast<Compute<T>>(product[i]), out[i]);
}

// Three packs of 16 bytes are as many vectors as one has elements.
template <class T>
__global__ void CrossKernel(const T* a, const T* b, T* out, int64_t vectors, int64_t packed) {
  constexpr int kVec = kPack<T>;
  struct Packs {
    Pack<T, kVec> at[3];
    __device__ T* elements() { return at[0].at; }
  };
  const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  const int64_t first = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  for (int64_t i = first; i < packed; i += step) {
    Packs x = reinterpret_cast<const Packs*>(a)[i], y = reinterpret_cast<const Packs*>(b)[i], z;
#pragma unroll
    for (int j = 0; j < kVec; ++j) CrossOne(x.elements() + 3 * j, y.elements() + 3 * j, z.elements() + 3 * j);
    reinterpret_cast<Packs*>(out)[i] = z;
  }
  for (int64_t i = packed * kVec + first; i < vectors; i += step) CrossOne(a + 3 * i, b + 3 * i, out + 3 * i);
}

template <class T>
absl::Status Cross(KernelContext& k) {
  const Tensor& out = k.output(0);
  const int64_t vectors = out.num_elements() / 3;
  if (vectors == 0) return absl::OkStatus();
  const uintptr_t addresses = reinterpret_cast<uintptr_t>(k.input(0).raw()) |
                              reinterpret_cast<uintptr_t>(k.input(1).raw()) | reinterpret_cast<uintptr_t>(out.raw());
  const int64_t packed = addresses % 16 == 0 ? vectors / kPack<T> : 0;
  const unsigned blocks = packed > 0 ? Blocks(packed) : Blocks(vectors);
  CrossKernel<T><<<blocks, kBlockThreads, 0, Stream(k)>>>(k.input(0).data<T>(), k.input(1).data<T>(),
                                                          out.mutable_data<T>(), vectors, packed);
  return Launched(k);
}

}  // namespace

void AddCross(std::vector<KernelRow>& rows) {
  rows.insert(rows.end(), {{"Cross", {DType::kFloat32}, &Cross<float>},
                           {"Cross", {DType::kFloat64}, &Cross<double>},
                           {"Cross", {DType::kFloat16}, &Cross<Float16>},
                           {"Cross", {DType::kBFloat16}, &Cross<BFloat16>},
                           // Modulo 2^n a sign makes no difference.
                           {"Cross", {DType::kInt8, DType::kUint8}, &Cross<uint8_t>},
                           {"Cross", {DType::kInt16, DType::kUint16}, &Cross<uint16_t>},
                           {"Cross", {DType::kInt32, DType::kUint32}, &Cross<uint32_t>},
                           {"Cross", {DType::kInt64, DType::kUint64}, &Cross<uint64_t>}});
}

}  // namespace eager::server::cuda
