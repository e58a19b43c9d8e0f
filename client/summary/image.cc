#include "client/summary/image.h"

#include <algorithm>
#include <limits>
#include <type_traits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/visit_dtype.h"

namespace eager::internal {
namespace {

// Computed in T itself, as TensorFlow does: 255.5 is 256 in bfloat16.
template <class T>
uint8_t ScaleFloating(T x) {
  double scaled;
  if constexpr (std::is_same_v<T, double>) {
    scaled = x * 255.5;
  } else {
    const auto scale = static_cast<float>(T(255.5f));
    scaled = static_cast<float>(T(static_cast<float>(x) * scale));
  }
  return scaled > 0 ? static_cast<uint8_t>(std::min(scaled, 255.0)) : 0;  // nan is 0
}

template <class T>
uint8_t ScaleInteger(T x) {
  constexpr uint64_t kMax = std::numeric_limits<T>::max();
  if (x <= 0) return 0;
  if constexpr (kMax < 255) return static_cast<uint8_t>(x * static_cast<int>(256 / (kMax + 1)));
  constexpr uint64_t kStep = kMax / 256 + 1;
  return static_cast<uint8_t>(static_cast<uint64_t>(x) / kStep);
}

template <class T>
uint8_t Scale(T x) {
  if constexpr (std::is_integral_v<T>) {
    return ScaleInteger(x);
  } else {
    return ScaleFloating(x);
  }
}

}  // namespace

absl::StatusOr<HostTensor> ToUint8Pixels(const HostTensor& pixels) {
  const auto refused = [&] {
    return absl::InvalidArgumentError(absl::StrCat("image: expected pixels of a floating or integer dtype, got ",
                                                   std::string(Name(pixels.dtype()))));
  };
  if (pixels.dtype() == DType::kUint8) return pixels;
  if (pixels.dtype() == DType::kBool) return refused();
  HostTensor bytes(TensorSpec{DType::kUint8, pixels.shape()});
  const auto convert = [&]<class T>() {
    const absl::Span<const T> from = pixels.values<T>();
    std::transform(from.begin(), from.end(), bytes.values<uint8_t>().begin(), &Scale<T>);
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(VisitDType(pixels.dtype(), convert, [&]() -> absl::Status { return refused(); }));
  return bytes;
}

absl::StatusOr<HostTensor> EncodeImages(const HostTensor& pixels, int max_outputs) {
  const Shape& shape = pixels.shape();
  if (shape.rank() != 4) {
    return absl::InvalidArgumentError(absl::StrCat("image: expected a shape [k, height, width, channels], got ",
                                                   shape.ToString()));
  }
  if (max_outputs < 0) return absl::InvalidArgumentError(absl::StrCat("image: max_outputs is ", max_outputs, ", not >= 0"));
  ASSIGN_OR_RETURN(const HostTensor bytes, ToUint8Pixels(pixels));
  const int64_t height = shape[1], width = shape[2], channels = shape[3];
  std::vector<std::string> texts = {absl::StrCat(width), absl::StrCat(height)};
  for (int64_t i = 0; i < std::min<int64_t>(shape[0], max_outputs); ++i) {
    const size_t size = static_cast<size_t>(height * width * channels);
    ASSIGN_OR_RETURN(std::string png, EncodePng(bytes.values<uint8_t>().subspan(i * size, size), height, width, channels));
    texts.push_back(std::move(png));
  }
  return HostTensor::Strings(Shape{static_cast<int64_t>(texts.size())}, texts);
}

}  // namespace eager::internal
