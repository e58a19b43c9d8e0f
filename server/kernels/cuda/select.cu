// SelectV2 and ClipByValue on a GPU.
#include "server/kernels/cuda/select.h"

#include "server/kernels/cuda/elementwise.cuh"

namespace eager::server::cuda {
namespace {

struct alignas(16) Bits128 {
  uint64_t low, high;
};

template <class T>
absl::Status SelectKernel(KernelContext& k) {
  return Elementwise<SelectFn, T, uint8_t, T, T>(k);
}

template <class T>
absl::Status ClipKernel(KernelContext& k) {
  return Elementwise<ClipFn, T, T, T, T>(k);
}
template <class... Ts>
void AddClipOf(std::vector<KernelRow>& rows, Types<Ts...>) {
  (rows.push_back({"ClipByValue", {DTypeOf<Ts>}, &ClipKernel<Ts>, /*in_place=*/true}), ...);
}

}  // namespace

// Values are only moved, so their size is all that counts.
void AddSelect(std::vector<KernelRow>& rows) {
  const auto add = [&](DTypeSet dtypes, KernelFn fn) { rows.push_back({"SelectV2", dtypes, fn, /*in_place=*/true}); };
  add({DType::kBool, DType::kInt8, DType::kUint8}, &SelectKernel<uint8_t>);
  add({DType::kInt16, DType::kUint16, DType::kFloat16, DType::kBFloat16}, &SelectKernel<uint16_t>);
  add({DType::kInt32, DType::kUint32, DType::kFloat32}, &SelectKernel<uint32_t>);
  add({DType::kInt64, DType::kUint64, DType::kFloat64, DType::kComplex64}, &SelectKernel<uint64_t>);
  add({DType::kComplex128}, &SelectKernel<Bits128>);
}

void AddClip(std::vector<KernelRow>& rows) {
  AddClipOf(rows, FloatTypes());
  AddClipOf(rows, SignedTypes());
  AddClipOf(rows, UnsignedTypes());
}

}  // namespace eager::server::cuda
