// EncodePng, by libpng.

#include <csetjmp>
#include <limits>
#include <new>

#include <png.h>

#include "absl/strings/str_cat.h"
#include "client/summary/image.h"

namespace eager::internal {
namespace {

struct Output {
  std::string file;
  std::string error;
};

// libpng leaves a failed call by longjmp: between it and the setjmp below lies no C++ object with a destructor.
void OnError(png_structp png, png_const_charp message) {
  static_cast<Output*>(png_get_error_ptr(png))->error = message;
  png_longjmp(png, 1);
}
void OnWarning(png_structp, png_const_charp) {}

void OnWrite(png_structp png, png_bytep data, size_t size) {
  bool out_of_memory = false;
  try {
    static_cast<Output*>(png_get_io_ptr(png))->file.append(reinterpret_cast<const char*>(data), size);
  } catch (const std::bad_alloc&) {
    out_of_memory = true;
  }
  if (out_of_memory) png_error(png, "out of memory");
}
void OnFlush(png_structp) {}

bool Write(png_structp png, png_infop info, const uint8_t* pixels, png_uint_32 height, png_uint_32 width, int channels) {
  static constexpr int kColors[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA};
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_set_compression_mem_level(png, 9);
  png_set_IHDR(png, info, width, height, 8, kColors[channels - 1], PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  for (png_uint_32 y = 0; y < height; ++y) png_write_row(png, pixels + size_t{y} * width * channels);
  png_write_end(png, nullptr);
  return true;
}

}  // namespace

absl::StatusOr<std::string> EncodePng(absl::Span<const uint8_t> pixels, int64_t height, int64_t width, int64_t channels) {
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
  if (channels < 1 || channels > 4) {
    return absl::InvalidArgumentError(absl::StrCat("image: expected 1, 2, 3 or 4 channels, got ", channels));
  }
  if (height < 1 || width < 1 || height > kMost || width > kMost) {
    return absl::InvalidArgumentError(absl::StrCat("image: no PNG has ", height, " rows of ", width, " pixels"));
  }
  Output output;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &output, &OnError, &OnWarning);
  png_infop info = png == nullptr ? nullptr : png_create_info_struct(png);
  bool written = false;
  if (info != nullptr) {
    png_set_write_fn(png, &output, &OnWrite, &OnFlush);
    written = Write(png, info, pixels.data(), static_cast<png_uint_32>(height), static_cast<png_uint_32>(width),
                    static_cast<int>(channels));
  }
  png_destroy_write_struct(&png, &info);
  if (!written) return absl::InvalidArgumentError(absl::StrCat("image: libpng: ", output.error));
  return std::move(output.file);
}

}  // namespace eager::internal
