// The functor of a GPU's casts against the CPU's kernel: every pair of dtypes, with and without Truncate.
#include "server/kernels/cuda/cast_fn.h"

#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "common/ops/op_table.h"
#include "gtest/gtest.h"
#include "server/device/cpu/cpu_device.h"
#include "server/kernels/cpu/cast.h"

namespace eager::server::cuda {
namespace {

template <class T>
inline constexpr DType kDType = DTypeOf<T>;
template <>
inline constexpr DType kDType<Complex64> = DType::kComplex64;
template <>
inline constexpr DType kDType<Complex128> = DType::kComplex128;

template <class T>
T Make(double x) {
  if constexpr (CastPart<T>::kComplex) {
    return {static_cast<typename CastPart<T>::Part>(x), static_cast<typename CastPart<T>::Part>(x / 3)};
  } else if constexpr (kIsHalfPart<T>) {
    return T(static_cast<float>(x));
  } else {
    return CastNumber<T>(x);
  }
}
// As number.cuh loads and stores them.
template <class T>
auto Loaded(T x) {
  if constexpr (kIsHalfPart<T>) {
    return static_cast<float>(x);
  } else if constexpr (std::is_same_v<T, bool>) {
    return static_cast<uint8_t>(x);
  } else {
    return x;
  }
}

template <class T>
std::vector<T> Values() {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::vector<T> values;
  for (double x : {0., -0., 1., -1., 0.1, -0.1, 1. / 3, 2.5, -2.5, 127.9, 128., 255.5, 256., 32767.5, -32769., 65519.9,
                   65520., 70000., 16777217., 2147483647., 2147483648., -2147483648., -2147483649., 4294967295.5,
                   4294967296., 9.2e18, 9.3e18, 1.8e19, 1.9e19, -9.3e18, 1e38, 3.5e38, 1e300, -1e300, 6e-8, 2e-8, 1e-40,
                   1e-300, 1.00048828125001, 1.0039062500001, kInfinity, -kInfinity}) {
    values.push_back(Make<T>(x));
  }
  values.push_back(Make<T>(std::numeric_limits<double>::quiet_NaN()));
  if constexpr (std::is_integral_v<T>) {
    values.push_back(std::numeric_limits<T>::min());
    values.push_back(std::numeric_limits<T>::max());
  }
  return values;
}

template <class T>
bool Same(const T& x, const T& y) {
  if constexpr (CastPart<T>::kComplex) {
    return Same(x.real, y.real) && Same(x.imaginary, y.imaginary);
  } else if constexpr (kIsHalfPart<T>) {
    return x.bits == y.bits || (Loaded(x) != Loaded(x) && Loaded(y) != Loaded(y));
  } else {
    return std::memcmp(&x, &y, sizeof(T)) == 0 || (x != x && y != y);
  }
}

template <class From, class To, bool kTruncate>
void Check() {
  CpuDevice device(0, 1 << 20);
  const std::vector<From> values = Values<From>();
  const int64_t n = static_cast<int64_t>(values.size());
  std::string bytes(values.size() * sizeof(From), '\0');
  for (size_t i = 0; i < values.size(); ++i) {
    const From x = values[i];
    std::memcpy(bytes.data() + i * sizeof(From), &x, sizeof(From));
  }
  const TensorRef in = MakeRef<Tensor>(TensorSpec{kDType<From>, Shape{n}}, device.Allocate(bytes.size()).value());
  std::memcpy(in->raw(), bytes.data(), bytes.size());
  BufferRef results = device.Allocate(values.size() * sizeof(To)).value();
  TensorRef out = MakeRef<Tensor>(TensorSpec{kDType<To>, Shape{n}}, std::move(results));
  const OpSpec& op = *OpTable::Builtin().Find("Cast");
  const Attrs attrs = Attrs::Make(op, {{"SrcT", kDType<From>}, {"DstT", kDType<To>}, {"Truncate", kTruncate}}).value();
  std::unique_ptr<KernelState> state;
  KernelContext context(op, attrs, device, device, {&in, 1}, {&out, 1}, state);
  const absl::Status status = CastKernel(context);
  ASSERT_TRUE(status.ok()) << status;
  for (size_t i = 0; i < values.size(); ++i) {
    const To mine = static_cast<To>(CastFn<To, kTruncate && kCutsDigits<From, To>>()(Loaded(From(values[i]))));
    const To& cpu = out->data<To>()[i];
    EXPECT_TRUE(Same(mine, cpu)) << Name(kDType<From>) << " to " << Name(kDType<To>) << ", value " << i
                                 << (kTruncate ? ", truncated" : "");
  }
}

template <class From, class... To>
void CheckFrom() {
  (Check<From, To, false>(), ...);
  (Check<From, To, true>(), ...);
}
template <class... Ts>
struct Each {
  static void CheckAll() { (CheckFrom<Ts, Ts...>(), ...); }
};

TEST(CastFn, IsTheCpuKernel) {
  Each<float, double, Float16, BFloat16, int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t, bool,
       Complex64, Complex128>::CheckAll();
}

}  // namespace
}  // namespace eager::server::cuda
