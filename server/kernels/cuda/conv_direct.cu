#include "server/kernels/cuda/conv_direct.h"

#include "common/status_macros.h"
#include "server/kernels/cuda/conv_fns.h"
#include "server/kernels/cuda/launch.h"
#include "server/kernels/cuda/number.cuh"

namespace eager::server::cuda {
namespace {

// Sums are float for 16-bit floats.
struct Value {
  template <class T>
  __device__ Compute<T> operator()(const T& x) const {
    return Load(x);
  }
};

template <class T, class Index>
struct ForwardFn {
  ConvElements<Index> elements;
  const T *input, *filter;
  T* output;
  __device__ void operator()(Index i) const {
    Store<T>(elements.template Forward<Compute<T>>(input, filter, i, Value()), output[i]);
  }
};

template <class T, class Index>
struct BackpropInputFn {
  ConvElements<Index> elements;
  const T *filter, *output;
  T* input;
  __device__ void operator()(Index i) const {
    Store<T>(elements.template BackpropInput<Compute<T>>(filter, output, i, Value()), input[i]);
  }
};

// Channels that a thread takes at once make 16 bytes.
template <class T, class Index, bool kForward>
struct DepthwiseFn {
  ConvElements<Index> elements;
  const T *image, *filter;
  T* result;
  __device__ void operator()(Index i) const {
    constexpr int n = kPack<T>;
    Compute<T> sums[n];
    if constexpr (kForward) {
      elements.template DepthwiseForward<n>(image, filter, i, Value(), sums);
    } else {
      elements.template DepthwiseBackpropInput<n>(filter, image, i, Value(), sums);
    }
    Lanes<T, n> lanes;
#pragma unroll
    for (int j = 0; j < n; ++j) Store<T>(sums[j], lanes.at[j]);
    reinterpret_cast<Lanes<T, n>*>(result)[i] = lanes;
  }
};

// A filter's gradient over one part of the output pixels: sums[part][element], or the result where there is one part.
template <class T, class To, class Index>
struct FilterPartsFn {
  ConvElements<Index> elements;
  const T *input, *output;
  Index size, parts;
  int64_t pixels;
  To* sums;
  __device__ void operator()(Index i) const {
    const Index part = i / size;
    const auto begin = static_cast<Index>(pixels * part / parts), end = static_cast<Index>(pixels * (part + 1) / parts);
    const Compute<T> sum =
        elements.template BackpropFilter<Compute<T>>(input, output, i - part * size, begin, end, Value());
    Store<To>(sum, sums[i]);
  }
};

constexpr int kSumColumns = 32, kSumRows = 16;

// filter[i] = the sum of sums[part][i], in an order that `parts` alone decides.
template <class T>
__global__ void SumPartsKernel(const Compute<T>* sums, int64_t size, int64_t parts, T* filter) {
  __shared__ double totals[kSumRows][kSumColumns];
  const int column = static_cast<int>(threadIdx.x), row = static_cast<int>(threadIdx.y);
  for (int64_t first = static_cast<int64_t>(blockIdx.x) * kSumColumns; first < size;
       first += static_cast<int64_t>(gridDim.x) * kSumColumns) {
    const int64_t i = first + column;
    double total = 0;
    if (i < size) {
      for (int64_t part = row; part < parts; part += kSumRows) total += sums[part * size + i];
    }
    totals[row][column] = total;
    __syncthreads();
    if (row == 0 && i < size) {
      for (int r = 1; r < kSumRows; ++r) total += totals[r][column];
      Store<T>(static_cast<Compute<T>>(total), filter[i]);
    }
    __syncthreads();
  }
}

template <class Index, class F>
void ForEach(const KernelContext& k, int64_t n, const F& f) {
  ForEachKernel<<<Blocks(n), kBlockThreads, 0, Stream(k)>>>(static_cast<Index>(n), f);
}

template <class T>
bool TakesManyChannels(const ConvDims& d, const void* input, const void* filter, const void* output) {
  if (d.groups != d.in_channels || d.out_channels != d.in_channels || d.in_channels % kPack<T> != 0) return false;
  return AlignedForLanes(input, filter, output);
}

template <class T, class Index>
absl::Status FilterGradient(const KernelContext& k, const ConvDims& d, const T* input, T* filter, const T* output) {
  const ConvElements<Index> elements(d);
  const int64_t size = d.rows.size * d.columns.size * (d.in_channels / d.groups) * d.out_channels;
  const int64_t pixels = d.batch * d.rows.out * d.columns.out, parts = FilterGradientParts(d);
  if (parts == 1) {
    ForEach<Index>(k, size,
                   FilterPartsFn<T, T, Index>{elements, input, output, static_cast<Index>(size), 1, pixels, filter});
    return Launched(k);
  }
  using Sum = Compute<T>;
  ASSIGN_OR_RETURN(const BufferRef scratch, Scratch(k, parts * size * static_cast<int64_t>(sizeof(Sum))));
  auto* sums = static_cast<Sum*>(scratch->data());
  ForEach<Index>(k, parts * size,
                 FilterPartsFn<T, Sum, Index>{elements, input, output, static_cast<Index>(size),
                                              static_cast<Index>(parts), pixels, sums});
  SumPartsKernel<T>
      <<<Blocks(size, kSumColumns), dim3(kSumColumns, kSumRows), 0, Stream(k)>>>(sums, size, parts, filter);
  return Launched(k);
}

template <class T, class Index>
absl::Status Convolve(const KernelContext& k, ConvPass pass, const ConvDims& d, const void* input, const void* filter,
                      const void* output) {
  auto *x = static_cast<T*>(const_cast<void*>(input)), *f = static_cast<T*>(const_cast<void*>(filter)),
       *y = static_cast<T*>(const_cast<void*>(output));
  if (pass == ConvPass::kBackpropFilter) {
    if constexpr (std::is_integral_v<T>) {
      return absl::UnimplementedError("no filter's gradient of integers");
    } else {
      return FilterGradient<T, Index>(k, d, x, f, y);
    }
  }
  const ConvElements<Index> elements(d);
  const bool forward = pass == ConvPass::kForward;
  const int64_t n = forward ? d.batch * d.rows.out * d.columns.out * d.out_channels
                            : d.batch * d.rows.in * d.columns.in * d.in_channels;
  if constexpr (!std::is_integral_v<T>) {
    if (TakesManyChannels<T>(d, input, filter, output)) {
      const int64_t vectors = n / kPack<T>;
      if (forward) {
        ForEach<Index>(k, vectors, DepthwiseFn<T, Index, true>{elements, x, f, y});
      } else {
        ForEach<Index>(k, vectors, DepthwiseFn<T, Index, false>{elements, y, f, x});
      }
      return Launched(k);
    }
  }
  if (forward) {
    ForEach<Index>(k, n, ForwardFn<T, Index>{elements, x, f, y});
  } else {
    ForEach<Index>(k, n, BackpropInputFn<T, Index>{elements, f, y, x});
  }
  return Launched(k);
}

}  // namespace

absl::Status ConvolveDirectly(const KernelContext& k, ConvPass pass, const ConvDims& dims, DType dtype,
                              const void* input, const void* filter, const void* output) {
  const auto run = [&]<class T>(T) {
    return FitsIn32Bits(dims) ? Convolve<T, int32_t>(k, pass, dims, input, filter, output)
                              : Convolve<T, int64_t>(k, pass, dims, input, filter, output);
  };
  switch (dtype) {
    case DType::kFloat32:
      return run(float());
    case DType::kFloat64:
      return run(double());
    case DType::kFloat16:
      return run(Float16());
    case DType::kBFloat16:
      return run(BFloat16());
    case DType::kInt32:
      return run(uint32_t());  // wraps around
    default:
      return absl::UnimplementedError("no convolution of this dtype");
  }
}

}  // namespace eager::server::cuda
