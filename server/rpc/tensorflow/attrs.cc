#include "server/rpc/tensorflow/attrs.h"

#include <algorithm>
#include <map>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/rpc/tensorflow/tensor_proto.h"

namespace eager::server::tf {
namespace {

using ::tensorflow::AttrValue;

// Attributes by which TensorFlow chooses among its kernels, its places, or what its symbolic gradients do.
bool SaysOnlyHow(absl::string_view name) {
  static const auto* const kNames = new absl::flat_hash_set<absl::string_view>{
      "allowed_devices", "grad_a", "grad_b", "grad_x", "grad_y", "use_cudnn_on_gpu", "use_locking", "validate_indices", "parallel_iterations",
      "experimental_debug_info", "index_positions", "debug_name"};
  return absl::StartsWith(name, "_") || kNames->contains(name);
}

DType TypeOf(int number) {
  return number > 0 && number < kNumDTypes && IsValid(static_cast<DType>(number)) ? static_cast<DType>(number) : DType::kInvalid;
}

absl::StatusOr<eager::AttrValue> FromList(const AttrValue::ListValue& list) {
  if (list.f_size() > 0) return std::vector<float>(list.f().begin(), list.f().end());
  if (list.type_size() > 0) {
    std::vector<DType> types;
    for (int type : list.type()) types.push_back(TypeOf(type));
    return types;
  }
  if (list.s_size() + list.b_size() + list.shape_size() + list.tensor_size() + list.func_size() > 0) {
    return absl::InvalidArgumentError("is a list of a kind that the op does not take");
  }
  return std::vector<int64_t>(list.i().begin(), list.i().end());
}

absl::StatusOr<eager::AttrValue> FromProto(const AttrValue& value) {
  switch (value.value_case()) {
    case AttrValue::kS:
      return value.s();
    case AttrValue::kI:
      return value.i();
    case AttrValue::kF:
      return value.f();
    case AttrValue::kB:
      return value.b();
    case AttrValue::kType:
      return TypeOf(value.type());
    case AttrValue::kShape: {
      ASSIGN_OR_RETURN(Shape shape, ShapeFromProto(value.shape()));
      return shape;
    }
    case AttrValue::kList:
      return FromList(value.list());
    default:
      return absl::InvalidArgumentError("is of a kind that the op does not take");
  }
}

}  // namespace

absl::StatusOr<NamedAttrs> AttrsForRow(const OpSpec& op, const AttrMap& attrs) {
  NamedAttrs named;
  for (const auto& [name, proto] : attrs) {
    const int index = op.AttrIndex(name);
    if (index < 0) {
      if (SaysOnlyHow(name)) continue;
      return absl::UnimplementedError(absl::StrCat(op.name, ": attribute '", name, "' is not known to this server"));
    }
    absl::StatusOr<eager::AttrValue> value = FromProto(proto);
    if (!value.ok()) {
      return absl::Status(value.status().code(), absl::StrCat(op.name, ": attribute '", name, "' ", value.status().message()));
    }
    // Clients fill these in whether or not they follow from the inputs; an empty string is TensorFlow's way to leave one out.
    if (op.attrs[static_cast<size_t>(index)].kind == AttrKind::kShape && std::holds_alternative<std::string>(*value)) continue;
    named.push_back({op.attrs[static_cast<size_t>(index)].name, *std::move(value)});
  }
  return named;
}

std::string Fingerprint(const AttrMap& attrs) {
  absl::InlinedVector<const AttrMap::value_type*, 8> sorted;
  for (const auto& entry : attrs) sorted.push_back(&entry);
  std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
  std::string key;
  for (const auto* entry : sorted) {
    const std::string value = entry->second.SerializeAsString();
    absl::StrAppend(&key, entry->first, "=", value.size(), ":", value);
  }
  return key;
}

const AttrValue* AttrReader::Find(const std::string& name) const {
  const auto it = attrs_.find(name);
  return it == attrs_.end() ? nullptr : &it->second;
}

absl::StatusOr<const AttrValue*> AttrReader::Get(const std::string& name, AttrValue::ValueCase kind) const {
  const AttrValue* value = Find(name);
  if (value == nullptr) return absl::InvalidArgumentError(absl::StrCat(op_, ": attribute '", name, "' is missing"));
  if (value->value_case() != kind) return absl::InvalidArgumentError(absl::StrCat(op_, ": attribute '", name, "' is of another kind"));
  return value;
}

absl::StatusOr<std::string> AttrReader::String(const std::string& name) const {
  ASSIGN_OR_RETURN(const AttrValue* value, Get(name, AttrValue::kS));
  return value->s();
}

std::string AttrReader::String(const std::string& name, absl::string_view by_default) const {
  const AttrValue* value = Find(name);
  return value == nullptr ? std::string(by_default) : value->s();
}

absl::StatusOr<int64_t> AttrReader::Int(const std::string& name) const {
  ASSIGN_OR_RETURN(const AttrValue* value, Get(name, AttrValue::kI));
  return value->i();
}

int64_t AttrReader::Int(const std::string& name, int64_t by_default) const {
  const AttrValue* value = Find(name);
  return value == nullptr ? by_default : value->i();
}

bool AttrReader::Bool(const std::string& name, bool by_default) const {
  const AttrValue* value = Find(name);
  return value == nullptr ? by_default : value->b();
}

absl::StatusOr<DType> AttrReader::Type(const std::string& name) const {
  ASSIGN_OR_RETURN(const AttrValue* value, Get(name, AttrValue::kType));
  return TypeOf(value->type());
}

absl::StatusOr<std::vector<DType>> AttrReader::Types(const std::string& name) const {
  ASSIGN_OR_RETURN(const AttrValue* value, Get(name, AttrValue::kList));
  std::vector<DType> types;
  for (int type : value->list().type()) types.push_back(TypeOf(type));
  return types;
}

absl::StatusOr<const ::tensorflow::NameAttrList*> AttrReader::Func(const std::string& name) const {
  ASSIGN_OR_RETURN(const AttrValue* value, Get(name, AttrValue::kFunc));
  return &value->func();
}

absl::StatusOr<std::vector<const ::tensorflow::NameAttrList*>> AttrReader::Funcs(const std::string& name) const {
  ASSIGN_OR_RETURN(const AttrValue* value, Get(name, AttrValue::kList));
  std::vector<const ::tensorflow::NameAttrList*> funcs;
  for (const auto& func : value->list().func()) funcs.push_back(&func);
  return funcs;
}

}  // namespace eager::server::tf
