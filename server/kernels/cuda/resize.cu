// Resizing images and its gradients on a GPU: a thread an element of the result.
#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/launch.h"
#include "server/kernels/cuda/strided_view.h"
#include "server/kernels/cuda/units.cuh"
#include "server/kernels/resize_fns.h"

namespace eager::server::cuda {
namespace {

// The place of an element of images [image, row, column, channel].
template <class Index>
struct Nhwc {
  using Div = std::conditional_t<sizeof(Index) == 4, Divider, PlainDivider>;
  Div height, width, depth;
  Nhwc(int64_t h, int64_t w, int64_t d)
      : height(static_cast<Index>(h)), width(static_cast<Index>(w)), depth(static_cast<Index>(d)) {}
  struct Place {
    int64_t image, row, column, channel;
  };
  __device__ Place operator()(Index i) const {
    const Index pixel = static_cast<Index>(depth.Divide(i)), line = static_cast<Index>(width.Divide(pixel));
    const Index image = static_cast<Index>(height.Divide(line));
    return {image, line - image * static_cast<Index>(height.divisor), pixel - line * static_cast<Index>(width.divisor),
            i - pixel * static_cast<Index>(depth.divisor)};
  }
};

// Images of the other size: where a pixel's channels begin.
struct Pixels {
  int64_t height, width, depth;
  __device__ int64_t At(int64_t image, int64_t row, int64_t column) const {
    return ((image * height + row) * width + column) * depth;
  }
};

template <class T, class Index>
struct ResizeBilinear {
  const T* in;
  float* out;
  ResizeAxis ys, xs;
  Pixels from;
  Nhwc<Index> to;

  __device__ void operator()(Index i) const {
    const auto p = to(i);
    const ResizeSource y = ys.Bilinear(p.row), x = xs.Bilinear(p.column);
    const auto at = [&](int64_t row, int64_t column) {
      return static_cast<float>(Load(in[from.At(p.image, row, column) + p.channel]));
    };
    out[i] = Interpolate(at(y.lower, x.lower), at(y.lower, x.upper), at(y.upper, x.lower), at(y.upper, x.upper), x.lerp,
                         y.lerp);
  }
};

// A pixel is so many units.
template <class Unit, class Index>
struct ResizeNearest {
  const Unit* in;
  Unit* out;
  ResizeAxis ys, xs;
  Pixels from;
  Nhwc<Index> to;

  __device__ void operator()(Index i) const {
    const auto p = to(i);
    out[i] = in[from.At(p.image, ys.Nearest(p.row).lower, xs.Nearest(p.column).lower) + p.channel];
  }
};

// Integers are added modulo 2^32.
template <class T>
using Sum = std::conditional_t<std::is_integral_v<T>, uint32_t, Compute<T>>;

template <class From, class T, bool kBilinear, class Index>
struct ResizeGrad {
  const From* grads;
  T* out;
  ResizeAxis ys, xs;
  Pixels from;
  Nhwc<Index> to;

  __device__ void operator()(Index i) const {
    const auto p = to(i);
    const auto grad = [&](int64_t y, int64_t x) {
      return static_cast<Sum<T>>(Load(grads[from.At(p.image, y, x) + p.channel]));
    };
    const Sum<T> sum = ResizeGradient<kBilinear, Sum<T>>(ys, xs, p.row, p.column, grad);
    Store<T>(static_cast<Compute<T>>(sum), out[i]);
  }
};

ResizeAxis AxisOf(KernelContext& k, int64_t original, int64_t resized) {
  return ResizeAxis(original, resized, k.attr<bool>("align_corners"), k.attr<bool>("half_pixel_centers"));
}

template <class T>
absl::Status BilinearKernel(KernelContext& k) {
  const Shape &in = k.input(0).shape(), &out = k.output(0).shape();
  const int64_t n = out.num_elements();
  if (n == 0) return absl::OkStatus();
  VisitIndex(FitsIn32Bits(n), [&]<class Index>() {
    const ResizeBilinear<T, Index> resize{k.input(0).data<T>(),       k.output(0).mutable_data<float>(),
                                          AxisOf(k, in[1], out[1]),   AxisOf(k, in[2], out[2]),
                                          Pixels{in[1], in[2], in[3]}, Nhwc<Index>(out[1], out[2], out[3])};
    ForEachKernel<<<Blocks(n), kBlockThreads, 0, Stream(k)>>>(static_cast<Index>(n), resize);
  });
  return Launched(k);
}

absl::Status NearestKernel(KernelContext& k) {
  const Shape &in = k.input(0).shape(), &out = k.output(0).shape();
  if (out.num_elements() == 0) return absl::OkStatus();
  const int64_t pixel_bytes = out[3] * static_cast<int64_t>(SizeOf(k.output(0).dtype()));
  const int unit = UnitBytes(pixel_bytes, {k.input(0).raw(), k.output(0).raw()});
  const int64_t depth = pixel_bytes / unit, n = out[0] * out[1] * out[2] * depth;
  VisitUnit(unit, [&]<class Unit>() {
    VisitIndex(FitsIn32Bits(n), [&]<class Index>() {
      const ResizeNearest<Unit, Index> resize{k.input(0).data<Unit>(),     k.output(0).mutable_data<Unit>(),
                                              AxisOf(k, in[1], out[1]),    AxisOf(k, in[2], out[2]),
                                              Pixels{in[1], in[2], depth}, Nhwc<Index>(out[1], out[2], depth)};
      ForEachKernel<<<Blocks(n), kBlockThreads, 0, Stream(k)>>>(static_cast<Index>(n), resize);
    });
  });
  return Launched(k);
}

template <class From, class T, bool kBilinear>
absl::Status GradKernel(KernelContext& k) {
  const Shape &in = k.input(0).shape(), &out = k.output(0).shape();
  const int64_t n = out.num_elements();
  if (n == 0) return absl::OkStatus();
  VisitIndex(FitsIn32Bits(n), [&]<class Index>() {
    const ResizeGrad<From, T, kBilinear, Index> resize{
        k.input(0).data<From>(),    k.output(0).mutable_data<T>(), AxisOf(k, out[1], in[1]),
        AxisOf(k, out[2], in[2]),   Pixels{in[1], in[2], in[3]},   Nhwc<Index>(out[1], out[2], out[3])};
    ForEachKernel<<<Blocks(n), kBlockThreads, 0, Stream(k)>>>(static_cast<Index>(n), resize);
  });
  return Launched(k);
}

template <class... Ts>
void AddBilinear(std::vector<KernelRow>& rows) {
  (rows.push_back({"ResizeBilinear", {DTypeOf<Ts>}, &BilinearKernel<Ts>}), ...);
}
template <class... Ts>
void AddBilinearGrad(std::vector<KernelRow>& rows) {
  (rows.push_back({"ResizeBilinearGrad", {DTypeOf<Ts>}, &GradKernel<float, Ts, true>}), ...);
}
template <class... Ts>
void AddNearestGrad(std::vector<KernelRow>& rows) {
  (rows.push_back({"ResizeNearestNeighborGrad", {DTypeOf<Ts>}, &GradKernel<Ts, Ts, false>}), ...);
}

}  // namespace

std::vector<KernelRow> ResizeKernels() {
  std::vector<KernelRow> rows = {{"ResizeNearestNeighbor",
                                  {DType::kInt8, DType::kUint8, DType::kInt16, DType::kUint16, DType::kInt32,
                                   DType::kInt64, DType::kFloat16, DType::kFloat32, DType::kFloat64, DType::kBFloat16},
                                  &NearestKernel}};
  AddBilinear<float, double, Float16, BFloat16, int8_t, uint8_t, int16_t, uint16_t, int32_t, int64_t>(rows);
  AddBilinearGrad<float, double, Float16, BFloat16>(rows);
  AddNearestGrad<float, double, Float16, BFloat16, int32_t>(rows);
  rows.push_back({"ResizeNearestNeighborGrad", {DType::kInt8, DType::kUint8}, &GradKernel<uint8_t, uint8_t, false>});
  return rows;
}

}  // namespace eager::server::cuda
