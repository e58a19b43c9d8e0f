// Kernels of common/ops/comparison_ops.cc.
#include <algorithm>
#include <complex>
#include <cstring>

#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/elementwise_loops.h"
#include "server/kernels/cpu/string_moves.h"
#include "server/kernels/elementwise_fns.h"

namespace eager::server {
namespace {

// Broadcasting tensors of some rank never gives a scalar: then their shapes did not fit, and the attribute
// incompatible_shape_error asked for one answer for all.
template <class F, class T>
absl::Status EqualityKernel(KernelContext& k) {
  const bool incompatible =
      k.output(0).shape().is_scalar() && (!k.input(0).shape().is_scalar() || !k.input(1).shape().is_scalar());
  if (!incompatible) return BinaryKernel<F, T>(k);
  *k.output(0).mutable_data<uint8_t>() = F()(0, 1);
  return absl::OkStatus();
}

template <class F>
absl::Status StringEqualityKernel(KernelContext& k) {
  return CompareStrings(k, &EqualityKernel<F, uint64_t>);
}

template <class F>
void AddEquality(std::vector<KernelRow>& rows, absl::string_view op) {
  const auto add = [&](DTypeSet dtypes, KernelFn fn, StretchLoop loop) {
    rows.push_back({op, dtypes, fn, /*in_place=*/true, /*makes_outputs=*/false, loop});
  };
  add({DType::kFloat32}, &EqualityKernel<F, float>, &BinaryLoop<F, float>);
  add({DType::kFloat64}, &EqualityKernel<F, double>, &BinaryLoop<F, double>);
  add({DType::kFloat16}, &EqualityKernel<F, Float16>, &BinaryLoop<F, Float16>);
  add({DType::kBFloat16}, &EqualityKernel<F, BFloat16>, &BinaryLoop<F, BFloat16>);
  add({DType::kInt8, DType::kUint8, DType::kBool}, &EqualityKernel<F, uint8_t>, &BinaryLoop<F, uint8_t>);
  add({DType::kInt16, DType::kUint16}, &EqualityKernel<F, uint16_t>, &BinaryLoop<F, uint16_t>);
  add({DType::kInt32, DType::kUint32}, &EqualityKernel<F, uint32_t>, &BinaryLoop<F, uint32_t>);
  add({DType::kInt64, DType::kUint64}, &EqualityKernel<F, uint64_t>, &BinaryLoop<F, uint64_t>);
  add({DType::kComplex64}, &EqualityKernel<F, std::complex<float>>, &BinaryLoop<F, std::complex<float>>);
  add({DType::kComplex128}, &EqualityKernel<F, std::complex<double>>, &BinaryLoop<F, std::complex<double>>);
  rows.push_back({op, {DType::kString}, &StringEqualityKernel<F>});
}

template <class F>
void AddOrdering(std::vector<KernelRow>& rows, absl::string_view op) {
  AddBinary<F>(rows, op, FloatTypes());
  AddBinary<F>(rows, op, SignedTypes());
  AddBinary<F>(rows, op, UnsignedTypes());
}

// One of the two sources throughout. It may be the output itself.
template <class T>
void CopyOrFill(const T* from, int64_t step, T* out, int64_t n) {
  if (step == 0) {
    std::fill_n(out, n, *from);
  } else if (from != out) {
    std::memcpy(out, from, n * sizeof(T));
  }
}

template <int kThenStep, int kElseStep, class T>
void SelectEach(const uint8_t* condition, const T* t, const T* e, T* out, int64_t n) {
#pragma GCC ivdep
  for (int64_t i = 0; i < n; ++i) {
    const T then_value = t[i * kThenStep], else_value = e[i * kElseStep];  // both read, so that no branch is needed
    out[i] = SelectFn()(condition[i], then_value, else_value);
  }
}

template <class T>
void SelectLoop(const Stretch& s) {
  const uint8_t* condition = static_cast<const uint8_t*>(s.in[0]);
  const T *t = static_cast<const T*>(s.in[1]), *e = static_cast<const T*>(s.in[2]);
  T* out = static_cast<T*>(s.out);
  if (s.step[0] == 0) {
    *condition != 0 ? CopyOrFill(t, s.step[1], out, s.n) : CopyOrFill(e, s.step[2], out, s.n);
  } else if (s.step[1] != 0) {
    s.step[2] != 0 ? SelectEach<1, 1>(condition, t, e, out, s.n) : SelectEach<1, 0>(condition, t, e, out, s.n);
  } else {
    s.step[2] != 0 ? SelectEach<0, 1>(condition, t, e, out, s.n) : SelectEach<0, 0>(condition, t, e, out, s.n);
  }
}

template <class T>
absl::Status SelectKernel(KernelContext& k) {
  RunElementwise(k, 3, &SelectLoop<T>, {{1, sizeof(T), sizeof(T)}, sizeof(T)});
  return absl::OkStatus();
}

// Where Select has one condition for each row, SelectV2 needs it with axes of 1 behind it.
template <KernelFn kSelect>
absl::Status SelectRows(KernelContext& k) {
  const Tensor &condition = k.input(0), &out = k.output(0);
  if (condition.shape().rank() != 1 || out.shape().rank() < 2) return kSelect(k);
  Shape rows = condition.shape();
  while (rows.rank() < out.shape().rank()) rows.push_back(1);
  const TensorRef inputs[] = {MakeRef<Tensor>(TensorSpec{DType::kBool, rows}, condition.buffer(), condition.offset()),
                              k.input_ref(1), k.input_ref(2)};
  TensorRef outputs[] = {MakeRef<Tensor>(out.spec(), out.buffer(), out.offset())};
  std::unique_ptr<KernelState> no_state;
  KernelContext context(k.op(), k.attrs(), k.device(), k.host_device(), inputs, absl::MakeSpan(outputs), no_state);
  return kSelect(context);
}

struct Bits128 {
  uint64_t low, high;
};

// Values are only moved, so their size is all that counts.
void AddSelect(std::vector<KernelRow>& rows) {
  const auto add = [&]<class T>(DTypeSet dtypes, T) {
    rows.push_back({"SelectV2", dtypes, &SelectKernel<T>, /*in_place=*/true, /*makes_outputs=*/false, &SelectLoop<T>});
    rows.push_back({"Select", dtypes, &SelectRows<&SelectKernel<T>>});
  };
  add({DType::kBool, DType::kInt8, DType::kUint8}, uint8_t());
  add({DType::kInt16, DType::kUint16, DType::kFloat16, DType::kBFloat16}, uint16_t());
  add({DType::kInt32, DType::kUint32, DType::kFloat32}, uint32_t());
  add({DType::kInt64, DType::kUint64, DType::kFloat64, DType::kComplex64}, uint64_t());
  add({DType::kComplex128}, Bits128());
  rows.push_back({"SelectV2", {DType::kString}, &MoveStringsKernel<&SelectKernel<uint64_t>>});
  rows.push_back({"Select", {DType::kString}, &MoveStringsKernel<&SelectRows<&SelectKernel<uint64_t>>>});
}

template <class T>
void ApplyClip(const T* x, const T* low, int64_t low_step, const T* high, int64_t high_step, T* out, int64_t n) {
  if (low_step == 0 && high_step == 0) {
    const T low0 = *low, high0 = *high;
#pragma GCC ivdep
    for (int64_t i = 0; i < n; ++i) out[i] = ClipFn()(x[i], low0, high0);
  } else {
#pragma GCC ivdep
    for (int64_t i = 0; i < n; ++i) out[i] = ClipFn()(x[i], low[i * low_step], high[i * high_step]);
  }
}

template <class T>
void ClipLoop(const Stretch& s) {
  const T *x = static_cast<const T*>(s.in[0]), *low = static_cast<const T*>(s.in[1]),
          *high = static_cast<const T*>(s.in[2]);
  T* out = static_cast<T*>(s.out);
  if constexpr (kIsHalf<T>) {
    float xs[kHalfChunk], lows[kHalfChunk], highs[kHalfChunk];
    ForHalfChunks(s.n, [&](int64_t at, int64_t n) {
      LoadHalves(x + at, xs, n);
      LoadHalves(low + at * s.step[1], lows, s.step[1] == 0 ? 1 : n);
      LoadHalves(high + at * s.step[2], highs, s.step[2] == 0 ? 1 : n);
      ApplyClip(xs, lows, s.step[1], highs, s.step[2], xs, n);
      StoreHalves(xs, out + at, n);
    });
  } else {
    ApplyClip(x, low, s.step[1], high, s.step[2], out, s.n);
  }
}

template <class T>
absl::Status ClipKernel(KernelContext& k) {
  RunElementwise(k, 3, &ClipLoop<T>, {{sizeof(T), sizeof(T), sizeof(T)}, sizeof(T)});
  return absl::OkStatus();
}

template <class... Ts>
void AddClip(std::vector<KernelRow>& rows, Types<Ts...>) {
  (rows.push_back({"ClipByValue", {DTypeOf<Ts>}, &ClipKernel<Ts>, /*in_place=*/true, /*makes_outputs=*/false,
                   &ClipLoop<Ts>}),
   ...);
}

}  // namespace

std::vector<KernelRow> CpuComparisonKernels() {
  std::vector<KernelRow> rows;
  AddEquality<EqualFn>(rows, "Equal");
  AddEquality<NotEqualFn>(rows, "NotEqual");
  AddOrdering<LessFn>(rows, "Less");
  AddOrdering<LessEqualFn>(rows, "LessEqual");
  AddOrdering<GreaterFn>(rows, "Greater");
  AddOrdering<GreaterEqualFn>(rows, "GreaterEqual");
  AddSelect(rows);
  AddClip(rows, FloatTypes());
  AddClip(rows, SignedTypes());
  AddClip(rows, UnsignedTypes());
  return rows;
}

}  // namespace eager::server
