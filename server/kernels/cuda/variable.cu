// Updates of variables on a GPU: asked for while the variable is locked, done in the queue's order.
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/launch.h"
#include "server/kernels/cuda/units.cuh"
#include "server/kernels/elementwise_fns.h"
#include "server/kernels/variable_ops.h"
#include "server/kernels/variable_parts.h"

namespace eager::server::cuda {
namespace {

// In 16 bits the product is rounded before it is subtracted, as TensorFlow's arithmetic in T does.
template <class T>
__device__ __forceinline__ Compute<T> Descend(Compute<T> x, Compute<T> alpha, Compute<T> delta) {
  T product;
  Store<T>(MulFn()(alpha, delta), product);
  return SubFn()(x, Load(product));
}

enum class Change { kAdd, kSub, kDescend };

template <Change change, class T>
__device__ __forceinline__ void ChangeElement(const T& from, const T& other, Compute<T> alpha, T& to) {
  if constexpr (change == Change::kAdd) {
    Store<T>(AddFn()(Load(from), Load(other)), to);
  } else if constexpr (change == Change::kSub) {
    Store<T>(SubFn()(Load(from), Load(other)), to);
  } else {
    Store<T>(Descend<T>(Load(from), alpha, Load(other)), to);
  }
}

// to[i] = from[i] changed by other[i]: `vectors` times kVec elements, then one by one up to n. `to` may be `from`.
template <Change change, int kVec, class T>
__global__ void ChangeKernel(const T* from, const T* other, const T* alpha, T* to, int64_t n) {
  const Compute<T> factor = change == Change::kDescend ? Load(*alpha) : Compute<T>(0);
  const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x, vectors = n / kVec;
  const int64_t first = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  for (int64_t v = first; v < vectors; v += step) {
    const Pack<T, kVec> x = reinterpret_cast<const Pack<T, kVec>*>(from)[v];
    const Pack<T, kVec> y = reinterpret_cast<const Pack<T, kVec>*>(other)[v];
    Pack<T, kVec> result;
#pragma unroll
    for (int j = 0; j < kVec; ++j) ChangeElement<change>(x.at[j], y.at[j], factor, result.at[j]);
    reinterpret_cast<Pack<T, kVec>*>(to)[v] = result;
  }
  for (int64_t i = vectors * kVec + first; i < n; i += step) ChangeElement<change>(from[i], other[i], factor, to[i]);
}

// T is any type of the elements' size in which they wrap alike.
template <Change change, class T>
absl::Status ChangeVariable(KernelContext& k) {
  return UpdateVariable(k, [&](const Tensor& old_value, const Tensor& new_value) {
    const int64_t n = old_value.num_elements();
    if (n == 0) return absl::OkStatus();
    constexpr int kVec = kPack<T>;
    const T* const alpha = change == Change::kDescend ? k.input(1).data<T>() : nullptr;
    const T* const other = k.input(change == Change::kDescend ? 2 : 1).data<T>();
    const T* const from = old_value.data<T>();
    T* const to = new_value.mutable_data<T>();
    if (UnitBytes(16, {from, other, to}) == 16) {
      ChangeKernel<change, kVec><<<Blocks(n, kBlockThreads, kVec), kBlockThreads, 0, Stream(k)>>>(from, other, alpha, to, n);
    } else {
      ChangeKernel<change, 1><<<Blocks(n), kBlockThreads, 0, Stream(k)>>>(from, other, alpha, to, n);
    }
    return Launched(k);
  });
}

template <Change change>
void AddChange(std::vector<KernelRow>& rows, absl::string_view op) {
  rows.insert(rows.end(), {{op, {DType::kFloat32}, &ChangeVariable<change, float>},
                           {op, {DType::kFloat64}, &ChangeVariable<change, double>},
                           {op, {DType::kFloat16}, &ChangeVariable<change, Float16>},
                           {op, {DType::kBFloat16}, &ChangeVariable<change, BFloat16>},
                           {op, {DType::kInt8, DType::kUint8}, &ChangeVariable<change, uint8_t>},
                           {op, {DType::kInt16, DType::kUint16}, &ChangeVariable<change, uint16_t>},
                           {op, {DType::kInt32, DType::kUint32}, &ChangeVariable<change, uint32_t>},
                           {op, {DType::kInt64, DType::kUint64}, &ChangeVariable<change, uint64_t>}});
}

}  // namespace

// Variables of strings are the host's.
std::vector<KernelRow> VariableKernels() {
  std::vector<KernelRow> rows;
  AddVariableRows(rows, kFixedSizeTypes);
  AddVariablePartRows(rows, kFixedSizeTypes);
  AddChange<Change::kAdd>(rows, "AssignAddVariableOp");
  AddChange<Change::kSub>(rows, "AssignSubVariableOp");
  AddChange<Change::kDescend>(rows, "ResourceApplyGradientDescent");
  return rows;
}

}  // namespace eager::server::cuda
