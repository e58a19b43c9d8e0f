// Ops that make strings, read them or look into them.
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "common/ops/host_inputs.h"
#include "common/ops/op_table.h"
#include "common/status_macros.h"

namespace eager {
namespace {

absl::Status JoinShape(ShapeContext& c) {
  Shape out;
  for (int i = 0; i < c.num_inputs(); ++i) {
    const Shape& in = c.input(i);
    if (in.is_scalar()) continue;
    if (!out.is_scalar() && in != out) {
      return Invalid("Input shapes do not match: ", out.ToString(), " vs. ", in.ToString());
    }
    out = in;
  }
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

// What a number may be written like depends on its dtype.
absl::Status AsStringShape(ShapeContext& c) {
  const DType dtype = c.dtype(0);
  const bool scientific = c.attr<bool>("scientific"), shortest = c.attr<bool>("shortest");
  const int64_t precision = c.attr<int64_t>("precision"), width = c.attr<int64_t>("width");
  const std::string& fill = c.attr<std::string>("fill");
  if (!IsFloating(dtype) && !IsComplex(dtype) && dtype != DType::kString) {
    if (scientific || shortest) {
      return Invalid("scientific and shortest format not supported for datatype ", OpDefName(dtype));
    }
    if (precision >= 0) return Invalid("precision not supported for datatype ", OpDefName(dtype));
  }
  if (fill.size() > 1) return Invalid("Fill string must be one or fewer characters");
  if (scientific && shortest) return Invalid("Cannot select both scientific and shortest notation");
  if (!fill.empty() && absl::string_view(" +-0#").find(fill[0]) == absl::string_view::npos) {
    return Invalid("Fill argument not supported: \"", fill, "\"");
  }
  constexpr int64_t kMost = 1 << 16;  // more characters than any number has
  if (width > kMost || precision > kMost) {
    return Invalid("width and precision must be at most ", kMost, ", got ", width, " and ", precision);
  }
  return SameAsInput0(c);
}

absl::Status FormatShape(ShapeContext& c) {
  const std::vector<absl::string_view> parts =
      absl::StrSplit(c.attr<std::string>("template"), c.attr<std::string>("placeholder"));
  if (static_cast<int>(parts.size()) - 1 != c.num_inputs()) {
    return Invalid("num placeholders in template and num inputs must match: ", parts.size() - 1, " vs. ",
                   c.num_inputs());
  }
  c.set_output(0, Shape());
  return absl::OkStatus();
}

absl::Status DecodeRawShape(ShapeContext& c) {
  const HostView& bytes = c.host(0);
  const int64_t n = bytes.num_elements();
  const size_t length = n == 0 ? 0 : HostString(bytes, 0).size();
  for (int64_t i = 1; i < n; ++i) {
    if (HostString(bytes, i).size() == length) continue;
    return Invalid("DecodeRaw requires input strings to all be the same size, but element ", i, " has size ", length,
                   " != ", HostString(bytes, i).size());  // in TensorFlow's order
  }
  const DType to = c.attr<DType>("out_type");
  if (length % SizeOf(to) != 0) {
    return Invalid("Input to DecodeRaw has length ", length, " that is not a multiple of ", SizeOf(to),
                   ", the size of ", OpDefName(to));
  }
  Shape out = c.input(0);
  out.push_back(static_cast<int64_t>(length / SizeOf(to)));
  ASSIGN_OR_RETURN(out, Shape::Make(out.dims()));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status ShardedFilenameShape(ShapeContext& c) {
  for (int i = 0; i < c.num_inputs(); ++i) {
    if (c.input(i).is_scalar()) continue;
    return Invalid(c.op().inputs[static_cast<size_t>(i)].name, " must be a scalar, got shape ", c.input(i).ToString());
  }
  c.set_output(0, Shape());
  return absl::OkStatus();
}

constexpr OpDef kRows[] = {
    {.name = "StringJoin",
     .doc = "The strings of every place, one behind the other; a scalar stands at every place.",
     .inputs = "inputs: N * string",
     .outputs = "output: string",
     .attrs = "N: int >= 0, separator: string = ''",
     .shape = &JoinShape,
     .gradient = &NotDifferentiable},
    {.name = "StringLength",
     .doc = "The length of each string, in bytes or in characters of UTF-8.",
     .inputs = "input: string",
     .outputs = "output: int32",
     .attrs = "unit: string {'BYTE', 'UTF8_CHAR'} = 'BYTE'",
     .shape = &SameAsInput0,
     .gradient = &NotDifferentiable},
    {.name = "AsString",
     .doc = "Numbers, bools and strings as C's printf writes them.",
     .inputs = "input: T",
     .outputs = "output: string",
     .attrs =
         "T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64, complex64, "
         "complex128, bool, variant, string}, precision: int = -1, scientific: bool = false, shortest: bool = false, "
         "width: int = -1, fill: string = ''",
     .shape = &AsStringShape,
     .gradient = &NotDifferentiable},
    {.name = "StringToNumber",
     .doc = "The number that each string is, spaces around it left out.",
     .inputs = "string_tensor: string",
     .outputs = "output: out_type",
     .attrs = "out_type: {float, double, int32, int64, uint32, uint64} = float",
     .shape = &SameAsInput0,
     .gradient = &NotDifferentiable},
    {.name = "StringFormat",
     .doc =
         "The template with each placeholder replaced by the text of a tensor: its first and last summarize elements "
         "along every axis, or all if that is negative.",
     .inputs = "inputs: T",
     .outputs = "output: string",
     .attrs = "T: list(type) >= 0, template: string = '%s', placeholder: string = '%s', summarize: int = 3",
     .shape = &FormatShape,
     .gradient = &NotDifferentiable},
    {.name = "DecodeRaw",
     .doc = "The bytes of strings of one length as numbers, along a last axis.",
     .inputs = "bytes: host string",
     .outputs = "output: out_type",
     .attrs = "out_type: {half, float, double, int32, uint16, uint8, int16, int8, int64, complex64, complex128, bool, "
              "bfloat16}, little_endian: bool = true",
     .shape = &DecodeRawShape,
     .gradient = &NotDifferentiable},
    {.name = "StaticRegexFullMatch",
     .doc = "Whether the whole of each string matches the regular expression, in the syntax of RE2.",
     .inputs = "input: string",
     .outputs = "output: bool",
     .attrs = "pattern: string",
     .shape = &SameAsInput0,
     .gradient = &NotDifferentiable},
    {.name = "ShardedFilename",
     .doc = "The name of one of several files that belong together: basename-00003-of-00010.",
     .inputs = "basename: string, shard: int32, num_shards: int32",
     .outputs = "filename: string",
     .shape = &ShardedFilenameShape,
     .gradient = &NotDifferentiable},
};

}  // namespace

absl::Span<const OpDef> StringOps() { return kRows; }

}  // namespace eager
