#include "tests/fuzz/choices.h"

#include <algorithm>

#include "common/ops/op_spec.h"

namespace eager::fuzz {
namespace {

// A shape of which nobody has any elements, as far as 63 bits reach.
Shape ChooseClaim(ByteReader& bytes) {
  Shape::Dims dims(bytes.Byte() % 9);
  for (int64_t& dim : dims) dim = std::max<int64_t>(bytes.Int(), 0);
  return Shape::Make(dims).value_or(Shape());
}

AttrValue ChooseValue(ByteReader& bytes, AttrKind kind, const AttrSpec* spec) {
  // Lists are as long as the row wants, or a few more.
  const auto list = [&](auto element) {
    const int64_t least = spec == nullptr ? 0 : spec->minimum.value_or(0);
    std::vector<decltype(element())> values(static_cast<size_t>(least + bytes.Byte() % 10));
    for (auto&& value : values) value = element();
    return values;
  };
  switch (kind) {
    case AttrKind::kType:
      return ChooseDType(bytes, spec == nullptr ? DTypeSet::All() : spec->dtypes);
    case AttrKind::kInt:
      return bytes.Int();
    case AttrKind::kFloat:
      return bytes.Float();
    case AttrKind::kBool:
      return (bytes.Byte() & 1) != 0;
    case AttrKind::kString: {
      if (spec == nullptr || spec->choices.empty()) return bytes.Text();
      const absl::string_view choice = spec->choices[bytes.Byte() % spec->choices.size()];
      return std::string(choice);
    }
    case AttrKind::kShape:
      return ChooseClaim(bytes);
    case AttrKind::kIntList:
      return list([&] { return bytes.Int(); });
    case AttrKind::kFloatList:
      return list([&] { return bytes.Float(); });
    case AttrKind::kTypeList:
      return list([&] { return ChooseDType(bytes, DTypeSet::All()); });
  }
  return std::monostate();
}

template <class T>
void Append(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void AppendFloat(std::string& out, DType dtype, float value) {
  switch (dtype) {
    case DType::kFloat16:
      return Append(out, Float16(value));
    case DType::kBFloat16:
      return Append(out, BFloat16(value));
    case DType::kFloat64:
    case DType::kComplex128:
      return Append(out, static_cast<double>(value));
    default:
      return Append(out, value);
  }
}

std::string ChooseStrings(ByteReader& bytes, const Shape& shape, int form) {
  std::vector<std::string> values(static_cast<size_t>(shape.num_elements()));
  const std::string first = form == kEach || values.empty() ? "" : bytes.Text();
  for (std::string& value : values) value = form == kEach ? bytes.Text() : first;
  return std::string(HostTensor::Strings(shape, values).bytes());
}

}  // namespace

DType ChooseDType(ByteReader& bytes, const DTypeSet& allowed) {
  const int code = bytes.Byte();
  for (int i = 0; i < kNumDTypes; ++i) {
    const auto dtype = static_cast<DType>((code + i) % kNumDTypes);
    if (IsValid(dtype) && allowed.contains(dtype)) return dtype;
  }
  return DType::kFloat32;
}

NamedAttrs ChooseAttrs(ByteReader& bytes, const OpSpec& op, bool name_types, std::vector<DType>& dtypes) {
  NamedAttrs attrs;
  dtypes.assign(op.attrs.size(), DType::kFloat32);
  for (size_t i = 0; i < op.attrs.size(); ++i) {
    const AttrSpec& spec = op.attrs[i];
    if (spec.inferred && spec.kind == AttrKind::kInt) continue;  // the length of the list of inputs
    if (spec.inferred) {
      dtypes[i] = ChooseDType(bytes, spec.dtypes);
      if (name_types) attrs.push_back({spec.name, dtypes[i]});
      continue;
    }
    const uint8_t form = bytes.Byte();
    if (form == kLeftOut || (form == kDefault && spec.default_value.index() != 0)) continue;
    const bool any = form == kAnyKind;
    const AttrKind kind = any ? static_cast<AttrKind>(bytes.Byte() % 9) : spec.kind;
    AttrValue value = ChooseValue(bytes, kind, any ? nullptr : &spec);
    if (const DType* dtype = std::get_if<DType>(&value)) dtypes[i] = *dtype;
    attrs.push_back({spec.name, std::move(value)});
  }
  return attrs;
}

Shape ChooseShape(ByteReader& bytes, const Shape& like) {
  const int rank = bytes.Byte() % 10;
  if (rank == 9) return like;
  Shape::Dims dims(static_cast<size_t>(rank));
  bool empty = false;
  for (int64_t& dim : dims) {
    dim = std::max<int64_t>(bytes.Int(), 0);
    empty = empty || dim == 0;
  }
  if (const absl::StatusOr<Shape> huge = Shape::Make(dims); empty && huge.ok()) return *huge;
  int64_t room = kMaxElements;
  for (int64_t& dim : dims) {
    dim = std::min(dim, room);
    room /= std::max<int64_t>(dim, 1);
  }
  return Shape(dims);
}

std::string ChooseValues(ByteReader& bytes, const TensorSpec& spec) {
  const int form = bytes.Byte() % 4;
  if (spec.dtype == DType::kString) return ChooseStrings(bytes, spec.shape, form);
  const bool floating = IsDifferentiable(spec.dtype);
  const int64_t numbers = spec.shape.num_elements() * (IsComplex(spec.dtype) ? 2 : 1);
  uint32_t random = form == kSmall || form == kPositive ? bytes.Byte() + 1u : 0;
  float real = 0;
  int64_t integer = 0;
  std::string values;
  for (int64_t i = 0; i < numbers; ++i) {
    if (form == kSmall || form == kPositive) {
      random = random * 1664525u + 1013904223u;
      integer = static_cast<int64_t>(random >> 24) % 16 - (form == kSmall ? 8 : -1);
      real = static_cast<float>(integer) / 4;
    } else if (form == kEach || i == 0) {
      floating ? static_cast<void>(real = bytes.Float()) : static_cast<void>(integer = bytes.Int());
    }
    if (floating) {
      AppendFloat(values, spec.dtype, real);
    } else {
      if (spec.dtype == DType::kBool) integer &= 1;
      values.append(reinterpret_cast<const char*>(&integer), SizeOf(spec.dtype));  // its low bytes
    }
  }
  return values;
}

}  // namespace eager::fuzz
