// Neural-network functions under TensorFlow's names: tf.nn in C++.
//
// Images are (batch, rows, columns, channels): data_format NHWC, the one that the CPU computes. Floating dtypes are
// float32, float64, float16 and bfloat16 unless a line says otherwise. No call waits; each throws Error at the caller's
// line for what its inference refuses (shapes and attributes that do not fit). Gradients flow through all of them, to any
// order.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/math.h"
#include "client/random.h"

namespace eager::nn {

// Convolutions.

// By name, or as many rows and columns of zeros around an image.
struct Padding {
  Padding(const char* name) : name(name) {}                    // NOLINT "SAME" or "VALID"
  Padding(std::string name) : name(std::move(name)) {}         // NOLINT
  Padding(int64_t top, int64_t bottom, int64_t left, int64_t right)
      : name("EXPLICIT"), explicit_paddings{0, 0, top, bottom, left, right, 0, 0} {}
  std::string name;
  std::vector<int64_t> explicit_paddings;
};

// One number for both axes, or rows and columns: 2 or {2, 1}.
struct Pair {
  Pair(int64_t both) : rows(both), columns(both) {}                        // NOLINT
  Pair(int64_t rows, int64_t columns) : rows(rows), columns(columns) {}
  int64_t rows, columns;
};

struct Conv2DOptions {
  Pair dilations = 1;
  std::string data_format = "NHWC";
};

// filters: (rows, columns, in_channels, out_channels); in_channels may be a divisor of the input's, for groups.
Tensor conv2d(const Operand& input, const Operand& filters, Pair strides, const Padding& padding,
              const Conv2DOptions& options = {});
// The gradient of conv2d with respect to its input, used forward: output_shape has four numbers.
Tensor conv2d_transpose(const Operand& input, const Operand& filters, const Operand& output_shape, Pair strides,
                        const Padding& padding = "SAME", const Conv2DOptions& options = {});
// filter: (rows, columns, channels, multiplier); gives channels * multiplier channels.
Tensor depthwise_conv2d(const Operand& input, const Operand& filter, Pair strides, const Padding& padding,
                        const Conv2DOptions& options = {});
// A depthwise convolution, then a 1x1 convolution with pointwise_filter.
Tensor separable_conv2d(const Operand& input, const Operand& depthwise_filter, const Operand& pointwise_filter,
                        Pair strides, const Padding& padding, const Conv2DOptions& options = {});
// bias: (channels). value has at least two axes and may be of an integer dtype.
Tensor bias_add(const Operand& value, const Operand& bias, const std::string& data_format = "NHWC");

// Pooling.

Tensor max_pool2d(const Operand& input, Pair ksize, Pair strides, const Padding& padding,
                  const std::string& data_format = "NHWC");  // integer dtypes as well
Tensor avg_pool2d(const Operand& input, Pair ksize, Pair strides, const Padding& padding,
                  const std::string& data_format = "NHWC");  // padding does not count
// The same under tf.nn's names for windows over two axes.
inline Tensor max_pool(const Operand& input, Pair ksize, Pair strides, const Padding& padding,
                       const std::string& data_format = "NHWC") {
  return max_pool2d(input, ksize, strides, padding, data_format);
}
inline Tensor avg_pool(const Operand& input, Pair ksize, Pair strides, const Padding& padding,
                       const std::string& data_format = "NHWC") {
  return avg_pool2d(input, ksize, strides, padding, data_format);
}

// Over one axis: input (batch, width, channels), filters (width, in_channels, out_channels).
Tensor conv1d(const Operand& input, const Operand& filters, int64_t stride, const std::string& padding,
              int64_t dilations = 1);
Tensor max_pool1d(const Operand& input, int64_t ksize, int64_t strides, const std::string& padding);
Tensor avg_pool1d(const Operand& input, int64_t ksize, int64_t strides, const std::string& padding);

// Rows of a table.

// The rows of params that ids name, int32 or int64, each scaled down to an L2 norm of max_norm if that is given.
Tensor embedding_lookup(const Operand& params, const Operand& ids, std::optional<double> max_norm = {});

// Activations, element by element.

Tensor relu(const Operand& features);   // max(x, 0); integer dtypes as well
Tensor relu6(const Operand& features);  // min(max(x, 0), 6); integer dtypes as well
Tensor elu(const Operand& features);    // x, below 0 exp(x) - 1
Tensor selu(const Operand& features);   // scale * elu with alpha, both as Klambauer et al. have them
Tensor leaky_relu(const Operand& features, double alpha = 0.2);  // x, below 0 alpha * x
Tensor gelu(const Operand& features, bool approximate = false);  // x * P(X <= x) of a standard normal X
Tensor silu(const Operand& features, double beta = 1);           // x * sigmoid(beta * x)
Tensor swish(const Operand& features, double beta = 1);          // the same
Tensor softplus(const Operand& features);                        // log(exp(x) + 1)
Tensor softsign(const Operand& features);                        // x / (|x| + 1)
Tensor crelu(const Operand& features, int64_t axis = -1);        // relu(x) and relu(-x), one after the other along an axis
using eager::log_sigmoid;
using eager::sigmoid;
using eager::tanh;
// exp(logits) divided by its sums along `axis`, and its logarithm.
Tensor softmax(const Operand& logits, int64_t axis = -1);
Tensor log_softmax(const Operand& logits, int64_t axis = -1);

// Losses, one for each row of the last axis.

// labels: classes, int32 or int64, of the logits' shape without the last axis. The read fails with INVALID_ARGUMENT for a
// class outside [0, classes).
Tensor sparse_softmax_cross_entropy_with_logits(const Operand& labels, const Operand& logits);
// labels: distributions over `axis`, of the logits' shape.
Tensor softmax_cross_entropy_with_logits(const Operand& labels, const Operand& logits, int64_t axis = -1);
// Element by element: each logit is a decision of its own. labels: of the logits' shape and dtype.
Tensor sigmoid_cross_entropy_with_logits(const Operand& labels, const Operand& logits);
Tensor weighted_cross_entropy_with_logits(const Operand& labels, const Operand& logits, const Operand& pos_weight);
// exp(log_input) - log_input * targets, and Stirling's approximation of log(targets!) more where targets > 1 if the full
// loss is asked for.
Tensor log_poisson_loss(const Operand& targets, const Operand& log_input, bool compute_full_loss = false);
// Half the sum of squares of all elements: a scalar.
Tensor l2_loss(const Operand& t);

// Normalization.

struct Moments {
  Tensor mean, variance;
};
// Over `axes`; the variance is the biased one. 16-bit floats are measured in float32.
Moments moments(const Operand& x, const std::vector<int64_t>& axes, bool keepdims = false);
// With weights that broadcast to x.
Moments weighted_moments(const Operand& x, const std::vector<int64_t>& axes, const Operand& frequency_weights,
                         bool keepdims = false);
// (x - mean) / sqrt(variance + epsilon) * scale + offset, each of which broadcasts to x.
Tensor batch_normalization(const Operand& x, const Operand& mean, const Operand& variance,
                           const std::optional<Operand>& offset, const std::optional<Operand>& scale,
                           double variance_epsilon);
struct FusedBatchNorm {
  Tensor y, batch_mean, batch_variance;  // the variance is the unbiased one where it was measured
};
struct FusedBatchNormOptions {
  double epsilon = 0.001;
  bool is_training = true;
  double exponential_avg_factor = 1;  // how much of the batch goes into batch_mean and batch_variance
  std::string data_format = "NHWC";
};
// Images in float32, float16 or bfloat16; scale, offset, mean and variance in float32, one for each channel. Without
// training it normalizes with `mean` and `variance`, else with the batch's.
FusedBatchNorm fused_batch_norm(const Operand& x, const Operand& scale, const Operand& offset,
                                const std::optional<Operand>& mean = {}, const std::optional<Operand>& variance = {},
                                const FusedBatchNormOptions& options = {});
// x / sqrt(max(sum(x^2), epsilon)) along `axis`; all axes if it is left out.
Tensor l2_normalize(const Operand& x, const Axes& axis = std::nullopt, double epsilon = 1e-12);
// Zeroes elements with the probability `rate`, 0 <= rate < 1, and divides the others by 1 - rate.
Tensor dropout(const Operand& x, double rate, const std::optional<Shape>& noise_shape = {},
               std::optional<int64_t> seed = {});

// Ranking.

struct TopK {
  Tensor values, indices;  // indices are int32
};
// The k largest elements of each row of the last axis, the largest first.
TopK top_k(const Operand& input, const Operand& k = 1, bool sorted = true);
// Whether each target, int32 or int64, is among the k largest predictions of its row, float32.
Tensor in_top_k(const Operand& targets, const Operand& predictions, const Operand& k);

using eager::zero_fraction;

}  // namespace eager::nn

// tf.math: its names stand in eager or in eager::nn.
namespace eager::math {
using namespace eager;
using namespace eager::nn;
}  // namespace eager::math
