// Pixels of any dtype as PNG files.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/host_tensor.h"

namespace eager::internal {

// The string vector that TensorBoard's images are: width and height as text, then a PNG for each of the first
// `max_outputs` images of `pixels` [k, height, width, channels]. INVALID_ARGUMENT for another shape or dtype.
absl::StatusOr<HostTensor> EncodeImages(const HostTensor& pixels, int max_outputs);

// uint8 values as TensorFlow's image.convert_image_dtype(…, uint8, saturate=True) makes them: floating ones are scaled
// from [0, 1], integers from their range. INVALID_ARGUMENT for bools, strings and complex numbers.
absl::StatusOr<HostTensor> ToUint8Pixels(const HostTensor& pixels);

// One PNG file, 8 bits a channel, of row-major pixels. INVALID_ARGUMENT if there are no pixels or not 1 to 4 channels.
absl::StatusOr<std::string> EncodePng(absl::Span<const uint8_t> pixels, int64_t height, int64_t width, int64_t channels);

}  // namespace eager::internal
