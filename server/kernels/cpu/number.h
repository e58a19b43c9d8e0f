// How the CPU computes with elements of each dtype: 16-bit floats as float, integers modulo 2^n without overflow.
#pragma once

#include <cstdint>
#include <type_traits>

#include "common/dtype.h"
#include "server/kernels/cpu/element.h"
#include "server/kernels/kernel.h"

namespace eager::server {

template <class T>
inline constexpr bool kIsFloat = std::is_floating_point_v<T> || kIsHalf<T>;

// What elements are added and multiplied in. Unsigned for integers: a result cut to T is the one that wraps around.
template <class T>
using Wide = std::conditional_t<
    kIsHalf<T>, float,
    std::conditional_t<std::is_floating_point_v<T>, T, std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>>>;

// What elements are compared in.
template <class T>
using Ordered = std::conditional_t<kIsHalf<T>, float, T>;

// Conversions as casts, but inline for the 16-bit floats.
template <class To, class T>
inline To Widen(T x) {
  if constexpr (kIsHalf<T>) {
    return static_cast<To>(LoadHalf(x));
  } else {
    return static_cast<To>(x);
  }
}
template <class T, class From>
inline T Narrow(From x) {
  if constexpr (kIsHalf<T>) {
    T y;
    StoreHalf(static_cast<float>(x), y);
    return y;
  } else {
    return static_cast<T>(x);
  }
}

// One row of kernel K<T>::Run for each T.
template <template <class> class K, class... Ts>
void AddRows(std::vector<KernelRow>& rows, absl::string_view op) {
  (rows.push_back({op, {DTypeOf<Ts>}, &K<Ts>::Run}), ...);
}
template <template <class> class K>
void AddFloatRows(std::vector<KernelRow>& rows, absl::string_view op) {
  AddRows<K, float, double, Float16, BFloat16>(rows, op);
}
template <template <class> class K>
void AddNumberRows(std::vector<KernelRow>& rows, absl::string_view op) {
  AddFloatRows<K>(rows, op);
  AddRows<K, int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t>(rows, op);
}

}  // namespace eager::server
