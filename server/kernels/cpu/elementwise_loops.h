// The inner loops of elementwise kernels: one functor over a Stretch, written so that the compiler vectorises them.
//
// Outputs may be an input, element for element, which `ivdep` tells the compiler: no iteration reads what another
// wrote.
#pragma once

#include <type_traits>
#include <vector>

#include "server/kernels/cpu/broadcast.h"
#include "server/kernels/cpu/element.h"
#include "server/kernels/cpu/wide_loop.h"

namespace eager::server {

// The type that T is computed in, and the one that a functor's results are stored as.
template <class T>
using ComputeType = std::conditional_t<kIsHalf<T>, float, T>;
template <class F, class T, class... Same>
using ResultType = std::invoke_result_t<F, ComputeType<T>, Same...>;
template <class T, class Result>
using StoredType = std::conditional_t<kIsHalf<T> && std::is_same_v<Result, float>, T, Result>;

// A functor may have a better loop than an element at a time: its ApplyUnary overload is then more special.
template <class F, class T, class Out>
EAGER_WIDE_LOOP void ApplyUnary(F f, const T* x, Out* out, int64_t n) {
#pragma GCC ivdep
  for (int64_t i = 0; i < n; ++i) out[i] = f(x[i]);
}

template <class F, class T>
void UnaryLoop(const Stretch& s) {
  using Out = StoredType<T, ResultType<F, T>>;
  const T* x = static_cast<const T*>(s.in[0]);
  Out* out = static_cast<Out*>(s.out);
  if constexpr (kIsHalf<T>) {
    float buffer[kHalfChunk];
    ForHalfChunks(s.n, [&](int64_t at, int64_t n) {
      LoadHalves(x + at, buffer, n);
      if constexpr (kIsHalf<Out>) {
        ApplyUnary(F(), buffer, buffer, n);
        StoreHalves(buffer, out + at, n);
      } else {
        ApplyUnary(F(), buffer, out + at, n);
      }
    });
  } else {
    ApplyUnary(F(), x, out, s.n);
  }
}

template <class F, class T, class Out>
EAGER_WIDE_LOOP void ApplyBinary(F f, const T* x, int64_t x_step, const T* y, int64_t y_step, Out* out, int64_t n) {
  if (x_step == 0) {
    const T x0 = *x;
#pragma GCC ivdep
    for (int64_t i = 0; i < n; ++i) out[i] = f(x0, y[i]);
  } else if (y_step == 0) {
    const T y0 = *y;
#pragma GCC ivdep
    for (int64_t i = 0; i < n; ++i) out[i] = f(x[i], y0);
  } else {
#pragma GCC ivdep
    for (int64_t i = 0; i < n; ++i) out[i] = f(x[i], y[i]);
  }
}

template <class F, class T>
void BinaryLoop(const Stretch& s) {
  using Out = StoredType<T, ResultType<F, T, ComputeType<T>>>;
  const T *x = static_cast<const T*>(s.in[0]), *y = static_cast<const T*>(s.in[1]);
  const int64_t x_step = s.step[0], y_step = s.step[1];
  Out* out = static_cast<Out*>(s.out);
  if constexpr (kIsHalf<T>) {
    float xs[kHalfChunk], ys[kHalfChunk];
    ForHalfChunks(s.n, [&](int64_t at, int64_t n) {
      LoadHalves(x + at * x_step, xs, x_step == 0 ? 1 : n);
      LoadHalves(y + at * y_step, ys, y_step == 0 ? 1 : n);
      if constexpr (kIsHalf<Out>) {
        float results[kHalfChunk];
        ApplyBinary(F(), xs, x_step, ys, y_step, results, n);
        StoreHalves(results, out + at, n);
      } else {
        ApplyBinary(F(), xs, x_step, ys, y_step, out + at, n);
      }
    });
  } else {
    ApplyBinary(F(), x, x_step, y, y_step, out, s.n);
  }
}

template <class F, class T>
absl::Status UnaryKernel(KernelContext& k) {
  RunElementwise(k, 1, &UnaryLoop<F, T>, {{sizeof(T)}, sizeof(StoredType<T, ResultType<F, T>>)});
  return absl::OkStatus();
}

template <class F, class T>
absl::Status BinaryKernel(KernelContext& k) {
  RunElementwise(k, 2, &BinaryLoop<F, T>,
                 {{sizeof(T), sizeof(T)}, sizeof(StoredType<T, ResultType<F, T, ComputeType<T>>>)});
  return absl::OkStatus();
}

// Rows of kernels that are a loop and nothing else.
template <class F, class T>
KernelRow UnaryRow(absl::string_view op, DTypeSet dtypes = {DTypeOf<T>}) {
  return {op, dtypes, &UnaryKernel<F, T>, /*in_place=*/true, /*makes_outputs=*/false, &UnaryLoop<F, T>};
}
template <class F, class T>
KernelRow BinaryRow(absl::string_view op, DTypeSet dtypes = {DTypeOf<T>}) {
  return {op, dtypes, &BinaryKernel<F, T>, /*in_place=*/true, /*makes_outputs=*/false, &BinaryLoop<F, T>};
}

// Lists of element types, for rows that differ in nothing else.
template <class... Ts>
struct Types {};
using FloatTypes = Types<float, double, Float16, BFloat16>;
using SignedTypes = Types<int8_t, int16_t, int32_t, int64_t>;
using UnsignedTypes = Types<uint8_t, uint16_t, uint32_t, uint64_t>;

template <class F, class... Ts>
void AddUnary(std::vector<KernelRow>& rows, absl::string_view op, Types<Ts...>) {
  (rows.push_back(UnaryRow<F, Ts>(op)), ...);
}
template <class F, class... Ts>
void AddBinary(std::vector<KernelRow>& rows, absl::string_view op, Types<Ts...>) {
  (rows.push_back(BinaryRow<F, Ts>(op)), ...);
}

// T's dtype, and of an unsigned T also the signed one of its size: for functors to which the sign makes no difference.
template <class T>
DTypeSet SignMattersNot() {
  if constexpr (std::is_unsigned_v<T>) {
    return {DTypeOf<T>, DTypeOf<std::make_signed_t<T>>};
  } else {
    return {DTypeOf<T>};
  }
}
template <class F, class... Ts>
void AddWrappingUnary(std::vector<KernelRow>& rows, absl::string_view op, Types<Ts...>) {
  (rows.push_back(UnaryRow<F, Ts>(op, SignMattersNot<Ts>())), ...);
}
template <class F, class... Ts>
void AddWrappingBinary(std::vector<KernelRow>& rows, absl::string_view op, Types<Ts...>) {
  (rows.push_back(BinaryRow<F, Ts>(op, SignMattersNot<Ts>())), ...);
}

}  // namespace eager::server
