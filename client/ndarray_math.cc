// Elementwise arithmetic of host arrays.

#include <complex>
#include <limits>

#include "absl/strings/str_cat.h"
#include "client/core/host_cast.h"
#include "client/core/throw.h"
#include "client/ndarray.h"
#include "client/variable.h"
#include "common/visit_dtype.h"

namespace eager::np {
namespace {

using Where = std::source_location;

enum class Math { kAdd, kSubtract, kMultiply, kDivide };

// The floating type that holds an integer type's every value, or as many as NumPy cares for.
DType FloatFor(DType d) {
  if (IsFloating(d)) return d;
  if (SizeOf(d) == 1) return DType::kFloat16;
  return SizeOf(d) == 2 ? DType::kFloat32 : DType::kFloat64;
}

DType PromoteFloats(DType a, DType b) {
  if (a == b) return a;
  if (SizeOf(a) == 2 && SizeOf(b) == 2) return DType::kFloat32;  // float16 and bfloat16
  return SizeOf(a) >= SizeOf(b) ? a : b;
}

bool IsUnsigned(DType d) {
  return d == DType::kUint8 || d == DType::kUint16 || d == DType::kUint32 || d == DType::kUint64;
}

DType PromoteIntegers(DType a, DType b) {
  if (IsUnsigned(a) == IsUnsigned(b)) return SizeOf(a) >= SizeOf(b) ? a : b;
  const DType u = IsUnsigned(a) ? a : b, s = IsUnsigned(a) ? b : a;
  if (SizeOf(s) > SizeOf(u)) return s;
  switch (SizeOf(u)) {
    case 1: return DType::kInt16;
    case 2: return DType::kInt32;
    case 4: return DType::kInt64;
    default: return DType::kFloat64;
  }
}

// Of two numeric types.
DType Promote(DType a, DType b) {
  if (a == b || b == DType::kBool) return a;
  if (a == DType::kBool) return b;
  if (IsComplex(a) || IsComplex(b)) {
    const auto part = [](DType d) {
      return d == DType::kComplex64 ? DType::kFloat32 : d == DType::kComplex128 ? DType::kFloat64 : FloatFor(d);
    };
    return PromoteFloats(part(a), part(b)) == DType::kFloat64 ? DType::kComplex128 : DType::kComplex64;
  }
  if (IsInteger(a) && IsInteger(b)) return PromoteIntegers(a, b);
  return PromoteFloats(FloatFor(a), FloatFor(b));
}

// The type that a number gives an array of `dtype`: the array's own, if that has numbers of its kind.
DType PromoteNumber(DType dtype, DType number) {
  if (number == DType::kBool || IsComplex(dtype) || IsFloating(dtype)) return dtype;
  if (IsInteger(dtype) && number == DType::kInt64) return dtype;
  return dtype == DType::kBool ? number : DType::kFloat64;
}

DType ResultType(Math math, const ArrayLike& a, const ArrayLike& b) {
  const DType x = a.array().dtype(), y = b.array().dtype();
  for (const ArrayLike* side : {&a, &b}) {
    if (internal::IsNumeric(side->array().dtype())) continue;
    throw Error(
        absl::InvalidArgumentError(absl::StrCat("there is no arithmetic on arrays of ", Name(side->array().dtype()))),
        side->where());
  }
  DType type = a.is_number() == b.is_number() ? Promote(x, y)
               : a.is_number()                ? PromoteNumber(y, x)
                                              : PromoteNumber(x, y);
  if (math == Math::kDivide && (IsInteger(type) || type == DType::kBool)) type = DType::kFloat64;
  if (math == Math::kSubtract && type == DType::kBool) {
    throw Error(
        absl::InvalidArgumentError("subtract: bools are not subtracted; compare them with logical_not or not_equal"),
        a.where());
  }
  return type;
}

template <class T>
bool Holds(int64_t v) {
  if (v < 0) return std::is_signed_v<T> && v >= static_cast<int64_t>(std::numeric_limits<T>::min());
  return static_cast<uint64_t>(v) <= static_cast<uint64_t>(std::numeric_limits<T>::max());
}

// A side in the result's type. As in NumPy, an integer that does not fit is an error and not another number.
HostTensor Convert(const ArrayLike& side, DType type) {
  if (side.is_number() && side.array().dtype() == DType::kInt64 && IsInteger(type)) {
    const int64_t value = side.array().at<int64_t>();
    VisitDType(type, [&]<class T>() {
      if constexpr (std::is_integral_v<T>) {
        if (Holds<T>(value)) return;
        throw Error(absl::OutOfRangeError(absl::StrCat("integer ", value, " out of bounds for ", Name(type))),
                    side.where());
      }
    }, [] {});
  }
  return internal::CastHost(side.array().host(), type);
}

template <class T, Math math>
T Apply(T a, T b) {
  if constexpr (std::is_same_v<T, bool>) {
    return math == Math::kMultiply ? a && b : a || b;
  } else if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>) {
    return T(Apply<float, math>(static_cast<float>(a), static_cast<float>(b)));
  } else if constexpr (std::is_integral_v<T>) {
    // Unsigned numbers wrap around, where signed ones have no defined result. uint64_t also keeps small ones unsigned.
    const auto x = static_cast<uint64_t>(a), y = static_cast<uint64_t>(b);
    if constexpr (math == Math::kAdd) return static_cast<T>(x + y);
    if constexpr (math == Math::kSubtract) return static_cast<T>(x - y);
    return static_cast<T>(x * y);
  } else {
    if constexpr (math == Math::kAdd) return a + b;
    if constexpr (math == Math::kSubtract) return a - b;
    if constexpr (math == Math::kMultiply) return a * b;
    return a / b;
  }
}

// Strides, in elements, of a dense array that is broadcast to `rank` axes: 0 where it has one entry for all.
std::vector<int64_t> BroadcastStrides(const Shape& shape, int rank) {
  std::vector<int64_t> strides(static_cast<size_t>(rank), 0);
  int64_t step = 1;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    if (shape[axis] != 1) strides[static_cast<size_t>(axis + rank - shape.rank())] = step;
    step *= shape[axis];
  }
  return strides;
}

template <class T, Math math>
void Loop(const HostTensor& a, const HostTensor& b, NDArray& out) {
  const T* x = a.values<T>().data();
  const T* y = b.values<T>().data();
  T* z = out.mutable_values<T>().data();
  const int64_t n = out.size();
  if (a.shape() == b.shape()) {
    for (int64_t i = 0; i < n; ++i) z[i] = Apply<T, math>(x[i], y[i]);
    return;
  }
  const Shape& shape = out.shape();
  const std::vector<int64_t> sx = BroadcastStrides(a.shape(), shape.rank()),
                             sy = BroadcastStrides(b.shape(), shape.rank());
  std::vector<int64_t> at(static_cast<size_t>(shape.rank()), 0);
  for (int64_t i = 0; i < n; ++i) {
    z[i] = Apply<T, math>(*x, *y);
    for (size_t axis = at.size(); axis-- > 0;) {
      x += sx[axis];
      y += sy[axis];
      if (++at[axis] < shape[static_cast<int>(axis)]) break;
      x -= at[axis] * sx[axis];
      y -= at[axis] * sy[axis];
      at[axis] = 0;
    }
  }
}

template <Math math>
NDArray Compute(const ArrayLike& a, const ArrayLike& b) {
  const DType type = ResultType(math, a, b);
  const HostTensor x = Convert(a, type), y = Convert(b, type);
  NDArray result(internal::ValueOrThrow(Broadcast(x.shape(), y.shape()), a.where()), type);
  if (type == DType::kComplex64) {
    Loop<std::complex<float>, math>(x, y, result);
  } else if (type == DType::kComplex128) {
    Loop<std::complex<double>, math>(x, y, result);
  } else {
    VisitDType(type, [&]<class T>() {
      if constexpr (math != Math::kDivide || !std::is_integral_v<T>) Loop<T, math>(x, y, result);
    }, [] {});
  }
  return result;
}

}  // namespace

ArrayLike::ArrayLike(const Variable& v, Where where) : array_(v.numpy(where)), where_(where) {}

NDArray add(const ArrayLike& a, const ArrayLike& b) { return Compute<Math::kAdd>(a, b); }
NDArray subtract(const ArrayLike& a, const ArrayLike& b) { return Compute<Math::kSubtract>(a, b); }
NDArray multiply(const ArrayLike& a, const ArrayLike& b) { return Compute<Math::kMultiply>(a, b); }
NDArray divide(const ArrayLike& a, const ArrayLike& b) { return Compute<Math::kDivide>(a, b); }

DType promote_types(DType a, DType b, std::source_location where) {
  for (const DType d : {a, b}) {
    if (!internal::IsNumeric(d)) {
      throw Error(absl::InvalidArgumentError(absl::StrCat("promote_types: ", Name(d), " is no type of numbers")),
                  where);
    }
  }
  return Promote(a, b);
}

}  // namespace eager::np
