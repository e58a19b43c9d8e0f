// Fill, ZerosLike, OnesLike, Range, LinSpace, OneHot.
#include <complex>
#include <cstring>

#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/number.h"
#include "server/kernels/cpu/strided_copy.h"
#include "server/kernels/cpu/string_moves.h"
#include "server/kernels/make_fns.h"

namespace eager::server {
namespace {

constexpr int64_t kGrain = 1 << 17;

// Makes all elements the one at `value`.
void FillWith(const void* value, const Tensor& out) {
  FillElements(SizeOf(out.dtype()), value, out.raw(), out.num_elements());
}

absl::Status Fill(KernelContext& k) {
  FillWith(k.input(1).raw(), k.output(0));
  return absl::OkStatus();
}

absl::Status ZerosLike(KernelContext& k) {
  std::memset(k.output(0).raw(), 0, k.output(0).num_bytes());
  return absl::OkStatus();
}

template <class T>
struct OnesLikeKernel {
  static absl::Status Run(KernelContext& k) {
    const T one = Narrow<T>(1);
    FillWith(&one, k.output(0));
    return absl::OkStatus();
  }
};

template <class T>
struct RangeKernel {
  static absl::Status Run(KernelContext& k) {
    using W = Wide<T>;
    const W start = Widen<W>(*k.host(0).as<T>()), delta = Widen<W>(*k.host(2).as<T>());
    T* to = k.output(0).mutable_data<T>();
    const auto rounded = [](W x) { return Widen<W>(Narrow<T>(x)); };
    ParallelFor(k.output(0).num_elements(), kGrain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) to[i] = Narrow<T>(RangeElement(start, delta, i, rounded));
    });
    return absl::OkStatus();
  }
};

template <class T>
struct LinSpaceKernel {
  static absl::Status Run(KernelContext& k) {
    using W = Wide<T>;
    const W start = Widen<W>(*k.host(0).as<T>()), stop = Widen<W>(*k.host(1).as<T>());
    const int64_t n = k.output(0).num_elements();
    const W step = n > 1 ? (stop - start) / static_cast<W>(n - 1) : W(0);
    T* to = k.output(0).mutable_data<T>();
    for (int64_t i = 0; i < n; ++i) to[i] = Narrow<T>(LinSpaceElement(start, stop, step, i, n));
    return absl::OkStatus();
  }
};

// The output is [outer, depth, inner] around the new axis; indices out of range set nothing.
template <class Index>
absl::Status SetHot(KernelContext& k) {
  const Shape& indices = k.input(0).shape();
  const int64_t axis = k.attr<int64_t>("axis"), depth = k.host(1).int_at(0);
  int64_t inner = 1;
  for (int i = axis < 0 ? indices.rank() : static_cast<int>(axis); i < indices.rank(); ++i) inner *= indices[i];
  const void* on = k.input(2).raw();
  FillWith(k.input(3).raw(), k.output(0));
  const Index* index = k.input(0).data<Index>();
  const size_t size = SizeOf(k.output(0).dtype());
  char* to = k.output(0).mutable_data<char>();
  const int64_t n = indices.num_elements();
  for (int64_t i = 0; i < n; ++i) {
    const int64_t at = static_cast<int64_t>(index[i]);
    if (at < 0 || at >= depth) continue;
    const int64_t place = (i / inner * depth + at) * inner + i % inner;
    std::memcpy(to + place * static_cast<int64_t>(size), on, size);
  }
  return absl::OkStatus();
}

absl::Status OneHot(KernelContext& k) {
  switch (k.input(0).dtype()) {
    case DType::kUint8:
      return SetHot<uint8_t>(k);
    case DType::kInt8:
      return SetHot<int8_t>(k);
    case DType::kInt32:
      return SetHot<int32_t>(k);
    default:
      return SetHot<int64_t>(k);
  }
}

}  // namespace

std::vector<KernelRow> CpuMakeKernels() {
  std::vector<KernelRow> rows = {
      {"OnesLike", {DType::kComplex64}, &OnesLikeKernel<std::complex<float>>::Run},
      {"OnesLike", {DType::kComplex128}, &OnesLikeKernel<std::complex<double>>::Run},
  };
  AddMoveRows<&Fill>(rows, "Fill");
  AddMoveRows<&ZerosLike>(rows, "ZerosLike");
  AddMoveRows<&OneHot>(rows, "OneHot");
  AddNumberRows<OnesLikeKernel>(rows, "OnesLike");
  AddRows<OnesLikeKernel, bool>(rows, "OnesLike");
  AddFloatRows<RangeKernel>(rows, "Range");
  AddRows<RangeKernel, int8_t, int16_t, int32_t, int64_t, uint16_t, uint32_t>(rows, "Range");
  AddFloatRows<LinSpaceKernel>(rows, "LinSpace");
  return rows;
}

}  // namespace eager::server
