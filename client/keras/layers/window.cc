#include "client/keras/layers/window.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/error.h"

namespace eager::keras::layers {
namespace {

int64_t Extent(int64_t input, int64_t size, int64_t stride, int64_t dilation, bool same) {
  if (input == None) return None;
  if (same) return (input + stride - 1) / stride;
  const int64_t reach = (size - 1) * dilation + 1;
  return std::max<int64_t>(0, (input - reach + stride) / stride);
}

}  // namespace

Window Window::Make(const char* type, Pair size, Pair strides, Pair dilation, const std::string& padding,
                    std::source_location where) {
  const auto refuse = [&](const std::string& what) {
    throw Error(absl::InvalidArgumentError(absl::StrCat(type, ": ", what)), where);
  };
  const auto positive = [&](const char* what, const Pair& pair) {
    if (pair.rows <= 0 || pair.columns <= 0) {
      refuse(absl::StrCat("expected a positive ", what, ", got (", pair.rows, ", ", pair.columns, ")"));
    }
  };
  positive("window", size);
  positive("stride", strides);
  positive("dilation rate", dilation);
  const std::string upper = absl::AsciiStrToUpper(padding);
  if (upper != "VALID" && upper != "SAME") refuse(absl::StrCat("padding is 'valid' or 'same', got '", padding, "'"));
  if ((strides.rows > 1 || strides.columns > 1) && (dilation.rows > 1 || dilation.columns > 1)) {
    refuse("strides > 1 and a dilation rate > 1 do not go together");
  }
  return {size, strides, dilation, upper};
}

PartialShape Window::Output(const PartialShape& images, int64_t channels) const {
  const bool same = padding == "SAME";
  return {images[0], Extent(images[1], size.rows, strides.rows, dilation.rows, same),
          Extent(images[2], size.columns, strides.columns, dilation.columns, same), channels};
}

}  // namespace eager::keras::layers
