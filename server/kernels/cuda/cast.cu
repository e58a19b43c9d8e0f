// The kernel of Cast on a GPU, and casts from integers and bool.
#include "absl/strings/str_cat.h"
#include "server/kernels/cuda/cast.cuh"
#include "server/kernels/cuda/cuda_kernels.h"

namespace eager::server::cuda {
namespace {

bool IsWhole(DType d) { return IsInteger(d) || d == DType::kBool; }

// Integers of one size have the same bits whatever their sign.
bool SameBits(DType from, DType to) {
  return from == to || (IsWhole(from) && IsInteger(to) && SizeOf(from) == SizeOf(to));
}

absl::Status CastKernel(KernelContext& k) {
  const Tensor &x = k.input(0), &y = k.output(0);
  if (SameBits(x.dtype(), y.dtype())) {
    if (x.num_bytes() == 0) return absl::OkStatus();
    cudaMemcpyAsync(y.raw(), x.raw(), x.num_bytes(), cudaMemcpyDeviceToDevice, Stream(k));
    return Launched(k);
  }
  const KernelFn cast = IsWhole(x.dtype()) ? CastFromInteger(x.dtype(), y.dtype(), k.attr<bool>("Truncate"))
                                           : CastFromFloating(x.dtype(), y.dtype(), k.attr<bool>("Truncate"));
  if (cast != nullptr) return cast(k);
  return absl::UnimplementedError(
      absl::StrCat("Cast ", OpDefName(x.dtype()), " to ", OpDefName(y.dtype()), " is not supported"));
}

}  // namespace

KernelFn CastFromInteger(DType from, DType to, bool truncate) {
  switch (from) {
    case DType::kBool:
    case DType::kUint8:
      return CastFrom<uint8_t>(to, truncate);
    case DType::kInt8:
      return CastFrom<int8_t>(to, truncate);
    case DType::kUint16:
      return CastFrom<uint16_t>(to, truncate);
    case DType::kInt16:
      return CastFrom<int16_t>(to, truncate);
    case DType::kUint32:
      return CastFrom<uint32_t>(to, truncate);
    case DType::kInt32:
      return CastFrom<int32_t>(to, truncate);
    case DType::kUint64:
      return CastFrom<uint64_t>(to, truncate);
    case DType::kInt64:
      return CastFrom<int64_t>(to, truncate);
    default:
      return nullptr;
  }
}

std::vector<KernelRow> CastKernels() {
  constexpr DTypeSet kFrom = {DType::kFloat32, DType::kFloat64,   DType::kFloat16,    DType::kBFloat16, DType::kInt8,
                              DType::kInt16,   DType::kInt32,     DType::kInt64,      DType::kUint8,    DType::kUint16,
                              DType::kUint32,  DType::kUint64,    DType::kBool,       DType::kComplex64,
                              DType::kComplex128};
  return {{"Cast", kFrom, &CastKernel}};
}

}  // namespace eager::server::cuda
