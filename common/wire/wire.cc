#include "common/wire/wire.h"

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/wire/text.h"

namespace eager {
namespace {

absl::StatusOr<DType> CheckedDType(int wire) {
  const auto dtype = static_cast<DType>(wire);
  if (wire < 0 || wire >= kNumDTypes || !IsValid(dtype)) {
    return absl::InvalidArgumentError(absl::StrCat("there is no dtype with the code ", wire));
  }
  return dtype;
}

struct ToWireVisitor {
  v1::AttrValue* out;
  void operator()(std::monostate) const {}
  void operator()(int64_t v) const { out->set_i(v); }
  void operator()(float v) const { out->set_f(v); }
  void operator()(bool v) const { out->set_b(v); }
  void operator()(DType v) const { out->set_type(static_cast<v1::DType>(v)); }
  void operator()(const std::string& v) const { out->set_s(v); }
  void operator()(const Shape& v) const {
    out->mutable_shape();
    for (int64_t d : v.dims()) out->mutable_shape()->add_values(d);
  }
  void operator()(const std::vector<int64_t>& v) const {
    out->mutable_ints();
    for (int64_t i : v) out->mutable_ints()->add_values(i);
  }
  void operator()(const std::vector<float>& v) const {
    out->mutable_floats();
    for (float f : v) out->mutable_floats()->add_values(f);
  }
  void operator()(const std::vector<DType>& v) const {
    out->mutable_types();
    for (DType d : v) out->mutable_types()->add_values(static_cast<v1::DType>(d));
  }
};

}  // namespace

absl::StatusOr<TensorSpec> FromWire(const v1::TensorSpec& spec) {
  TensorSpec out;
  ASSIGN_OR_RETURN(out.dtype, CheckedDType(spec.dtype()));
  ASSIGN_OR_RETURN(out.shape, Shape::Make(absl::MakeConstSpan(spec.dims().data(), static_cast<size_t>(spec.dims_size()))));
  return out;
}

void ToWire(const TensorSpec& spec, v1::TensorSpec* out) {
  out->set_dtype(static_cast<v1::DType>(spec.dtype));
  for (int64_t d : spec.shape.dims()) out->add_dims(d);
}

absl::StatusOr<AttrValue> FromWire(const v1::AttrValue& value) {
  switch (value.kind_case()) {
    case v1::AttrValue::kI:
      return AttrValue(static_cast<int64_t>(value.i()));
    case v1::AttrValue::kF:
      return AttrValue(value.f());
    case v1::AttrValue::kB:
      return AttrValue(value.b());
    case v1::AttrValue::kType: {
      ASSIGN_OR_RETURN(DType dtype, CheckedDType(value.type()));
      return AttrValue(dtype);
    }
    case v1::AttrValue::kS:
      return AttrValue(value.s());
    case v1::AttrValue::kShape: {
      const auto& dims = value.shape().values();
      ASSIGN_OR_RETURN(Shape shape, Shape::Make(absl::MakeConstSpan(dims.data(), static_cast<size_t>(dims.size()))));
      return AttrValue(std::move(shape));
    }
    case v1::AttrValue::kInts:
      return AttrValue(std::vector<int64_t>(value.ints().values().begin(), value.ints().values().end()));
    case v1::AttrValue::kFloats:
      return AttrValue(std::vector<float>(value.floats().values().begin(), value.floats().values().end()));
    case v1::AttrValue::kTypes: {
      std::vector<DType> types;
      for (int wire : value.types().values()) {
        ASSIGN_OR_RETURN(types.emplace_back(), CheckedDType(wire));
      }
      return AttrValue(std::move(types));
    }
    case v1::AttrValue::KIND_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("an attribute has no value");
}

void ToWire(const AttrValue& value, v1::AttrValue* out) { std::visit(ToWireVisitor{out}, value); }

absl::Status FromWire(const v1::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.code()), status.message());
}

void ToWire(const absl::Status& status, v1::Status* out) {
  if (status.ok()) return;
  out->set_code(static_cast<int>(status.code()));
  out->set_message(ErrorText(status.message()));
}

}  // namespace eager
