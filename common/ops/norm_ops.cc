// Normalization of images, channel by channel.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/ops/grad_context.h"
#include "common/ops/op_table.h"
#include "common/ops/shape_context.h"
#include "common/status_macros.h"

namespace eager {
namespace {

int ChannelAxis(const Shape& x, absl::string_view data_format) {
  return absl::StartsWith(data_format, "NC") ? 1 : x.rank() - 1;
}

absl::Status CheckImages(const Shape& x, absl::string_view what, absl::string_view data_format) {
  if (x.rank() != 4 && x.rank() != 5) {
    return absl::InvalidArgumentError(absl::StrCat(what, " must be 4 or 5-dimensional", x.ToString()));
  }
  // "NHWC" and "NCHW" stand for volumes as well.
  if (data_format.size() != 4 && static_cast<int>(data_format.size()) != x.rank()) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, " must have the rank of data_format ", data_format, ", got shape ", x.ToString()));
  }
  return absl::OkStatus();
}

absl::Status CheckPerChannel(const ShapeContext& c, int i, int64_t channels, absl::string_view when = "") {
  const absl::string_view name = c.op().inputs[i].name;
  if (c.input(i).rank() != 1) {
    return absl::InvalidArgumentError(absl::StrCat(name, " must be 1-dimensional", c.input(i).ToString()));
  }
  if (c.input(i)[0] == channels) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(when, name,
                                                 " must have the same number of elements as the channels of x, got ",
                                                 c.input(i)[0], " and ", channels));
}

absl::Status BatchNormShape(ShapeContext& c) {
  const std::string& data_format = c.attr<std::string>("data_format");
  const Shape& x = c.input(0);
  RETURN_IF_ERROR(CheckImages(x, "input", data_format));
  const int64_t channels = x[ChannelAxis(x, data_format)];
  RETURN_IF_ERROR(CheckPerChannel(c, 1, channels));
  RETURN_IF_ERROR(CheckPerChannel(c, 2, channels));
  const bool training = c.attr<bool>("is_training");
  for (int i : {3, 4}) {
    if (c.input(i).rank() != 1) {
      return absl::InvalidArgumentError(
          absl::StrCat(c.op().inputs[i].name, " must be 1-dimensional", c.input(i).ToString()));
    }
    if (!training) {
      RETURN_IF_ERROR(CheckPerChannel(c, i, channels, "When is_training=false, "));
    } else if (c.attr<float>("exponential_avg_factor") != 1.0f) {
      RETURN_IF_ERROR(CheckPerChannel(c, i, channels, "When exponential_avg_factor != 1, "));
    }
  }
  c.set_output(0, x);
  for (int i = 1; i <= 4; ++i) c.set_output(i, Shape{channels});
  c.set_output(5, Shape());
  return absl::OkStatus();
}

absl::Status BatchNormGradShape(ShapeContext& c) {
  const std::string& data_format = c.attr<std::string>("data_format");
  const Shape& x = c.input(1);
  RETURN_IF_ERROR(CheckImages(c.input(0), "input", data_format));
  if (!(x == c.input(0))) {
    return absl::InvalidArgumentError(
        absl::StrCat("x and y_backprop must have same shape, but x has shape ", x.ToString(),
                     " and y_backprop has shape ", c.input(0).ToString()));
  }
  const int64_t channels = x[ChannelAxis(x, data_format)];
  for (int i : {2, 3, 4}) RETURN_IF_ERROR(CheckPerChannel(c, i, channels));
  c.set_output(0, x);
  c.set_output(1, Shape{channels});
  c.set_output(2, Shape{channels});
  c.set_output(3, Shape{0});
  c.set_output(4, Shape{0});
  return absl::OkStatus();
}

absl::Status BatchNormGradient(GradContext& g, Grads& grads) {
  const bool training = g.attr<bool>("is_training");
  const Node inputs[] = {g.upstream(0),
                         g.input(0),
                         g.Cast(g.input(1), DType::kFloat32),
                         training ? g.output(3) : g.input(3),
                         training ? g.output(4) : g.input(4),
                         g.output(5)};
  const auto out = g.Ops("FusedBatchNormGradV3", inputs,
                         {{"epsilon", g.attr<float>("epsilon")},
                          {"data_format", g.attr<std::string>("data_format")},
                          {"is_training", training}});
  if (!g.status().ok()) return g.status();
  for (int i = 0; i < 3; ++i) grads[i] = out[i];
  return g.status();
}

// The gradient of FusedBatchNormGradV3. Per channel, with xc = x - mean(x), r = 1 / sqrt(var(x) + epsilon) and, of the
// gradient g of y, gc = g - mean(g), m = mean(g xc), that op gives
//   dx = s r (gc - r^2 m xc),  ds = n r m,  db = n mean(g).
// For upstreams A, b, c of the three, with Ac = A - mean(A), p = mean(A xc), q = mean(A gc):
//   by g: s r (Ac - r^2 p xc) + r b xc + c
//   by s: n r (q - r^2 m p)
//   by x: (r b - s r^3 p) gc - s r^3 m Ac - r^3 (s q - 3 s r^2 m p + b m) xc
// With fixed statistics dx = s r g, ds = r sum(g (x - mean)), db = sum(g).
class BatchNormGradGrad {
 public:
  explicit BatchNormGradGrad(GradContext& g) : g_(g), shape_(g.shape(g.input(1))) {
    const int channel = ChannelAxis(shape_, g.attr<std::string>("data_format"));
    row_ = Shape(Shape::Dims(static_cast<size_t>(shape_.rank()), 1));
    row_.set_dim(channel, shape_[channel]);
    channels_ = Shape{shape_[channel]};
    n_ = 1;
    for (int i = 0; i < shape_.rank(); ++i) {
      if (i == channel) continue;
      axes_.push_back(i);
      n_ *= static_cast<double>(shape_[i]);
    }
  }

  void Run(Grads& grads) {
    const Node x = Wide(g_.input(1)), dy = Wide(g_.input(0)), s = Row(g_.input(2));
    const Node a = Wide(g_.upstream(0)), b = Row(g_.upstream(1)), c = Row(g_.upstream(2));
    const bool training = g_.attr<bool>("is_training");
    const Node mean = training ? Mean(x) : Row(g_.input(3));
    const Node xc = g_.Sub(x, mean);
    const Node variance = training ? Mean(g_.Square(xc)) : Row(g_.input(4));
    const Node r = g_.Op("Rsqrt", {g_.Add(variance, g_.Scalar(g_.attr<float>("epsilon"), variance))});
    training ? Training(grads, dy, s, a, b, c, xc, r) : Inference(grads, dy, s, a, b, c, xc, r);
  }

 private:
  void Training(Grads& grads, const Node& dy, const Node& s, const Node& a, const Node& b, const Node& c,
                const Node& xc, const Node& r) {
    const Node gc = g_.Sub(dy, Mean(dy)), ac = g_.Sub(a, Mean(a));
    const Node m = Mean(g_.Mul(dy, xc)), p = Mean(g_.Mul(a, xc)), q = Mean(g_.Mul(a, gc));
    const Node r2 = g_.Square(r), r2mp = g_.Mul(r2, g_.Mul(m, p));
    const Node sr = g_.Mul(s, r), sr3 = g_.Mul(sr, r2), rb = g_.Mul(r, b);
    if (g_.needs(0)) {
      const Node from_x = g_.Sub(g_.Mul(sr, ac), g_.Mul(g_.Sub(g_.Mul(sr3, p), rb), xc));
      grads[0] = g_.Cast(g_.Add(from_x, c), g_.input(0).spec.dtype);
    }
    if (g_.needs(1)) {
      const Node by_r = g_.Add(g_.Mul(s, g_.Sub(q, g_.Mul(g_.Scalar(3, r2mp), r2mp))), g_.Mul(b, m));
      const Node along_g = g_.Mul(g_.Sub(rb, g_.Mul(sr3, p)), gc);
      const Node along_x = g_.Mul(g_.Mul(g_.Mul(r2, r), by_r), xc);
      grads[1] = g_.Cast(g_.Sub(g_.Sub(along_g, g_.Mul(g_.Mul(sr3, m), ac)), along_x), g_.input(1).spec.dtype);
    }
    if (g_.needs(2)) {
      grads[2] = g_.Reshape(g_.Mul(g_.Mul(g_.Scalar(n_, r), r), g_.Sub(q, r2mp)), channels_);
    }
  }

  void Inference(Grads& grads, const Node& dy, const Node& s, const Node& a, const Node& b, const Node& c,
                 const Node& xc, const Node& r) {
    if (g_.needs(0)) {
      const Node direct = g_.Mul(g_.Mul(s, r), a);
      grads[0] = g_.Cast(g_.Add(g_.Add(direct, g_.Mul(g_.Mul(r, b), xc)), c), g_.input(0).spec.dtype);
    }
    if (g_.needs(1)) grads[1] = g_.Cast(g_.Mul(g_.Mul(r, b), dy), g_.input(1).spec.dtype);
    if (g_.needs(2)) {
      grads[2] = g_.Reshape(g_.Mul(r, g_.Sum(g_.Mul(a, dy), axes_, /*keep_dims=*/true)), channels_);
    }
  }

  Node Wide(const Node& x) { return g_.Cast(x, DType::kFloat32); }
  Node Row(const Node& x) { return g_.Reshape(Wide(x), row_); }
  Node Mean(const Node& x) { return g_.Op("Mean", {x, g_.Ints(axes_)}, {{"keep_dims", true}}); }

  GradContext& g_;
  const Shape shape_;
  Shape row_, channels_;
  std::vector<int64_t> axes_;
  double n_;  // elements of a channel
};

absl::Status BatchNormGradGradient(GradContext& g, Grads& grads) {
  BatchNormGradGrad(g).Run(grads);
  return g.status();
}

constexpr OpDef kRows[] = {
    {.name = "FusedBatchNormV3",
     .doc = "(x - mean) / sqrt(variance + epsilon) * scale + offset, with the batch's statistics of each channel if "
            "is_training, else with `mean` and `variance`.",
     .inputs = "x: T, scale: U, offset: U, mean: U, variance: U",
     .outputs = "y: T, batch_mean: U, batch_variance: U, reserve_space_1: U, reserve_space_2: U, reserve_space_3: U",
     .attrs = "T: {half, bfloat16, float}, U: {bfloat16, float}, epsilon: float = 0.0001, "
              "exponential_avg_factor: float = 1.0, data_format: string {'NHWC', 'NCHW', 'NDHWC', 'NCDHW'} = 'NHWC', "
              "is_training: bool = true",
     .shape = &BatchNormShape,
     .gradient = &BatchNormGradient,
     .saves = Saves::kBoth,
     .no_gradient_inputs = 0b11000},
    {.name = "FusedBatchNormGradV3",
     .doc = "The gradient of FusedBatchNormV3; reserve_space_1 and _2 are the statistics that it normalized with.",
     .inputs = "y_backprop: T, x: T, scale: float, reserve_space_1: U, reserve_space_2: U, reserve_space_3: U",
     .outputs = "x_backprop: T, scale_backprop: U, offset_backprop: U, reserve_space_4: U, reserve_space_5: U",
     .attrs = "T: {half, bfloat16, float}, U: {bfloat16, float}, epsilon: float = 0.0001, "
              "data_format: string {'NHWC', 'NCHW', 'NDHWC', 'NCDHW'} = 'NHWC', is_training: bool = true",
     .shape = &BatchNormGradShape,
     .gradient = &BatchNormGradGradient,
     .saves = Saves::kInputs,
     .no_gradient_inputs = 0b111000},
};

}  // namespace

absl::Span<const OpDef> NormOps() { return kRows; }

}  // namespace eager
