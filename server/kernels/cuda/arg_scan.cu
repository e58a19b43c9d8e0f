// ArgMax and ArgMin on a GPU, and the rows of running sums and products.
#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/reduce.cuh"
#include "server/kernels/cuda/reduce.h"

namespace eager::server::cuda {
namespace {

// The largest finite value of floats; not used for integers.
template <class T>
Compute<T> Largest() {
  if constexpr (std::is_same_v<T, Float16>) return 65504.0f;
  if constexpr (std::is_same_v<T, BFloat16>) return 0x1.FEp127f;
  return std::numeric_limits<Compute<T>>::max();
}

template <bool kLeast>
absl::Status ArgExtremum(KernelContext& k) {
  const Tensor &in = k.input(0), &out = k.output(0);
  const int64_t axis = k.host(1).int_at(0);
  const IndexSink sink{out.raw(), static_cast<int>(SizeOf(out.dtype()))};
  return WithNumber(in.dtype(), [&]<class T>() {
    const ArgFn<Compute<T>> arg(kLeast, IsSignedInteger(in.dtype()), Largest<T>());
    return Reduce<T>(k, ReduceDims::Of(in.shape(), {axis}), arg, in.raw(), sink);
  });
}

}  // namespace

std::vector<KernelRow> ArgScanKernels() {
  std::vector<KernelRow> rows;
  rows.push_back({"ArgMax", kNumbers | DTypeSet{DType::kBool}, &ArgExtremum<false>});
  rows.push_back({"ArgMin", kNumbers | DTypeSet{DType::kBool}, &ArgExtremum<true>});
  AddScanRows(rows);
  return rows;
}

}  // namespace eager::server::cuda
