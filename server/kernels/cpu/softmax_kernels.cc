// Kernels of common/ops/softmax_ops.cc. A row's maximum is taken off first, so that no power overflows.
#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/broadcast.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/fused_loop.h"
#include "server/kernels/cpu/number.h"
#include "server/kernels/cpu/prefetch.h"
#include "server/kernels/cpu/vector_math.h"
#include "server/kernels/cpu/wide_loop.h"

namespace eager::server {
namespace {

// As many running results side by side, so that the compiler may use vector registers.
constexpr int kLanes = 16;

template <class W>
EAGER_WIDE_LOOP W MaxOf(const W* x, int64_t n) {
  constexpr W kLowest = -std::numeric_limits<W>::infinity();
  W lanes[kLanes], most = kLowest;
  std::fill_n(lanes, kLanes, kLowest);
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    PrefetchAhead(x + i, kLanes * sizeof(W));
#pragma omp simd
    for (int j = 0; j < kLanes; ++j) lanes[j] = x[i + j] > lanes[j] ? x[i + j] : lanes[j];
  }
  for (; i < n; ++i) most = x[i] > most ? x[i] : most;
  for (W lane : lanes) most = lane > most ? lane : most;
  return most;
}

// Blocks keep long sums of floats accurate.
template <class W>
EAGER_WIDE_LOOP double SumOf(const W* x, int64_t n) {
  constexpr int64_t kBlock = 1024;
  double total = 0;
  for (int64_t block = 0; block < n; block += kBlock) {
    const int64_t end = std::min(n, block + kBlock);
    W lanes[kLanes] = {};
    int64_t i = block;
    for (; i + kLanes <= end; i += kLanes) {
#pragma omp simd
      for (int j = 0; j < kLanes; ++j) lanes[j] += x[i + j];
    }
    for (; i < end; ++i) total += x[i];
    for (W lane : lanes) total += lane;
  }
  return total;
}

struct ExpBelow {
  float most;
  template <class A>
  EAGER_INLINE float At(float x) const {
    return VectorExp::At<A>(x - most);
  }
};
void ExpEach(const float* x, float most, float* out, int64_t n) { RunFloatLoop(ExpBelow{most}, x, out, n); }
void ExpEach(const double* x, double most, double* out, int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] = std::exp(x[i] - most);
}

// out = exp(x - most); gives the sum. x may be out.
template <class W>
W ExpRow(const W* x, W most, W* out, int64_t n) {
  ExpEach(x, most, out, n);
  return static_cast<W>(SumOf(out, n));
}

// Calls row(i, x, out) for each row of input 0, where x and out are of W: the tensors' own rows, or copies as float.
template <class T, class Row>
void ForRows(int64_t rows, int64_t n, const T* in, T* out, Row row) {
  using W = Wide<T>;
  ParallelFor(rows, std::max<int64_t>(1, kElementwiseGrain / 4 / std::max<int64_t>(1, n)),
              [&](int64_t begin, int64_t end) {
                if constexpr (kIsHalf<T>) {
                  std::vector<W> wide(static_cast<size_t>(n));
                  for (int64_t i = begin; i < end; ++i) {
                    LoadHalves(in + i * n, wide.data(), n);
                    row(i, wide.data(), wide.data());
                    StoreHalves(wide.data(), out + i * n, n);
                  }
                } else {
                  for (int64_t i = begin; i < end; ++i) row(i, in + i * n, out + i * n);
                }
              });
}

template <class T, bool kLog>
absl::Status SoftmaxRows(KernelContext& k) {
  using W = Wide<T>;
  const int64_t total = k.output(0).num_elements();
  if (total == 0) return absl::OkStatus();
  const int64_t n = k.input(0).shape()[k.input(0).shape().rank() - 1];
  ForRows(total / n, n, k.input(0).data<T>(), k.output(0).mutable_data<T>(), [&](int64_t, const W* x, W* out) {
    const W most = MaxOf(x, n);
    if constexpr (kLog) {
      W scratch[256];
      double sum = 0;
      for (int64_t i = 0; i < n; i += 256) sum += ExpRow(x + i, most, scratch, std::min<int64_t>(256, n - i));
      const W log = std::log(static_cast<W>(sum));
#pragma GCC ivdep
      for (int64_t i = 0; i < n; ++i) out[i] = x[i] - most - log;
    } else {
      const W scale = 1 / ExpRow(x, most, out, n);
      for (int64_t i = 0; i < n; ++i) out[i] *= scale;
    }
  });
  return absl::OkStatus();
}

template <class T>
struct SoftmaxKernel {
  static absl::Status Run(KernelContext& k) { return SoftmaxRows<T, false>(k); }
};
template <class T>
struct LogSoftmaxKernel {
  static absl::Status Run(KernelContext& k) { return SoftmaxRows<T, true>(k); }
};

// Steps of a matrix that is repeated along the axes where it has extent 1.
struct Steps {
  int64_t row, column;
  Steps(const Shape& s, const Shape& whole) {
    const int rank = s.rank();
    column = rank >= 1 && s[rank - 1] == whole[1] ? 1 : 0;
    row = rank == 2 && s[0] == whole[0] && s[0] != 1 ? s[1] : 0;
  }
};

template <class T>
struct CrossEntropyKernel {
  static absl::Status Run(KernelContext& k) {
    using W = Wide<T>;
    const Shape& shape = k.output(1).shape();
    const int64_t rows = shape[0], n = shape[1];
    const Steps fs(k.input(0).shape(), shape), ls(k.input(1).shape(), shape);
    const T *features = k.input(0).data<T>(), *labels = k.input(1).data<T>();
    T *losses = k.output(0).mutable_data<T>(), *backprop = k.output(1).mutable_data<T>();
    ParallelFor(rows, std::max<int64_t>(1, kElementwiseGrain / 4 / std::max<int64_t>(1, n)),
                [&](int64_t begin, int64_t end) {
      std::vector<W> x(static_cast<size_t>(n)), p(x.size());
      for (int64_t i = begin; i < end; ++i) {
        for (int64_t j = 0; j < n; ++j) x[j] = Widen<W>(features[i * fs.row + j * fs.column]);
        const W most = MaxOf(x.data(), n), sum = ExpRow(x.data(), most, p.data(), n), log = std::log(sum);
        const T* label = labels + i * ls.row;
        double loss = 0;
        for (int64_t j = 0; j < n; ++j) {
          const W y = Widen<W>(label[j * ls.column]);
          loss += y * (log - (x[j] - most));
          backprop[i * n + j] = Narrow<T>(p[j] / sum - y);
        }
        losses[i] = Narrow<T>(loss);
      }
    });
    return absl::OkStatus();
  }
};

template <class T, class Label>
absl::Status SparseCrossEntropy(KernelContext& k) {
  using W = Wide<T>;
  const int64_t rows = k.input(0).shape()[0], n = k.input(0).shape()[1];
  const Label* labels = k.input(1).data<Label>();
  for (int64_t i = 0; i < rows; ++i) {
    if (labels[i] >= 0 && labels[i] < n) continue;
    return absl::InvalidArgumentError(absl::StrCat("Received a label value of ", labels[i],
                                                   " which is outside the valid range of [0, ", n, ")."));
  }
  T* losses = k.output(0).mutable_data<T>();
  ForRows(rows, n, k.input(0).data<T>(), k.output(1).mutable_data<T>(), [&](int64_t i, const W* x, W* out) {
    const W most = MaxOf(x, n), own = x[labels[i]] - most;
    const W sum = ExpRow(x, most, out, n), scale = 1 / sum;
    losses[i] = Narrow<T>(std::log(sum) - own);
    for (int64_t j = 0; j < n; ++j) out[j] *= scale;
    out[labels[i]] -= 1;
  });
  return absl::OkStatus();
}

template <class T>
struct SparseCrossEntropyKernel {
  static absl::Status Run(KernelContext& k) {
    return k.input(1).dtype() == DType::kInt32 ? SparseCrossEntropy<T, int32_t>(k) : SparseCrossEntropy<T, int64_t>(k);
  }
};

}  // namespace

std::vector<KernelRow> CpuSoftmaxKernels() {
  std::vector<KernelRow> rows;
  AddFloatRows<SoftmaxKernel>(rows, "Softmax");
  AddFloatRows<LogSoftmaxKernel>(rows, "LogSoftmax");
  AddFloatRows<CrossEntropyKernel>(rows, "SoftmaxCrossEntropyWithLogits");
  AddFloatRows<SparseCrossEntropyKernel>(rows, "SparseSoftmaxCrossEntropyWithLogits");
  return rows;
}

}  // namespace eager::server
