// Resizing images and its gradients: per axis, a table of the source pixels of each result pixel and their weights.

#include <algorithm>
#include <vector>

#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cpu/number.h"
#include "server/kernels/resize_fns.h"

namespace eager::server {
namespace {

using Sources = std::vector<ResizeSource>;

template <bool kBilinear>
Sources SourcesOf(KernelContext& k, int64_t original, int64_t resized) {
  const ResizeAxis axis(original, resized, k.attr<bool>("align_corners"), k.attr<bool>("half_pixel_centers"));
  Sources sources(static_cast<size_t>(resized));
  for (int64_t i = 0; i < resized; ++i) sources[i] = axis.Source<kBilinear>(i);
  return sources;
}

template <class T>
struct BilinearKernel {
  static absl::Status Run(KernelContext& k) {
    const Shape &in = k.input(0).shape(), &out = k.output(0).shape();
    if (out.num_elements() == 0) return absl::OkStatus();
    const Sources ys = SourcesOf<true>(k, in[1], out[1]), xs = SourcesOf<true>(k, in[2], out[2]);
    const int64_t depth = in[3];
    ParallelFor(out[0] * out[1], MoveGrain(out[2] * depth * 16), [&](int64_t first, int64_t last) {
      for (int64_t row = first; row < last; ++row) {
        const ResizeSource& y = ys[row % out[1]];
        const T* image = k.input(0).data<T>() + row / out[1] * in[1] * in[2] * depth;
        const T *top = image + y.lower * in[2] * depth, *bottom = image + y.upper * in[2] * depth;
        float* to = k.output(0).mutable_data<float>() + row * out[2] * depth;
        for (const ResizeSource& x : xs) {
          const int64_t l = x.lower * depth, r = x.upper * depth;
          for (int64_t c = 0; c < depth; ++c) {
            to[c] = Interpolate(Widen<float>(top[l + c]), Widen<float>(top[r + c]), Widen<float>(bottom[l + c]),
                                Widen<float>(bottom[r + c]), x.lerp, y.lerp);
          }
          to += depth;
        }
      }
    });
    return absl::OkStatus();
  }
};

// Elements are only copied: T is any type of their size.
template <class T>
absl::Status NearestKernel(KernelContext& k) {
  const Shape &in = k.input(0).shape(), &out = k.output(0).shape();
  if (out.num_elements() == 0) return absl::OkStatus();
  const Sources ys = SourcesOf<false>(k, in[1], out[1]), xs = SourcesOf<false>(k, in[2], out[2]);
  const int64_t depth = in[3];
  ParallelFor(out[0] * out[1], MoveGrain(out[2] * depth * int64_t{sizeof(T)}), [&](int64_t first, int64_t last) {
    for (int64_t row = first; row < last; ++row) {
      const T* from = k.input(0).data<T>() + (row / out[1] * in[1] + ys[row % out[1]].lower) * in[2] * depth;
      T* to = k.output(0).mutable_data<T>() + row * out[2] * depth;
      for (const ResizeSource& x : xs) to = std::copy_n(from + x.lower * depth, depth, to);
    }
  });
  return absl::OkStatus();
}

// Each row of the result gathers what the resized rows made of it give back, in their order, so threads share nothing.
// Sources rise along an axis: the rows made of row r are neighbours.
template <class From, class T, bool kBilinear>
absl::Status ResizeGrad(KernelContext& k) {
  using W = Wide<T>;
  const Shape &in = k.input(0).shape(), &out = k.output(0).shape();
  if (out.num_elements() == 0) return absl::OkStatus();
  const Sources ys = SourcesOf<kBilinear>(k, out[1], in[1]), xs = SourcesOf<kBilinear>(k, out[2], in[2]);
  const int64_t depth = out[3], resized_row = in[2] * depth;
  const int64_t work = out[2] * depth + (in[1] / out[1] + 1) * resized_row * (kBilinear ? 4 : 1);
  ParallelFor(out[0] * out[1], MoveGrain(work * 8), [&](int64_t first, int64_t last) {
    std::vector<W> sums(static_cast<size_t>(out[2] * depth));
    for (int64_t row = first; row < last; ++row) {
      const int64_t r = row % out[1];
      const From* grads = k.input(0).data<From>() + row / out[1] * in[1] * resized_row;
      std::fill(sums.begin(), sums.end(), W(0));
      auto y = std::partition_point(ys.begin(), ys.end(), [r](const ResizeSource& s) { return s.upper < r; });
      for (; y != ys.end() && y->lower <= r; ++y) {
        const W weight = kBilinear ? y->template Share<W>(r) : W(1);
        const From* from = grads + (y - ys.begin()) * resized_row;
        for (const ResizeSource& x : xs) {
          const W left = kBilinear ? weight * (W(1) - static_cast<W>(x.lerp)) : W(1);
          W* to = sums.data() + x.lower * depth;
          for (int64_t c = 0; c < depth; ++c) to[c] += left * Widen<W>(from[c]);
          if constexpr (kBilinear) {
            const W right = weight * static_cast<W>(x.lerp);
            to = sums.data() + x.upper * depth;
            for (int64_t c = 0; c < depth; ++c) to[c] += right * Widen<W>(from[c]);
          }
          from += depth;
        }
      }
      T* to = k.output(0).mutable_data<T>() + row * out[2] * depth;
      for (size_t i = 0; i < sums.size(); ++i) to[i] = Narrow<T>(sums[i]);
    }
  });
  return absl::OkStatus();
}
template <class T>
struct BilinearGradKernel {
  static absl::Status Run(KernelContext& k) { return ResizeGrad<float, T, true>(k); }
};
template <class T>
struct NearestGradKernel {
  static absl::Status Run(KernelContext& k) { return ResizeGrad<T, T, false>(k); }
};

}  // namespace

std::vector<KernelRow> CpuResizeKernels() {
  std::vector<KernelRow> rows = {
      {"ResizeNearestNeighbor", {DType::kInt8, DType::kUint8}, &NearestKernel<uint8_t>},
      {"ResizeNearestNeighbor",
       {DType::kInt16, DType::kUint16, DType::kFloat16, DType::kBFloat16},
       &NearestKernel<uint16_t>},
      {"ResizeNearestNeighbor", {DType::kInt32, DType::kFloat32}, &NearestKernel<uint32_t>},
      {"ResizeNearestNeighbor", {DType::kInt64, DType::kFloat64}, &NearestKernel<uint64_t>},
  };
  AddFloatRows<BilinearKernel>(rows, "ResizeBilinear");
  AddRows<BilinearKernel, int8_t, uint8_t, int16_t, uint16_t, int32_t, int64_t>(rows, "ResizeBilinear");
  AddFloatRows<BilinearGradKernel>(rows, "ResizeBilinearGrad");
  AddFloatRows<NearestGradKernel>(rows, "ResizeNearestNeighborGrad");
  AddRows<NearestGradKernel, int8_t, uint8_t, int32_t>(rows, "ResizeNearestNeighborGrad");
  return rows;
}

}  // namespace eager::server
