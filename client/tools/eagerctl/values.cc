#include "client/tools/eagerctl/values.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/core/host_cast.h"
#include "client/data/npy.h"
#include "client/print/element.h"
#include "common/status_macros.h"

namespace eager::ctl {
namespace {

using Json = nlohmann::json;

constexpr size_t kMostAxes = 254;

// What the leaves of a literal are, the first of these that holds all of them.
struct Leaves {
  std::vector<const Json*> all;
  bool bools = true, texts = true, integers = true;
  bool wide = false;  // an integer that int32 has not

  void Add(const Json& leaf) {
    all.push_back(&leaf);
    bools = bools && leaf.is_boolean();
    texts = texts && leaf.is_string();
    integers = integers && leaf.is_number_integer();
    if (leaf.is_number_unsigned()) {
      wide = wide || leaf.get<uint64_t>() > static_cast<uint64_t>(std::numeric_limits<int32_t>::max());
    } else if (leaf.is_number_integer()) {
      wide = wide || leaf.get<int64_t>() < std::numeric_limits<int32_t>::min();
    }
  }
};

absl::Status Collect(const Json& json, size_t axis, std::vector<int64_t>& dims, Leaves& leaves) {
  if (!json.is_array()) {
    if (axis != dims.size()) return absl::InvalidArgumentError("a number stands beside a list");
    if (json.is_object() || json.is_null()) return absl::InvalidArgumentError("expected numbers, booleans, texts and lists of them");
    leaves.Add(json);
    return absl::OkStatus();
  }
  const auto size = static_cast<int64_t>(json.size());
  if (axis == dims.size()) {
    if (!leaves.all.empty()) return absl::InvalidArgumentError("a list stands beside a number");
    if (axis >= kMostAxes) return absl::InvalidArgumentError("more than 254 lists in lists");
    dims.push_back(size);
  } else if (dims[axis] != size) {
    return absl::InvalidArgumentError("lists of one level differ in length");
  }
  for (const Json& item : json) RETURN_IF_ERROR(Collect(item, axis + 1, dims, leaves));
  return absl::OkStatus();
}

// NaN for a text that is none of the numbers JSON has no word for.
absl::StatusOr<double> ToDouble(const Json& leaf) {
  if (leaf.is_number()) return leaf.get<double>();
  if (leaf.is_boolean()) return leaf.get<bool>() ? 1 : 0;
  const std::string text = leaf.get<std::string>();
  if (text == "NaN" || text == "nan") return std::nan("");
  if (text == "Infinity" || text == "inf") return HUGE_VAL;
  if (text == "-Infinity" || text == "-inf") return -HUGE_VAL;
  return absl::InvalidArgumentError(absl::StrCat("'", text, "' is no number"));
}

template <class T, class Get>
absl::StatusOr<HostTensor> Fill(const Shape& shape, const Leaves& leaves, Get get) {
  HostTensor out(TensorSpec{DTypeOf<T>, shape}, /*zero=*/false);
  for (size_t i = 0; i < leaves.all.size(); ++i) {
    ASSIGN_OR_RETURN(out.values<T>()[i], get(*leaves.all[i]));
  }
  return out;
}

absl::StatusOr<HostTensor> FromJson(const Json& json, DType dtype) {
  std::vector<int64_t> dims;
  Leaves leaves;
  RETURN_IF_ERROR(Collect(json, 0, dims, leaves));
  const Shape shape(Shape::Dims(dims.begin(), dims.end()));
  const bool none = leaves.all.empty();  // float32, as TensorFlow has []
  if (dtype == DType::kInvalid) {
    dtype = none             ? DType::kFloat32
            : leaves.bools   ? DType::kBool
            : leaves.texts   ? DType::kString
            : !leaves.integers ? DType::kFloat32
            : leaves.wide    ? DType::kInt64
                             : DType::kInt32;
  }
  if (dtype == DType::kString) {
    std::vector<std::string> texts;
    for (const Json* leaf : leaves.all) texts.push_back(leaf->is_string() ? leaf->get<std::string>() : leaf->dump());
    return HostTensor::Strings(shape, texts);
  }
  if (!internal::IsNumeric(dtype)) return absl::InvalidArgumentError(absl::StrCat("values cannot be of dtype ", Name(dtype)));
  absl::StatusOr<HostTensor> out = absl::InternalError("");
  if (IsInteger(dtype) && !none) {
    if (!leaves.integers) return absl::InvalidArgumentError(absl::StrCat("expected whole numbers for ", Name(dtype)));
    out = Fill<int64_t>(shape, leaves, [](const Json& leaf) -> absl::StatusOr<int64_t> {
      return leaf.is_number_unsigned() ? static_cast<int64_t>(leaf.get<uint64_t>()) : leaf.get<int64_t>();
    });
    if (!out.ok()) return out.status();
    const HostTensor cast = internal::CastHost(*out, dtype);
    const HostTensor back = internal::CastHost(cast, DType::kInt64);
    for (size_t i = 0; i < leaves.all.size(); ++i) {
      const Json& leaf = *leaves.all[i];
      const bool beyond = leaf.is_number_unsigned() && leaf.get<uint64_t>() > static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
      if (back.values<int64_t>()[i] != out->values<int64_t>()[i] || (beyond && dtype != DType::kUint64) ||
          (dtype == DType::kUint64 && !leaf.is_number_unsigned())) {
        return absl::InvalidArgumentError(absl::StrCat(leaf.dump(), " is beyond ", Name(dtype)));
      }
    }
    return cast;
  }
  out = Fill<double>(shape, leaves, &ToDouble);
  if (!out.ok()) return out.status();
  return internal::CastHost(*out, dtype);
}

absl::StatusOr<HostTensor> Parse(std::string text) {
  DType dtype = DType::kInvalid;
  if (const size_t colon = text.find(':'); colon != std::string::npos) {
    if (const absl::StatusOr<DType> named = ParseDType(text.substr(0, colon)); named.ok()) {
      dtype = *named;
      text.erase(0, colon + 1);
    }
  }
  if (text == "nan" || text == "inf" || text == "-inf") text = absl::StrCat("\"", text, "\"");
  const bool number = absl::StartsWith(text, "\"") && (text == "\"nan\"" || text == "\"inf\"" || text == "\"-inf\"");
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) {
    if (dtype == DType::kString) return HostTensor::Strings(Shape(), {text});
    return absl::InvalidArgumentError("expected FILE.npy, a value as JSON, or DTYPE:VALUES (texts: string:TEXT)");
  }
  return FromJson(json, number && dtype == DType::kInvalid ? DType::kFloat32 : dtype);
}

Json Number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return value;
}

// The double with the fewest digits that name the float: 0.1, not 0.10000000149011612.
double AsWritten(float value) {
  char text[64];
  const auto end = std::to_chars(text, text + sizeof(text), value).ptr;
  double as_double = value;
  if (std::isfinite(value)) std::from_chars(text, end, as_double);
  return as_double;
}

Json Element(const HostTensor& t, int64_t i) {
  const DType dtype = t.dtype();
  if (dtype == DType::kBool) return print::BoolAt(t, i);
  if (dtype == DType::kString) return std::string(t.string_at(i));
  if (dtype == DType::kFloat64) return Number(t.values<double>()[static_cast<size_t>(i)]);
  if (dtype == DType::kFloat32) return Number(AsWritten(t.values<float>()[static_cast<size_t>(i)]));
  if (IsComplex(dtype)) {
    const std::complex<double> z = print::ComplexAt(t, i);
    return absl::StrCat(z.real(), z.imag() < 0 || std::signbit(z.imag()) ? "" : "+", z.imag(), "j");
  }
  return Json::parse(print::IntegerText(t, i), nullptr, false);
}

Json Nested(const HostTensor& t, int axis, int64_t& next) {
  if (axis == t.shape().rank()) return Element(t, next++);
  Json list = Json::array();
  for (int64_t i = 0; i < t.shape().dim(axis); ++i) list.push_back(Nested(t, axis + 1, next));
  return list;
}

template <class T>
absl::StatusOr<std::vector<T>> ToList(const Json& json) {
  if (!json.is_array()) return absl::InvalidArgumentError("expected a list, as [1, 2]");
  std::vector<T> list;
  for (const Json& item : json) {
    if (!item.is_number() || (std::is_integral_v<T> && !item.is_number_integer())) {
      return absl::InvalidArgumentError(std::is_integral_v<T> ? "expected whole numbers" : "expected numbers");
    }
    list.push_back(item.get<T>());
  }
  return list;
}

absl::StatusOr<AttrValue> ParseAs(AttrKind kind, const std::string& text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  switch (kind) {
    case AttrKind::kType: return ParseDType(text);
    case AttrKind::kString: return json.is_string() ? json.get<std::string>() : text;
    case AttrKind::kInt:
      if (!json.is_number_integer()) return absl::InvalidArgumentError("expected a whole number");
      return json.get<int64_t>();
    case AttrKind::kFloat: {
      if (json.is_discarded()) return absl::InvalidArgumentError("expected a number");
      ASSIGN_OR_RETURN(const double value, json.is_array() || json.is_object() || json.is_null()
                                               ? absl::InvalidArgumentError("expected a number") : ToDouble(json));
      return static_cast<float>(value);
    }
    case AttrKind::kBool:
      if (!json.is_boolean()) return absl::InvalidArgumentError("expected true or false");
      return json.get<bool>();
    case AttrKind::kShape: {
      ASSIGN_OR_RETURN(const std::vector<int64_t> dims, ToList<int64_t>(json));
      return Shape::Make(dims);
    }
    case AttrKind::kIntList: return ToList<int64_t>(json);
    case AttrKind::kFloatList: return ToList<float>(json);
    case AttrKind::kTypeList: {
      std::vector<DType> dtypes;
      if (!json.is_array()) return absl::InvalidArgumentError("expected a list, as [\"float32\"]");
      for (const Json& item : json) {
        ASSIGN_OR_RETURN(const DType dtype, ParseDType(item.is_string() ? item.get<std::string>() : item.dump()));
        dtypes.push_back(dtype);
      }
      return dtypes;
    }
  }
  return absl::InvalidArgumentError("no attribute of this kind can be given here");
}

absl::Status Named(const std::string& argument, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat("'", argument, "': ", status.message()));
}

}  // namespace

absl::StatusOr<HostTensor> ParseValue(const std::string& argument) {
  if (absl::EndsWith(argument, ".npy")) return np::load(argument).host();
  absl::StatusOr<HostTensor> value = Parse(argument);
  if (!value.ok()) return Named(argument.substr(0, 100), value.status());
  return value;
}

absl::StatusOr<NamedAttr> ParseAttr(const OpSpec& op, const std::string& argument) {
  const size_t equals = argument.find('=');
  if (equals == std::string::npos) return absl::InvalidArgumentError(absl::StrCat("--attr ", argument, ": expected NAME=VALUE"));
  for (const AttrSpec& attr : op.attrs) {
    if (attr.name != argument.substr(0, equals)) continue;
    absl::StatusOr<AttrValue> value = ParseAs(attr.kind, argument.substr(equals + 1));
    if (!value.ok()) return Named(absl::StrCat("--attr ", argument), value.status());
    return NamedAttr{attr.name, *std::move(value)};
  }
  return absl::InvalidArgumentError(absl::StrCat(
      op.name, " has no attribute '", argument.substr(0, equals), "'; it has: ",
      absl::StrJoin(op.attrs, ", ", [](std::string* out, const AttrSpec& attr) { absl::StrAppend(out, attr.name); })));
}

nlohmann::json ToJson(const HostTensor& values) {
  int64_t next = 0;
  const bool half = values.dtype() == DType::kFloat16 || values.dtype() == DType::kBFloat16;
  return Nested(half ? internal::CastHost(values, DType::kFloat32) : values, 0, next);
}

}  // namespace eager::ctl
