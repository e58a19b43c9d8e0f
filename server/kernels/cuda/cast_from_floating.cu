// Casts from floating and complex numbers on a GPU.
#include "server/kernels/cuda/cast.cuh"

namespace eager::server::cuda {

KernelFn CastFromFloating(DType from, DType to, bool truncate) {
  switch (from) {
    case DType::kFloat32:
      return CastFrom<float>(to, truncate);
    case DType::kFloat64:
      return CastFrom<double>(to, truncate);
    case DType::kFloat16:
      return CastFrom<Float16>(to, truncate);
    case DType::kBFloat16:
      return CastFrom<BFloat16>(to, truncate);
    case DType::kComplex64:
      return CastFrom<Complex64>(to, truncate);
    case DType::kComplex128:
      return CastFrom<Complex128>(to, truncate);
    default:
      return nullptr;
  }
}

}  // namespace eager::server::cuda
