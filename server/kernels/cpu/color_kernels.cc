// Kernels of common/ops/color_ops.cc.
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/number.h"

namespace eager::server {
namespace {

constexpr int64_t kGrain = 1 << 13;

template <class W>
using Color = std::array<W, 3>;

template <class W>
Color<W> ToHsv(const Color<W>& rgb) {
  const auto [r, g, b] = rgb;
  const W value = std::max({r, g, b}), range = value - std::min({r, g, b});
  if (!(range > 0)) return {W(0), W(0), value};
  const W norm = W(1) / (W(6) * range);
  W hue = r == value ? norm * (g - b) : g == value ? norm * (b - r) + W(2) / W(6) : norm * (r - g) + W(4) / W(6);
  if (hue < 0) hue += W(1);
  return {hue, value > 0 ? range / value : W(0), value};
}

template <class W>
Color<W> ToRgb(const Color<W>& hsv) {
  const auto [h, s, v] = hsv;
  const W turn = h * W(6);
  const auto clip = [](W x) { return std::clamp(x, W(0), W(1)); };
  const W part[] = {clip(std::abs(turn - W(3)) - W(1)), clip(W(2) - std::abs(turn - W(2))),
                    clip(W(2) - std::abs(turn - W(4)))};
  Color<W> rgb;
  for (size_t i = 0; i < 3; ++i) rgb[i] = ((W(1) - s) + s * part[i]) * v;
  return rgb;
}

// Each color by f.
template <class T, class F>
absl::Status ForColors(KernelContext& k, F f) {
  using W = Wide<T>;
  const T* in = k.input(0).data<T>();
  T* out = k.output(0).mutable_data<T>();
  ParallelFor(k.input(0).num_elements() / 3, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      Color<W> color;
      for (size_t c = 0; c < 3; ++c) color[c] = Widen<W>(in[i * 3 + static_cast<int64_t>(c)]);
      color = f(color);
      for (size_t c = 0; c < 3; ++c) out[i * 3 + static_cast<int64_t>(c)] = Narrow<T>(color[c]);
    }
  });
  return absl::OkStatus();
}

template <class T>
struct ToHsvKernel {
  static absl::Status Run(KernelContext& k) { return ForColors<T>(k, &ToHsv<Wide<T>>); }
};
template <class T>
struct ToRgbKernel {
  static absl::Status Run(KernelContext& k) { return ForColors<T>(k, &ToRgb<Wide<T>>); }
};
template <class T>
struct HueKernel {
  static absl::Status Run(KernelContext& k) {
    const float delta = *k.input(1).data<float>();
    return ForColors<T>(k, [&](const Color<float>& rgb) {
      Color<float> hsv = ToHsv(rgb);
      hsv[0] += delta;
      hsv[0] -= std::floor(hsv[0]);
      return ToRgb(hsv);
    });
  }
};
template <class T>
struct SaturationKernel {
  static absl::Status Run(KernelContext& k) {
    const float scale = *k.input(1).data<float>();
    return ForColors<T>(k, [&](const Color<float>& rgb) {
      Color<float> hsv = ToHsv(rgb);
      hsv[1] = std::clamp(hsv[1] * scale, 0.0f, 1.0f);
      return ToRgb(hsv);
    });
  }
};

template <class T>
struct ContrastKernel {
  static absl::Status Run(KernelContext& k) {
    const Shape& shape = k.input(0).shape();
    if (shape.num_elements() == 0) return absl::OkStatus();
    const int64_t channels = shape[shape.rank() - 1], pixels = shape[shape.rank() - 2] * shape[shape.rank() - 3];
    const float factor = *k.input(1).data<float>();
    const T* in = k.input(0).data<T>();
    T* out = k.output(0).mutable_data<T>();
    ParallelFor(shape.num_elements() / (channels * pixels), 1, [&](int64_t begin, int64_t end) {
      for (int64_t image = begin; image < end; ++image) {
        const int64_t first = image * channels * pixels;
        std::vector<double> mean(static_cast<size_t>(channels));
        for (int64_t i = 0; i < channels * pixels; ++i)
          mean[static_cast<size_t>(i % channels)] += Widen<float>(in[first + i]);
        for (double& m : mean) m /= static_cast<double>(pixels);
        for (int64_t i = 0; i < channels * pixels; ++i) {
          const auto m = static_cast<float>(mean[static_cast<size_t>(i % channels)]);
          out[first + i] = Narrow<T>((Widen<float>(in[first + i]) - m) * factor + m);
        }
      }
    });
    return absl::OkStatus();
  }
};

// Where a place outside of [0, n) is looked for: tensorflow/core/kernels/image/image_ops.h.
float Mapped(const std::string& mode, float at, int64_t n) {
  const auto last = static_cast<float>(n - 1), size = static_cast<float>(n);
  if (mode == "CONSTANT") return at;
  if (mode == "REFLECT") {
    const float both = 2 * size;
    if (at < 0) {
      if (n <= 1) {
        at = 0;
      } else {
        if (at < both) at = both * std::trunc(-at / both) + at;
        at = at < -size ? at + both : -at - 1;
      }
    } else if (at > last) {
      if (n <= 1) {
        at = 0;
      } else {
        at -= both * std::trunc(at / both);
        if (at >= size) at = both - at - 1;
      }
    }
  } else if (mode == "WRAP") {
    if (at < 0) {
      at = n <= 1 ? 0 : at + size * (std::trunc(-at / last) + 1);
    } else if (at > last) {
      at = n <= 1 ? 0 : at - size * std::trunc(at / last);
    }
  }
  return std::min(std::max(at, 0.0f), last);
}

template <class T>
struct ProjectiveKernel {
  static absl::Status Run(KernelContext& k) {
    const Tensor &in = k.input(0), &out = k.output(0);
    const Shape &from = in.shape(), &to = out.shape();
    const float fill = *k.input(3).data<float>();
    const bool bilinear = k.attr<std::string>("interpolation") == "BILINEAR";
    const std::string& mode = k.attr<std::string>("fill_mode");
    const int64_t channels = from[3];
    ParallelFor(
        to[0] * to[1], std::max<int64_t>(1, kGrain / std::max<int64_t>(1, to[2] * channels)),
        [&](int64_t begin, int64_t end) {
          for (int64_t line = begin; line < end; ++line) {
            const int64_t image = line / to[1];
            const float* t = k.input(1).data<float>() + (k.input(1).shape()[0] == 1 ? 0 : image * 8);
            const T* pixels = in.data<T>() + image * from[1] * from[2] * channels;
            const auto y = static_cast<float>(line % to[1]);
            for (int64_t column = 0; column < to[2]; ++column) {
              const auto x = static_cast<float>(column);
              T* pixel = out.mutable_data<T>() + (line * to[2] + column) * channels;
              const float depth = t[6] * x + t[7] * y + 1;
              if (depth == 0) {
                std::fill_n(pixel, channels, Narrow<T>(fill));
                continue;
              }
              const float at_x = Mapped(mode, (t[0] * x + t[1] * y + t[2]) / depth, from[2]);
              const float at_y = Mapped(mode, (t[3] * x + t[4] * y + t[5]) / depth, from[1]);
              const auto read = [&](float row, float col, int64_t c) {
                const bool inside =
                    row >= 0 && row < static_cast<float>(from[1]) && col >= 0 && col < static_cast<float>(from[2]);
                return inside ? pixels[(static_cast<int64_t>(row) * from[2] + static_cast<int64_t>(col)) * channels + c]
                              : Narrow<T>(fill);
              };
              for (int64_t c = 0; c < channels; ++c) {
                if (!bilinear) {
                  pixel[c] = read(std::round(at_y), std::round(at_x), c);
                  continue;
                }
                const float row = std::floor(at_y), col = std::floor(at_x);
                const auto along = [&](float r) {
                  return (col + 1 - at_x) * Widen<float>(read(r, col, c)) +
                         (at_x - col) * Widen<float>(read(r, col + 1, c));
                };
                pixel[c] = Narrow<T>((row + 1 - at_y) * along(row) + (at_y - row) * along(row + 1));
              }
            }
          }
        });
    return absl::OkStatus();
  }
};

}  // namespace

std::vector<KernelRow> CpuColorKernels() {
  std::vector<KernelRow> rows;
  AddFloatRows<ToHsvKernel>(rows, "RGBToHSV");
  AddFloatRows<ToRgbKernel>(rows, "HSVToRGB");
  AddRows<HueKernel, float, Float16>(rows, "AdjustHue");
  AddRows<SaturationKernel, float, Float16>(rows, "AdjustSaturation");
  AddRows<ContrastKernel, float, Float16>(rows, "AdjustContrastv2");
  AddFloatRows<ProjectiveKernel>(rows, "ImageProjectiveTransformV3");
  AddRows<ProjectiveKernel, uint8_t, int32_t, int64_t>(rows, "ImageProjectiveTransformV3");
  return rows;
}

}  // namespace eager::server
