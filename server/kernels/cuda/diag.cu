// Kernels of common/ops/diag_ops.cc on a GPU. They move elements of any fixed size.
#include "common/status_macros.h"
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/diag_index.h"
#include "server/kernels/cuda/launch.h"
#include "server/kernels/cuda/strided_view.h"
#include "server/kernels/cuda/units.cuh"

namespace eager::server::cuda {
namespace {

// to[i * to_step] = from[i * from_step].
template <class Unit>
struct CopySteps {
  const Unit* from;
  Unit* to;
  int64_t from_step, to_step;
  __device__ void operator()(int64_t i) const { to[i * to_step] = from[i * from_step]; }
};

absl::Status CopyBySteps(KernelContext& k, int64_t n, int64_t from_step, int64_t to_step) {
  const Tensor &in = k.input(0), &out = k.output(0);
  VisitUnit(static_cast<int>(SizeOf(in.dtype())), [&]<class Unit>() {
    const CopySteps<Unit> copy{in.data<Unit>(), out.mutable_data<Unit>(), from_step, to_step};
    ForEachKernel<<<Blocks(n), kBlockThreads, 0, Stream(k)>>>(n, copy);
  });
  return Launched(k);
}

absl::Status DiagKernel(KernelContext& k) {
  const int64_t n = k.input(0).num_elements();
  if (n == 0) return absl::OkStatus();
  cudaMemsetAsync(k.output(0).raw(), 0, k.output(0).num_bytes(), Stream(k));
  return CopyBySteps(k, n, 1, n + 1);
}

absl::Status DiagPartKernel(KernelContext& k) {
  const int64_t n = k.output(0).num_elements();
  if (n == 0) return absl::OkStatus();
  return CopyBySteps(k, n, n + 1, 1);
}

// An index of rows of `length`, some of them a group: [group, row, at].
template <class Index>
struct Grid {
  using Div = std::conditional_t<sizeof(Index) == 4, Divider, PlainDivider>;
  Div length, rows;
  Grid(int64_t row_length, int64_t rows_per_group)
      : length(static_cast<Index>(row_length)), rows(static_cast<Index>(rows_per_group)) {}
  struct Place {
    int64_t group, row, at;
  };
  __device__ Place operator()(Index i) const {
    const Index row = static_cast<Index>(length.Divide(i)), group = static_cast<Index>(rows.Divide(row));
    return {group, row - group * static_cast<Index>(rows.divisor), i - row * static_cast<Index>(length.divisor)};
  }
};

// Matrices of packed diagonals; elsewhere the elements of `others`, or the only one that there is.
template <class Unit, class Index>
struct UnpackDiagonals {
  const Unit *packed, *others;
  bool one_other;
  Unit* out;
  DiagIndex index;
  Grid<Index> grid;

  __device__ void operator()(Index i) const {
    const auto p = grid(i);
    const int64_t at = index.Packed(p.row, p.at);
    out[i] = at >= 0 ? packed[p.group * index.packed_size() + at] : others[one_other ? 0 : i];
  }
};

// The packed diagonals of matrices; where there is nothing to pack, the padding.
template <class Unit, class Index>
struct PackDiagonals {
  const Unit *matrices, *padding;
  Unit* out;
  DiagIndex index;
  Grid<Index> grid;

  __device__ void operator()(Index i) const {
    const auto p = grid(i);
    const int64_t at = index.Unpacked(p.row, p.at);
    out[i] = at >= 0 ? matrices[p.group * index.rows * index.columns + at] : *padding;
  }
};

DiagIndex IndexOf(const KernelContext& k, const Shape& matrices, const Shape& packed, const DiagRange& range) {
  const int rank = matrices.rank();
  return DiagIndex(matrices[rank - 2], matrices[rank - 1], range, packed[packed.rank() - 1],
                   k.attr<std::string>("align"));
}

absl::Status UnpackInto(KernelContext& k, const Tensor& packed, const Tensor& others, const DiagRange& range) {
  const Tensor& out = k.output(0);
  const int64_t n = out.num_elements();
  if (n == 0) return absl::OkStatus();
  const DiagIndex index = IndexOf(k, out.shape(), packed.shape(), range);
  const bool one_other = others.num_elements() == 1 && n > 1;
  VisitUnit(static_cast<int>(SizeOf(out.dtype())), [&]<class Unit>() {
    VisitIndex(FitsIn32Bits(n), [&]<class Index>() {
      const UnpackDiagonals<Unit, Index> unpack{packed.data<Unit>(),       others.data<Unit>(), one_other,
                                       out.mutable_data<Unit>(), index,               Grid<Index>(index.columns, index.rows)};
      ForEachKernel<<<Blocks(n), kBlockThreads, 0, Stream(k)>>>(static_cast<Index>(n), unpack);
    });
  });
  return Launched(k);
}

absl::Status MatrixDiagKernel(KernelContext& k) {
  ASSIGN_OR_RETURN(const DiagRange range, DiagRange::Make(k.host(1)));
  return UnpackInto(k, k.input(0), k.input(4), range);
}

absl::Status MatrixSetDiagKernel(KernelContext& k) {
  ASSIGN_OR_RETURN(const DiagRange range, DiagRange::Make(k.host(2)));
  return UnpackInto(k, k.input(1), k.input(0), range);
}

absl::Status MatrixDiagPartKernel(KernelContext& k) {
  const Tensor &in = k.input(0), &out = k.output(0);
  ASSIGN_OR_RETURN(const DiagRange range, DiagRange::Make(k.host(1)));
  const int64_t n = out.num_elements();
  if (n == 0) return absl::OkStatus();
  const DiagIndex index = IndexOf(k, in.shape(), out.shape(), range);
  VisitUnit(static_cast<int>(SizeOf(in.dtype())), [&]<class Unit>() {
    VisitIndex(FitsIn32Bits(n), [&]<class Index>() {
      const PackDiagonals<Unit, Index> pack{in.data<Unit>(), k.input(2).data<Unit>(), out.mutable_data<Unit>(), index,
                                   Grid<Index>(index.longest, range.count())};
      ForEachKernel<<<Blocks(n), kBlockThreads, 0, Stream(k)>>>(static_cast<Index>(n), pack);
    });
  });
  return Launched(k);
}

}  // namespace

std::vector<KernelRow> DiagKernels() {
  return {{"Diag", kFixedSizeTypes, &DiagKernel},
          {"DiagPart", kFixedSizeTypes, &DiagPartKernel},
          {"MatrixDiagV3", kFixedSizeTypes, &MatrixDiagKernel},
          {"MatrixDiagPartV3", kFixedSizeTypes, &MatrixDiagPartKernel},
          {"MatrixSetDiagV3", kFixedSizeTypes, &MatrixSetDiagKernel}};
}

}  // namespace eager::server::cuda
