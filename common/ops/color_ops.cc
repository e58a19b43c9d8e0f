// Ops on the colors of images, and images seen through a projection.
#include <limits>

#include "common/ops/grad_context.h"
#include "common/ops/host_inputs.h"
#include "common/ops/op_table.h"
#include "common/status_macros.h"

namespace eager {
namespace {

absl::Status ColorShape(ShapeContext& c) {
  const Shape& in = c.input(0);
  if (in.rank() < 1) return Invalid("input must be at least 1D", in.ToString());
  if (in[in.rank() - 1] != 3) {
    return absl::FailedPreconditionError(
        absl::StrCat("input must have 3 channels but input only has ", in[in.rank() - 1], " channels."));
  }
  return SameAsInput0(c);
}

template <bool kChannels>
absl::Status AdjustShape(ShapeContext& c) {
  const Shape& in = c.input(0);
  if (in.rank() < 3) return Invalid("input must be at least 3-D, got shape", in.ToString());
  if (!c.input(1).is_scalar()) return Invalid(c.op().inputs[1].name, " must be scalar: ", c.input(1).ToString());
  if (kChannels && in[in.rank() - 1] != 3) {
    return Invalid("input must have 3 channels but instead has ", in[in.rank() - 1], " channels.");
  }
  return SameAsInput0(c);
}

absl::Status ProjectiveShape(ShapeContext& c) {
  const Shape &images = c.input(0), &transforms = c.input(1);
  if (images.rank() != 4) return Invalid("Input images must have rank 4");
  if (transforms.rank() != 2 || (transforms[0] != 1 && transforms[0] != images[0]) || transforms[1] != 8) {
    return Invalid("Input transform should be num_images x 8 or 1 x 8");
  }
  if (c.input(2) != Shape{2}) return Invalid("output_shape must have two elements ", c.input(2).ToString());
  if (!c.input(3).is_scalar()) return Invalid("fill_value must be a scalar ", c.input(3).ToString());
  const HostInts size = c.ints(2);
  if (size[0] <= 0 || size[1] <= 0) return Invalid("output dimensions must be positive");
  for (absl::string_view name : {"interpolation", "fill_mode"}) {
    const std::string& mode = c.attr<std::string>(name);
    const bool known = name == "interpolation"
                           ? mode == "NEAREST" || mode == "BILINEAR"
                           : mode == "REFLECT" || mode == "WRAP" || mode == "CONSTANT" || mode == "NEAREST";
    if (!known) return Invalid("Invalid ", name, " ", mode);
  }
  ASSIGN_OR_RETURN(Shape out, Shape::Make({images[0], size[0], size[1], images[3]}));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

// One channel of colors, as a column.
Node Channel(GradContext& g, const Node& colors, int64_t channel) {
  const Node rows = g.Reshape(colors, Shape{g.shape(colors).num_elements() / 3, 3});
  return g.Op("Slice", {rows, g.Ints({0, channel}), g.Ints({-1, 1})});
}

// By each of the three colors, whose formulas are the same but for their order; ties go as in TensorFlow, to the first.
absl::Status ToHsvGradient(GradContext& g, Grads& grads) {
  const Node &in = g.input(0), up = g.upstream(0);
  const Node zero = g.Scalar(0, in), one = g.Scalar(1, in), saturation = Channel(g, g.output(0), 1),
             value = Channel(g, g.output(0), 2);
  Node color[3], largest[3], smallest[3], positive[3], d[3];
  const auto number = [&](const Node& condition) { return g.Cast(condition, in.spec.dtype); };
  const auto compare = [&](absl::string_view op, int a, int b) { return g.Op(op, {color[a], color[b]}); };
  const auto both = [&](const Node& a, const Node& b) { return number(g.Op("LogicalAnd", {a, b})); };
  const auto over = [&](const Node& x) { return g.Op("DivNoNan", {one, x}); };
  for (int i = 0; i < 3; ++i) color[i] = Channel(g, in, i);
  largest[0] = both(compare("GreaterEqual", 0, 2), compare("GreaterEqual", 0, 1));
  largest[1] = both(compare("Greater", 1, 0), compare("GreaterEqual", 1, 2));
  largest[2] = both(compare("Greater", 2, 0), compare("Greater", 2, 1));
  smallest[0] = both(compare("Less", 0, 2), compare("Less", 0, 1));
  smallest[1] = both(compare("LessEqual", 1, 0), compare("Less", 1, 2));
  smallest[2] = both(compare("LessEqual", 2, 0), compare("LessEqual", 2, 1));
  for (int i = 0; i < 3; ++i) positive[i] = number(g.Op("Greater", {color[i], zero}));
  const Node by_saturation = over(g.Square(saturation)), by_value = over(g.Square(value));
  for (int c = 0; c < 3; ++c) {
    const int n = (c + 1) % 3, p = (c + 2) % 3;  // the next color and the one before
    const auto part = [&](const Node* chosen, int color_of) { return g.Mul(chosen[color_of], color[color_of]); };
    const auto cases = [&](int largest_of, int smallest_of) {
      return g.Mul(g.Mul(positive[largest_of], largest[largest_of]), smallest[smallest_of]);
    };
    const Node as_largest =
        g.Mul(g.Mul(largest[c], g.Add(part(smallest, n), part(smallest, p))), over(g.Square(color[c])));
    const Node as_smallest = g.Mul(smallest[c], over(g.Add(part(largest, n), part(largest, p))));
    const Node ds = g.Mul(positive[c], g.Sub(as_largest, as_smallest));
    const Node apart = g.Sub(color[p], color[n]);
    Node dh = g.Mul(g.Mul(g.Mul(positive[c], largest[c]), apart), g.Mul(by_saturation, by_value));
    for (int other : {n, p}) {
      dh = g.Add(dh, g.Mul(g.Mul(cases(other, c), apart), over(g.Square(g.Sub(color[c], color[other])))));
      dh = g.Add(dh, g.Mul(cases(other, other == n ? p : n), over(apart)));
    }
    dh = g.Mul(dh, g.Scalar(1.0 / 6, in));
    d[c] =
        g.Add(g.Add(g.Mul(Channel(g, up, 2), largest[c]), g.Mul(Channel(g, up, 1), ds)), g.Mul(Channel(g, up, 0), dh));
  }
  const Node columns = g.Op("ConcatV2", {d[0], d[1], d[2], g.Const(HostTensor::Scalar<int32_t>(1))});
  if (g.status().ok()) grads[0] = g.Reshape(columns, g.shape(in));
  return g.status();
}

// As TensorFlow: what flows back is seen through the inverse projection.
absl::Status ProjectiveGradient(GradContext& g, Grads& grads) {
  const Node& transforms = g.input(1);
  const int64_t n = g.shape(transforms)[0];
  const Node ones = g.BroadcastTo(g.Scalar(1, transforms), Shape{n, 1}), axis = g.Const(HostTensor::Scalar<int32_t>(1));
  const Node matrices = g.Reshape(g.Op("ConcatV2", {transforms, ones, axis}), Shape{n, 3, 3});
  const Node inverse = g.Reshape(g.Op("MatrixInverse", {matrices}), Shape{n, 9});
  const Node scale = g.Op("Slice", {inverse, g.Ints({0, 8}), g.Ints({-1, 1})});
  const Node flat = g.Op("Slice", {g.Div(inverse, scale), g.Ints({0, 0}), g.Ints({-1, 8})});
  const Shape& images = g.shape(g.input(0));
  grads[0] =
      g.Op("ImageProjectiveTransformV3",
           {g.upstream(0), flat, g.Ints({images[1], images[2]}, DType::kInt32), g.Const(HostTensor::Scalar(0.0f))},
           {{"interpolation", g.attr<std::string>("interpolation")}, {"fill_mode", g.attr<std::string>("fill_mode")}});
  return g.status();
}

constexpr OpDef kRows[] = {
    {.name = "RGBToHSV",
     .doc = "Hue, saturation and value of colors, all from 0 to 1.",
     .inputs = "images: T",
     .outputs = "output: T",
     .attrs = "T: {half, bfloat16, float, double} = float",
     .shape = &ColorShape,
     .gradient = &ToHsvGradient,
     .saves = Saves::kBoth},
    {.name = "HSVToRGB",
     .doc = "The colors of these hues, saturations and values.",
     .inputs = "images: T",
     .outputs = "output: T",
     .attrs = "T: {half, bfloat16, float, double} = float",
     .shape = &ColorShape,
     .gradient = &NotDifferentiable},
    {.name = "AdjustContrastv2",
     .doc = "Each channel of an image stretched away from its mean.",
     .inputs = "images: T, contrast_factor: float",
     .outputs = "output: T",
     .attrs = "T: {half, float} = float",
     .shape = &AdjustShape<false>,
     .gradient = &NotDifferentiable},
    {.name = "AdjustHue",
     .doc = "The colors with their hues turned by delta, a part of the whole circle.",
     .inputs = "images: T, delta: float",
     .outputs = "output: T",
     .attrs = "T: {half, float} = float",
     .shape = &AdjustShape<true>,
     .gradient = &NotDifferentiable},
    {.name = "AdjustSaturation",
     .doc = "The colors with their saturations times scale, at most 1.",
     .inputs = "images: T, scale: float",
     .outputs = "output: T",
     .attrs = "T: {half, float} = float",
     .shape = &AdjustShape<true>,
     .gradient = &NotDifferentiable},
    {.name = "ImageProjectiveTransformV3",
     .doc = "Images as a projection sees them: what each output pixel shows is where the transform takes its place.",
     .inputs = "images: dtype, transforms: float, output_shape: host int32, fill_value: float",
     .outputs = "transformed_images: dtype",
     .attrs = "dtype: {uint8, int32, int64, half, bfloat16, float, double}, interpolation: string, fill_mode: string = "
              "'CONSTANT'",
     .shape = &ProjectiveShape,
     .gradient = &ProjectiveGradient,
     .saves = Saves::kInputs,
     .no_gradient_inputs = 1u << 1 | 1u << 3},
};

}  // namespace

absl::Span<const OpDef> ColorOps() { return kRows; }

}  // namespace eager
