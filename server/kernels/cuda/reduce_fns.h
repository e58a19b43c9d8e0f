// What reductions compute, as reduce_fold.h folds it: policies for hosts and devices.
//
// A policy R has types Lane, in which a thread adds up a few elements, and Acc, in which all else is; Identity(),
// Start() (a Lane's), Map(element, its place among the reduced), Fold(Lane, Lane), Widen(Lane), Merge(Acc, Acc),
// Final(Acc, how many elements). C is a type to compute in: float (of half precision too), double or an unsigned
// integer of the elements' size: where the sign matters, it is a value of the policy, so that one kernel serves both.
// All results are those of cpu/reduce_kernels.cc and its neighbours.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "server/kernels/cuda/complex_number.h"
#include "server/kernels/elementwise_fns.h"

namespace eager::server::cuda {

template <class C>
inline constexpr bool kIsReal = std::is_floating_point_v<C>;

// The highest bit of C, where a signed integer has its sign.
template <class C>
inline constexpr C kSignBit = static_cast<C>(C{1} << (8 * sizeof(C) - 1));

// Sums of floats are double from thread to thread.
template <class C>
struct SumFn {
  using Lane = Wrapping<C>;
  using Acc = std::conditional_t<kIsReal<C>, double, Lane>;
  EAGER_HOST_DEVICE Acc Identity() const { return 0; }
  EAGER_HOST_DEVICE Lane Start() const { return 0; }
  EAGER_HOST_DEVICE Lane Map(C x, int64_t) const { return x; }
  EAGER_HOST_DEVICE Lane Fold(Lane a, Lane b) const { return a + b; }
  EAGER_HOST_DEVICE Acc Widen(Lane a) const { return a; }
  EAGER_HOST_DEVICE Acc Merge(Acc a, Acc b) const { return a + b; }
  EAGER_HOST_DEVICE Acc Final(Acc a, int64_t) const { return a; }
};

template <class C>
struct ComplexSumFn {
  using Lane = Complex<C>;
  using Acc = Complex<double>;
  EAGER_HOST_DEVICE Acc Identity() const { return {0, 0}; }
  EAGER_HOST_DEVICE Lane Start() const { return {0, 0}; }
  EAGER_HOST_DEVICE Lane Map(Lane x, int64_t) const { return x; }
  EAGER_HOST_DEVICE Lane Fold(Lane a, Lane b) const { return {a.real + b.real, a.imaginary + b.imaginary}; }
  EAGER_HOST_DEVICE Acc Widen(Lane a) const { return {a.real, a.imaginary}; }
  EAGER_HOST_DEVICE Acc Merge(Acc a, Acc b) const { return {a.real + b.real, a.imaginary + b.imaginary}; }
  EAGER_HOST_DEVICE Lane Final(Acc a, int64_t) const { return {static_cast<C>(a.real), static_cast<C>(a.imaginary)}; }
};

// Means of integers are of sums that do not wrap around below 64 bits, cut towards 0.
template <class C>
struct MeanFn {
  using Lane = std::conditional_t<kIsReal<C>, C, uint64_t>;
  using Acc = std::conditional_t<kIsReal<C>, double, uint64_t>;
  uint64_t sign = 0;  // the sign bit, of signed integers
  EAGER_HOST_DEVICE Acc Identity() const { return 0; }
  EAGER_HOST_DEVICE Lane Start() const { return 0; }
  EAGER_HOST_DEVICE Lane Map(C x, int64_t) const {
    if constexpr (kIsReal<C>) {
      return x;
    } else {
      return (static_cast<uint64_t>(x) ^ sign) - sign;
    }
  }
  EAGER_HOST_DEVICE Lane Fold(Lane a, Lane b) const { return a + b; }
  EAGER_HOST_DEVICE Acc Widen(Lane a) const { return a; }
  EAGER_HOST_DEVICE Acc Merge(Acc a, Acc b) const { return a + b; }
  EAGER_HOST_DEVICE Acc Final(Acc a, int64_t count) const {
    if constexpr (kIsReal<C>) {
      return a / static_cast<double>(count);
    } else {
      if (count == 0) return 0;
      return sign != 0 ? static_cast<uint64_t>(static_cast<int64_t>(a) / count) : a / static_cast<uint64_t>(count);
    }
  }
};

// Every product is rounded, so that those of floats are of doubles from the first on.
template <class C>
struct ProdFn {
  using Lane = std::conditional_t<kIsReal<C>, double, Wrapping<C>>;
  using Acc = Lane;
  EAGER_HOST_DEVICE Acc Identity() const { return 1; }
  EAGER_HOST_DEVICE Lane Start() const { return 1; }
  EAGER_HOST_DEVICE Lane Map(C x, int64_t) const { return x; }
  EAGER_HOST_DEVICE Lane Fold(Lane a, Lane b) const { return a * b; }
  EAGER_HOST_DEVICE Acc Widen(Lane a) const { return a; }
  EAGER_HOST_DEVICE Acc Merge(Acc a, Acc b) const { return a * b; }
  EAGER_HOST_DEVICE Acc Final(Acc a, int64_t) const { return a; }
};

// Elements as keys of which the largest is looked for: unsigned integers and floats, turned round for a minimum.
template <class C, bool = kIsReal<C>>
struct KeyOf {
  using Key = std::conditional_t<sizeof(C) == 8, uint64_t, uint32_t>;
  C mask = 0;
  KeyOf() = default;
  KeyOf(bool least, bool is_signed)
      : mask(static_cast<C>((least ? static_cast<C>(~C{0}) : C{0}) ^ (is_signed ? kSignBit<C> : C{0}))) {}
  EAGER_HOST_DEVICE Key Of(C x) const { return static_cast<C>(x ^ mask); }
  EAGER_HOST_DEVICE C Back(Key key) const { return static_cast<C>(static_cast<C>(key) ^ mask); }
};
template <class C>
struct KeyOf<C, true> {
  using Key = C;
  bool least = false;
  KeyOf() = default;
  KeyOf(bool is_least, bool) : least(is_least) {}
  EAGER_HOST_DEVICE Key Of(C x) const { return least ? -x : x; }
  EAGER_HOST_DEVICE C Back(Key key) const { return least ? -key : key; }
};

// Max, Min: a nan wins and stays. All and Any are those of bytes that are 0 or 1.
template <class C>
struct ExtremumFn {
  using Lane = typename KeyOf<C>::Key;
  using Acc = Lane;
  KeyOf<C> key;
  Acc identity;
  // `nothing`: the result of no elements.
  ExtremumFn(KeyOf<C> k, C nothing) : key(k), identity(k.Of(nothing)) {}
  ExtremumFn(bool least, bool is_signed) : key(least, is_signed) {
    if constexpr (kIsReal<C>) {
      identity = -std::numeric_limits<C>::infinity();
    } else {
      identity = 0;
    }
  }
  EAGER_HOST_DEVICE Acc Identity() const { return identity; }
  EAGER_HOST_DEVICE Lane Start() const { return identity; }
  EAGER_HOST_DEVICE Lane Map(C x, int64_t) const { return key.Of(x); }
  EAGER_HOST_DEVICE Lane Fold(Lane a, Lane b) const { return b > a || b != b ? b : a; }
  EAGER_HOST_DEVICE Acc Widen(Lane a) const { return a; }
  EAGER_HOST_DEVICE Acc Merge(Acc a, Acc b) const { return Fold(a, b); }
  EAGER_HOST_DEVICE C Final(Acc a, int64_t) const { return key.Back(a); }
};

// Sums of squares; those of integers wrap around.
template <class C>
struct SquaresFn : SumFn<C> {
  using Lane = typename SumFn<C>::Lane;
  EAGER_HOST_DEVICE Lane Map(C x, int64_t) const { return static_cast<Lane>(x) * static_cast<Lane>(x); }
};

template <class C>
struct HalfSquaresFn : SquaresFn<C> {
  EAGER_HOST_DEVICE double Final(double a, int64_t) const { return a / 2; }
};

template <class C>
struct NormFn : SquaresFn<C> {
  using Acc = typename SquaresFn<C>::Acc;
  bool is_signed = false;
  // A sum that wrapped around has no root: TensorFlow's result is the lowest integer of at least 32 bits, cut to C.
  EAGER_HOST_DEVICE std::conditional_t<kIsReal<C>, double, C> Final(Acc a, int64_t) const {
    if constexpr (kIsReal<C>) {
      return std::sqrt(a);
    } else {
      const C sum = static_cast<C>(a);
      if (is_signed && (sum & kSignBit<C>) != 0) return sizeof(C) < 4 ? C{0} : kSignBit<C>;
      return static_cast<C>(std::sqrt(static_cast<double>(sum)));
    }
  }
};

// ArgMax, ArgMin: the first of the largest, of those beyond the lowest finite value, which a nan never is; 0 if there
// is none.
template <class C>
struct ArgFn {
  struct Lane {
    typename KeyOf<C>::Key key;
    int64_t at;
  };
  using Acc = Lane;
  KeyOf<C> key;
  typename KeyOf<C>::Key lowest;
  // `largest`: the largest finite value, of floats.
  ArgFn(bool least, bool is_signed, C largest) : key(least, is_signed), lowest(kIsReal<C> ? -largest : C{0}) {}
  EAGER_HOST_DEVICE Acc Identity() const { return {lowest, 0}; }
  EAGER_HOST_DEVICE Lane Start() const { return {lowest, 0}; }
  EAGER_HOST_DEVICE Lane Map(C x, int64_t at) const { return {key.Of(x), at}; }
  EAGER_HOST_DEVICE Lane Fold(Lane a, Lane b) const { return b.key > a.key || (b.key == a.key && b.at < a.at) ? b : a; }
  EAGER_HOST_DEVICE Acc Widen(Lane a) const { return a; }
  EAGER_HOST_DEVICE Acc Merge(Acc a, Acc b) const { return Fold(a, b); }
  EAGER_HOST_DEVICE int64_t Final(Acc a, int64_t) const { return a.at; }
};

// The totals of segments, folded: what R does with its Acc.
template <class R>
struct TotalsFn {
  using Lane = typename R::Acc;
  using Acc = Lane;
  R r;
  EAGER_HOST_DEVICE Acc Identity() const { return r.Identity(); }
  EAGER_HOST_DEVICE Lane Start() const { return r.Identity(); }
  EAGER_HOST_DEVICE Lane Map(Lane x, int64_t) const { return x; }
  EAGER_HOST_DEVICE Lane Fold(Lane a, Lane b) const { return r.Merge(a, b); }
  EAGER_HOST_DEVICE Acc Widen(Lane a) const { return a; }
  EAGER_HOST_DEVICE Acc Merge(Acc a, Acc b) const { return r.Merge(a, b); }
  EAGER_HOST_DEVICE auto Final(Acc a, int64_t count) const { return r.Final(a, count); }
};

}  // namespace eager::server::cuda
