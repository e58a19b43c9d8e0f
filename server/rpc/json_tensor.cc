#include "server/rpc/json_tensor.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/visit_dtype.h"
#include "common/wire/text.h"

namespace eager::server {
namespace {

using Json = google::protobuf::Value;

// Readers of JSON or protobuf follow some 64 messages into each other, two of which are a list.
constexpr int kMaxNesting = 24;
// Whole numbers from 2^53 on are not exact as JSON's numbers: what stands for 2^53 may have been 2^53 + 1.
constexpr double kTwoTo53 = 9007199254740992.0;

// A number, or a string that stands for one.
absl::StatusOr<double> ToDouble(const Json& v) {
  double d;
  if (v.kind_case() == Json::kNumberValue) return v.number_value();
  if (v.kind_case() == Json::kBoolValue) return v.bool_value() ? 1.0 : 0.0;
  if (v.kind_case() == Json::kStringValue && absl::SimpleAtod(v.string_value(), &d)) return d;
  return absl::InvalidArgumentError(absl::StrCat("'", v.string_value(), "' is no number"));
}

template <class T>
absl::StatusOr<T> ToElement(const Json& v, DType dtype) {
  if constexpr (std::is_same_v<T, bool>) {
    if (v.kind_case() == Json::kBoolValue) return v.bool_value();
    return absl::InvalidArgumentError("a bool tensor takes true and false");
  } else if constexpr (std::is_integral_v<T>) {
    const auto misfit = [&](const auto& value) {
      return absl::InvalidArgumentError(absl::StrCat(value, " does not fit into ", Name(dtype)));
    };
    if (v.kind_case() == Json::kStringValue) {  // beyond 2^53
      if constexpr (std::is_signed_v<T>) {
        int64_t i;
        if (absl::SimpleAtoi(v.string_value(), &i) && i == static_cast<T>(i)) return static_cast<T>(i);
      } else {
        uint64_t u;
        if (absl::SimpleAtoi(v.string_value(), &u) && u == static_cast<T>(u)) return static_cast<T>(u);
      }
      return misfit(v.string_value());
    }
    ASSIGN_OR_RETURN(double d, ToDouble(v));
    if (d == std::trunc(d) && std::abs(d) >= kTwoTo53) {
      return absl::InvalidArgumentError("whole numbers from 2^53 on must be written as strings");
    }
    if (d != std::trunc(d) || d < static_cast<double>(std::numeric_limits<T>::lowest()) ||
        d > static_cast<double>(std::numeric_limits<T>::max())) {
      return d == std::trunc(d) ? misfit(static_cast<int64_t>(d)) : misfit(d);
    }
    return static_cast<T>(d);
  } else {
    ASSIGN_OR_RETURN(double d, ToDouble(v));
    if constexpr (std::is_same_v<T, double>) return d;
    return T(static_cast<float>(d));
  }
}

template <class T>
absl::StatusOr<HostTensor> ConvertTo(const Shape& shape, absl::Span<const Json> values) {
  HostTensor tensor(TensorSpec{DTypeOf<T>, shape});
  for (size_t i = 0; i < values.size(); ++i) {
    ASSIGN_OR_RETURN(tensor.values<T>()[i], ToElement<T>(values[i], DTypeOf<T>));
  }
  return tensor;
}

absl::Status NoJsonForm(DType dtype) {
  return absl::UnimplementedError(absl::StrCat("values of dtype ", Name(dtype), " have no form in JSON"));
}

double ShortestDecimal(float f) {
  char text[32];
  const std::to_chars_result end = std::to_chars(text, text + sizeof(text), f);
  double d = f;
  std::from_chars(text, end.ptr, d);
  return d;
}

template <class T>
void SetNumber(T element, Json* out) {
  if constexpr (std::is_same_v<T, bool>) {
    out->set_bool_value(element);
  } else if constexpr (std::is_integral_v<T>) {
    if (std::abs(static_cast<double>(element)) >= kTwoTo53) {
      out->set_string_value(absl::StrCat(element));
    } else {
      out->set_number_value(static_cast<double>(element));
    }
  } else {
    double d;
    if constexpr (std::is_same_v<T, double>) {
      d = element;
    } else {
      // The shortest decimal of the float itself: 0.1, not 0.10000000149011612.
      const float f = static_cast<float>(element);
      d = std::isfinite(f) ? ShortestDecimal(f) : f;
    }
    if (std::isnan(d)) {
      out->set_string_value("NaN");
    } else if (std::isinf(d)) {
      out->set_string_value(d > 0 ? "Infinity" : "-Infinity");
    } else {
      out->set_number_value(d);
    }
  }
}

// Whether values can stand nested: not too deep, and a shape as [2^40, 0] has many lists without a value. Elsewhere they stand
// flat, beside the shape.
bool CanNest(const Shape& shape) {
  constexpr int64_t kMostLists = 1 << 20;
  if (shape.rank() > kMaxNesting) return false;
  int64_t lists = 1, all = 0;  // on an axis, and so far; at most kMostLists times an extent
  for (int axis = 0; axis < shape.rank(); ++axis) {
    all += lists;
    if (all > kMostLists || (shape[axis] > 0 && lists > kMostLists / shape[axis] && axis + 1 < shape.rank())) return false;
    lists *= axis + 1 < shape.rank() ? shape[axis] : 1;
  }
  return true;
}

// Nests elements by axis; `next` counts them.
template <class SetElement>
void Nest(const Shape& shape, int axis, int64_t& next, SetElement set, Json* out) {
  if (axis == shape.rank()) {
    set(next++, out);
    return;
  }
  google::protobuf::ListValue* list = out->mutable_list_value();
  for (int64_t i = 0; i < shape[axis]; ++i) Nest(shape, axis + 1, next, set, list->add_values());
}

}  // namespace

absl::Status JsonValues::Collect(const Json& value, int depth, std::vector<int64_t>& dims) {
  const bool leaf_level = !values_.empty() && depth == static_cast<int>(dims.size());
  if (value.kind_case() == Json::kListValue) {
    if (leaf_level || depth >= kMaxNesting) return absl::InvalidArgumentError("the lists are nested unevenly");
    const auto& items = value.list_value().values();
    if (depth == static_cast<int>(dims.size())) {
      dims.push_back(items.size());
    } else if (dims[depth] != items.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("the lists on axis ", depth, " have different lengths: ", dims[depth], " and ", items.size()));
    }
    for (const Json& item : items) RETURN_IF_ERROR(Collect(item, depth + 1, dims));
    return absl::OkStatus();
  }
  if (depth != static_cast<int>(dims.size())) return absl::InvalidArgumentError("the lists are nested unevenly");
  switch (value.kind_case()) {
    case Json::kNumberValue:
    case Json::kBoolValue:
    case Json::kStringValue:
      values_.push_back(value);
      return absl::OkStatus();
    default:
      return absl::InvalidArgumentError("values must be numbers, booleans or strings, or lists of them");
  }
}

absl::StatusOr<JsonValues> JsonValues::Parse(const v1::JsonTensor& json) {
  JsonValues parsed;
  if (!json.dtype().empty()) {
    ASSIGN_OR_RETURN(parsed.dtype_, ParseDType(json.dtype()));
  }
  std::vector<int64_t> dims;
  if (json.has_values()) RETURN_IF_ERROR(parsed.Collect(json.values(), 0, dims));
  if (!json.has_values() && json.shape_size() == 0) return absl::InvalidArgumentError("'values' is missing");
  ASSIGN_OR_RETURN(parsed.shape_, Shape::Make(dims));
  if (json.shape_size() > 0) {
    ASSIGN_OR_RETURN(Shape shape, Shape::Make(absl::MakeConstSpan(json.shape().data(), static_cast<size_t>(json.shape_size()))));
    if (shape.num_elements() != static_cast<int64_t>(parsed.values_.size())) {
      return absl::InvalidArgumentError(absl::StrCat("shape ", shape.ToString(), " asks for ", shape.num_elements(),
                                                     " values, got ", parsed.values_.size()));
    }
    parsed.shape_ = std::move(shape);
  }
  return parsed;
}

DType JsonValues::natural_dtype() const {
  bool all_bool = !values_.empty(), any_text = false, wide = false, fractional = false;
  for (const Json& v : values_) {
    all_bool = all_bool && v.kind_case() == Json::kBoolValue;
    if (v.kind_case() == Json::kStringValue) {
      double d;
      int64_t i;
      const bool number = absl::SimpleAtod(v.string_value(), &d);
      any_text = any_text || !number;
      wide = wide || absl::SimpleAtoi(v.string_value(), &i);
      fractional = fractional || (number && !absl::SimpleAtoi(v.string_value(), &i));
    } else if (v.kind_case() == Json::kNumberValue) {
      fractional = fractional || v.number_value() != std::trunc(v.number_value());
      wide = wide || v.number_value() < std::numeric_limits<int32_t>::lowest() ||
             v.number_value() > std::numeric_limits<int32_t>::max();
    }
  }
  if (all_bool) return DType::kBool;
  if (any_text) return DType::kString;
  if (fractional || values_.empty()) return DType::kFloat32;
  return wide ? DType::kInt64 : DType::kInt32;
}

absl::StatusOr<HostTensor> JsonValues::Convert(DType dtype) const {
  if (dtype == DType::kString) {
    std::vector<std::string> texts;
    for (const Json& v : values_) {
      if (v.kind_case() != Json::kStringValue) return absl::InvalidArgumentError("a string tensor takes strings");
      texts.push_back(v.string_value());
    }
    return HostTensor::Strings(shape_, texts);
  }
  return VisitDType(dtype, [&]<class T>() -> absl::StatusOr<HostTensor> { return ConvertTo<T>(shape_, values_); },
                    [&]() -> absl::StatusOr<HostTensor> { return NoJsonForm(dtype); });
}

absl::Status ToJson(const HostTensor& tensor, v1::JsonTensor* json) {
  json->set_dtype(std::string(Name(tensor.dtype())));
  for (int64_t d : tensor.shape().dims()) json->add_shape(d);
  const Shape shape = CanNest(tensor.shape()) ? tensor.shape() : Shape{tensor.num_elements()};
  int64_t next = 0;
  if (tensor.dtype() == DType::kString) {
    for (int64_t i = 0; i < tensor.num_elements(); ++i) {
      if (!IsUtf8(tensor.string_at(i))) {
        return absl::UnimplementedError(absl::StrCat("string ", i, " is not UTF-8: it has no form in JSON"));
      }
    }
    Nest(shape, 0, next, [&](int64_t i, Json* out) { out->set_string_value(std::string(tensor.string_at(i))); },
         json->mutable_values());
    return absl::OkStatus();
  }
  return VisitDType(tensor.dtype(), [&]<class T>() -> absl::Status {
    Nest(shape, 0, next, [&](int64_t i, Json* out) { SetNumber(tensor.values<T>()[i], out); }, json->mutable_values());
    return absl::OkStatus();
  }, [&]() -> absl::Status { return NoJsonForm(tensor.dtype()); });
}

absl::StatusOr<AttrValue> AttrFromJson(const OpSpec& op, absl::string_view name, const Json& value) {
  const int index = op.AttrIndex(name);
  if (index < 0) return AttrValue(int64_t{0});  // Attrs::Make names the unknown attribute and what there is
  const AttrKind kind = op.attrs[index].kind;
  const auto wrong = [&] {
    return absl::InvalidArgumentError(absl::StrCat(op.name, ": attribute '", name, "' must be a ", Name(kind)));
  };
  const auto type = [&](const Json& v) -> absl::StatusOr<DType> {
    if (v.kind_case() != Json::kStringValue) return wrong();
    absl::StatusOr<DType> dtype = ParseDType(v.string_value());
    if (!dtype.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(op.name, ": attribute '", name, "': ", dtype.status().message()));
    }
    return dtype;
  };
  const auto integer = [&](const Json& v) -> absl::StatusOr<int64_t> {
    absl::StatusOr<int64_t> i = ToElement<int64_t>(v, DType::kInt64);
    if (!i.ok() || v.kind_case() == Json::kBoolValue) return wrong();
    return i;
  };
  const bool is_text = value.kind_case() == Json::kStringValue;
  switch (kind) {
    case AttrKind::kBool:
      if (value.kind_case() != Json::kBoolValue) return wrong();
      return AttrValue(value.bool_value());
    case AttrKind::kInt: {
      ASSIGN_OR_RETURN(int64_t i, integer(value));
      return AttrValue(i);
    }
    case AttrKind::kFloat: {
      absl::StatusOr<double> d = ToDouble(value);
      if (!d.ok() || value.kind_case() == Json::kBoolValue) return wrong();
      return AttrValue(static_cast<float>(*d));
    }
    case AttrKind::kString:
      if (!is_text) return wrong();
      return AttrValue(value.string_value());
    case AttrKind::kType: {
      ASSIGN_OR_RETURN(DType dtype, type(value));
      return AttrValue(dtype);
    }
    default:
      break;
  }
  if (value.kind_case() != Json::kListValue) return wrong();
  if (kind == AttrKind::kTypeList) {
    std::vector<DType> types;
    for (const Json& v : value.list_value().values()) {
      ASSIGN_OR_RETURN(types.emplace_back(), type(v));
    }
    return AttrValue(std::move(types));
  }
  if (kind == AttrKind::kFloatList) {
    std::vector<float> floats;
    for (const Json& v : value.list_value().values()) {
      absl::StatusOr<double> d = ToDouble(v);
      if (!d.ok() || v.kind_case() == Json::kBoolValue) return wrong();
      floats.push_back(static_cast<float>(*d));
    }
    return AttrValue(std::move(floats));
  }
  std::vector<int64_t> ints;
  for (const Json& v : value.list_value().values()) {
    ASSIGN_OR_RETURN(ints.emplace_back(), integer(v));
  }
  return AttrValue(std::move(ints));
}

}  // namespace eager::server
