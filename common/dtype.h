// Element types of tensors: their codes, names and sizes.
//
// Codes are TensorFlow's DataType numbers (tensorflow/core/framework/types.proto), so that they can go to the wire and
// into checkpoints as they are. Everything here is pure and safe to call from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace eager {

enum class DType : uint8_t {
  kInvalid = 0,
  kFloat32 = 1,
  kFloat64 = 2,
  kInt32 = 3,
  kUint8 = 4,
  kInt16 = 5,
  kInt8 = 6,
  kString = 7,
  kComplex64 = 8,
  kInt64 = 9,
  kBool = 10,
  kBFloat16 = 14,
  kUint16 = 17,
  kComplex128 = 18,
  kFloat16 = 19,
  kResource = 20,  // a handle of a variable
  kVariant = 21,
  kUint32 = 22,
  kUint64 = 23,
};
inline constexpr int kNumDTypes = 24;

// IEEE binary16 and bfloat16 as they lie in memory. Conversions round to nearest even.
struct Float16 {
  uint16_t bits = 0;
  Float16() = default;
  explicit Float16(float value);
  explicit operator float() const;
};
struct BFloat16 {
  uint16_t bits = 0;
  BFloat16() = default;
  explicit BFloat16(float value);
  explicit operator float() const;
};

// Bytes of one element. Strings have no fixed size and give 0 (see common/host_tensor.h for their layout).
size_t SizeOf(DType dtype);

// "float32", "bool", "string": the name in Python, in printing and in JSON.
absl::string_view Name(DType dtype);

// "float", "half", "double", …: the name in TensorFlow's op definitions and error texts.
absl::string_view OpDefName(DType dtype);

// Takes either kind of name. INVALID_ARGUMENT for any other text.
absl::StatusOr<DType> ParseDType(absl::string_view name);

// False for codes that no enumerator has (bytes from the wire).
bool IsValid(DType dtype);

constexpr bool IsFloating(DType d) {
  return d == DType::kFloat32 || d == DType::kFloat64 || d == DType::kFloat16 || d == DType::kBFloat16;
}
constexpr bool IsComplex(DType d) { return d == DType::kComplex64 || d == DType::kComplex128; }
constexpr bool IsInteger(DType d) {
  return d == DType::kInt32 || d == DType::kInt64 || d == DType::kInt8 || d == DType::kInt16 || d == DType::kUint8 ||
         d == DType::kUint16 || d == DType::kUint32 || d == DType::kUint64;
}
// Whether a gradient can flow through tensors of this type.
constexpr bool IsDifferentiable(DType d) { return IsFloating(d) || IsComplex(d); }

// A set of dtypes, as an op's attribute allows them.
class DTypeSet {
 public:
  constexpr DTypeSet() = default;
  constexpr DTypeSet(std::initializer_list<DType> dtypes) {
    for (DType d : dtypes) bits_ |= Bit(d);
  }
  static constexpr DTypeSet All() {
    DTypeSet all;
    all.bits_ = ~0u;
    return all;
  }
  constexpr bool contains(DType d) const { return (bits_ & Bit(d)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr DTypeSet operator|(DTypeSet o) const {
    o.bits_ |= bits_;
    return o;
  }
  void insert(DType d) { bits_ |= Bit(d); }
  // "float, double, int32", in the order of the codes.
  std::string ToString() const;

 private:
  static constexpr uint32_t Bit(DType d) { return 1u << static_cast<uint8_t>(d); }
  uint32_t bits_ = 0;
};

// DTypeOf<float> is DType::kFloat32, and so on for the C++ types that hold elements.
template <class T>
inline constexpr DType DTypeOf = DType::kInvalid;
template <> inline constexpr DType DTypeOf<float> = DType::kFloat32;
template <> inline constexpr DType DTypeOf<double> = DType::kFloat64;
template <> inline constexpr DType DTypeOf<int8_t> = DType::kInt8;
template <> inline constexpr DType DTypeOf<int16_t> = DType::kInt16;
template <> inline constexpr DType DTypeOf<int32_t> = DType::kInt32;
template <> inline constexpr DType DTypeOf<int64_t> = DType::kInt64;
template <> inline constexpr DType DTypeOf<long long> = DType::kInt64;
template <> inline constexpr DType DTypeOf<uint8_t> = DType::kUint8;
template <> inline constexpr DType DTypeOf<uint16_t> = DType::kUint16;
template <> inline constexpr DType DTypeOf<uint32_t> = DType::kUint32;
template <> inline constexpr DType DTypeOf<uint64_t> = DType::kUint64;
template <> inline constexpr DType DTypeOf<bool> = DType::kBool;
template <> inline constexpr DType DTypeOf<Float16> = DType::kFloat16;
template <> inline constexpr DType DTypeOf<BFloat16> = DType::kBFloat16;
template <> inline constexpr DType DTypeOf<std::string> = DType::kString;

}  // namespace eager
