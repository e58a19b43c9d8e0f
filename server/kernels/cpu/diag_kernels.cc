// Kernels of common/ops/diag_ops.cc. They move elements of any fixed size.
#include <cstring>

#include "common/ops/diag_layout.h"
#include "common/status_macros.h"
#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cpu/strided_copy.h"

namespace eager::server {
namespace {

absl::Status DiagKernel(KernelContext& k) {
  const Tensor &in = k.input(0), &out = k.output(0);
  const int64_t n = in.num_elements(), one = 1, step = n + 1;
  if (n == 0) return absl::OkStatus();
  std::memset(out.raw(), 0, out.num_bytes());
  StridedCopy(SizeOf(in.dtype()), {&n, 1}, in.raw(), {&one, 1}, out.raw(), {&step, 1});
  return absl::OkStatus();
}

absl::Status DiagPartKernel(KernelContext& k) {
  const Tensor &in = k.input(0), &out = k.output(0);
  const int64_t n = out.num_elements(), one = 1, step = n + 1;
  if (n == 0) return absl::OkStatus();
  StridedCopy(SizeOf(in.dtype()), {&n, 1}, in.raw(), {&step, 1}, out.raw(), {&one, 1});
  return absl::OkStatus();
}

// `n` elements of `size` bytes, `from_step` and `to_step` bytes apart.
void CopyElements(const char* from, int64_t from_step, char* to, int64_t to_step, int64_t n, size_t size) {
  for (int64_t i = 0; i < n; ++i) std::memcpy(to + i * to_step, from + i * from_step, size);
}

// Matrices beside their packed diagonals. Offsets are in bytes.
struct MatrixDiagonals {
  int64_t rows, columns, batches, longest, size;
  DiagRange range;
  std::string align;

  MatrixDiagonals(const KernelContext& k, const Tensor& matrices, const Tensor& packed, const DiagRange& range)
      : rows(matrices.shape()[matrices.shape().rank() - 2]),
        columns(matrices.shape()[matrices.shape().rank() - 1]),
        batches(Extent(matrices.shape(), 0, matrices.shape().rank() - 2)),
        longest(packed.shape()[packed.shape().rank() - 1]),
        size(static_cast<int64_t>(SizeOf(matrices.dtype()))),
        range(range),
        align(k.attr<std::string>("align")) {}

  // Calls body(matrix, packed row, place) for every diagonal of every matrix.
  template <class Body>
  void ForEach(Body body) const {
    const int64_t work = std::max<int64_t>(1, longest * size);
    ParallelFor(batches, MoveGrain(range.count() * work), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        for (int64_t d = range.upper; d >= range.lower; --d) {
          const DiagPlace place = PlaceOf(d, rows, columns, longest, align);
          body(i * rows * columns * size, (i * range.count() + range.upper - d) * longest * size, place);
        }
      }
    });
  }
  int64_t First(const DiagPlace& place) const { return (place.row * columns + place.column) * size; }
  int64_t Step() const { return (columns + 1) * size; }

  void Unpack(const Tensor& packed, const Tensor& matrices) const {
    ForEach([&](int64_t matrix, int64_t row, const DiagPlace& place) {
      CopyElements(packed.data<char>() + row + place.offset * size, size,
                   matrices.mutable_data<char>() + matrix + First(place), Step(), place.length,
                   static_cast<size_t>(size));
    });
  }
};

absl::Status MatrixDiagKernel(KernelContext& k) {
  const Tensor &in = k.input(0), &out = k.output(0);
  ASSIGN_OR_RETURN(const DiagRange range, DiagRange::Make(k.host(1)));
  if (out.num_elements() == 0) return absl::OkStatus();
  FillElements(SizeOf(in.dtype()), k.input(4).raw(), out.raw(), out.num_elements());
  MatrixDiagonals(k, out, in, range).Unpack(in, out);
  return absl::OkStatus();
}

absl::Status MatrixDiagPartKernel(KernelContext& k) {
  const Tensor &in = k.input(0), &out = k.output(0);
  ASSIGN_OR_RETURN(const DiagRange range, DiagRange::Make(k.host(1)));
  if (out.num_elements() == 0) return absl::OkStatus();
  const MatrixDiagonals m(k, in, out, range);
  const auto size = static_cast<size_t>(m.size);
  const void* padding = k.input(2).raw();
  m.ForEach([&](int64_t matrix, int64_t row, const DiagPlace& place) {
    char* to = out.mutable_data<char>() + row;
    FillElements(size, padding, to, place.offset);
    CopyElements(in.data<char>() + matrix + m.First(place), m.Step(), to + place.offset * m.size, m.size, place.length,
                 size);
    const int64_t end = place.offset + place.length;
    FillElements(size, padding, to + end * m.size, m.longest - end);
  });
  return absl::OkStatus();
}

absl::Status MatrixSetDiagKernel(KernelContext& k) {
  const Tensor &in = k.input(0), &diagonal = k.input(1), &out = k.output(0);
  ASSIGN_OR_RETURN(const DiagRange range, DiagRange::Make(k.host(2)));
  if (out.num_elements() == 0) return absl::OkStatus();
  std::memcpy(out.raw(), in.raw(), out.num_bytes());
  MatrixDiagonals(k, out, diagonal, range).Unpack(diagonal, out);
  return absl::OkStatus();
}

}  // namespace

std::vector<KernelRow> CpuDiagKernels() {
  return {{"Diag", kFixedSizeTypes, &DiagKernel},
          {"DiagPart", kFixedSizeTypes, &DiagPartKernel},
          {"MatrixDiagV3", kFixedSizeTypes, &MatrixDiagKernel},
          {"MatrixDiagPartV3", kFixedSizeTypes, &MatrixDiagPartKernel},
          {"MatrixSetDiagV3", kFixedSizeTypes, &MatrixSetDiagKernel}};
}

}  // namespace eager::server
