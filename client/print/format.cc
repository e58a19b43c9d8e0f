#include "client/print/format.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/print/layout.h"
#include "client/print/scalar.h"
#include "client/print/words.h"

namespace eager::print {
namespace {

constexpr absl::string_view kUnprintable = "<unprintable>";
constexpr absl::string_view kArrayPrefix = "array(";

bool IsPrintable(const HostTensor& t) {
  const DType d = t.dtype();
  return t.data() != nullptr &&
         (IsFloating(d) || IsComplex(d) || IsInteger(d) || d == DType::kBool || d == DType::kString);
}

// The bracketed values of a tensor of rank >= 1.
std::string Body(const HostTensor& t, const Frame& frame) {
  if (t.num_elements() == 0) return "[]";
  return LayOut(t.shape(), ElementWords(t, ShownElements(t.shape())), frame);
}

// Whether NumPy guesses this dtype from the values alone, so that repr need not name it.
bool IsImplied(DType d) {
  return d == DType::kInt64 || d == DType::kFloat64 || d == DType::kComplex128 || d == DType::kBool;
}

// What repr says after the values: "shape=(0, 3), dtype=float32", or nothing.
std::string Extras(const HostTensor& t) {
  const int64_t size = t.num_elements();
  std::vector<std::string> extras;
  if ((size == 0 && t.shape().rank() != 1) || IsSummarized(t.shape())) {
    extras.push_back(absl::StrCat("shape=", t.shape().ToTuple()));
  }
  if (size == 0 || !IsImplied(t.dtype())) {
    // NumPy has no strings of any length, so TensorFlow hands them over as objects.
    extras.push_back(absl::StrCat("dtype=", t.dtype() == DType::kString ? "object" : Name(t.dtype())));
  }
  return absl::StrJoin(extras, ", ");
}

// Values of more than one line start on a line of their own.
std::string OwnLines(std::string text) {
  return text.find('\n') == std::string::npos ? text : absl::StrCat("\n", text);
}

}  // namespace

std::string ArrayStr(const HostTensor& tensor) {
  if (!IsPrintable(tensor)) return std::string(kUnprintable);
  if (tensor.shape().is_scalar()) return ScalarStr(tensor);
  return Body(tensor, {.separator = " ", .indent = 0, .width = kLineWidth});
}

std::string ArrayRepr(const HostTensor& tensor) {
  if (!IsPrintable(tensor)) return std::string(kUnprintable);
  if (tensor.shape().is_scalar()) return ScalarRepr(tensor);
  const int indent = static_cast<int>(kArrayPrefix.size());
  // One column is kept for the closing parenthesis.
  std::string text =
      absl::StrCat(kArrayPrefix, Body(tensor, {.separator = ", ", .indent = indent, .width = kLineWidth - 1}));
  const std::string extras = Extras(tensor);
  if (extras.empty()) return text + ")";
  text += ",";
  const size_t line_start = text.rfind('\n') + 1;  // npos + 1 is 0: the text is one line
  const bool fits = text.size() - line_start + 1 + extras.size() + 1 <= kLineWidth;
  const std::string gap = fits ? " " : absl::StrCat("\n", std::string(kArrayPrefix.size(), ' '));
  return absl::StrCat(text, gap, extras, ")");
}

std::string TensorStr(const HostTensor& tensor) {
  return absl::StrCat("tf.Tensor(", OwnLines(ArrayStr(tensor)), ", shape=", tensor.shape().ToTuple(),
                      ", dtype=", Name(tensor.dtype()), ")");
}

std::string TensorRepr(const HostTensor& tensor) {
  return absl::StrCat("<tf.Tensor: shape=", tensor.shape().ToTuple(), ", dtype=", Name(tensor.dtype()),
                      ", numpy=", OwnLines(ArrayRepr(tensor)), ">");
}

std::string VariableRepr(absl::string_view name, const HostTensor& value) {
  return absl::StrCat("<tf.Variable '", name, ":0' shape=", value.shape().ToTuple(), " dtype=", Name(value.dtype()),
                      ", numpy=", OwnLines(ArrayRepr(value)), ">");
}

}  // namespace eager::print
