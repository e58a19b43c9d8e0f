// TensorScatterUpdate: slices are replaced where indices say, by the last of those that name the same. What is out of
// range is left out.
#include "common/status_macros.h"
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cuda/launch.h"
#include "server/kernels/cuda/row_map.h"
#include "server/kernels/cuda/scatter.h"
#include "server/kernels/cuda/units.cuh"

namespace eager::server::cuda {
namespace {

// A row's number plus one, as atomicMax takes it.
template <class Index>
using Turn = std::conditional_t<sizeof(Index) == 4, unsigned, unsigned long long>;

// last[slice] = the turn of the last row that names it; 0 stays where none does.
template <class Index>
struct FindLast {
  RowMap<Index> rows;
  Turn<Index>* last;

  __device__ void operator()(Index r) const {
    const int64_t slice = rows(r);
    if (slice >= 0) atomicMax(last + slice, static_cast<Turn<Index>>(r) + 1);
  }
};

template <class Unit, class Index>
struct WriteRow {
  const Unit* from;
  Unit* to;
  RowMap<Index> rows;
  typename RowMap<Index>::Div width;
  const Turn<Index>* last;  // null: no two rows name the same slice

  __device__ void operator()(Index i) const {
    const Index r = static_cast<Index>(width.Divide(i)), units = static_cast<Index>(width.divisor);
    const int64_t slice = rows(r);
    if (slice < 0 || (last != nullptr && last[slice] != static_cast<Turn<Index>>(r) + 1)) return;
    to[slice * static_cast<int64_t>(units) + (i - r * units)] = from[i];
  }
};

template <class Index>
absl::Status WriteRows(KernelContext& k, const RowPlan& plan) {
  const Tensor &indices = k.input(1), &updates = k.input(2), &out = k.output(0);
  const int64_t row_bytes = plan.width * static_cast<int64_t>(SizeOf(out.dtype()));
  const int unit = UnitBytes(row_bytes, {updates.raw(), out.raw()});
  const int64_t width = row_bytes / unit, n = plan.rows * width;
  const RowMap<Index> rows(plan, indices.raw(), indices.dtype());
  BufferRef buffer;
  Turn<Index>* last = nullptr;
  if (plan.rows > 1) {
    const int64_t bytes = plan.slices * static_cast<int64_t>(sizeof(Turn<Index>));
    ASSIGN_OR_RETURN(buffer, Scratch(k, bytes));
    last = static_cast<Turn<Index>*>(buffer->data());
    cudaMemsetAsync(last, 0, static_cast<size_t>(bytes), Stream(k));
    ForEachKernel<<<Blocks(plan.rows), kBlockThreads, 0, Stream(k)>>>(static_cast<Index>(plan.rows),
                                                                      FindLast<Index>{rows, last});
  }
  VisitUnit(unit, [&]<class Unit>() {
    const WriteRow<Unit, Index> write{updates.data<Unit>(), out.mutable_data<Unit>(), rows,
                                      typename RowMap<Index>::Div(static_cast<Index>(width)), last};
    ForEachKernel<<<Blocks(n), kBlockThreads, 0, Stream(k)>>>(static_cast<Index>(n), write);
  });
  return Launched(k);
}

absl::Status TensorScatterUpdateKernel(KernelContext& k) {
  const Tensor &in = k.input(0), &updates = k.input(2), &out = k.output(0);
  ASSIGN_OR_RETURN(const RowPlan plan, RowPlan::Nd(out.shape(), k.input(1).shape()));
  if (out.num_elements() == 0) return absl::OkStatus();
  cudaMemcpyAsync(out.raw(), in.raw(), out.num_bytes(), cudaMemcpyDeviceToDevice, Stream(k));
  if (updates.num_elements() == 0) return Launched(k);
  return FitsIn32Bits(updates.num_elements()) ? WriteRows<uint32_t>(k, plan) : WriteRows<int64_t>(k, plan);
}

}  // namespace

void AddScatterUpdateRows(std::vector<KernelRow>& rows) {
  rows.push_back({"TensorScatterUpdate", kFixedSizeTypes, &TensorScatterUpdateKernel});
}

}  // namespace eager::server::cuda
