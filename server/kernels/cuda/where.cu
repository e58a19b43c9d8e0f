// Where: the indices of the elements that are not zero. How many there are, inference has counted on the host, where the
// values are: nothing waits for the GPU.
#include <thrust/iterator/counting_iterator.h>
#include <thrust/iterator/transform_iterator.h>

#include <cub/device/device_select.cuh>

#include "common/status_macros.h"
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/launch.h"
#include "server/kernels/cuda/nonzero_bits.h"
#include "server/kernels/cuda/number.cuh"

namespace eager::server::cuda {
namespace {

constexpr int kMaxRank = 8;  // the op's

// Element i of [count, rank] coordinates of elements that `linear` counts in row-major order.
struct WriteCoordinate {
  const int64_t* linear;
  int64_t* out;
  int rank;
  int64_t extents[kMaxRank], steps[kMaxRank];

  __device__ void operator()(int64_t i) const {
    const int64_t row = i / rank, axis = i - row * rank;
    out[i] = linear[row] / steps[axis] % extents[axis];
  }
};

// The numbers of the elements that are not zero, in order.
absl::Status Select(KernelContext& k, const NonzeroBits& nonzero, int64_t n, int64_t* to) {
  const thrust::counting_iterator<int64_t> numbers(0);
  const auto flags = thrust::make_transform_iterator(numbers, nonzero);
  size_t bytes = 0;
  // Asked without memory it only says how much it needs.
  cub::DeviceSelect::Flagged(nullptr, bytes, numbers, flags, to, static_cast<int64_t*>(nullptr), n, Stream(k));
  ASSIGN_OR_RETURN(const BufferRef selected, Scratch(k, sizeof(int64_t)));
  ASSIGN_OR_RETURN(const BufferRef memory, Scratch(k, static_cast<int64_t>(bytes)));
  cub::DeviceSelect::Flagged(memory->data(), bytes, numbers, flags, to, static_cast<int64_t*>(selected->data()), n,
                             Stream(k));
  return absl::OkStatus();
}

absl::Status WhereKernel(KernelContext& k) {
  const Tensor &in = k.input(0), &out = k.output(0);
  const int64_t n = in.num_elements(), count = out.shape()[0];
  const int rank = in.shape().rank();
  if (out.num_elements() == 0) return absl::OkStatus();
  ASSIGN_OR_RETURN(const BufferRef values, Scratch(k, static_cast<int64_t>(in.num_bytes())));
  RETURN_IF_ERROR(k.device().CopyFromHost(in.raw(), in.num_bytes(), *values, 0));
  const NonzeroBits nonzero{values->data(), static_cast<int>(SizeOf(in.dtype())), NonzeroBits::Mask(in.dtype())};
  if (rank == 1) {
    RETURN_IF_ERROR(Select(k, nonzero, n, out.mutable_data<int64_t>()));
    return Launched(k);
  }
  ASSIGN_OR_RETURN(const BufferRef linear, Scratch(k, count * static_cast<int64_t>(sizeof(int64_t))));
  RETURN_IF_ERROR(Select(k, nonzero, n, static_cast<int64_t*>(linear->data())));
  WriteCoordinate write{static_cast<const int64_t*>(linear->data()), out.mutable_data<int64_t>(), rank, {}, {}};
  int64_t step = 1;
  for (int axis = rank; axis-- > 0;) {
    write.extents[axis] = in.shape()[axis];
    write.steps[axis] = step;
    step *= in.shape()[axis];
  }
  ForEachKernel<<<Blocks(count * rank), kBlockThreads, 0, Stream(k)>>>(count * rank, write);
  return Launched(k);
}

}  // namespace

std::vector<KernelRow> WhereKernels() { return {{"Where", kFixedSizeTypes, &WhereKernel}}; }

}  // namespace eager::server::cuda
