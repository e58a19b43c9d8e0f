// Kernels of common/ops/search_ops.cc.
#include <algorithm>
#include <cstring>
#include <type_traits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/ops/unique.h"
#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cpu/number.h"
#include "server/kernels/cpu/string_moves.h"

namespace eager::server {
namespace {

constexpr int64_t kGrain = 1 << 14;

template <class T>
struct BucketizeKernel {
  static absl::Status Run(KernelContext& k) {
    const auto& boundaries = k.attr<std::vector<float>>("boundaries");
    const T* in = k.input(0).data<T>();
    int32_t* out = k.output(0).mutable_data<int32_t>();
    ParallelFor(k.input(0).num_elements(), kGrain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        out[i] = static_cast<int32_t>(std::upper_bound(boundaries.begin(), boundaries.end(), in[i]) - boundaries.begin());
      }
    });
    return absl::OkStatus();
  }
};

void SetIndex(const Tensor& t, int64_t i, int64_t value) {
  if (t.dtype() == DType::kInt32) {
    t.mutable_data<int32_t>()[i] = static_cast<int32_t>(value);
  } else {
    t.mutable_data<int64_t>()[i] = value;
  }
}

template <class T>
struct BoundKernel {
  static absl::Status Run(KernelContext& k) {
    const bool upper = k.op().name == "UpperBound";
    const Shape &sorted = k.input(0).shape(), &values = k.input(1).shape();
    const T *in = k.input(0).data<T>(), *value = k.input(1).data<T>();
    const auto less = [](const T& a, const T& b) { return Widen<Ordered<T>>(a) < Widen<Ordered<T>>(b); };
    ParallelFor(values.num_elements(), kGrain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const T *first = in + i / values[1] * sorted[1], *last = first + sorted[1];
        const T* found = upper ? std::upper_bound(first, last, value[i], less) : std::lower_bound(first, last, value[i], less);
        SetIndex(k.output(0), i, found - first);
      }
    });
    return absl::OkStatus();
  }
};

// Rows of numbers into rows of bins.
template <class T>
absl::Status Count(KernelContext& k) {
  const Tensor &in = k.input(0), &weights = k.input(2), &out = k.output(0);
  const HostView number = in.host_view();
  const int64_t rows = in.shape().rank() == 2 ? in.shape()[0] : 1, n = rows == 0 ? 0 : in.num_elements() / rows,
                size = out.shape()[out.shape().rank() - 1];
  const bool binary = k.attr<bool>("binary_output"), weighted = weights.num_elements() != 0;
  T* bins = out.mutable_data<T>();
  std::fill_n(bins, out.num_elements(), T(0));
  for (int64_t i = 0; i < rows * n; ++i) {
    const int64_t at = number.int_at(i);
    if (at < 0) return absl::InvalidArgumentError("Input arr must be non-negative!");
    if (at >= size) continue;
    T& bin = bins[i / n * size + at];
    bin = binary ? T(1) : bin + (weighted ? weights.data<T>()[i] : T(1));
  }
  return absl::OkStatus();
}

absl::Status DenseBincountKernel(KernelContext& k) {
  switch (k.output(0).dtype()) {
    case DType::kInt32:
      return Count<int32_t>(k);
    case DType::kInt64:
      return Count<int64_t>(k);
    case DType::kFloat32:
      return Count<float>(k);
    default:
      return Count<double>(k);
  }
}

template <class T>
struct HistogramKernel {
  static absl::Status Run(KernelContext& k) {
    const Tensor &in = k.input(0), &out = k.output(0);
    const T *range = k.input(1).data<T>(), *value = in.data<T>();
    const auto low = Widen<double>(range[0]), high = Widen<double>(range[1]);
    if (!(low < high)) {
      return absl::InvalidArgumentError(
          absl::StrCat("value_range should satisfy value_range[0] < value_range[1], but got '[", low, ", ", high, "]'"));
    }
    const int64_t bins = out.num_elements();
    const double step = (high - low) / static_cast<double>(bins);
    std::vector<int64_t> counts(static_cast<size_t>(bins));
    for (int64_t i = 0; i < in.num_elements(); ++i) {
      const double at = (Widen<double>(value[i]) - low) / step;
      if (at != at) {
        return absl::InvalidArgumentError("values must not contain NaN");
      }
      ++counts[static_cast<size_t>(std::clamp(at, 0.0, static_cast<double>(bins - 1)))];
    }
    for (int64_t i = 0; i < bins; ++i) SetIndex(out, i, counts[static_cast<size_t>(i)]);
    return absl::OkStatus();
  }
};

absl::Status ListDiffKernel(KernelContext& k) {
  const Tensor &x = k.input(0), &out = k.output(0);
  const std::vector<int64_t> missing = FindMissing(k.host(0), k.host(1));
  for (size_t i = 0; i < missing.size(); ++i) SetIndex(k.output(1), static_cast<int64_t>(i), missing[i]);
  if (x.dtype() == DType::kString) {
    return SetStrings(k, 0, [&](int64_t i) { return StringAt(x, missing[static_cast<size_t>(i)]); });
  }
  const size_t size = SizeOf(x.dtype());
  for (size_t i = 0; i < missing.size(); ++i) {
    std::memcpy(out.mutable_data<char>() + i * size, x.data<char>() + static_cast<size_t>(missing[i]) * size, size);
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<KernelRow> CpuSearchKernels() {
  std::vector<KernelRow> rows = {{"DenseBincount", {DType::kInt32, DType::kInt64}, &DenseBincountKernel},
                                 {"ListDiff", kFixedSizeTypes | DTypeSet{DType::kString}, &ListDiffKernel}};
  AddRows<BucketizeKernel, int32_t, int64_t, float, double>(rows, "Bucketize");
  AddNumberRows<BoundKernel>(rows, "LowerBound");
  AddNumberRows<BoundKernel>(rows, "UpperBound");
  AddRows<HistogramKernel, int32_t, int64_t, float, double>(rows, "HistogramFixedWidth");
  return rows;
}

}  // namespace eager::server
