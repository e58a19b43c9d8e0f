// StringFormat: the text of tensors as TensorFlow prints them on the server.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/visit_dtype.h"
#include "server/kernels/cpu/computed_strings.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/number.h"

namespace eager::server {
namespace {

// The usual digits where they tell the number from all others, else as many as do so.
template <class T>
std::string FloatText(T x) {
  constexpr bool kSingle = std::is_same_v<T, float>;
  char text[40];
  std::snprintf(text, sizeof(text), "%.*g", kSingle ? 6 : 15, static_cast<double>(x));
  const double read = kSingle ? static_cast<double>(std::strtof(text, nullptr)) : std::strtod(text, nullptr);
  if (read != static_cast<double>(x))
    std::snprintf(text, sizeof(text), "%.*g", kSingle ? 9 : 17, static_cast<double>(x));
  return text;
}

std::string ElementText(const Tensor& t, int64_t i) {
  if (t.dtype() == DType::kString) return absl::StrCat("\"", absl::Utf8SafeCEscape(StringAt(t, i)), "\"");
  return VisitDType(
      t.dtype(),
      [&]<class T>() -> std::string {
        const T x = t.data<T>()[i];
        if constexpr (kIsHalf<T>) {
          return FloatText(Widen<float>(x));
        } else if constexpr (std::is_floating_point_v<T>) {
          return x != x ? "nan" : FloatText(x);
        } else {
          return absl::StrCat(static_cast<std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>>(x));
        }
      },
      [] { return std::string("?"); });
}

// One tensor's text, axis by axis.
class Summary {
 public:
  Summary(const Tensor& t, int64_t at_ends)
      : t_(t), at_ends_(std::min(at_ends < 0 ? t.num_elements() : at_ends, t.num_elements())) {}

  std::string Text() && {
    Append(0, 0);
    return std::move(text_);
  }

 private:
  void Append(int axis, int64_t first) {
    const Shape& shape = t_.shape();
    if (axis == shape.rank()) {
      text_ += ElementText(t_, first);
      return;
    }
    const int64_t n = shape[axis], width = at_ends_ == 0 ? 0 : Extent(shape, axis + 1, shape.rank());
    text_ += '[';
    for (int64_t i = 0; i < std::min(at_ends_, n); ++i) {
      if (i > 0) Space(axis);
      Append(axis + 1, first + i * width);
    }
    if (n > 2 * at_ends_) {
      Space(axis);
      text_ += "...";
    }
    for (int64_t i = std::max(at_ends_, n - at_ends_); i < n; ++i) {
      Space(axis);
      Append(axis + 1, first + i * width);
    }
    text_ += ']';
  }

  // What stands between the parts along an axis: a space, or lines that show how deep the axis is.
  void Space(int axis) {
    const int rank = t_.shape().rank();
    text_.append(static_cast<size_t>(rank - axis - 1), '\n');
    text_.append(axis == rank - 1 ? 1 : static_cast<size_t>(axis) + 1, ' ');
  }

  const Tensor& t_;
  const int64_t at_ends_;
  std::string text_;
};

absl::Status FormatKernel(KernelContext& k) {
  const std::vector<absl::string_view> parts =
      absl::StrSplit(k.attr<std::string>("template"), k.attr<std::string>("placeholder"));
  return SetComputedStrings(k, 0, [&](int64_t) {
    std::string text(parts[0]);
    for (int i = 0; i < k.num_inputs(); ++i) {
      absl::StrAppend(&text, Summary(k.input(i), k.attr<int64_t>("summarize")).Text(),
                      parts[static_cast<size_t>(i) + 1]);
    }
    return text;
  });
}

}  // namespace

std::vector<KernelRow> CpuStringFormatKernels() { return {{"StringFormat", DTypeSet::All(), &FormatKernel}}; }

}  // namespace eager::server
