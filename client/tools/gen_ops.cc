// Writes client/ops.h and client/ops.cc from the op table: eager-gen-ops DIR, or --check DIR to see whether the files
// there are as they should be.

#include <fstream>
#include <iostream>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/ops/op_table.h"

namespace eager {
namespace {

std::string CppType(AttrKind kind) {
  switch (kind) {
    case AttrKind::kType: return "DType";
    case AttrKind::kInt: return "int64_t";
    case AttrKind::kFloat: return "float";
    case AttrKind::kBool: return "bool";
    case AttrKind::kString: return "std::string";
    case AttrKind::kShape: return "eager::Shape";  // there is an op of that name
    case AttrKind::kIntList: return "std::vector<int64_t>";
    case AttrKind::kFloatList: return "std::vector<float>";
    case AttrKind::kTypeList: return "std::vector<DType>";
  }
  return "";
}

struct CppValue {
  std::string operator()(std::monostate) const { return ""; }
  std::string operator()(int64_t v) const { return absl::StrCat(v); }
  std::string operator()(float v) const {
    const std::string text = absl::StrCat(v);
    return absl::StrCat(text, text.find_first_of(".e") == std::string::npos ? ".0f" : "f");
  }
  std::string operator()(bool v) const { return v ? "true" : "false"; }
  std::string operator()(DType v) const;
  std::string operator()(const std::string& v) const { return absl::StrCat("\"", absl::CEscape(v), "\""); }
  std::string operator()(const Shape& v) const { return absl::StrCat("{", absl::StrJoin(v.dims(), ", "), "}"); }
  std::string operator()(const std::vector<int64_t>& v) const { return absl::StrCat("{", absl::StrJoin(v, ", "), "}"); }
  std::string operator()(const std::vector<float>& v) const { return absl::StrCat("{", absl::StrJoin(v, ", "), "}"); }
  std::string operator()(const std::vector<DType>& v) const {
    return absl::StrCat("{", absl::StrJoin(v, ", ", [this](std::string* out, DType d) { *out += (*this)(d); }), "}");
  }
};

// DType::kFloat32; BFloat16 has a capital inside.
std::string CppValue::operator()(DType v) const {
  if (v == DType::kBFloat16) return "DType::kBFloat16";
  std::string name(Name(v));
  name[0] = absl::ascii_toupper(static_cast<unsigned char>(name[0]));
  return absl::StrCat("DType::k", name);
}

// `text` in lines of at most 120 columns, broken at spaces; all but the first start with `indent`.
std::string Wrapped(absl::string_view text, absl::string_view indent) {
  constexpr size_t kColumns = 120;
  std::string lines, line;
  for (absl::string_view word : absl::StrSplit(text, ' ')) {
    if (!line.empty() && line.size() + 1 + word.size() > kColumns) {
      absl::StrAppend(&lines, line, "\n");
      line = absl::StrCat(indent, word);
    } else {
      absl::StrAppend(&line, line.empty() ? "" : " ", word);
    }
  }
  return lines + line;
}

// What a value may be, where the row says more than its type does: "SAME" or "VALID"; at least 1.
std::string Allowed(const AttrSpec& attr) {
  if (!attr.choices.empty()) return absl::StrCat("\"", absl::StrJoin(attr.choices, "\", \""), "\"");
  if (attr.kind == AttrKind::kType && attr.dtypes.ToString() != DTypeSet::All().ToString()) return attr.dtypes.ToString();
  return attr.minimum.has_value() ? absl::StrCat("at least ", *attr.minimum) : "";
}

// The name of an attribute's member: one that C++ has taken gets an underline.
std::string MemberName(const AttrSpec& attr) { return absl::StrCat(attr.name, attr.name == "template" ? "_" : ""); }

// "  int64_t axis = 0;", with what is allowed and whether it must be given behind it.
std::string Member(const AttrSpec& attr) {
  const bool has_default = attr.default_value.index() != 0;
  const bool scalar = attr.kind == AttrKind::kType || attr.kind == AttrKind::kInt || attr.kind == AttrKind::kFloat ||
                      attr.kind == AttrKind::kBool;
  const std::string value = has_default ? absl::StrCat(" = ", std::visit(CppValue{}, attr.default_value)) : scalar ? "{}" : "";
  const std::string allowed = Allowed(attr), required = has_default ? "" : "required";
  const std::string note = absl::StrCat(required, required.empty() || allowed.empty() ? "" : ": ", allowed);
  const std::string member = absl::StrCat("  ", CppType(attr.kind), " ", MemberName(attr), value, ";");
  if (note.empty()) return absl::StrCat(member, "\n");
  const std::string line = absl::StrCat(member, "  // ", note);
  return line.size() <= 120 ? absl::StrCat(line, "\n") : absl::StrCat("  // ", Wrapped(note, "  // "), "\n", member, "\n");
}

// What a caller may set: what does not follow from the inputs.
std::vector<const AttrSpec*> Settable(const OpSpec& op) {
  std::vector<const AttrSpec*> list;
  for (const AttrSpec& attr : op.attrs) {
    if (!attr.inferred) list.push_back(&attr);
  }
  return list;
}

bool AllDefaulted(const OpSpec& op) {
  for (const AttrSpec* attr : Settable(op)) {
    if (attr->default_value.index() == 0) return false;
  }
  return true;
}

std::string ResultType(const OpSpec& op) {
  if (op.outputs.empty()) return "void";
  return op.outputs.size() == 1 && !op.outputs[0].is_list() ? "Tensor" : "std::vector<Tensor>";
}

std::string Signature(const OpSpec& op, bool with_defaults) {
  std::vector<std::string> parameters;
  for (const ArgSpec& arg : op.inputs) {
    parameters.push_back(absl::StrCat(arg.is_list() ? "const std::vector<Operand>& " : "const Operand& ", arg.name));
  }
  if (!Settable(op).empty()) {
    parameters.push_back(absl::StrCat("const ", op.name, "Attrs& attrs", with_defaults && AllDefaulted(op) ? " = {}" : ""));
  }
  if (op.inputs.empty()) {
    parameters.push_back(absl::StrCat("std::source_location where", with_defaults ? " = std::source_location::current()" : ""));
  }
  return absl::StrCat(ResultType(op), " ", op.name, "(", absl::StrJoin(parameters, ", "), ")");
}

std::string Declaration(const OpSpec& op) {
  std::string text = absl::StrCat(Wrapped(absl::StrCat("// ", op.def->doc), "// "), "\n");
  if (op.outputs.size() > 1) {
    const auto names = absl::StrJoin(op.outputs, ", ", [](std::string* out, const ArgSpec& arg) { absl::StrAppend(out, arg.name); });
    absl::StrAppend(&text, Wrapped(absl::StrCat("// Gives ", names, "."), "// "), "\n");
  }
  const std::vector<const AttrSpec*> attrs = Settable(op);
  if (!attrs.empty()) {
    absl::StrAppend(&text, "struct ", op.name, "Attrs {\n");
    for (const AttrSpec* attr : attrs) absl::StrAppend(&text, Member(*attr));
    absl::StrAppend(&text, "};\n");
  }
  return absl::StrCat(text, Wrapped(Signature(op, true) + ";", "    "), "\n");
}

std::string Definition(const OpSpec& op) {
  std::string text = absl::StrCat(Wrapped(Signature(op, false) + " {", "    "), "\n  static const OpSpec& op = internal::Op(\"", op.name, "\");\n");
  const std::string where = op.inputs.empty() ? "where" : "Where(operands)";
  std::vector<std::string> names, attrs;
  for (const ArgSpec& arg : op.inputs) names.push_back(std::string(arg.name));
  for (const AttrSpec* attr : Settable(op)) attrs.push_back(absl::StrCat("{\"", attr->name, "\", attrs.", MemberName(*attr), "}"));
  if (op.has_list_input) {
    absl::StrAppend(&text, "  std::vector<Operand> operands;\n");
    for (const ArgSpec& arg : op.inputs) {
      absl::StrAppend(&text, arg.is_list() ? absl::StrCat("  operands.insert(operands.end(), ", arg.name, ".begin(), ", arg.name, ".end());\n")
                                                  : absl::StrCat("  operands.push_back(", arg.name, ");\n"));
    }
  } else if (!op.inputs.empty()) {
    absl::StrAppend(&text, "  const Operand operands[] = {", absl::StrJoin(names, ", "), "};\n");
  }
  const std::string result = ResultType(op);
  const std::string call = absl::StrCat(result == "Tensor" ? "Call1" : "Call", "(op, ", op.inputs.empty() ? "{}" : "operands",
                                        ", {", absl::StrJoin(attrs, ", "), "}, ", where, ")");
  if (result == "void") {
    absl::StrAppend(&text, "  internal::", call, ";\n");
  } else if (result == "Tensor") {
    absl::StrAppend(&text, "  return internal::", call, ";\n");
  } else {
    absl::StrAppend(&text, "  const internal::Tensors outputs = internal::", call, ";\n  return {outputs.begin(), outputs.end()};\n");
  }
  return absl::StrCat(text, "}\n");
}

std::string Header() {
  std::string text = R"(// Generated from the op table by eager-gen-ops. Do not edit: change the op's row and run it again.
//
// Every op under its raw name, as tf.raw_ops has them: inputs in order, attributes as named, defaulted members, e.g.
// raw_ops::MatMul(a, b, {.transpose_a = true}). Attributes that follow from the inputs are not there.
// None waits; each throws Error at the first input's line for what inference refuses.
#pragma once

#include <source_location>
#include <string>
#include <vector>

#include "client/tensor.h"

namespace eager::raw_ops {
)";
  const OpTable& table = OpTable::Builtin();
  for (int i = 0; i < table.size(); ++i) absl::StrAppend(&text, "\n", Declaration(table.at(i)));
  return absl::StrCat(text, "\n}  // namespace eager::raw_ops\n");
}

std::string Source() {
  std::string text = R"(// Generated from the op table by eager-gen-ops. Do not edit: change the op's row and run it again.
#include "client/ops.h"

#include "client/core/call.h"

namespace eager::raw_ops {
namespace {

std::source_location Where(absl::Span<const Operand> operands) {
  return operands.empty() ? std::source_location::current() : operands[0].where();
}

}  // namespace
)";
  const OpTable& table = OpTable::Builtin();
  for (int i = 0; i < table.size(); ++i) absl::StrAppend(&text, "\n", Definition(table.at(i)));
  return absl::StrCat(text, "\n}  // namespace eager::raw_ops\n");
}

bool Matches(const std::string& path, const std::string& text) {
  std::ifstream file(path);
  std::stringstream there;
  there << file.rdbuf();
  if (there.str() == text) return true;
  std::cerr << path << " is not what the op table gives: run eager-gen-ops " << path.substr(0, path.rfind('/')) << "\n";
  return false;
}

int Main(int argc, char** argv) {
  const bool check = argc == 3 && std::string(argv[1]) == "--check";
  if (!check && argc != 2) {
    std::cerr << "usage: eager-gen-ops [--check] DIR\n";
    return 2;
  }
  const std::string dir = argv[argc - 1];
  const std::pair<std::string, std::string> files[] = {{dir + "/ops.h", Header()}, {dir + "/ops.cc", Source()}};
  bool good = true;
  for (const auto& [path, text] : files) {
    if (check) {
      good = Matches(path, text) && good;
    } else {
      good = static_cast<bool>(std::ofstream(path) << text) && good;
    }
  }
  return good ? 0 : 1;
}

}  // namespace
}  // namespace eager

int main(int argc, char** argv) { return eager::Main(argc, argv); }
