// Kernels that read from the places that indices name. An index that is out of range reads zeros, as TensorFlow's on a GPU.
#include "common/status_macros.h"
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/launch.h"
#include "server/kernels/cuda/row_map.h"
#include "server/kernels/cuda/scatter.h"
#include "server/kernels/cuda/units.cuh"

namespace eager::server::cuda {
namespace {

// to[r] = from[rows(r)], slices of `width` units.
template <class Unit, class Index>
struct ReadRow {
  const Unit* from;
  Unit* to;
  RowMap<Index> rows;
  typename RowMap<Index>::Div width;

  __device__ void operator()(Index i) const {
    const Index r = static_cast<Index>(width.Divide(i)), units = static_cast<Index>(width.divisor);
    const int64_t slice = rows(r);
    to[i] = slice < 0 ? Unit{} : from[slice * static_cast<int64_t>(units) + (i - r * units)];
  }
};

absl::Status ReadRows(KernelContext& k, const RowPlan& plan) {
  const Tensor &params = k.input(0), &indices = k.input(1), &out = k.output(0);
  if (out.num_elements() == 0) return absl::OkStatus();
  const int64_t row_bytes = plan.width * static_cast<int64_t>(SizeOf(out.dtype()));
  const int unit = UnitBytes(row_bytes, {params.raw(), out.raw()});
  const int64_t width = row_bytes / unit, n = plan.rows * width;
  VisitUnit(unit, [&]<class Unit>() {
    VisitIndex(FitsIn32Bits(n), [&]<class Index>() {
      const ReadRow<Unit, Index> read{params.data<Unit>(), out.mutable_data<Unit>(),
                                      RowMap<Index>(plan, indices.raw(), indices.dtype()),
                                      typename RowMap<Index>::Div(static_cast<Index>(width))};
      ForEachKernel<<<Blocks(n), kBlockThreads, 0, Stream(k)>>>(static_cast<Index>(n), read);
    });
  });
  return Launched(k);
}

absl::Status GatherKernel(KernelContext& k) {
  return ReadRows(k, RowPlan::Gather(k.input(0).shape(), k.input(1).shape(), k.ints(2)[0], k.attr<int64_t>("batch_dims")));
}

absl::Status GatherNdKernel(KernelContext& k) {
  ASSIGN_OR_RETURN(const RowPlan plan, RowPlan::Nd(k.input(0).shape(), k.input(1).shape()));
  return ReadRows(k, plan);
}

}  // namespace

std::vector<KernelRow> GatherKernels() {
  std::vector<KernelRow> rows = {{"GatherV2", kFixedSizeTypes, &GatherKernel},
                                 {"GatherNd", kFixedSizeTypes, &GatherNdKernel}};
  AddScatterRows(rows);
  AddScatterUpdateRows(rows);
  return rows;
}

}  // namespace eager::server::cuda
