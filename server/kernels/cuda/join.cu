// Kernels of common/ops/join_ops.cc on a GPU. The twin of cpu/join_kernels.cc.
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/join_parts.h"
#include "server/kernels/cuda/move.cuh"

namespace eager::server::cuda {
namespace {

constexpr int kAtOnce = 4;  // that a thread loads before it stores

// blockIdx.y is the part. Joins the parts into the whole, or cuts the whole into them.
template <class E, class Index, int kMost, bool kJoins>
__global__ void PartsKernel(JoinView<Index, kMost> view) {
  const int part = static_cast<int>(blockIdx.y);
  E* const data = static_cast<E*>(view.data[part]);
  E* const whole = static_cast<E*>(view.whole);
  const Index n = view.NumElements(part);
  const Index step = static_cast<Index>(gridDim.x) * blockDim.x;
  for (Index i = static_cast<Index>(blockIdx.x) * blockDim.x + threadIdx.x; i < n; i += kAtOnce * step) {
    E elements[kAtOnce];
#pragma unroll
    for (int j = 0; j < kAtOnce; ++j) {
      const Index at = i + j * step;
      if (at < n) elements[j] = kJoins ? data[at] : whole[view.Place(part, at)];
    }
#pragma unroll
    for (int j = 0; j < kAtOnce; ++j) {
      const Index at = i + j * step;
      if (at < n) (kJoins ? whole[view.Place(part, at)] : data[at]) = elements[j];
    }
  }
}

template <bool kJoins>
absl::Status MoveParts(KernelContext& k, JoinPlan& plan, int64_t size) {
  const int64_t wide = plan.Widen(size);
  const auto launch = [&]<class E, class Index>(E, Index, absl::Span<const JoinPart> parts) {
    const dim3 grid(static_cast<unsigned>(BlocksPerPart(parts, plan.rows, kBlockThreads * kAtOnce)),
                    static_cast<unsigned>(parts.size()));
    if (parts.size() <= kFewParts) {
      const JoinView<Index, kFewParts> view(plan, parts);
      PartsKernel<E, Index, kFewParts, kJoins><<<grid, kBlockThreads, 0, Stream(k)>>>(view);
    } else {
      const JoinView<Index, kMaxParts> view(plan, parts);
      PartsKernel<E, Index, kMaxParts, kJoins><<<grid, kBlockThreads, 0, Stream(k)>>>(view);
    }
  };
  const absl::Span<const JoinPart> all = plan.parts;
  for (size_t from = 0; from < all.size(); from += kMaxParts) {
    const absl::Span<const JoinPart> parts = all.subspan(from, kMaxParts);
    WithElement(wide, [&](auto e) { WithIndex(plan.Small(), [&](auto index) { launch(e, index, parts); }); });
  }
  return Launched(k);
}

// Puts the first `n` inputs side by side: each is `rows` rows.
absl::Status Join(KernelContext& k, int n, int64_t rows) {
  const Tensor& out = k.output(0);
  if (out.num_elements() == 0) return absl::OkStatus();
  JoinPlan plan{rows, out.num_elements() / rows, out.raw(), {}};
  int64_t at = 0;
  for (int i = 0; i < n; ++i) {
    const int64_t width = k.input(i).num_elements() / rows;
    if (width > 0) plan.parts.push_back({k.input(i).raw(), width, at});
    at += width;
  }
  return MoveParts<true>(k, plan, static_cast<int64_t>(SizeOf(out.dtype())));
}

// The reverse: cuts input `value`, `rows` rows, into the outputs. Pieces of one row are parts of the input's buffer.
absl::Status Cut(KernelContext& k, int value, int64_t rows) {
  const Tensor& in = k.input(value);
  if (in.num_elements() == 0) return absl::OkStatus();
  JoinPlan plan{rows, in.num_elements() / rows, in.raw(), {}};
  int64_t at = 0;
  for (int i = 0; i < k.num_outputs(); ++i) {
    const int64_t width = k.output(i).num_elements() / rows;
    if (width > 0 && (rows != 1 || !ShareInput(k, i, value, at))) plan.parts.push_back({k.output(i).raw(), width, at});
    at += width;
  }
  if (plan.parts.empty()) return absl::OkStatus();
  return MoveParts<false>(k, plan, static_cast<int64_t>(SizeOf(in.dtype())));
}

int ResolvedAxis(int64_t axis, int rank) { return static_cast<int>(axis < 0 ? axis + rank : axis); }

absl::Status ConcatKernel(KernelContext& k) {
  const int n = k.num_inputs() - 1;
  const Shape& out = k.output(0).shape();
  return Join(k, n, Extent(out, 0, ResolvedAxis(k.ints(n)[0], out.rank())));
}

absl::Status PackKernel(KernelContext& k) {
  const Shape& out = k.output(0).shape();
  return Join(k, k.num_inputs(), Extent(out, 0, ResolvedAxis(k.attr<int64_t>("axis"), out.rank())));
}

absl::Status UnpackKernel(KernelContext& k) {
  const Shape& in = k.input(0).shape();
  return Cut(k, 0, Extent(in, 0, ResolvedAxis(k.attr<int64_t>("axis"), in.rank())));
}

absl::Status SplitKernel(KernelContext& k) {
  const Shape& in = k.input(1).shape();
  return Cut(k, 1, Extent(in, 0, ResolvedAxis(k.ints(0)[0], in.rank())));
}

absl::Status SplitVKernel(KernelContext& k) {
  const Shape& in = k.input(0).shape();
  return Cut(k, 0, Extent(in, 0, ResolvedAxis(k.ints(2)[0], in.rank())));
}

}  // namespace

std::vector<KernelRow> JoinKernels() {
  return {{"ConcatV2", kFixedSizeTypes, &ConcatKernel},
          {"Pack", kFixedSizeTypes, &PackKernel},
          {"Unpack", kFixedSizeTypes, &UnpackKernel},
          {"Split", kFixedSizeTypes, &SplitKernel},
          {"SplitV", kFixedSizeTypes, &SplitVKernel}};
}

}  // namespace eager::server::cuda
