// Ops on boxes in images, (y1, x1, y2, x2), and windows cut out of them.
#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>

#include "common/ops/boxes.h"
#include "common/ops/grad_context.h"
#include "common/ops/host_inputs.h"
#include "common/ops/op_table.h"
#include "common/ops/window.h"
#include "common/status_macros.h"

namespace eager {
namespace {

absl::Status CheckBoxes(const ShapeContext& c, int boxes) {
  const Shape &box = c.input(boxes), &index = c.input(boxes + 1);
  if (box.rank() != 2 || box[1] != 4) return Invalid("boxes must have 4 columns", box.ToString());
  if (index.rank() != 1 || index[0] != box[0]) return Invalid("box_index has incompatible shape ", index.ToString());
  return absl::OkStatus();
}

absl::Status CropShape(ShapeContext& c) {
  const Shape& image = c.input(0);
  if (image.rank() != 4) return Invalid("input image must be 4-D", image.ToString());
  if (image[1] <= 0 || image[2] <= 0) return Invalid("image dimensions must be positive");
  RETURN_IF_ERROR(CheckBoxes(c, 1));
  if (c.input(3) != Shape{2}) return Invalid("crop_size must have two elements ", c.input(3).ToString());
  const HostInts size = c.ints(3);
  if (size[0] <= 0 || size[1] <= 0) return Invalid("crop dimensions must be positive");
  ASSIGN_OR_RETURN(Shape out, Shape::Make({c.input(1)[0], size[0], size[1], image[3]}));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status CropGradImageShape(ShapeContext& c) {
  if (c.input(0).rank() != 4) return Invalid("grads image must be 4-D", c.input(0).ToString());
  RETURN_IF_ERROR(CheckBoxes(c, 1));
  if (c.input(1)[0] != c.input(0)[0]) return Invalid("boxes and grads have incompatible shape");
  ASSIGN_OR_RETURN(Shape out, HostShape(c, 3));
  if (out.rank() != 4) return Invalid("image_size must have four elements");
  if (out[1] <= 0 || out[2] <= 0) return Invalid("image dimensions must be positive");
  if (out[3] != c.input(0)[3]) return Invalid("image_size and grads are incompatible");
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status CropGradBoxesShape(ShapeContext& c) {
  const Shape &grads = c.input(0), &image = c.input(1);
  if (grads.rank() != 4 || image.rank() != 4) return Invalid("grads and image must be 4-D");
  if (image[1] <= 0 || image[2] <= 0) return Invalid("image dimensions must be positive");
  if (image[3] != grads[3]) return Invalid("image, grads depth differ");
  RETURN_IF_ERROR(CheckBoxes(c, 2));
  if (c.input(2)[0] != grads[0]) return Invalid("boxes and grads have incompatible shape");
  c.set_output(0, c.input(2));
  return absl::OkStatus();
}

// Outputs: indices, of V5 their scores, and from V4 on how many are none of the padding.
absl::Status SuppressionShape(ShapeContext& c) {
  const Shape &boxes = c.input(0), &scores = c.input(1);
  if (boxes.rank() != 2) return Invalid("boxes must be 2-D", boxes.ToString());
  if (boxes[1] != 4) return Invalid("boxes must have 4 columns");
  if (scores.rank() != 1) return Invalid("scores must be 1-D", scores.ToString());
  if (scores[0] != boxes[0]) {
    return Invalid("scores has incompatible shape (Dimensions must be equal, but are ", boxes[0], " and ", scores[0],
                   ")");
  }
  for (int i = 2; i < c.num_inputs(); ++i) {
    if (!c.input(i).is_scalar())
      return Invalid(c.op().inputs[static_cast<size_t>(i)].name, " must be 0-D, got shape ", c.input(i).ToString());
  }
  std::vector<HostView> inputs;
  for (int i = 0; i < c.num_inputs(); ++i) inputs.push_back(c.host(i));
  const float threshold = FloatAt(inputs[3], 0);
  if (!(threshold >= 0 && threshold <= 1)) return Invalid("iou_threshold must be in [0, 1]");
  const bool pads = c.num_outputs() > 1 && c.attr<bool>("pad_to_max_output_size");
  const int64_t most = std::max<int64_t>(0, c.ints(2)[0]);
  const int64_t n = pads ? most : static_cast<int64_t>(SelectBoxes(inputs).size());
  ASSIGN_OR_RETURN(Shape out, Shape::Make({n}));
  for (int i = 0; i < c.num_outputs(); ++i) c.set_output(i, i > 0 && i == c.num_outputs() - 1 ? Shape() : out);
  return absl::OkStatus();
}

template <class Context>
absl::StatusOr<PatchDims> PatchDimsOf(const Context& c, const Shape& images) {
  const auto list = [&](absl::string_view name) { return c.template attr<std::vector<int64_t>>(name); };
  return PatchDims::Make(list("ksizes"), list("strides"), list("rates"), c.template attr<std::string>("padding"),
                         images);
}

absl::Status PatchesShape(ShapeContext& c) {
  ASSIGN_OR_RETURN(const PatchDims d, PatchDimsOf(c, c.input(0)));
  ASSIGN_OR_RETURN(
      Shape out, Shape::Make({c.input(0)[0], d.rows.out, d.columns.out, d.rows.size * d.columns.size * c.input(0)[3]}));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

// The part that two boxes share of what they cover together.
float Overlap(const HostView& boxes, int64_t a, int64_t b) {
  const auto at = [&](int64_t box, int i) { return FloatAt(boxes, box * 4 + i); };
  const auto low = [&](int64_t box, int i) { return std::min(at(box, i), at(box, i + 2)); };
  const auto high = [&](int64_t box, int i) { return std::max(at(box, i), at(box, i + 2)); };
  const auto area = [&](int64_t box) { return (high(box, 0) - low(box, 0)) * (high(box, 1) - low(box, 1)); };
  if (area(a) <= 0 || area(b) <= 0) return 0;
  const auto side = [&](int i) {
    return std::max(std::min(high(a, i), high(b, i)) - std::max(low(a, i), low(b, i)), 0.0f);
  };
  const float shared = side(0) * side(1);
  return shared / (area(a) + area(b) - shared);
}

// By the boxes as if it were bilinear, always.
absl::Status CropGradient(GradContext& g, Grads& grads) {
  const Node &image = g.input(0), &boxes = g.input(1), &index = g.input(2), up = g.upstream(0);
  if (g.needs(0)) {
    const Node size = g.Ints(g.shape(image).dims(), DType::kInt32);
    grads[0] = g.Op("CropAndResizeGradImage", {up, boxes, index, size},
                    {{"T", image.spec.dtype}, {"method", g.attr<std::string>("method")}});
  }
  if (g.needs(1)) grads[1] = g.Op("CropAndResizeGradBoxes", {up, image, boxes, index});
  return g.status();
}

absl::Status CropGradImageGradient(GradContext& g, Grads& grads) {
  const Node &dy = g.input(0), &boxes = g.input(1), &index = g.input(2), up = g.upstream(0);
  if (g.needs(0)) {
    const Node size = g.Ints({g.shape(dy)[1], g.shape(dy)[2]}, DType::kInt32);
    grads[0] = g.Op("CropAndResize", {up, boxes, index, size}, {{"method", g.attr<std::string>("method")}});
  }
  if (g.needs(1)) grads[1] = g.Op("CropAndResizeGradBoxes", {dy, up, boxes, index});
  return g.status();
}

// Each place of the windows back to the pixel that it shows.
absl::Status PatchesGradient(GradContext& g, Grads& grads) {
  const Shape &in = g.shape(g.input(0)), &out = g.shape(g.output(0));
  ASSIGN_OR_RETURN(const PatchDims d, PatchDimsOf(g, in));
  std::vector<int64_t> pixels;
  for (int64_t i = 0; i < out[1] * out[2] * d.rows.size * d.columns.size; ++i) {
    const int64_t place = i % (d.rows.size * d.columns.size), window = i / (d.rows.size * d.columns.size);
    const int64_t row = window / out[2] * d.rows.stride - d.rows.before + place / d.columns.size * d.rows.dilation;
    const int64_t column =
        window % out[2] * d.columns.stride - d.columns.before + place % d.columns.size * d.columns.dilation;
    const bool inside = row >= 0 && row < in[1] && column >= 0 && column < in[2];
    pixels.push_back(inside ? row * in[2] + column : -1);
  }
  const auto places = static_cast<int64_t>(pixels.size());
  const Node rows = g.Transpose(g.Reshape(g.upstream(0), Shape{in[0], places, in[3]}), {1, 0, 2});
  const Node sums =
      g.Op("UnsortedSegmentSum", {rows, g.Ints(pixels, DType::kInt64), g.Const(HostTensor::Scalar(in[1] * in[2]))});
  grads[0] = g.Reshape(g.Transpose(sums, {1, 0, 2}), in);
  return g.status();
}

constexpr OpDef kRows[] = {
    {.name = "CropAndResize",
     .doc = "The parts of images in boxes, whose corners are parts of height and width, all resized to crop_size.",
     .inputs = "image: T, boxes: float, box_ind: int32, crop_size: host int32",
     .outputs = "crops: float",
     .attrs =
         "T: {uint8, uint16, int8, int16, int32, int64, half, float, double}, method: string {'bilinear', 'nearest'} "
         "= 'bilinear', extrapolation_value: float = 0.0",
     .shape = &CropShape,
     .gradient = &CropGradient,
     .saves = Saves::kInputs},
    {.name = "CropAndResizeGradImage",
     .doc = "The gradient of CropAndResize with respect to the images.",
     .inputs = "grads: float, boxes: float, box_ind: int32, image_size: host int32",
     .outputs = "output: T",
     .attrs = "T: {float, half, double}, method: string {'bilinear', 'nearest'} = 'bilinear'",
     .shape = &CropGradImageShape,
     .gradient = &CropGradImageGradient,
     .saves = Saves::kInputs},
    {.name = "CropAndResizeGradBoxes",
     .doc = "The gradient of CropAndResize with respect to the boxes.",
     .inputs = "grads: float, image: T, boxes: float, box_ind: int32",
     .outputs = "output: float",
     .attrs = "T: {uint8, uint16, int8, int16, int32, int64, half, float, double}, method: string {'bilinear'} = "
              "'bilinear'",
     .shape = &CropGradBoxesShape,
     .gradient = &NotDifferentiable},
    {.name = "NonMaxSuppressionV3",
     .doc = "The boxes of the highest scores that overlap none of a higher one by more than iou_threshold.",
     .inputs = "boxes: host T, scores: host T, max_output_size: host int32, iou_threshold: host T_threshold, "
               "score_threshold: host T_threshold",
     .outputs = "selected_indices: int32",
     .attrs = "T: {half, float} = float, T_threshold: {half, float} = float",
     .shape = &SuppressionShape,
     .gradient = &NotDifferentiable},
    {.name = "NonMaxSuppressionV4",
     .doc = "NonMaxSuppressionV3, filled up with zeros if asked for, and how many boxes there are.",
     .inputs = "boxes: host T, scores: host T, max_output_size: host int32, iou_threshold: host T_threshold, "
               "score_threshold: host T_threshold",
     .outputs = "selected_indices: int32, valid_outputs: int32",
     .attrs = "T: {half, float} = float, T_threshold: {half, float} = float, pad_to_max_output_size: bool = false",
     .shape = &SuppressionShape,
     .gradient = &NotDifferentiable},
    {.name = "NonMaxSuppressionV5",
     .doc = "NonMaxSuppressionV4 where overlaps lower the scores if soft_nms_sigma is positive.",
     .inputs =
         "boxes: host T, scores: host T, max_output_size: host int32, iou_threshold: host T, score_threshold: host T, "
         "soft_nms_sigma: host T",
     .outputs = "selected_indices: int32, selected_scores: T, valid_outputs: int32",
     .attrs = "T: {half, float} = float, pad_to_max_output_size: bool = false",
     .shape = &SuppressionShape,
     .gradient = &NotDifferentiable},
    {.name = "ExtractImagePatches",
     .doc = "The windows of images, each as one vector.",
     .inputs = "images: T",
     .outputs = "patches: T",
     .attrs =
         "ksizes: list(int) >= 4, strides: list(int) >= 4, rates: list(int) >= 4, T: {bfloat16, half, float, double, "
         "int8, int16, int32, int64, uint8, uint16, uint32, uint64, complex64, complex128, bool}, padding: string "
         "{'SAME', 'VALID'}",
     .shape = &PatchesShape,
     .gradient = &PatchesGradient},
};

}  // namespace

float FloatAt(const HostView& t, int64_t i) {
  switch (t.dtype) {
    case DType::kFloat16:
      return static_cast<float>(t.as<Float16>()[i]);
    case DType::kFloat32:
      return t.as<float>()[i];
    default:
      return 0;
  }
}

std::vector<SelectedBox> SelectBoxes(absl::Span<const HostView> inputs) {
  const HostView &boxes = inputs[0], &scores = inputs[1];
  const int64_t most = inputs[2].int_at(0);
  const float threshold = FloatAt(inputs[3], 0), least = FloatAt(inputs[4], 0);
  const float sigma = inputs.size() > 5 ? FloatAt(inputs[5], 0) : 0;
  struct Candidate {
    float score;
    int64_t box;
    size_t compared;  // with so many of those selected
  };
  const auto later = [](const Candidate& a, const Candidate& b) {
    return a.score == b.score ? a.box > b.box : a.score < b.score;
  };
  std::priority_queue<Candidate, std::vector<Candidate>, decltype(later)> candidates(later);
  for (int64_t i = 0; i < scores.num_elements(); ++i) {
    if (FloatAt(scores, i) > least) candidates.push({FloatAt(scores, i), i, 0});
  }
  std::vector<SelectedBox> selected;
  while (static_cast<int64_t>(selected.size()) < most && !candidates.empty()) {
    Candidate next = candidates.top();
    candidates.pop();
    const float before = next.score;
    bool suppressed = false;
    for (size_t j = selected.size(); j-- > next.compared;) {
      const float overlap = Overlap(boxes, next.box, selected[j].box);
      suppressed = sigma <= 0 && overlap > threshold;  // a soft one only lowers scores
      if (suppressed) break;
      if (sigma > 0) next.score *= std::exp(-0.5f / sigma * overlap * overlap);
      if (next.score <= least) break;
    }
    next.compared = selected.size();
    if (suppressed) continue;
    if (next.score == before) {
      selected.push_back({next.box, next.score});
    } else if (next.score > least) {
      candidates.push(next);
    }
  }
  return selected;
}

absl::StatusOr<PatchDims> PatchDims::Make(absl::Span<const int64_t> sizes, absl::Span<const int64_t> strides,
                                          absl::Span<const int64_t> rates, absl::string_view padding,
                                          const Shape& images) {
  if (images.rank() != 4) return Invalid("input must be 4-dimensional", images.ToString());
  const auto check = [](absl::string_view name, absl::Span<const int64_t> v) {
    const bool fits =
        v.size() == 4 && v[0] == 1 && v[3] == 1 && std::min(v[1], v[2]) > 0 && std::max(v[1], v[2]) <= INT32_MAX;
    return fits ? absl::OkStatus() : Invalid(name, " must be [1, rows, columns, 1] with positive rows and columns");
  };
  RETURN_IF_ERROR(check("ksizes", sizes));
  RETURN_IF_ERROR(check("strides", strides));
  RETURN_IF_ERROR(check("rates", rates));
  PatchDims d;
  for (int i = 1; i <= 2; ++i) {
    const auto at = static_cast<size_t>(i);
    WindowAxis& axis = i == 1 ? d.rows : d.columns;
    axis.in = images[i];
    axis.size = sizes[at];
    axis.stride = strides[at];
    axis.dilation = rates[at];
    RETURN_IF_ERROR(axis.Slide(padding));
  }
  // Whether the product of all of them, which the result's shape has, is one.
  RETURN_IF_ERROR(Shape::Make({images[0], d.rows.out, d.columns.out, d.rows.size, d.columns.size, images[3]}).status());
  RETURN_IF_ERROR(Shape::Make({d.rows.size, d.columns.size, images[3]}).status());
  return d;
}

absl::Span<const OpDef> BoxOps() { return kRows; }

}  // namespace eager
