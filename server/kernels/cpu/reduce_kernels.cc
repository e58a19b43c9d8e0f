// Sum, Mean, Prod, Max, Min, All, Any: policies for the loops of reduce_loops.h.
//
// A policy folds elements as Lane within a block and blocks as Acc: Lane Fold(Lane, Lane), Acc Merge(Acc, Lane or Acc),
// Acc Identity(), T Final(Acc, count).
#include <complex>
#include <limits>

#include "server/kernels/cpu/arg_scan_kernels.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/reduce_loops.h"

namespace eager::server {

ReduceLayout MakeReduceLayout(const Shape& shape, absl::Span<const int64_t> axes) {
  const int rank = shape.rank();
  absl::InlinedVector<bool, 8> reduced(static_cast<size_t>(rank), false);
  for (int64_t axis : axes) reduced[axis < 0 ? axis + rank : axis] = true;

  struct Run {
    int64_t extent;
    bool reduced;
  };
  absl::InlinedVector<Run, 8> runs;
  ReduceLayout l;
  for (int i = 0; i < rank; ++i) {
    (reduced[i] ? l.num_reduced : l.num_results) *= shape[i];
    if (shape[i] == 1) continue;
    if (!runs.empty() && runs.back().reduced == reduced[i]) {
      runs.back().extent *= shape[i];
    } else {
      runs.push_back({shape[i], reduced[i]});
    }
  }
  if (runs.empty()) return l;
  l.inner = runs.back().extent;
  l.inner_reduced = runs.back().reduced;
  absl::InlinedVector<int64_t, 8> strides(runs.size(), 1);
  for (size_t i = runs.size() - 1; i-- > 0;) strides[i] = strides[i + 1] * runs[i + 1].extent;
  for (size_t i = 0; i + 1 < runs.size(); ++i) {
    (runs[i].reduced ? l.reduced : l.kept).Push(runs[i].extent, strides[i]);
  }
  return l;
}

namespace {

// Sums of floats are kept as double from block to block.
template <class T>
struct SumOf {
  using Lane = Wide<T>;
  using Acc = std::conditional_t<kIsFloat<T>, double, Lane>;
  static Acc Identity() { return 0; }
  static Lane Fold(Lane a, Lane b) { return a + b; }
  static Acc Merge(Acc a, Acc b) { return a + b; }
  static T Final(Acc a, int64_t) { return Narrow<T>(a); }
};

template <class T>
struct ComplexSumOf {
  using Lane = std::complex<T>;
  using Acc = std::complex<double>;
  static Acc Identity() { return 0; }
  static Lane Fold(Lane a, Lane b) { return a + b; }
  static Acc Merge(Acc a, Acc b) { return a + b; }
  static Lane Final(Acc a, int64_t) { return static_cast<Lane>(a); }
};

// Means of integers are of sums that do not wrap around below 64 bits, cut towards 0.
template <class T>
struct MeanOf {
  using Sum64 = std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>;
  using Lane = std::conditional_t<kIsFloat<T>, Wide<T>, uint64_t>;
  using Acc = std::conditional_t<kIsFloat<T>, double, uint64_t>;
  static Acc Identity() { return 0; }
  static Lane Fold(Lane a, Lane b) { return a + b; }
  static Acc Merge(Acc a, Acc b) { return a + b; }
  static T Final(Acc a, int64_t count) {
    if constexpr (kIsFloat<T>) {
      return Narrow<T>(a / static_cast<double>(count));
    } else {
      return count == 0 ? T(0) : static_cast<T>(static_cast<Sum64>(a) / static_cast<Sum64>(count));
    }
  }
};

// Every product is rounded, so that those of floats are of doubles from the first on.
template <class T>
struct ProdOf {
  using Lane = std::conditional_t<kIsFloat<T>, double, Wide<T>>;
  using Acc = Lane;
  static Acc Identity() { return 1; }
  static Lane Fold(Lane a, Lane b) { return a * b; }
  static Acc Merge(Acc a, Acc b) { return a * b; }
  static T Final(Acc a, int64_t) { return Narrow<T>(a); }
};

// A nan wins and stays.
template <class T, bool kMax>
struct ExtremumOf {
  using Lane = Ordered<T>;
  using Acc = Lane;
  static Acc Identity() {
    using Limits = std::numeric_limits<Acc>;
    if constexpr (Limits::has_infinity) return kMax ? -Limits::infinity() : Limits::infinity();
    return kMax ? Limits::lowest() : Limits::max();
  }
  // Bitwise or, since a branch would keep the loop from being vectorised.
  static Lane Fold(Lane a, Lane b) { return ((kMax ? b > a : b < a) | (b != b)) ? b : a; }
  static Acc Merge(Acc a, Acc b) { return Fold(a, b); }
  static T Final(Acc a, int64_t) { return Narrow<T>(a); }
};
template <class T>
using MaxOf = ExtremumOf<T, true>;
template <class T>
using MinOf = ExtremumOf<T, false>;

// Over bytes that are 0 or 1.
struct AllOf {
  using Lane = uint8_t;
  using Acc = uint8_t;
  static Acc Identity() { return 1; }
  static Lane Fold(Lane a, Lane b) { return a & b; }
  static Acc Merge(Acc a, Acc b) { return a & b; }
  static uint8_t Final(Acc a, int64_t) { return a; }
};
struct AnyOf : AllOf {
  static Acc Identity() { return 0; }
  static Lane Fold(Lane a, Lane b) { return a | b; }
  static Acc Merge(Acc a, Acc b) { return a | b; }
};

template <class R, class T>
absl::Status RunReduce(KernelContext& k) {
  Reduce<R>(MakeReduceLayout(k.input(0).shape(), k.ints(1)), k.input(0).data<T>(), k.output(0).mutable_data<T>());
  return absl::OkStatus();
}

// Families of policies by dtype, as AddRows takes them.
template <template <class> class R>
struct ReduceKernel {
  template <class T>
  struct Of {
    static absl::Status Run(KernelContext& k) { return RunReduce<R<T>, T>(k); }
  };
};

}  // namespace

std::vector<KernelRow> CpuReduceKernels() {
  std::vector<KernelRow> rows = ArgScanKernels();
  AddNumberRows<ReduceKernel<SumOf>::Of>(rows, "Sum");
  rows.push_back({"Sum", {DType::kComplex64}, &RunReduce<ComplexSumOf<float>, std::complex<float>>});
  rows.push_back({"Sum", {DType::kComplex128}, &RunReduce<ComplexSumOf<double>, std::complex<double>>});
  AddNumberRows<ReduceKernel<MeanOf>::Of>(rows, "Mean");
  AddNumberRows<ReduceKernel<ProdOf>::Of>(rows, "Prod");
  AddNumberRows<ReduceKernel<MaxOf>::Of>(rows, "Max");
  AddNumberRows<ReduceKernel<MinOf>::Of>(rows, "Min");
  rows.push_back({"All", DTypeSet::All(), &RunReduce<AllOf, uint8_t>});
  rows.push_back({"Any", DTypeSet::All(), &RunReduce<AnyOf, uint8_t>});
  return rows;
}

}  // namespace eager::server
