// Where: the indices of the elements that are not zero.

#include <algorithm>
#include <numeric>

#include "absl/container/inlined_vector.h"
#include "common/ops/nonzero.h"
#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cpu/number.h"

namespace eager::server {
namespace {

constexpr int64_t kGrain = 64 << 10;

// The indices of an element and its successors in row-major order.
class Index {
 public:
  Index(const Shape& shape, int64_t element) : shape_(shape), at_(static_cast<size_t>(shape.rank())) {
    for (int axis = shape.rank() - 1; axis >= 0; --axis) {
      at_[axis] = element % shape[axis];
      element /= shape[axis];
    }
  }
  void Next() {
    for (int axis = shape_.rank() - 1; axis >= 0; --axis) {
      if (++at_[axis] < shape_[axis]) return;
      at_[axis] = 0;
    }
  }
  int64_t* Write(int64_t* to) const { return std::copy(at_.begin(), at_.end(), to); }

 private:
  const Shape& shape_;
  absl::InlinedVector<int64_t, 8> at_;
};

// Counts each range first: then every range knows where its indices begin.
template <class T>
struct WhereKernel {
  static absl::Status Run(KernelContext& k) {
    const Tensor& in = k.input(0);
    const int64_t n = in.num_elements(), rank = in.shape().rank();
    if (k.output(0).num_elements() == 0) return absl::OkStatus();
    const T* values = in.data<T>();
    int64_t* out = k.output(0).mutable_data<int64_t>();
    std::vector<int64_t> first(static_cast<size_t>((n + kGrain - 1) / kGrain) + 1, 0);
    ParallelFor(n, kGrain, [&](int64_t begin, int64_t end) {
      first[begin / kGrain + 1] = std::count_if(values + begin, values + end, [](const T& x) { return IsNonzero(x); });
    });
    std::partial_sum(first.begin(), first.end(), first.begin());
    ParallelFor(n, kGrain, [&](int64_t begin, int64_t end) {
      int64_t* to = out + first[begin / kGrain] * rank;
      Index index(in.shape(), begin);
      for (int64_t i = begin; i < end; ++i, index.Next()) {
        if (IsNonzero(values[i])) to = index.Write(to);
      }
    });
    return absl::OkStatus();
  }
};

}  // namespace

std::vector<KernelRow> CpuWhereKernels() {
  std::vector<KernelRow> rows;
  AddNumberRows<WhereKernel>(rows, "Where");
  AddRows<WhereKernel, bool>(rows, "Where");
  rows.push_back({"Where", {DType::kComplex64}, &WhereKernel<std::complex<float>>::Run});
  rows.push_back({"Where", {DType::kComplex128}, &WhereKernel<std::complex<double>>::Run});
  return rows;
}

}  // namespace eager::server
