// Kernels of common/ops/elementwise_binary_ops.cc.
#include <complex>
#include <cstring>

#include "absl/strings/match.h"
#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/elementwise_loops.h"
#include "server/kernels/elementwise_fns.h"

namespace eager::server {
namespace {

// Whether `test` holds for an element of input 1 that some output element is computed from.
template <class T, class Test>
bool AnyOfSecond(const KernelContext& k, Test test) {
  if (k.output(0).num_elements() == 0) return false;
  const T* y = k.input(1).data<T>();
  const int64_t n = k.input(1).num_elements();
  bool any = false;
  for (int64_t i = 0; i < n; ++i) any |= test(y[i]);
  return any;
}

// Looks for zeros before the loop, which then need not stop halfway with its output over an input.
template <class F, class T>
absl::Status DivideIntegers(KernelContext& k) {
  if (AnyOfSecond<T>(k, [](T y) { return y == 0; })) {
    // TensorFlow did not think of these two when it chose its codes.
    const bool truncates = absl::StartsWith(k.op().name, "Truncate");
    return absl::Status(truncates ? absl::StatusCode::kInternal : absl::StatusCode::kInvalidArgument,
                        "Integer division by zero");
  }
  return BinaryKernel<F, T>(k);
}

template <class H>
struct RoundedTo {
  float operator()(float x) const {
    H rounded;
    StoreHalf(x, rounded);
    return LoadHalf(rounded);
  }
};

template <class WholePart, class... Hs>
void AddHalfDivision(std::vector<KernelRow>& rows, absl::string_view op, Types<Hs...>) {
  (rows.push_back(BinaryRow<WholeQuotientFn<WholePart, RoundedTo<Hs>>, Hs>(op)), ...);
}

template <class F, class... Ts>
void AddIntegerDivision(std::vector<KernelRow>& rows, absl::string_view op, Types<Ts...>) {
  (rows.push_back({op, {DTypeOf<Ts>}, &DivideIntegers<F, Ts>, /*in_place=*/true}), ...);
}

template <class T>
absl::Status IntegerPow(KernelContext& k) {
  if (AnyOfSecond<T>(k, [](T y) { return y < 0; })) {
    return absl::InvalidArgumentError("Integers to negative integer powers are not allowed");
  }
  return BinaryKernel<PowFn, T>(k);
}

template <class... Ts>
void AddIntegerPow(std::vector<KernelRow>& rows, Types<Ts...>) {
  (rows.push_back({"Pow", {DTypeOf<Ts>}, &IntegerPow<Ts>, /*in_place=*/true}), ...);
}

// A piece at a time through all inputs, so that the partial sums stay in the cache.
template <class T>
absl::Status AddNKernel(KernelContext& k) {
  T* out = k.output(0).mutable_data<T>();
  ParallelFor(k.output(0).num_elements(), kElementwiseGrain, [&](int64_t begin, int64_t end) {
    Stretch s = {{k.input(0).data<T>() + begin}, {1, 1, 1}, out + begin, end - begin};
    if (k.num_inputs() == 1 && s.in[0] != s.out) std::memcpy(s.out, s.in[0], s.n * sizeof(T));
    for (int i = 1; i < k.num_inputs(); ++i) {
      s.in[1] = k.input(i).data<T>() + begin;
      BinaryLoop<AddFn, T>(s);
      s.in[0] = s.out;
    }
  });
  return absl::OkStatus();
}

// Up to three inputs.
template <class T>
void AddNLoop(const Stretch& s) {
  if (s.in[1] == nullptr) {
    if (s.in[0] != s.out) std::memcpy(s.out, s.in[0], s.n * sizeof(T));
    return;
  }
  BinaryLoop<AddFn, T>(s);
  if (s.in[2] != nullptr) BinaryLoop<AddFn, T>({{s.out, s.in[2]}, {1, s.step[2], 1}, s.out, s.n});
}

template <class T>
KernelRow AddNRow(DTypeSet dtypes) {
  return {"AddN", dtypes, &AddNKernel<T>, /*in_place=*/true, /*makes_outputs=*/false, &AddNLoop<T>};
}

template <class... Ts>
void AddAddN(std::vector<KernelRow>& rows, Types<Ts...>) {
  (rows.push_back(AddNRow<Ts>(SignMattersNot<Ts>())), ...);
}

void AddSumsAndProducts(std::vector<KernelRow>& rows) {
  AddBinary<AddFn>(rows, "AddV2", FloatTypes());
  AddWrappingBinary<AddFn>(rows, "AddV2", UnsignedTypes());
  AddBinary<SubFn>(rows, "Sub", FloatTypes());
  AddWrappingBinary<SubFn>(rows, "Sub", UnsignedTypes());
  AddBinary<MulFn>(rows, "Mul", FloatTypes());
  AddWrappingBinary<MulFn>(rows, "Mul", UnsignedTypes());
  AddBinary<SquaredDifferenceFn>(rows, "SquaredDifference", FloatTypes());
  AddWrappingBinary<SquaredDifferenceFn>(rows, "SquaredDifference", Types<uint32_t, uint64_t>());
  AddBinary<PowFn>(rows, "Pow", FloatTypes());
  AddIntegerPow(rows, SignedTypes());
}

void AddDivisions(std::vector<KernelRow>& rows) {
  AddBinary<DivFn>(rows, "RealDiv", FloatTypes());
  AddBinary<DivFn>(rows, "Div", FloatTypes());
  AddIntegerDivision<DivFn>(rows, "Div", SignedTypes());
  AddIntegerDivision<DivFn>(rows, "Div", UnsignedTypes());
  AddBinary<FloorDivFn>(rows, "FloorDiv", Types<float, double>());
  AddHalfDivision<FloorFn>(rows, "FloorDiv", Types<Float16, BFloat16>());
  AddIntegerDivision<FloorDivFn>(rows, "FloorDiv", SignedTypes());
  AddIntegerDivision<FloorDivFn>(rows, "FloorDiv", UnsignedTypes());
  AddBinary<FloorModFn>(rows, "FloorMod", FloatTypes());
  AddIntegerDivision<FloorModFn>(rows, "FloorMod", SignedTypes());
  AddIntegerDivision<FloorModFn>(rows, "FloorMod", UnsignedTypes());
  AddBinary<TruncateDivFn>(rows, "TruncateDiv", Types<float, double>());
  AddHalfDivision<TruncFn>(rows, "TruncateDiv", Types<Float16, BFloat16>());
  AddIntegerDivision<DivFn>(rows, "TruncateDiv", SignedTypes());
  AddIntegerDivision<DivFn>(rows, "TruncateDiv", UnsignedTypes());
  AddBinary<TruncateModFn>(rows, "TruncateMod", FloatTypes());
  AddIntegerDivision<TruncateModFn>(rows, "TruncateMod", Types<int32_t, int64_t>());
}

void AddOthers(std::vector<KernelRow>& rows) {
  AddBinary<MaximumFn>(rows, "Maximum", FloatTypes());
  AddBinary<MaximumFn>(rows, "Maximum", SignedTypes());
  AddBinary<MaximumFn>(rows, "Maximum", UnsignedTypes());
  AddBinary<MinimumFn>(rows, "Minimum", FloatTypes());
  AddBinary<MinimumFn>(rows, "Minimum", SignedTypes());
  AddBinary<MinimumFn>(rows, "Minimum", UnsignedTypes());
  AddBinary<DivNoNanFn>(rows, "DivNoNan", FloatTypes());
  AddBinary<MulNoNanFn>(rows, "MulNoNan", FloatTypes());
  AddBinary<XdivyFn>(rows, "Xdivy", FloatTypes());
  AddBinary<XlogyFn>(rows, "Xlogy", FloatTypes());
  AddBinary<Atan2Fn>(rows, "Atan2", FloatTypes());
  rows.push_back(BinaryRow<LogicalAndFn, uint8_t>("LogicalAnd", {DType::kBool}));
  rows.push_back(BinaryRow<LogicalOrFn, uint8_t>("LogicalOr", {DType::kBool}));
}

// The sums alone, which the gradients of ops that move complex numbers add up with.
void AddComplexSums(std::vector<KernelRow>& rows) {
  using Complex64 = std::complex<float>;
  using Complex128 = std::complex<double>;
  rows.push_back(BinaryRow<AddFn, Complex64>("AddV2", {DType::kComplex64}));
  rows.push_back(BinaryRow<AddFn, Complex128>("AddV2", {DType::kComplex128}));
  rows.push_back(AddNRow<Complex64>({DType::kComplex64}));
  rows.push_back(AddNRow<Complex128>({DType::kComplex128}));
}

}  // namespace

std::vector<KernelRow> CpuElementwiseBinaryKernels() {
  std::vector<KernelRow> rows;
  AddSumsAndProducts(rows);
  AddDivisions(rows);
  AddOthers(rows);
  AddAddN(rows, FloatTypes());
  AddAddN(rows, UnsignedTypes());
  AddComplexSums(rows);
  return rows;
}

}  // namespace eager::server
