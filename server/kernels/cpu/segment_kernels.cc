// Kernels of common/ops/segment_ops.cc, and of those TensorScatter... ops that compare.
#include <algorithm>
#include <cmath>
#include <complex>
#include <cstring>
#include <limits>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cpu/index_offsets.h"
#include "server/kernels/cpu/number.h"

namespace eager::server {
namespace {

enum class Fold { kSum, kMean, kSqrtN, kProd, kMax, kMin };

Fold FoldOf(absl::string_view op) {
  if (absl::StrContains(op, "Mean")) return Fold::kMean;
  if (absl::StrContains(op, "SqrtN")) return Fold::kSqrtN;
  if (absl::StrContains(op, "Prod")) return Fold::kProd;
  if (absl::StrContains(op, "Max")) return Fold::kMax;
  return absl::StrContains(op, "Min") ? Fold::kMin : Fold::kSum;
}

template <class T>
inline constexpr bool kIsComplex = std::is_same_v<T, std::complex<float>> || std::is_same_v<T, std::complex<double>>;

// Sums of floats are kept as double; integers wrap around.
template <class T>
using Sum = std::conditional_t<kIsComplex<T>, std::complex<double>, std::conditional_t<kIsFloat<T>, double, T>>;
template <class T>
inline constexpr bool kWraps = !kIsComplex<T> && !kIsFloat<T>;

// What a segment without rows has.
template <class T>
T Nothing(Fold fold, bool sorted) {
  if constexpr (kIsComplex<T>) {
    return T(fold == Fold::kProd ? 1 : 0);
  } else {
    if (fold == Fold::kProd) return Narrow<T>(1);
    if (sorted || (fold != Fold::kMax && fold != Fold::kMin)) return Narrow<T>(0);
    if constexpr (std::is_same_v<T, Float16>) return Narrow<T>(fold == Fold::kMax ? -65504.0f : 65504.0f);
    if constexpr (std::is_same_v<T, BFloat16>) return Narrow<T>(fold == Fold::kMax ? -0x1.FEp127f : 0x1.FEp127f);
    using Limits = std::numeric_limits<Ordered<T>>;
    return Narrow<T>(fold == Fold::kMax ? Limits::lowest() : Limits::max());
  }
}

template <class T>
void Combine(Fold fold, Sum<T>& sum, Sum<T> x) {
  using W = std::conditional_t<kWraps<T>, Wide<T>, Sum<T>>;
  if constexpr (!kIsComplex<T>) {
    if (fold == Fold::kMax) return void(sum = x > sum ? x : sum);
    if (fold == Fold::kMin) return void(sum = x < sum ? x : sum);
  }
  const W a = static_cast<W>(sum), b = static_cast<W>(x);
  sum = static_cast<Sum<T>>(fold == Fold::kProd ? a * b : a + b);
}

template <class T>
T Finish(Fold fold, Sum<T> sum, int64_t rows) {
  if constexpr (kWraps<T>) {
    return fold == Fold::kMean ? static_cast<T>(sum / static_cast<T>(rows)) : sum;
  } else {
    if (fold == Fold::kMean) sum /= static_cast<double>(rows);
    if (fold == Fold::kSqrtN) sum /= std::sqrt(static_cast<double>(rows));
    return Narrow<T>(sum);
  }
}

// Folds row row_of(i) of data, of `width` elements, into segment segment_of(i); a negative one is none.
template <class T, class RowOf, class SegmentOf>
void FoldRows(KernelContext& k, bool sorted, int64_t n, int64_t width, RowOf row_of, SegmentOf segment_of) {
  const Fold fold = FoldOf(k.op().name);
  const T* data = k.input(0).data<T>();
  const Tensor& out = k.output(0);
  std::vector<Sum<T>> sums(static_cast<size_t>(out.num_elements()));
  std::vector<int64_t> rows(static_cast<size_t>(out.shape()[0]));
  for (int64_t i = 0; i < n; ++i) {
    const int64_t segment = segment_of(i);
    if (segment < 0) continue;
    const T* row = data + row_of(i) * width;
    Sum<T>* to = sums.data() + segment * width;
    const bool first = rows[static_cast<size_t>(segment)]++ == 0;
    for (int64_t c = 0; c < width; ++c) {
      const auto x = Widen<Sum<T>>(row[c]);
      first ? static_cast<void>(to[c] = x) : Combine<T>(fold, to[c], x);
    }
  }
  T* result = out.mutable_data<T>();
  for (size_t segment = 0; segment < rows.size(); ++segment) {
    for (int64_t c = static_cast<int64_t>(segment) * width; c < (static_cast<int64_t>(segment) + 1) * width; ++c) {
      result[c] =
          rows[segment] == 0 ? Nothing<T>(fold, sorted) : Finish<T>(fold, sums[static_cast<size_t>(c)], rows[segment]);
    }
  }
}

absl::Status OutOfRange(const Tensor& ids, int64_t i, int64_t id, int64_t segments) {
  return absl::InvalidArgumentError(
      absl::StrCat("segment_ids", IndexText(ids.shape().dims(), i), " = ", id, " is out of range [0, ", segments, ")"));
}

template <class T>
struct SegmentKernel {
  static absl::Status Run(KernelContext& k) {
    const bool sorted = k.num_inputs() == 2;
    const Tensor& ids = k.input(1);
    const HostView id = ids.host_view();
    const int64_t segments = k.output(0).shape()[0], n = ids.num_elements();
    for (int64_t i = 0; i < n; ++i) {
      if (id.int_at(i) >= segments) return OutOfRange(ids, i, id.int_at(i), segments);
    }
    const int64_t width =
        n == 0 ? Extent(k.output(0).shape(), 1, k.output(0).shape().rank()) : k.input(0).num_elements() / n;
    FoldRows<T>(
        k, sorted, n, width, [](int64_t i) { return i; }, [&](int64_t i) { return id.int_at(i); });
    return absl::OkStatus();
  }
};

template <class T>
struct SparseKernel {
  static absl::Status Run(KernelContext& k) {
    const HostView index = k.input(1).host_view(), id = k.host(2);
    const Shape& data = k.input(0).shape();
    const int64_t n = k.input(1).num_elements();
    for (int64_t i = 0; i < n; ++i) {
      if (index.int_at(i) >= 0 && index.int_at(i) < data[0]) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("Bad: indices[", i, "] == ", index.int_at(i), " out of range [0, ", data[0], ")"));
    }
    FoldRows<T>(
        k, /*sorted=*/true, n, Extent(data, 1, data.rank()), [&](int64_t i) { return index.int_at(i); },
        [&](int64_t i) { return id.int_at(i); });
    return absl::OkStatus();
  }
};

template <class T>
struct SparseGradKernel {
  static absl::Status Run(KernelContext& k) {
    const Tensor &grad = k.input(0), &out = k.output(0);
    const HostView index = k.input(1).host_view(), id = k.input(2).host_view();
    const int64_t n = k.input(1).num_elements(), rows = out.shape()[0], segments = grad.shape()[0];
    const int64_t width = Extent(out.shape(), 1, out.shape().rank());
    std::vector<int64_t> members(static_cast<size_t>(segments));
    for (int64_t i = 0; i < n; ++i) {
      if (id.int_at(i) < 0 || id.int_at(i) >= segments) {
        return absl::InvalidArgumentError(
            absl::StrCat("Segment id ", id.int_at(i), " out of range [0, ", segments, ")."));
      }
      if (index.int_at(i) < 0 || index.int_at(i) >= rows) {
        return absl::InvalidArgumentError(absl::StrCat("Index ", index.int_at(i), " out of range [0, ", rows, ")."));
      }
      ++members[static_cast<size_t>(id.int_at(i))];
    }
    const Fold fold = FoldOf(k.op().name);
    std::vector<double> sums(static_cast<size_t>(out.num_elements()));
    for (int64_t i = 0; i < n; ++i) {
      const auto count = static_cast<double>(members[static_cast<size_t>(id.int_at(i))]);
      const double scale = fold == Fold::kMean ? 1 / count : fold == Fold::kSqrtN ? 1 / std::sqrt(count) : 1;
      const T* from = grad.data<T>() + id.int_at(i) * width;
      double* to = sums.data() + index.int_at(i) * width;
      for (int64_t c = 0; c < width; ++c) to[c] += Widen<double>(from[c]) * scale;
    }
    for (size_t i = 0; i < sums.size(); ++i) out.mutable_data<T>()[i] = Narrow<T>(static_cast<Wide<T>>(sums[i]));
    return absl::OkStatus();
  }
};

// TensorScatterMax, …Min and …Sub.
template <class T>
struct ScatterKernel {
  static absl::Status Run(KernelContext& k) {
    const Tensor& out = k.output(0);
    ASSIGN_OR_RETURN(const NdRows rows, FindNdRows(k, k.input(1), out.shape(), "shape"));
    std::memcpy(out.raw(), k.input(0).raw(), out.num_bytes());
    const Fold fold = FoldOf(k.op().name);
    for (size_t r = 0; r < rows.offsets.size(); ++r) {
      if (rows.offsets[r] < 0) continue;
      const T* from = k.input(2).data<T>() + static_cast<int64_t>(r) * rows.width;
      T* to = out.mutable_data<T>() + rows.offsets[r];
      for (int64_t c = 0; c < rows.width; ++c) {
        if constexpr (kIsComplex<T>) {
          to[c] -= from[c];
        } else if (fold == Fold::kSum) {
          to[c] = Narrow<T>(Widen<Wide<T>>(to[c]) - Widen<Wide<T>>(from[c]));
        } else if (fold == Fold::kMax ? Widen<Ordered<T>>(from[c]) > Widen<Ordered<T>>(to[c])
                                      : Widen<Ordered<T>>(from[c]) < Widen<Ordered<T>>(to[c])) {
          to[c] = from[c];
        }
      }
    }
    return absl::OkStatus();
  }
};

template <template <class> class K>
void AddComplexRows(std::vector<KernelRow>& rows, absl::string_view op) {
  rows.push_back({op, {DType::kComplex64}, &K<std::complex<float>>::Run});
  rows.push_back({op, {DType::kComplex128}, &K<std::complex<double>>::Run});
}

}  // namespace

std::vector<KernelRow> CpuSegmentKernels() {
  std::vector<KernelRow> rows;
  for (absl::string_view op : {"SegmentSum", "SegmentMean", "SegmentProd", "SegmentMax", "SegmentMin",
                               "UnsortedSegmentProd", "UnsortedSegmentMax", "UnsortedSegmentMin"}) {
    AddNumberRows<SegmentKernel>(rows, op);
  }
  for (absl::string_view op : {"SegmentSum", "SegmentMean", "SegmentProd", "UnsortedSegmentProd"}) {
    AddComplexRows<SegmentKernel>(rows, op);
  }
  AddNumberRows<SparseKernel>(rows, "SparseSegmentSum");
  AddNumberRows<SparseKernel>(rows, "SparseSegmentSumWithNumSegments");
  for (absl::string_view op : {"SparseSegmentMean", "SparseSegmentMeanWithNumSegments", "SparseSegmentSqrtN",
                               "SparseSegmentSqrtNWithNumSegments"}) {
    AddFloatRows<SparseKernel>(rows, op);
  }
  for (absl::string_view op : {"SparseSegmentSumGrad", "SparseSegmentMeanGrad", "SparseSegmentSqrtNGrad"}) {
    AddFloatRows<SparseGradKernel>(rows, op);
  }
  for (absl::string_view op : {"TensorScatterSub", "TensorScatterMax", "TensorScatterMin"})
    AddNumberRows<ScatterKernel>(rows, op);
  AddComplexRows<ScatterKernel>(rows, "TensorScatterSub");
  return rows;
}

}  // namespace eager::server
