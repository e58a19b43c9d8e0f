// From a T of JSON to a tensor.
#include <cmath>
#include <limits>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "tests/golden/golden.h"

namespace eager::golden {
namespace {

absl::Status Wrong(absl::string_view what) { return absl::InvalidArgumentError(what); }

// A number, or one of the three strings that JSON has no numbers for.
absl::StatusOr<double> ParseDouble(const Json& json) {
  if (json.is_number()) return json.get<double>();
  if (json == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (json == "inf") return HUGE_VAL;
  if (json == "-inf") return -HUGE_VAL;
  return Wrong(absl::StrCat("not a number: ", json.dump()));
}

template <class T>
absl::StatusOr<T> ParseInteger(const Json& json) {
  if (!json.is_number_integer()) return Wrong(absl::StrCat("not an integer: ", json.dump()));
  bool fits;
  if (json.is_number_unsigned()) {
    fits = json.get<uint64_t>() <= static_cast<uint64_t>(std::numeric_limits<T>::max());
  } else {
    const int64_t value = json.get<int64_t>();  // only negative ones come here from a file
    fits = value >= 0 ? static_cast<uint64_t>(value) <= static_cast<uint64_t>(std::numeric_limits<T>::max())
                      : std::is_signed_v<T> && value >= static_cast<int64_t>(std::numeric_limits<T>::min());
  }
  if (!fits) return Wrong(absl::StrCat("out of range: ", json.dump()));
  return json.get<T>();
}

// An element of an integer or bool type is cut to 64 bits first and then wraps around, as NumPy casts.
template <class T>
absl::StatusOr<T> FromDouble(double x) {
  if constexpr (std::is_integral_v<T>) {
    if (!(std::fabs(x) < 0x1p63)) return Wrong(absl::StrCat("not an int64: ", x));
    return static_cast<T>(static_cast<int64_t>(x));
  } else if constexpr (std::is_same_v<T, double>) {
    return x;
  } else {
    const T value(static_cast<float>(x));
    if (std::isfinite(x) && !std::isfinite(static_cast<float>(value))) return Wrong(absl::StrCat("out of range: ", x));
    return value;
  }
}

template <class T>
absl::StatusOr<T> ParseElement(const Json& json) {
  if constexpr (std::is_same_v<T, bool>) {
    if (!json.is_boolean()) return Wrong(absl::StrCat("not a bool: ", json.dump()));
    return json.get<bool>();
  } else if constexpr (std::is_integral_v<T>) {
    return ParseInteger<T>(json);
  } else {
    ASSIGN_OR_RETURN(const double value, ParseDouble(json));
    return FromDouble<T>(value);
  }
}

absl::StatusOr<HostTensor> ParseStrings(const Shape& shape, const Json& values) {
  std::vector<std::string> strings;
  for (const Json& value : values) {
    if (!value.is_string()) return Wrong(absl::StrCat("not a string: ", value.dump()));
    strings.push_back(value.get<std::string>());
  }
  return HostTensor::Strings(shape, strings);
}

template <class T>
absl::StatusOr<HostTensor> ParseValues(const Shape& shape, const Json& values) {
  HostTensor tensor(TensorSpec{DTypeOf<T>, shape}, /*zero=*/false);
  for (size_t i = 0; i < values.size(); ++i) {
    const absl::StatusOr<T> value = ParseElement<T>(values[i]);
    if (!value.ok()) return Wrong(absl::StrCat("values[", i, "]: ", value.status().message()));
    tensor.values<T>()[i] = *value;
  }
  return tensor;
}

// Real and imaginary parts in turn.
template <class T>
absl::StatusOr<HostTensor> ParseComplex(DType dtype, const Shape& shape, const Json& values) {
  HostTensor tensor(TensorSpec{dtype, shape}, /*zero=*/false);
  for (size_t i = 0; i < values.size(); ++i) {
    const absl::StatusOr<T> value = ParseElement<T>(values[i]);
    if (!value.ok()) return Wrong(absl::StrCat("values[", i, "]: ", value.status().message()));
    static_cast<T*>(tensor.data())[i] = *value;
  }
  return tensor;
}

// Element i is i * scale + offset.
struct Arange {
  double scale = 0;
  double offset = 0;
};

template <class T>
absl::StatusOr<HostTensor> MakeArange(const Shape& shape, const Arange& arange) {
  HostTensor tensor(TensorSpec{DTypeOf<T>, shape}, /*zero=*/false);
  const absl::Span<T> values = tensor.values<T>();
  for (size_t i = 0; i < values.size(); ++i) {
    // Two roundings, as in Python: not one by a fused multiply-add.
    const volatile double scaled = static_cast<double>(i) * arange.scale;
    ASSIGN_OR_RETURN(values[i], FromDouble<T>(scaled + arange.offset));
  }
  return tensor;
}

// Calls fn with a value of the C++ type that holds elements of a numeric or bool dtype.
template <class Fn>
absl::StatusOr<HostTensor> WithElementType(DType dtype, Fn fn) {
  switch (dtype) {
    case DType::kFloat32:
      return fn(float{});
    case DType::kFloat64:
      return fn(double{});
    case DType::kFloat16:
      return fn(Float16{});
    case DType::kBFloat16:
      return fn(BFloat16{});
    case DType::kInt8:
      return fn(int8_t{});
    case DType::kInt16:
      return fn(int16_t{});
    case DType::kInt32:
      return fn(int32_t{});
    case DType::kInt64:
      return fn(int64_t{});
    case DType::kUint8:
      return fn(uint8_t{});
    case DType::kUint16:
      return fn(uint16_t{});
    case DType::kUint32:
      return fn(uint32_t{});
    case DType::kUint64:
      return fn(uint64_t{});
    case DType::kBool:
      return fn(bool{});
    default:
      return Wrong(absl::StrCat("a tensor of dtype ", Name(dtype), " has no values here"));
  }
}

absl::StatusOr<const Json*> Member(const Json& json, const char* key) {
  const auto it = json.find(key);
  if (it == json.end()) return Wrong(absl::StrCat("\"", key, "\" is missing"));
  return &*it;
}

absl::StatusOr<Shape> ParseShape(const Json& json) {
  if (!json.is_array()) return Wrong(absl::StrCat("shape is not a list: ", json.dump()));
  std::vector<int64_t> dims;
  for (const Json& dim : json) {
    ASSIGN_OR_RETURN(dims.emplace_back(), ParseInteger<int64_t>(dim));
  }
  return Shape::Make(dims);
}

absl::Status CheckCount(const Shape& shape, uint64_t count) {
  if (count == static_cast<uint64_t>(shape.num_elements())) return absl::OkStatus();
  return Wrong(absl::StrCat(count, " values for shape ", shape.ToString()));
}

absl::StatusOr<HostTensor> ParseArange(DType dtype, const Shape& shape, const Json& json) {
  // Of a file, nothing else bounds the memory that an arange takes.
  constexpr uint64_t kMaxElements = uint64_t{1} << 26;
  ASSIGN_OR_RETURN(const uint64_t count, ParseInteger<uint64_t>(json["arange"]));
  RETURN_IF_ERROR(CheckCount(shape, count));
  if (count > kMaxElements) return Wrong(absl::StrCat("an arange of more than ", kMaxElements, " elements"));
  ASSIGN_OR_RETURN(const Json* scale, Member(json, "scale"));
  ASSIGN_OR_RETURN(const Json* offset, Member(json, "offset"));
  Arange arange;
  ASSIGN_OR_RETURN(arange.scale, ParseDouble(*scale));
  ASSIGN_OR_RETURN(arange.offset, ParseDouble(*offset));
  return WithElementType(dtype, [&](auto zero) { return MakeArange<decltype(zero)>(shape, arange); });
}

absl::StatusOr<HostTensor> Parse(const Json& json) {
  if (!json.is_object()) return Wrong(absl::StrCat("not a tensor: ", json.dump()));
  ASSIGN_OR_RETURN(const Json* name, Member(json, "dtype"));
  if (!name->is_string()) return Wrong(absl::StrCat("dtype is not a name: ", name->dump()));
  ASSIGN_OR_RETURN(const DType dtype, ParseDType(name->get_ref<const std::string&>()));
  ASSIGN_OR_RETURN(const Json* dims, Member(json, "shape"));
  ASSIGN_OR_RETURN(const Shape shape, ParseShape(*dims));
  if (json.contains("arange")) return ParseArange(dtype, shape, json);
  ASSIGN_OR_RETURN(const Json* values, Member(json, "values"));
  if (!values->is_array()) return Wrong("values is not a list");
  if (IsComplex(dtype)) {
    if (values->size() != 2 * static_cast<uint64_t>(shape.num_elements())) {
      return Wrong(absl::StrCat(values->size(), " parts for shape ", shape.ToString(), " of complex numbers"));
    }
    return dtype == DType::kComplex64 ? ParseComplex<float>(dtype, shape, *values)
                                      : ParseComplex<double>(dtype, shape, *values);
  }
  RETURN_IF_ERROR(CheckCount(shape, values->size()));
  if (dtype == DType::kString) return ParseStrings(shape, *values);
  return WithElementType(dtype, [&](auto zero) { return ParseValues<decltype(zero)>(shape, *values); });
}

}  // namespace

bool IsTensor(const Json& json) {
  return json.is_object() && json.contains("dtype") && json.contains("shape") &&
         (json.contains("values") || json.contains("arange"));
}

absl::StatusOr<HostTensor> ParseTensor(const Json& json, absl::string_view where) {
  absl::StatusOr<HostTensor> tensor = Parse(json);
  if (tensor.ok() || where.empty()) return tensor;
  return Wrong(absl::StrCat(where, ": ", tensor.status().message()));
}

absl::StatusOr<std::vector<HostTensor>> ParseTensors(const Json& list, absl::string_view where) {
  if (!list.is_array()) return Wrong(absl::StrCat(where, ": not a list of tensors"));
  std::vector<HostTensor> tensors;
  for (const Json& json : list) {
    tensors.emplace_back();
    if (json.is_null()) continue;
    ASSIGN_OR_RETURN(tensors.back(), ParseTensor(json, where));
  }
  return tensors;
}

}  // namespace eager::golden
