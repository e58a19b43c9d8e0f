// Ops that change strings, cut them, join them and number them. string_ops.cc has those that make and read them.
#include <algorithm>
#include <limits>

#include "common/ops/host_inputs.h"
#include "common/ops/op_table.h"
#include "common/ops/split_text.h"
#include "common/status_macros.h"

namespace eager {
namespace {

absl::Status CaseShape(ShapeContext& c) {
  const std::string& encoding = c.attr<std::string>("encoding");
  if (encoding.empty()) return SameAsInput0(c);
  if (encoding == "utf-8") return absl::UnimplementedError("only the letters of ASCII change their case; encoding must be ''");
  return Invalid("Unsupported encoding: ", encoding);
}

absl::Status PatternShape(ShapeContext& c) {
  for (int i = 1; i < c.num_inputs(); ++i) {
    if (!c.input(i).is_scalar()) {
      return Invalid(i == 1 ? "Pattern" : "Rewrite", " must be scalar, but received ", c.input(i).ToString());
    }
  }
  return SameAsInput0(c);
}

absl::Status SubstrShape(ShapeContext& c) {
  if (c.input(1) != c.input(2)) {
    return Invalid("pos and len should have the same shape, got: ", c.input(1).ToString(), " vs. ",
                   c.input(2).ToString());
  }
  ASSIGN_OR_RETURN(Shape out, Broadcast(c.input(0), c.input(1)));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status StrongHashShape(ShapeContext& c) {
  const size_t n = c.attr<std::vector<int64_t>>("key").size();
  if (n != 2) return Invalid("Key must have 2 elements");
  return SameAsInput0(c);
}

// The pieces of all strings, where each stands, and the shape of the table that they would make.
absl::Status SetPieces(ShapeContext& c, absl::FunctionRef<int64_t(absl::string_view)> count) {
  int64_t pieces = 0;
  for (int64_t i = 0; i < c.input(0)[0]; ++i) pieces += count(HostString(c.host(0), i));
  c.set_output(0, Shape{pieces, 2});
  c.set_output(1, Shape{pieces});
  c.set_output(2, Shape{2});
  return absl::OkStatus();
}

absl::Status SplitShape(ShapeContext& c) {
  if (c.input(0).rank() != 1) return Invalid("input must be a vector, got shape: ", c.input(0).ToString());
  if (!c.input(1).is_scalar()) return Invalid("delimiter must be a scalar, got shape: ", c.input(1).ToString());
  const absl::string_view delimiters = HostString(c.host(1), 0);
  const bool skip_empty = c.attr<bool>("skip_empty");
  return SetPieces(c, [&](absl::string_view text) {
    return static_cast<int64_t>(SplitByAny(text, delimiters, skip_empty).size());
  });
}

absl::Status SplitV2Shape(ShapeContext& c) {
  if (c.input(0).rank() != 1) return Invalid("input must be a vector, got shape: ", c.input(0).ToString());
  if (!c.input(1).is_scalar()) return Invalid("sep must be a scalar, got shape: ", c.input(1).ToString());
  const absl::string_view separator = HostString(c.host(1), 0);
  const int64_t most = c.attr<int64_t>("maxsplit");
  return SetPieces(c, [&](absl::string_view text) {
    return static_cast<int64_t>(SplitText(text, separator, most).size());
  });
}

absl::Status ReduceJoinShape(ShapeContext& c) {
  const Shape& in = c.input(0);
  std::vector<bool> reduced(static_cast<size_t>(in.rank()));
  for (int64_t axis : c.ints(1)) {
    if (axis < -in.rank() || axis >= in.rank()) {
      return absl::OutOfRangeError(
          absl::StrCat("Invalid reduction dimension ", axis, " for input with ", in.rank(), " dimension(s)"));
    }
    const size_t at = static_cast<size_t>(axis < 0 ? axis + in.rank() : axis);
    if (reduced[at]) return Invalid("Duplicate reduction dimension ", axis);
    reduced[at] = true;
  }
  Shape out;
  for (int axis = 0; axis < in.rank(); ++axis) {
    if (!reduced[static_cast<size_t>(axis)]) {
      out.push_back(in[axis]);
    } else if (c.attr<bool>("keep_dims")) {
      out.push_back(1);
    }
  }
  ASSIGN_OR_RETURN(out, Shape::Make(out.dims()));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status SegmentJoinShape(ShapeContext& c) {
  const Shape &in = c.input(0), &ids = c.input(1);
  if (in.rank() < ids.rank() || in.dims().subspan(0, static_cast<size_t>(ids.rank())) != ids.dims()) {
    return Invalid("inputs.shape = ", in.ToString(), " does not start with segment_ids.shape = ", ids.ToString());
  }
  ASSIGN_OR_RETURN(const int64_t segments, HostScalar(c, 2));
  if (segments < 0) return Invalid("num_segments must be non-negative, got ", segments);
  Shape::Dims dims(in.dims().begin() + ids.rank(), in.dims().end());
  dims.insert(dims.begin(), segments);
  ASSIGN_OR_RETURN(Shape out, Shape::Make(dims));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

constexpr OpDef kRows[] = {
    {.name = "StringLower",
     .doc = "The strings with small letters; only those of ASCII have them.",
     .inputs = "input: string",
     .outputs = "output: string",
     .attrs = "encoding: string = ''",
     .shape = &CaseShape,
     .gradient = &NotDifferentiable},
    {.name = "StringUpper",
     .doc = "The strings with capital letters; only those of ASCII have them.",
     .inputs = "input: string",
     .outputs = "output: string",
     .attrs = "encoding: string = ''",
     .shape = &CaseShape,
     .gradient = &NotDifferentiable},
    {.name = "StringStrip",
     .doc = "The strings without the spaces around them.",
     .inputs = "input: string",
     .outputs = "output: string",
     .shape = &SameAsInput0,
     .gradient = &NotDifferentiable},
    {.name = "StaticRegexReplace",
     .doc =
         "The strings with every match of the regular expression, or the first one, replaced; the syntax is that of "
         "RE2.",
     .inputs = "input: string",
     .outputs = "output: string",
     .attrs = "pattern: string, rewrite: string, replace_global: bool = true",
     .shape = &SameAsInput0,
     .gradient = &NotDifferentiable},
    {.name = "RegexReplace",
     .doc = "StaticRegexReplace by an expression that is computed.",
     .inputs = "input: string, pattern: string, rewrite: string",
     .outputs = "output: string",
     .attrs = "replace_global: bool = true",
     .shape = &PatternShape,
     .gradient = &NotDifferentiable},
    {.name = "RegexFullMatch",
     .doc = "StaticRegexFullMatch of an expression that is computed.",
     .inputs = "input: string, pattern: string",
     .outputs = "output: bool",
     .shape = &PatternShape,
     .gradient = &NotDifferentiable},
    {.name = "Substr",
     .doc = "The part of each string from pos on, of at most len bytes or characters of UTF-8.",
     .inputs = "input: string, pos: T, len: T",
     .outputs = "output: string",
     .attrs = "T: {int32, int64}, unit: string {'BYTE', 'UTF8_CHAR'} = 'BYTE'",
     .shape = &SubstrShape,
     .gradient = &NotDifferentiable},
    {.name = "StringToHashBucketFast",
     .doc = "The remainder of each string's FarmHash fingerprint.",
     .inputs = "input: string",
     .outputs = "output: int64",
     .attrs = "num_buckets: int >= 1",
     .shape = &SameAsInput0,
     .gradient = &NotDifferentiable},
    {.name = "StringToHashBucketStrong",
     .doc = "The remainder of each string's SipHash by a key.",
     .inputs = "input: string",
     .outputs = "output: int64",
     .attrs = "num_buckets: int >= 1, key: list(int)",
     .shape = &StrongHashShape,
     .gradient = &NotDifferentiable},
    {.name = "StringSplit",
     .doc = "The pieces of strings between delimiters, each a byte.",
     .inputs = "input: host string, delimiter: host string",
     .outputs = "indices: int64, values: string, shape: int64",
     .attrs = "skip_empty: bool = true",
     .shape = &SplitShape,
     .gradient = &NotDifferentiable},
    {.name = "StringSplitV2",
     .doc = "The pieces of strings between separators, or between spaces if sep is empty, as Python's split.",
     .inputs = "input: host string, sep: host string",
     .outputs = "indices: int64, values: string, shape: int64",
     .attrs = "maxsplit: int = -1",
     .shape = &SplitV2Shape,
     .gradient = &NotDifferentiable},
    {.name = "ReduceJoin",
     .doc = "The strings along axes, one behind the other.",
     .inputs = "inputs: string, reduction_indices: host int32",
     .outputs = "output: string",
     .attrs = "keep_dims: bool = false, separator: string = ''",
     .shape = &ReduceJoinShape,
     .gradient = &NotDifferentiable},
    {.name = "UnsortedSegmentJoin",
     .doc = "The strings with the same segment id, one behind the other.",
     .inputs = "inputs: string, segment_ids: Tindices, num_segments: host Tnumsegments",
     .outputs = "output: string",
     .attrs = "separator: string = '', Tindices: {int32, int64}, Tnumsegments: {int32, int64} = int32",
     .shape = &SegmentJoinShape,
     .gradient = &NotDifferentiable},
};

}  // namespace

Pieces SplitText(absl::string_view text, absl::string_view separator, int64_t most) {
  Pieces pieces;
  if (most == 0) return {text};
  if (separator.empty()) {
    constexpr absl::string_view kSpaces = " \t\n\v\f\r";
    const auto skip_spaces = [&] { text.remove_prefix(std::min(text.size(), text.find_first_not_of(kSpaces))); };
    for (skip_spaces(); !text.empty();) {
      if (most > 0 && static_cast<int64_t>(pieces.size()) == most) break;
      const size_t length = std::min(text.size(), text.find_first_of(kSpaces));
      pieces.push_back(text.substr(0, length));
      text.remove_prefix(length);
      skip_spaces();
    }
    // What is left after the last of them is a piece even if it is nothing.
    if (most > 0 && static_cast<int64_t>(pieces.size()) == most) pieces.push_back(text);
    return pieces;
  }
  for (size_t at = text.find(separator); at != absl::string_view::npos; at = text.find(separator)) {
    if (most > 0 && static_cast<int64_t>(pieces.size()) == most) break;
    pieces.push_back(text.substr(0, at));
    text.remove_prefix(at + separator.size());
  }
  pieces.push_back(text);
  return pieces;
}

Pieces SplitByAny(absl::string_view text, absl::string_view delimiters, bool skip_empty) {
  Pieces pieces;
  const auto add = [&](absl::string_view piece) {
    if (!piece.empty() || !skip_empty) pieces.push_back(piece);
  };
  if (text.empty()) return pieces;
  if (delimiters.empty()) {
    for (size_t i = 0; i < text.size(); ++i) pieces.push_back(text.substr(i, 1));
    return pieces;
  }
  for (size_t at = text.find_first_of(delimiters); at != absl::string_view::npos; at = text.find_first_of(delimiters)) {
    add(text.substr(0, at));
    text.remove_prefix(at + 1);
  }
  add(text);
  return pieces;
}

absl::Span<const OpDef> TextOps() { return kRows; }

}  // namespace eager
