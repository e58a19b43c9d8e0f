// The cross product. Kernels of common/ops/linalg_ops.cc.
#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/number.h"
#include "server/kernels/linalg_fns.h"

namespace eager::server {
namespace {

// Vectors that one part of parallel work has.
constexpr int64_t kGrain = 1 << 13;

template <class T>
struct CrossKernel {
  static absl::Status Run(KernelContext& k) {
    const T* a = k.input(0).data<T>();
    const T* b = k.input(1).data<T>();
    T* out = k.output(0).mutable_data<T>();
    ParallelFor(k.output(0).num_elements() / 3, kGrain, [&](int64_t begin, int64_t end) {
      using W = Wide<T>;
      for (int64_t at = 3 * begin; at < 3 * end; at += 3) {
        const W u[3] = {Widen<W>(a[at]), Widen<W>(a[at + 1]), Widen<W>(a[at + 2])};
        const W v[3] = {Widen<W>(b[at]), Widen<W>(b[at + 1]), Widen<W>(b[at + 2])};
        W product[3];
        CrossFn()(u, v, product);
        for (int i = 0; i < 3; ++i) out[at + i] = Narrow<T>(product[i]);
      }
    });
    return absl::OkStatus();
  }
};

}  // namespace

std::vector<KernelRow> CpuLinalgCrossKernels() {
  std::vector<KernelRow> rows;
  AddNumberRows<CrossKernel>(rows, "Cross");
  return rows;
}

}  // namespace eager::server
