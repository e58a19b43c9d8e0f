// Kernels of common/ops/pass_ops.cc.
#include <atomic>
#include <cmath>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/number.h"

namespace eager::server {
namespace {

constexpr int64_t kGrain = 1 << 16;

absl::Status NoOpKernel(KernelContext&) { return absl::OkStatus(); }

// Elements of a part of another tensor need not lie where larger ones may.
absl::Status BitcastKernel(KernelContext& k) {
  const Tensor& in = k.input(0);
  const size_t from = SizeOf(in.dtype()), to = SizeOf(k.attr<DType>("type"));
  Shape::Dims dims(in.shape().dims().begin(), in.shape().dims().end());
  if (from > to) dims.push_back(static_cast<int64_t>(from / to));
  if (from < to) dims.pop_back();
  TensorSpec spec{k.attr<DType>("type"), Shape(std::move(dims))};
  if (in.offset() % to == 0) {
    k.set_output(0, MakeRef<Tensor>(std::move(spec), in.buffer(), in.offset()));
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(BufferRef buffer, k.device().Allocate(in.num_bytes()));
  std::memcpy(buffer->data(), in.raw(), in.num_bytes());
  k.set_output(0, MakeRef<Tensor>(std::move(spec), std::move(buffer)));
  return absl::OkStatus();
}

template <class T>
struct CheckNumericsKernel {
  static absl::Status Run(KernelContext& k) {
    const Tensor& in = k.input(0);
    const T* values = in.data<T>();
    std::atomic<bool> has_inf{false}, has_nan{false};
    ParallelFor(in.num_elements(), kGrain, [&](int64_t begin, int64_t end) {
      bool inf = false, nan = false;
      for (int64_t i = begin; i < end; ++i) {
        const Ordered<T> x = Widen<Ordered<T>>(values[i]);
        inf |= std::isinf(x);
        nan |= std::isnan(x);
      }
      if (inf) has_inf = true;
      if (nan) has_nan = true;
    });
    k.set_output(0, MakeRef<Tensor>(in.spec(), in.buffer(), in.offset()));
    if (!has_inf && !has_nan) return absl::OkStatus();
    const absl::string_view what = !has_nan ? "Inf" : !has_inf ? "NaN" : "Inf and NaN";
    return absl::InvalidArgumentError(absl::StrCat(k.attr<std::string>("message"), " : Tensor had ", what, " values"));
  }
};

}  // namespace

std::vector<KernelRow> CpuPassKernels() {
  std::vector<KernelRow> rows = {{"NoOp", DTypeSet::All(), &NoOpKernel},
                                 {"Bitcast",
                                  {DType::kBFloat16, DType::kFloat16, DType::kFloat32, DType::kFloat64, DType::kInt64,
                                   DType::kInt32, DType::kUint8, DType::kUint16, DType::kUint32, DType::kUint64,
                                   DType::kInt8, DType::kInt16, DType::kComplex64, DType::kComplex128},
                                  &BitcastKernel,
                                  /*in_place=*/false,
                                  /*makes_outputs=*/true}};
  AddFloatRows<CheckNumericsKernel>(rows, "CheckNumerics");
  for (KernelRow& row : rows) row.makes_outputs |= row.op == "CheckNumerics";
  return rows;
}

}  // namespace eager::server
