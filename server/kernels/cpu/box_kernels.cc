// Kernels of common/ops/box_ops.cc.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/ops/boxes.h"
#include "common/status_macros.h"
#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cpu/number.h"

namespace eager::server {
namespace {

// Where pixels of a crop are in its image along one axis, between low and high.
struct CropAxis {
  CropAxis(float first, float last, int64_t crop, int64_t image)
      : first(first),
        last(last),
        size(static_cast<float>(image - 1)),
        ratio(crop > 1 ? size / static_cast<float>(crop - 1) : 0),
        many(crop > 1) {}
  float At(int64_t i) const {
    return many ? first * size + static_cast<float>(i) * ((last - first) * ratio) : 0.5f * (first + last) * size;
  }
  bool Inside(float at) const { return at >= 0 && at <= size; }

  float first, last, size, ratio;
  bool many;
};

// Where the corners of a place lie and how it is shared between them.
struct Corners {
  Corners(float at)
      : low(static_cast<int64_t>(std::floor(at))),
        high(static_cast<int64_t>(std::ceil(at))),
        lerp(at - std::floor(at)) {}  // NOLINT
  int64_t low, high;
  float lerp;
};

absl::Status CheckIndex(const Tensor& index, int64_t images) {
  for (int64_t i = 0; i < index.num_elements(); ++i) {
    const int32_t at = index.data<int32_t>()[i];
    if (at < 0 || at >= images) {
      return absl::OutOfRangeError(absl::StrCat("box_index has values outside [0, batch_size)"));
    }
  }
  return absl::OkStatus();
}

// Calls pixel(box, image, crop pixel, y, x) for the pixels of all crops; y and x are where they lie, outside where
// `inside` is not so.
template <class Pixel>
void ForCrops(const Tensor& boxes, const Tensor& index, const Shape& crops, const Shape& image, bool parallel,
              Pixel pixel) {
  const auto run = [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) {
      const float* box = boxes.data<float>() + b * 4;
      const CropAxis rows(box[0], box[2], crops[1], image[1]), columns(box[1], box[3], crops[2], image[2]);
      for (int64_t i = 0; i < crops[1] * crops[2]; ++i) {
        pixel(b, index.data<int32_t>()[b], i, rows, columns);
      }
    }
  };
  parallel ? ParallelFor(crops[0], 1, run) : run(0, crops[0]);
}

template <class T>
struct CropKernel {
  static absl::Status Run(KernelContext& k) {
    const Tensor& image = k.input(0);
    const Shape &in = image.shape(), &out = k.output(0).shape();
    RETURN_IF_ERROR(CheckIndex(k.input(2), in[0]));
    const float fill = k.attr<float>("extrapolation_value");
    const bool bilinear = k.attr<std::string>("method") == "bilinear";
    const int64_t depth = in[3];
    ForCrops(k.input(1), k.input(2), out, in, true,
             [&](int64_t b, int64_t which, int64_t i, const CropAxis& rows, const CropAxis& columns) {
               float* to = k.output(0).mutable_data<float>() + (b * out[1] * out[2] + i) * depth;
               const float y = rows.At(i / out[2]), x = columns.At(i % out[2]);
               if (!rows.Inside(y) || !columns.Inside(x)) return void(std::fill_n(to, depth, fill));
               const auto at = [&](int64_t row, int64_t column, int64_t c) {
                 return Widen<float>(image.data<T>()[((which * in[1] + row) * in[2] + column) * depth + c]);
               };
               const Corners v(y), h(x);
               for (int64_t c = 0; c < depth; ++c) {
                 if (!bilinear) {
                   to[c] = at(static_cast<int64_t>(std::round(y)), static_cast<int64_t>(std::round(x)), c);
                   continue;
                 }
                 const auto along = [&](int64_t row) {
                   return at(row, h.low, c) + (at(row, h.high, c) - at(row, h.low, c)) * h.lerp;
                 };
                 to[c] = along(v.low) + (along(v.high) - along(v.low)) * v.lerp;
               }
             });
    return absl::OkStatus();
  }
};

template <class T>
struct CropGradImageKernel {
  static absl::Status Run(KernelContext& k) {
    const Shape &crops = k.input(0).shape(), &out = k.output(0).shape();
    RETURN_IF_ERROR(CheckIndex(k.input(2), out[0]));
    std::vector<double> sums(static_cast<size_t>(out.num_elements()));
    const bool bilinear = k.attr<std::string>("method") == "bilinear";
    const int64_t depth = out[3];
    ForCrops(k.input(1), k.input(2), crops, out, false,
             [&](int64_t b, int64_t which, int64_t i, const CropAxis& rows, const CropAxis& columns) {
               const float* dy = k.input(0).data<float>() + (b * crops[1] * crops[2] + i) * depth;
               const float y = rows.At(i / crops[2]), x = columns.At(i % crops[2]);
               if (!rows.Inside(y) || !columns.Inside(x)) return;
               const auto add = [&](int64_t row, int64_t column, float down,
                                    float across) {  // both rounded, as TensorFlow does
                 double* to = sums.data() + ((which * out[1] + row) * out[2] + column) * depth;
                 for (int64_t c = 0; c < depth; ++c) to[c] += across * (down * dy[c]);
               };
               if (!bilinear)
                 return add(static_cast<int64_t>(std::round(y)), static_cast<int64_t>(std::round(x)), 1, 1);
               const Corners v(y), h(x);
               add(v.low, h.low, 1 - v.lerp, 1 - h.lerp);
               add(v.low, h.high, 1 - v.lerp, h.lerp);
               add(v.high, h.low, v.lerp, 1 - h.lerp);
               add(v.high, h.high, v.lerp, h.lerp);
             });
    for (size_t i = 0; i < sums.size(); ++i)
      k.output(0).mutable_data<T>()[i] = Narrow<T>(static_cast<Wide<T>>(sums[i]));
    return absl::OkStatus();
  }
};

template <class T>
struct CropGradBoxesKernel {
  static absl::Status Run(KernelContext& k) {
    const Shape &crops = k.input(0).shape(), &in = k.input(1).shape();
    RETURN_IF_ERROR(CheckIndex(k.input(3), in[0]));
    float* out = k.output(0).mutable_data<float>();
    std::fill_n(out, k.output(0).num_elements(), 0.0f);
    const int64_t depth = in[3];
    ForCrops(k.input(2), k.input(3), crops, in, true,
             [&](int64_t b, int64_t which, int64_t i, const CropAxis& rows, const CropAxis& columns) {
               const float* dy = k.input(0).data<float>() + (b * crops[1] * crops[2] + i) * depth;
               const float y = rows.At(i / crops[2]), x = columns.At(i % crops[2]);
               if (!rows.Inside(y) || !columns.Inside(x)) return;
               const Corners v(y), h(x);
               float by_y = 0, by_x = 0;
               for (int64_t c = 0; c < depth; ++c) {
                 const auto at = [&](int64_t row, int64_t column) {
                   return Widen<float>(k.input(1).data<T>()[((which * in[1] + row) * in[2] + column) * depth + c]);
                 };
                 const float top_left = at(v.low, h.low), top_right = at(v.low, h.high), left = at(v.high, h.low),
                             right = at(v.high, h.high);
                 by_y += dy[c] * ((1 - h.lerp) * (left - top_left) + h.lerp * (right - top_right));
                 by_x += dy[c] * ((1 - v.lerp) * (top_right - top_left) + v.lerp * (right - left));
               }
               const auto share = [&](const CropAxis& axis, int64_t place, float slope, int64_t corner) {
                 const float moved = axis.many ? static_cast<float>(place) * axis.ratio : 0.5f * axis.size;
                 out[b * 4 + corner] += slope * (axis.size - moved);
                 out[b * 4 + corner + 2] += slope * moved;
               };
               share(rows, i / crops[2], by_y, 0);
               share(columns, i % crops[2], by_x, 1);
             });
    return absl::OkStatus();
  }
};

absl::Status SuppressionKernel(KernelContext& k) {
  std::vector<HostView> inputs;
  for (int i = 0; i < k.num_inputs(); ++i) inputs.push_back(k.host(i));
  const std::vector<SelectedBox> selected = SelectBoxes(inputs);
  const int64_t n = k.output(0).num_elements();
  const bool scored = k.num_outputs() == 3;
  for (int64_t i = 0; i < n; ++i) {
    const SelectedBox box =
        i < static_cast<int64_t>(selected.size()) ? selected[static_cast<size_t>(i)] : SelectedBox{0, 0};
    k.output(0).mutable_data<int32_t>()[i] = static_cast<int32_t>(box.box);
    if (!scored) continue;
    if (k.output(1).dtype() == DType::kFloat16) {
      k.output(1).mutable_data<Float16>()[i] = Narrow<Float16>(box.score);
    } else {
      k.output(1).mutable_data<float>()[i] = box.score;
    }
  }
  if (k.num_outputs() > 1)
    *k.output(k.num_outputs() - 1).mutable_data<int32_t>() = static_cast<int32_t>(selected.size());
  return absl::OkStatus();
}

absl::Status PatchesKernel(KernelContext& k) {
  const Shape &in = k.input(0).shape(), &out = k.output(0).shape();
  if (out.num_elements() == 0) return absl::OkStatus();
  const auto list = [&](absl::string_view name) { return k.attr<std::vector<int64_t>>(name); };
  ASSIGN_OR_RETURN(const PatchDims d,
                   PatchDims::Make(list("ksizes"), list("strides"), list("rates"), k.attr<std::string>("padding"), in));
  const size_t bytes = static_cast<size_t>(in[3]) * SizeOf(k.input(0).dtype());
  const char* from = k.input(0).data<char>();
  char* to = k.output(0).mutable_data<char>();
  const int64_t places = d.rows.size * d.columns.size, pixels = out[1] * out[2];
  ParallelFor(out[0] * pixels, MoveGrain(static_cast<int64_t>(bytes) * places), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t image = i / pixels, row = i % pixels / out[2], column = i % out[2];
      for (int64_t p = 0; p < places; ++p) {
        const int64_t y = row * d.rows.stride - d.rows.before + p / d.columns.size * d.rows.dilation;
        const int64_t x = column * d.columns.stride - d.columns.before + p % d.columns.size * d.columns.dilation;
        char* place = to + static_cast<size_t>(i * places + p) * bytes;
        if (y >= 0 && y < in[1] && x >= 0 && x < in[2]) {
          std::memcpy(place, from + static_cast<size_t>((image * in[1] + y) * in[2] + x) * bytes, bytes);
        } else {
          std::memset(place, 0, bytes);
        }
      }
    }
  });
  return absl::OkStatus();
}

}  // namespace

std::vector<KernelRow> CpuBoxKernels() {
  std::vector<KernelRow> rows = {{"ExtractImagePatches", kFixedSizeTypes, &PatchesKernel}};
  for (absl::string_view op : {"NonMaxSuppressionV3", "NonMaxSuppressionV4", "NonMaxSuppressionV5"}) {
    rows.push_back({op, {DType::kFloat16, DType::kFloat32}, &SuppressionKernel});
  }
  AddRows<CropKernel, float, double, Float16, uint8_t, uint16_t, int8_t, int16_t, int32_t, int64_t>(rows,
                                                                                                    "CropAndResize");
  AddRows<CropGradBoxesKernel, float, double, Float16, uint8_t, uint16_t, int8_t, int16_t, int32_t, int64_t>(
      rows, "CropAndResizeGradBoxes");
  // T is what the result is: the inputs are float.
  AddRows<CropGradImageKernel, float, double, Float16>(rows, "CropAndResizeGradImage");
  return rows;
}

}  // namespace eager::server
