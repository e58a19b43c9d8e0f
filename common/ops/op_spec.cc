#include "common/ops/op_spec.h"

#include <algorithm>
#include <bit>

#include "absl/hash/hash.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/status_macros.h"

namespace eager {
namespace {

absl::string_view Trim(absl::string_view s) { return absl::StripAsciiWhitespace(s); }

// Splits at commas that are outside of braces, brackets and quotes.
std::vector<absl::string_view> SplitTop(absl::string_view text) {
  std::vector<absl::string_view> parts;
  int depth = 0;
  bool quoted = false;
  size_t start = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\'') quoted = !quoted;
    if (quoted) continue;
    if (c == '{' || c == '[' || c == '(') ++depth;
    if (c == '}' || c == ']' || c == ')') --depth;
    if (c == ',' && depth == 0) {
      parts.push_back(Trim(text.substr(start, i - start)));
      start = i + 1;
    }
  }
  if (!Trim(text.substr(start)).empty()) parts.push_back(Trim(text.substr(start)));
  return parts;
}

absl::Status RowError(absl::string_view text) {
  return absl::InternalError(absl::StrCat("cannot read \"", text, "\" in an op's row"));
}

absl::StatusOr<AttrKind> ParseKind(absl::string_view word) {
  for (AttrKind k : {AttrKind::kType, AttrKind::kInt, AttrKind::kFloat, AttrKind::kBool, AttrKind::kString,
                     AttrKind::kShape, AttrKind::kIntList, AttrKind::kFloatList, AttrKind::kTypeList}) {
    if (word == Name(k)) return k;
  }
  return RowError(word);
}

// A default: 'text', true, 3, 0.5, float32, [1, 1], {}.
absl::StatusOr<AttrValue> ParseDefault(AttrKind kind, absl::string_view text) {
  int64_t i;
  float f;
  switch (kind) {
    case AttrKind::kBool:
      if (text == "true" || text == "false") return AttrValue(text == "true");
      break;
    case AttrKind::kInt:
      if (absl::SimpleAtoi(text, &i)) return AttrValue(i);
      break;
    case AttrKind::kFloat:
      if (absl::SimpleAtof(text, &f)) return AttrValue(f);
      break;
    case AttrKind::kString:
      if (absl::ConsumePrefix(&text, "'") && absl::ConsumeSuffix(&text, "'")) return AttrValue(std::string(text));
      break;
    case AttrKind::kType: {
      ASSIGN_OR_RETURN(DType d, ParseDType(text));
      return AttrValue(d);
    }
    case AttrKind::kShape:
    case AttrKind::kIntList: {
      if (!absl::ConsumePrefix(&text, "[") || !absl::ConsumeSuffix(&text, "]")) break;
      std::vector<int64_t> list;
      for (absl::string_view part : SplitTop(text)) {
        if (!absl::SimpleAtoi(part, &i)) return RowError(text);
        list.push_back(i);
      }
      if (kind == AttrKind::kIntList) return AttrValue(std::move(list));
      return AttrValue(Shape(Shape::Dims(list.begin(), list.end())));
    }
    default:
      break;
  }
  return RowError(text);
}

// "T: {float, double} = float", "N: int >= 2 = 1", "padding: string {'SAME', 'VALID'}", "strides: list(int) >= 4"
absl::StatusOr<AttrSpec> ParseAttr(absl::string_view text) {
  AttrSpec attr;
  const std::pair<absl::string_view, absl::string_view> halves = absl::StrSplit(text, absl::MaxSplits(':', 1));
  attr.name = Trim(halves.first);
  absl::string_view rest = Trim(halves.second);
  if (attr.name.empty() || rest.empty()) return RowError(text);

  absl::string_view default_text;
  for (size_t i = 0, depth = 0; i < rest.size(); ++i) {
    if (rest[i] == '{' || rest[i] == '[') ++depth;
    if (rest[i] == '}' || rest[i] == ']') --depth;
    if (rest[i] == '=' && depth == 0 && (i == 0 || rest[i - 1] != '>')) {
      default_text = Trim(rest.substr(i + 1));
      rest = Trim(rest.substr(0, i));
      break;
    }
  }
  if (const size_t at = rest.find(">="); at != absl::string_view::npos) {
    int64_t minimum;
    if (!absl::SimpleAtoi(Trim(rest.substr(at + 2)), &minimum)) return RowError(text);
    attr.minimum = minimum;
    rest = Trim(rest.substr(0, at));
  }
  if (const size_t at = rest.find('{'); at != absl::string_view::npos) {
    absl::string_view choices = rest.substr(at + 1);
    if (!absl::ConsumeSuffix(&choices, "}")) return RowError(text);
    rest = Trim(rest.substr(0, at));
    if (rest.empty()) rest = "type";
    if (rest == "type") attr.dtypes = DTypeSet();
    for (absl::string_view choice : SplitTop(choices)) {
      if (rest == "type") {
        ASSIGN_OR_RETURN(DType d, ParseDType(choice));
        attr.dtypes.insert(d);
      } else if (absl::ConsumePrefix(&choice, "'") && absl::ConsumeSuffix(&choice, "'")) {
        attr.choices.push_back(choice);
      } else {
        return RowError(text);
      }
    }
  }
  ASSIGN_OR_RETURN(attr.kind, ParseKind(rest));
  if (!default_text.empty()) {
    ASSIGN_OR_RETURN(attr.default_value, ParseDefault(attr.kind, default_text));
  }
  return attr;
}

// "x: T", "axis: host Tidx", "values: N * T", and "input: T" where T is a list(type)
absl::StatusOr<ArgSpec> ParseArg(absl::string_view text, const OpSpec& op) {
  ArgSpec arg;
  const std::pair<absl::string_view, absl::string_view> halves = absl::StrSplit(text, absl::MaxSplits(':', 1));
  arg.name = Trim(halves.first);
  absl::string_view rest = Trim(halves.second);
  arg.host = absl::ConsumePrefix(&rest, "host ");
  if (const size_t at = rest.find('*'); at != absl::string_view::npos) {
    arg.number_attr = op.AttrIndex(Trim(rest.substr(0, at)));
    if (arg.number_attr < 0 || op.attrs[arg.number_attr].kind != AttrKind::kInt) return RowError(text);
    rest = Trim(rest.substr(at + 1));
  }
  arg.type_attr = op.AttrIndex(rest);
  if (arg.type_attr < 0) {
    ASSIGN_OR_RETURN(arg.dtype, ParseDType(rest));
  } else if (op.attrs[arg.type_attr].kind == AttrKind::kTypeList && arg.number_attr < 0) {
    std::swap(arg.types_attr, arg.type_attr);
  } else if (op.attrs[arg.type_attr].kind != AttrKind::kType) {
    return RowError(text);
  }
  return arg;
}

AttrKind KindOf(const AttrValue& v) {
  static constexpr AttrKind kKinds[] = {AttrKind::kInt,    AttrKind::kInt,     AttrKind::kFloat,
                                        AttrKind::kBool,   AttrKind::kType,    AttrKind::kString,
                                        AttrKind::kShape,  AttrKind::kIntList, AttrKind::kFloatList,
                                        AttrKind::kTypeList};
  return kKinds[v.index()];
}

// Lets an int stand for a float, and a list of ints for a shape or an empty list of any kind, as TensorFlow does.
void Coerce(AttrKind kind, AttrValue& v) {
  if (kind == AttrKind::kFloat && std::holds_alternative<int64_t>(v)) {
    v = static_cast<float>(std::get<int64_t>(v));
  } else if (const auto* ints = std::get_if<std::vector<int64_t>>(&v)) {
    if (kind == AttrKind::kShape) {
      if (absl::StatusOr<Shape> shape = Shape::Make(*ints); shape.ok()) v = *std::move(shape);
    } else if (kind == AttrKind::kFloatList) {
      v = std::vector<float>(ints->begin(), ints->end());
    } else if (kind == AttrKind::kTypeList && ints->empty()) {
      v = std::vector<DType>();
    }
  } else if (const auto* shape = std::get_if<Shape>(&v); shape != nullptr && kind == AttrKind::kIntList) {
    v = std::vector<int64_t>(shape->dims().begin(), shape->dims().end());
  }
}

absl::Status CheckAttr(const OpSpec& op, const AttrSpec& attr, const AttrValue& v) {
  const auto error = [&](auto&&... parts) {
    return absl::InvalidArgumentError(absl::StrCat(op.name, ": attribute '", attr.name, "' ", parts...));
  };
  if (KindOf(v) != attr.kind) return error("must be a ", Name(attr.kind), ", got the ", Name(KindOf(v)), " ", ToString(v));
  if (attr.kind == AttrKind::kType && !attr.dtypes.contains(std::get<DType>(v))) {
    return error("must be one of {", attr.dtypes.ToString(), "}, got ", OpDefName(std::get<DType>(v)));
  }
  if (attr.kind == AttrKind::kString && !attr.choices.empty() &&
      std::find(attr.choices.begin(), attr.choices.end(), std::get<std::string>(v)) == attr.choices.end()) {
    return error("must be one of {'", absl::StrJoin(attr.choices, "', '"), "'}, got ", ToString(v));
  }
  if (attr.minimum.has_value()) {
    if (attr.kind == AttrKind::kInt && std::get<int64_t>(v) < *attr.minimum) {
      return error("must be at least ", *attr.minimum, ", got ", ToString(v));
    }
    if (attr.kind == AttrKind::kIntList &&
        static_cast<int64_t>(std::get<std::vector<int64_t>>(v).size()) < *attr.minimum) {
      return error("must have at least ", *attr.minimum, " elements, got ", ToString(v));
    }
    if (attr.kind == AttrKind::kTypeList &&
        static_cast<int64_t>(std::get<std::vector<DType>>(v).size()) < *attr.minimum) {
      return error("must have at least ", *attr.minimum, " elements, got ", ToString(v));
    }
  }
  return absl::OkStatus();
}

bool SameBits(float a, float b) { return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b); }

bool Identical(const AttrValue& a, const AttrValue& b) {
  if (a.index() != b.index()) return false;
  if (const auto* x = std::get_if<float>(&a)) return SameBits(*x, std::get<float>(b));
  if (const auto* x = std::get_if<std::vector<float>>(&a)) {
    const auto& y = std::get<std::vector<float>>(b);
    return std::equal(x->begin(), x->end(), y.begin(), y.end(), &SameBits);
  }
  return a == b;
}

}  // namespace

absl::string_view Name(AttrKind kind) {
  static constexpr absl::string_view kNames[] = {"type",  "int",       "float",       "bool",      "string",
                                                 "shape", "list(int)", "list(float)", "list(type)"};
  return kNames[static_cast<int>(kind)];
}

absl::StatusOr<OpSpec> OpSpec::Parse(const OpDef& def) {
  OpSpec op;
  op.def = &def;
  op.name = def.name;
  for (absl::string_view text : SplitTop(def.attrs)) {
    ASSIGN_OR_RETURN(AttrSpec attr, ParseAttr(text));
    op.attrs.push_back(std::move(attr));
  }
  for (absl::string_view text : SplitTop(def.inputs)) {
    ASSIGN_OR_RETURN(ArgSpec arg, ParseArg(text, op));
    if (arg.type_attr >= 0) op.attrs[arg.type_attr].inferred = true;
    if (arg.is_list()) {
      if (op.has_list_input) return RowError(def.inputs);
      op.has_list_input = true;
      op.attrs[arg.number_attr >= 0 ? arg.number_attr : arg.types_attr].inferred = true;
    }
    if (arg.host) op.host_inputs |= 1u << op.inputs.size();
    op.inputs.push_back(arg);
  }
  for (absl::string_view text : SplitTop(def.outputs)) {
    ASSIGN_OR_RETURN(ArgSpec arg, ParseArg(text, op));
    op.outputs.push_back(arg);
  }
  op.differentiable = def.gradient != &NotDifferentiable;
  return op;
}

int OpSpec::AttrIndex(absl::string_view attr) const {
  for (size_t i = 0; i < attrs.size(); ++i) {
    if (attrs[i].name == attr) return static_cast<int>(i);
  }
  return -1;
}

int OpSpec::InputArg(int i, int n) const {
  if (!has_list_input) return i;
  const int extra = n - static_cast<int>(inputs.size());  // tensors beyond one an argument
  for (size_t a = 0; a < inputs.size(); ++a) {
    const int length = inputs[a].is_list() ? extra + 1 : 1;
    if (i < length) return static_cast<int>(a);
    i -= length;
  }
  return static_cast<int>(inputs.size()) - 1;
}

absl::StatusOr<Attrs> Attrs::Make(const OpSpec& op, const NamedAttrs& named) {
  Attrs attrs;
  attrs.op_ = &op;
  attrs.values_.resize(op.attrs.size());
  for (const NamedAttr& given : named) {
    const int i = op.AttrIndex(given.name);
    if (i < 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          op.name, ": there is no attribute '", given.name, "'; it has {",
          absl::StrJoin(op.attrs, ", ", [](std::string* s, const AttrSpec& a) { absl::StrAppend(s, a.name); }), "}"));
    }
    AttrValue value = given.value;
    Coerce(op.attrs[i].kind, value);
    RETURN_IF_ERROR(CheckAttr(op, op.attrs[i], value));
    attrs.values_[i] = std::move(value);
  }
  for (size_t i = 0; i < op.attrs.size(); ++i) {
    if (attrs.values_[i].index() != 0 || op.attrs[i].inferred) continue;
    if (op.attrs[i].default_value.index() == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat(op.name, ": attribute '", op.attrs[i].name, "' (", Name(op.attrs[i].kind), ") is missing"));
    }
    attrs.values_[i] = op.attrs[i].default_value;
  }
  return attrs;
}

bool operator==(const Attrs& a, const Attrs& b) {
  return a.op_ == b.op_ && std::equal(a.values_.begin(), a.values_.end(), b.values_.begin(), b.values_.end(), &Identical);
}

size_t Attrs::Hash() const {
  size_t h = absl::HashOf(op_);
  for (const AttrValue& v : values_) h = h * 0x9E3779B97F4A7C15ull + HashAttr(v);
  return h;
}

}  // namespace eager
