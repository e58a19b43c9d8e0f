// Ops that tell of something: assertions, printing.
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/log/log.h"
#include "server/rpc/tensorflow/op_call.h"
#include "server/session/named_variables.h"

namespace eager::server::tf {
namespace {

constexpr size_t kMostText = 2048;

std::string Element(const HostTensor& t, int64_t i) {
  switch (t.dtype()) {
    case DType::kString:
      return std::string(t.string_at(i));
    case DType::kBool:
      return t.values<bool>()[static_cast<size_t>(i)] ? "1" : "0";
    case DType::kFloat32:
      return absl::StrCat(t.values<float>()[static_cast<size_t>(i)]);
    case DType::kFloat64:
      return absl::StrCat(t.values<double>()[static_cast<size_t>(i)]);
    case DType::kFloat16:
      return absl::StrCat(static_cast<float>(t.values<Float16>()[static_cast<size_t>(i)]));
    case DType::kBFloat16:
      return absl::StrCat(static_cast<float>(t.values<BFloat16>()[static_cast<size_t>(i)]));
    case DType::kUint32:
      return absl::StrCat(t.values<uint32_t>()[static_cast<size_t>(i)]);
    case DType::kUint64:
      return absl::StrCat(t.values<uint64_t>()[static_cast<size_t>(i)]);
    default:
      return IsInteger(t.dtype()) ? absl::StrCat(t.view().int_at(i)) : "?";
  }
}

// At most `most` elements, as TensorFlow puts them into an assertion's text: "1 2 3", "[1 2][3 4]", "1 2...".
void Summarize(const HostTensor& t, int axis, int64_t most, int64_t& at, std::string& out) {
  if (axis >= t.shape().rank()) {
    absl::StrAppend(&out, Element(t, at++));
    return;
  }
  const bool innermost = axis == t.shape().rank() - 1;
  for (int64_t i = 0; i < t.shape().dim(axis); ++i) {
    if (most >= 0 && at >= most) {
      if (innermost || i > 0) out += "...";
      return;
    }
    if (innermost) {
      if (i > 0) out += ' ';
      absl::StrAppend(&out, Element(t, at++));
    } else {
      out += '[';
      Summarize(t, axis + 1, most, at, out);
      out += ']';
    }
  }
}

absl::Status Assert(OpCall& call) {
  ASSIGN_OR_RETURN(const HostTensor condition, call.host(0));
  if (condition.dtype() != DType::kBool || condition.num_elements() != 1) {
    return call.Invalid(absl::StrCat("In[0] should be a scalar: ", condition.spec().ToString()));
  }
  if (condition.values<bool>()[0]) return absl::OkStatus();
  std::string text = "assertion failed:";
  const int64_t most = call.attrs().Int("summarize", 3);
  for (int i = 1; i < call.num_inputs() && text.size() < kMostText; ++i) {
    ASSIGN_OR_RETURN(const HostTensor data, call.host(i));
    int64_t at = 0;
    text += " [";
    if (data.num_elements() > 0) Summarize(data, 0, most, at, text);
    text += ']';
  }
  if (text.size() > kMostText) text.resize(kMostText);
  return absl::InvalidArgumentError(text);
}

// To the daemon's log: a client that wants to see it himself prints on his side.
absl::Status Print(OpCall& call) {
  ASSIGN_OR_RETURN(std::string text, call.string(0));
  if (text.size() > kMostText) text.resize(kMostText);
  Log(LogLevel::kInfo, "tensorflow_print", {{"text", text}});
  return absl::OkStatus();
}

// A row of the table has no words for a shape that leaves extents open.
absl::Status EnsureShape(OpCall& call) {
  ASSIGN_OR_RETURN(TensorRef input, call.tensor(0));
  const ::tensorflow::AttrValue* attr = call.attrs().Find("shape");
  if (attr == nullptr) return call.Invalid("attribute 'shape' is missing");
  const auto& wanted = attr->shape();
  const Shape& shape = input->spec().shape;
  bool fits = wanted.unknown_rank() || wanted.dim_size() == shape.rank();
  std::string text;
  for (int axis = 0; axis < wanted.dim_size(); ++axis) {
    const int64_t extent = wanted.dim(axis).size();
    absl::StrAppend(&text, axis == 0 ? "" : ",", extent < 0 ? "?" : absl::StrCat(extent));
    fits = fits && (extent < 0 || extent == shape[axis]);
  }
  if (!fits) {
    return call.Invalid(absl::StrCat("Shape of tensor input ", shape.ToString(), " is not compatible with expected shape [", text, "]."));
  }
  call.Return(std::move(input));
  return absl::OkStatus();
}

constexpr OpRow kRows[] = {
    {"EnsureShape", "output", &EnsureShape},
    {"Assert", "", &Assert, /*stateful=*/true},
    {"PrintV2", "", &Print, /*stateful=*/true},
};

}  // namespace

absl::Span<const OpRow> CheckOps() { return kRows; }

}  // namespace eager::server::tf
