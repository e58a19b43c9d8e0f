// Fill, ZerosLike, OnesLike, Range, LinSpace, OneHot.
#include <cstring>

#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/number.h"

namespace eager::server {
namespace {

constexpr int64_t kGrain = 1 << 17;

constexpr DTypeSet kFixedSize = {DType::kBool,    DType::kInt8,     DType::kUint8,   DType::kInt16,    DType::kUint16,
                                 DType::kFloat16, DType::kBFloat16, DType::kInt32,   DType::kUint32,   DType::kFloat32,
                                 DType::kInt64,   DType::kUint64,   DType::kFloat64, DType::kComplex64};

// Calls body with a null pointer to an unsigned integer of the dtype's size: for kernels that only move elements.
template <class F>
void WithBits(DType dtype, F body) {
  switch (SizeOf(dtype)) {
    case 1:
      return body(static_cast<uint8_t*>(nullptr));
    case 2:
      return body(static_cast<uint16_t*>(nullptr));
    case 4:
      return body(static_cast<uint32_t*>(nullptr));
    default:
      return body(static_cast<uint64_t*>(nullptr));
  }
}

template <class T>
void FillWith(T value, const Tensor& out) {
  T* to = out.mutable_data<T>();
  ParallelFor(out.num_elements(), kGrain, [&](int64_t begin, int64_t end) { std::fill(to + begin, to + end, value); });
}

absl::Status Fill(KernelContext& k) {
  WithBits(k.output(0).dtype(), [&]<class T>(T*) { FillWith(*k.input(1).data<T>(), k.output(0)); });
  return absl::OkStatus();
}

absl::Status ZerosLike(KernelContext& k) {
  std::memset(k.output(0).raw(), 0, k.output(0).num_bytes());
  return absl::OkStatus();
}

template <class T>
struct OnesLikeKernel {
  static absl::Status Run(KernelContext& k) {
    FillWith(Narrow<T>(1), k.output(0));
    return absl::OkStatus();
  }
};

// start + i * delta, rounded after each step as arithmetic in T is.
template <class T>
struct RangeKernel {
  static absl::Status Run(KernelContext& k) {
    using W = Wide<T>;
    const W start = Widen<W>(*k.host(0).as<T>()), delta = Widen<W>(*k.host(2).as<T>());
    T* to = k.output(0).mutable_data<T>();
    ParallelFor(k.output(0).num_elements(), kGrain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const W step = Widen<W>(Narrow<T>(Widen<W>(Narrow<T>(static_cast<W>(i))) * delta));
        to[i] = Narrow<T>(start + step);
      }
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
    for (int64_t i = 0; i < n; ++i) to[i] = Narrow<T>(start + step * static_cast<W>(i));
    if (n > 1) to[n - 1] = Narrow<T>(stop);  // exactly
    return absl::OkStatus();
  }
};

// The output is [outer, depth, inner] around the new axis; indices out of range set nothing.
template <class T, class Index>
void SetHot(KernelContext& k) {
  const Shape& indices = k.input(0).shape();
  const int64_t axis = k.attr<int64_t>("axis"), depth = k.host(1).int_at(0);
  int64_t inner = 1;
  for (int i = axis < 0 ? indices.rank() : static_cast<int>(axis); i < indices.rank(); ++i) inner *= indices[i];
  const T on = *k.input(2).data<T>();
  FillWith(*k.input(3).data<T>(), k.output(0));
  const Index* index = k.input(0).data<Index>();
  T* to = k.output(0).mutable_data<T>();
  const int64_t n = indices.num_elements();
  for (int64_t i = 0; i < n; ++i) {
    const int64_t at = static_cast<int64_t>(index[i]);
    if (at >= 0 && at < depth) to[(i / inner * depth + at) * inner + i % inner] = on;
  }
}

absl::Status OneHot(KernelContext& k) {
  WithBits(k.output(0).dtype(), [&]<class T>(T*) {
    switch (k.input(0).dtype()) {
      case DType::kUint8:
        return SetHot<T, uint8_t>(k);
      case DType::kInt8:
        return SetHot<T, int8_t>(k);
      case DType::kInt32:
        return SetHot<T, int32_t>(k);
      default:
        return SetHot<T, int64_t>(k);
    }
  });
  return absl::OkStatus();
}

}  // namespace

std::vector<KernelRow> CpuMakeKernels() {
  std::vector<KernelRow> rows = {
      {"Fill", kFixedSize, &Fill},
      {"ZerosLike", kFixedSize, &ZerosLike},
      {"OneHot", kFixedSize, &OneHot},
  };
  AddNumberRows<OnesLikeKernel>(rows, "OnesLike");
  AddRows<OnesLikeKernel, bool>(rows, "OnesLike");
  AddFloatRows<RangeKernel>(rows, "Range");
  AddRows<RangeKernel, int8_t, int16_t, int32_t, int64_t, uint16_t, uint32_t>(rows, "Range");
  AddFloatRows<LinSpaceKernel>(rows, "LinSpace");
  return rows;
}

}  // namespace eager::server
