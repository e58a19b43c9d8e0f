#include "server/kernels/cpu/arg_scan_kernels.h"

#include <algorithm>
#include <limits>

#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/number.h"
#include "server/kernels/cpu/prefetch.h"
#include "server/kernels/cpu/reduce_loops.h"
#include "server/kernels/cpu/wide_loop.h"

namespace eager::server {
namespace {

// A tensor as [outer, n, inner] around one axis. Work is cut into blocks of at most kWidth columns.
struct AxisLayout {
  static constexpr int64_t kWidth = 256;
  int64_t outer = 1, n = 1, inner = 1;

  AxisLayout(const Shape& shape, int64_t axis) {
    if (axis < 0) axis += shape.rank();
    for (int i = 0; i < shape.rank(); ++i) (i < axis ? outer : i == axis ? n : inner) *= shape[i];
  }
  int64_t blocks() const { return (inner + kWidth - 1) / kWidth; }

  // Calls body(outer index, first column, number of columns) for every block.
  template <class F>
  void ForEachBlock(F body) const {
    constexpr int64_t kGrain = 1 << 16;  // elements
    const int64_t width = std::min(inner, kWidth), per_row = blocks();
    const int64_t grain = std::max<int64_t>(1, kGrain / std::max<int64_t>(1, n * width));
    ParallelFor(outer * per_row, grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t first = i % per_row * kWidth;
        body(i / per_row, first, std::min(kWidth, inner - first));
      }
    });
  }
};

void StoreIndices(const int64_t* from, int64_t n, const Tensor& out, int64_t at) {
  const auto store = [&](auto* to) {
    for (int64_t i = 0; i < n; ++i) to[at + i] = static_cast<std::remove_reference_t<decltype(*to)>>(from[i]);
  };
  switch (out.dtype()) {
    case DType::kInt64:
      return store(out.mutable_data<int64_t>());
    case DType::kInt32:
      return store(out.mutable_data<int32_t>());
    case DType::kInt16:
      return store(out.mutable_data<int16_t>());
    default:
      return store(out.mutable_data<uint16_t>());
  }
}

// The largest finite value of T, as elements of T are compared.
template <class T>
Ordered<T> LargestFinite() {
  if constexpr (std::is_same_v<T, Float16>) return 65504.0f;
  if constexpr (std::is_same_v<T, BFloat16>) return 0x1.FEp127f;
  return std::numeric_limits<Ordered<T>>::max();
}

template <class T>
Ordered<T> SmallestFinite() {
  if constexpr (kIsFloat<T>) return -LargestFinite<T>();
  return std::numeric_limits<Ordered<T>>::lowest();
}

template <class V, bool kMax>
bool Beyond(V x, V best) {
  return kMax ? x > best : x < best;
}

// Where the extremum of neighbours is: first its value, then the first place that has it.
template <class T, bool kMax>
EAGER_WIDE_LOOP int64_t ArgExtremumOfRow(const T* x, int64_t n, Ordered<T> start) {
  using V = Ordered<T>;
  constexpr int kLanes = kReduceLanes;
  V lanes[kLanes], best = start;
  std::fill_n(lanes, kLanes, start);
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    PrefetchAhead(x + i, kLanes * sizeof(T));
#pragma omp simd
    for (int j = 0; j < kLanes; ++j) {
      const V v = Widen<V>(x[i + j]);
      lanes[j] = Beyond<V, kMax>(v, lanes[j]) ? v : lanes[j];
    }
  }
  for (; i < n; ++i) best = Beyond<V, kMax>(Widen<V>(x[i]), best) ? Widen<V>(x[i]) : best;
  for (V lane : lanes) best = Beyond<V, kMax>(lane, best) ? lane : best;
  if (best == start) return 0;
  for (i = 0; i + kLanes <= n; i += kLanes) {
    int found = 0;
#pragma omp simd reduction(| : found)
    for (int j = 0; j < kLanes; ++j) found |= Widen<V>(x[i + j]) == best;
    if (found != 0) break;
  }
  while (Widen<V>(x[i]) != best) ++i;
  return i;
}

// Starts with index 0 and the lowest finite value, as TensorFlow does: only what is beyond that counts, which a nan
// never is.
template <class T, bool kMax>
absl::Status ArgExtremum(KernelContext& k) {
  using V = Ordered<T>;
  const AxisLayout l(k.input(0).shape(), k.host(1).int_at(0));
  const T* in = k.input(0).data<T>();
  if (l.inner == 1) {
    l.ForEachBlock([&](int64_t outer, int64_t, int64_t) {
      const int64_t index = ArgExtremumOfRow<T, kMax>(in + outer * l.n, l.n, kMax ? SmallestFinite<T>() : LargestFinite<T>());
      StoreIndices(&index, 1, k.output(0), outer);
    });
    return absl::OkStatus();
  }
  l.ForEachBlock([&](int64_t outer, int64_t first, int64_t width) {
    V best[AxisLayout::kWidth];
    int64_t index[AxisLayout::kWidth];
    std::fill_n(best, width, kMax ? SmallestFinite<T>() : LargestFinite<T>());
    std::fill_n(index, width, 0);
    const T* x = in + outer * l.n * l.inner + first;
    for (int64_t i = 0; i < l.n; ++i, x += l.inner) {
      for (int64_t j = 0; j < width; ++j) {
        const V v = Widen<V>(x[j]);
        const bool better = Beyond<V, kMax>(v, best[j]);
        best[j] = better ? v : best[j];
        index[j] = better ? i : index[j];
      }
    }
    StoreIndices(index, width, k.output(0), outer * l.inner + first);
  });
  return absl::OkStatus();
}
template <class T>
struct ArgMaxKernel {
  static absl::Status Run(KernelContext& k) { return ArgExtremum<T, true>(k); }
};
template <class T>
struct ArgMinKernel {
  static absl::Status Run(KernelContext& k) { return ArgExtremum<T, false>(k); }
};

// Running sums are kept as double, so that long ones of floats stay accurate.
template <class T, bool kProduct>
using ScanAcc = std::conditional_t<kIsFloat<T> && !kProduct, double, Wide<T>>;

// Rows of n elements, side by side: each alone would wait for its own last sum.
template <class T, bool kProduct, int64_t kRows>
void ScanRows(const T* in, T* out, int64_t n, bool exclusive, bool reverse) {
  using Acc = ScanAcc<T, kProduct>;
  Acc acc[kRows];
  std::fill_n(acc, kRows, kProduct ? Acc(1) : Acc(0));
  for (int64_t step = 0; step < n; ++step) {
    const int64_t i = reverse ? n - 1 - step : step;
    for (int64_t r = 0; r < kRows; ++r) {
      const Acc before = acc[r], x = Widen<Acc>(in[r * n + i]);
      acc[r] = kProduct ? before * x : before + x;
      out[r * n + i] = Narrow<T>(exclusive ? before : acc[r]);
    }
  }
}

template <class T, bool kProduct>
void ScanLastAxis(const T* in, T* out, int64_t rows, int64_t n, bool exclusive, bool reverse) {
  constexpr int64_t kTogether = 4;  // more rows, often a power of two apart, would evict each other
  constexpr int64_t kGrain = 1 << 16;  // elements
  const int64_t groups = std::max<int64_t>(1, kGrain / (kTogether * std::max<int64_t>(1, n)));
  ParallelFor(rows, groups * kTogether, [&](int64_t row, int64_t end) {
    for (; row + kTogether <= end; row += kTogether) {
      ScanRows<T, kProduct, kTogether>(in + row * n, out + row * n, n, exclusive, reverse);
    }
    for (; row < end; ++row) ScanRows<T, kProduct, 1>(in + row * n, out + row * n, n, exclusive, reverse);
  });
}

template <class T, bool kProduct>
absl::Status Scan(KernelContext& k) {
  using Acc = ScanAcc<T, kProduct>;
  const AxisLayout l(k.input(0).shape(), k.host(1).int_at(0));
  const bool exclusive = k.attr<bool>("exclusive"), reverse = k.attr<bool>("reverse");
  const T* in = k.input(0).data<T>();
  T* out = k.output(0).mutable_data<T>();
  if (l.inner == 1) {
    ScanLastAxis<T, kProduct>(in, out, l.outer, l.n, exclusive, reverse);
    return absl::OkStatus();
  }
  l.ForEachBlock([&](int64_t outer, int64_t first, int64_t width) {
    Acc acc[AxisLayout::kWidth];
    std::fill_n(acc, width, kProduct ? Acc(1) : Acc(0));
    for (int64_t step = 0; step < l.n; ++step) {
      const int64_t i = reverse ? l.n - 1 - step : step;
      const int64_t at = (outer * l.n + i) * l.inner + first;
      for (int64_t j = 0; j < width; ++j) {
        const Acc before = acc[j], x = Widen<Acc>(in[at + j]);
        acc[j] = kProduct ? before * x : before + x;
        out[at + j] = Narrow<T>(exclusive ? before : acc[j]);
      }
    }
  });
  return absl::OkStatus();
}
template <class T>
struct CumsumKernel {
  static absl::Status Run(KernelContext& k) { return Scan<T, false>(k); }
};
template <class T>
struct CumprodKernel {
  static absl::Status Run(KernelContext& k) { return Scan<T, true>(k); }
};

}  // namespace

std::vector<KernelRow> ArgScanKernels() {
  std::vector<KernelRow> rows;
  AddNumberRows<ArgMaxKernel>(rows, "ArgMax");
  AddNumberRows<ArgMinKernel>(rows, "ArgMin");
  AddRows<ArgMaxKernel, bool>(rows, "ArgMax");
  AddRows<ArgMinKernel, bool>(rows, "ArgMin");
  AddNumberRows<CumsumKernel>(rows, "Cumsum");
  AddNumberRows<CumprodKernel>(rows, "Cumprod");
  return rows;
}

}  // namespace eager::server
