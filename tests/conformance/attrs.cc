#include "tests/conformance/attrs.h"

#include <algorithm>
#include <optional>

#include "common/ops/op_spec.h"

namespace eager::conformance {
namespace {

using nlohmann::json;

bool AllOf(const json& list, bool (json::*is)() const noexcept) {
  return list.is_array() && std::all_of(list.begin(), list.end(), [&](const json& v) { return (v.*is)(); });
}

std::optional<DType> AsType(const json& value) {
  if (!value.is_string()) return std::nullopt;
  const absl::StatusOr<DType> dtype = ParseDType(value.get_ref<const std::string&>());
  return dtype.ok() ? std::optional(*dtype) : std::nullopt;
}

AttrValue AsShape(const json& value) {
  const auto dims = value.get<std::vector<int64_t>>();
  absl::StatusOr<Shape> shape = Shape::Make(dims);
  return shape.ok() ? AttrValue(*std::move(shape)) : AttrValue(dims);
}

AttrValue AsTypeList(const json& value) {
  std::vector<DType> dtypes;
  for (const json& v : value) dtypes.push_back(AsType(v).value_or(DType::kInvalid));
  return dtypes;
}

AttrValue AsItLooks(const json& value) {
  if (value.is_null()) return std::monostate();
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number_integer()) return value.get<int64_t>();
  if (value.is_number()) return value.get<float>();
  if (AllOf(value, &json::is_number_integer)) return value.get<std::vector<int64_t>>();
  if (AllOf(value, &json::is_number)) return value.get<std::vector<float>>();
  if (value.is_string()) return value.get<std::string>();
  return value.dump();
}

AttrValue FromJson(const json& value, AttrKind kind) {
  switch (kind) {
    case AttrKind::kType:
      if (const std::optional<DType> dtype = AsType(value)) return *dtype;
      break;
    case AttrKind::kFloat:
      if (value.is_number()) return value.get<float>();
      break;
    case AttrKind::kShape:
      if (AllOf(value, &json::is_number_integer)) return AsShape(value);
      break;
    case AttrKind::kFloatList:
      if (AllOf(value, &json::is_number)) return value.get<std::vector<float>>();
      break;
    case AttrKind::kTypeList:
      if (AllOf(value, &json::is_string)) return AsTypeList(value);
      break;
    case AttrKind::kInt:
    case AttrKind::kBool:
    case AttrKind::kString:
    case AttrKind::kIntList:
      break;  // as they look
  }
  return AsItLooks(value);
}

}  // namespace

NamedAttrs AttrsFromJson(const json& attrs, const OpSpec* op) {
  NamedAttrs named;
  for (const auto& [name, value] : attrs.get_ref<const json::object_t&>()) {
    const int index = op == nullptr ? -1 : op->AttrIndex(name);
    named.push_back({name, index < 0 ? AsItLooks(value) : FromJson(value, op->attrs[index].kind)});
  }
  return named;
}

}  // namespace eager::conformance
