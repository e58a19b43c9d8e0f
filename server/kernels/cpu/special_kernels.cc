// Kernels of common/ops/special_ops.cc.
#include "server/kernels/special_fns.h"

#include <cmath>
#include <limits>

#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/elementwise_loops.h"
#include "server/kernels/cpu/reduce_loops.h"

namespace eager::server {
namespace {

// A reduction for the loops of reduce_loops.h: an element becomes a Lane by being squared. Squares of integers wrap
// around.
template <class T>
struct NormOf {
  struct Acc {
    std::conditional_t<kIsFloat<T>, double, Wide<T>> sum;
  };
  struct Lane {
    Wide<T> sum;
    Lane() = default;
    Lane(Acc acc) : sum(static_cast<Wide<T>>(acc.sum)) {}  // NOLINT: a sum of squares already
    template <class X>
    explicit Lane(X x) : sum(static_cast<Wide<T>>(x) * static_cast<Wide<T>>(x)) {}
  };
  static Acc Identity() { return {0}; }
  static Lane Fold(Lane a, Lane b) {
    a.sum += b.sum;
    return a;
  }
  static Acc Merge(Acc a, Acc b) { return {a.sum + b.sum}; }
  static Acc Merge(Acc a, Lane b) { return {a.sum + b.sum}; }
  static T Final(Acc a, int64_t) {
    if constexpr (kIsFloat<T>) {
      return Narrow<T>(std::sqrt(a.sum));
    } else {
      // A sum that wrapped around has no root: TensorFlow's result is the lowest integer of at least 32 bits, cut to T.
      const T sum = static_cast<T>(a.sum);
      using Whole = std::conditional_t<sizeof(T) == 8, int64_t, int32_t>;
      if (sum < 0) return static_cast<T>(std::numeric_limits<Whole>::lowest());
      return static_cast<T>(std::sqrt(static_cast<double>(sum)));
    }
  }
};

template <class T>
struct EuclideanNormKernel {
  static absl::Status Run(KernelContext& k) {
    Reduce<NormOf<T>>(MakeReduceLayout(k.input(0).shape(), k.ints(1)), k.input(0).data<T>(),
                      k.output(0).mutable_data<T>());
    return absl::OkStatus();
  }
};

}  // namespace

std::vector<KernelRow> CpuSpecialKernels() {
  std::vector<KernelRow> rows;
  AddUnary<LgammaFn>(rows, "Lgamma", FloatTypes());
  AddUnary<DigammaFn>(rows, "Digamma", FloatTypes());
  AddUnary<NdtriFn>(rows, "Ndtri", FloatTypes());
  AddUnary<ErfinvFn>(rows, "Erfinv", FloatTypes());
  AddBinary<Xlog1pyFn>(rows, "Xlog1py", FloatTypes());
  AddBinary<PolygammaFn>(rows, "Polygamma", Types<float, double>());
  AddBinary<ZetaFn>(rows, "Zeta", Types<float, double>());
  AddNumberRows<EuclideanNormKernel>(rows, "EuclideanNorm");
  return rows;
}

}  // namespace eager::server
