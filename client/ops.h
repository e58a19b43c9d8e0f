// Generated from the op table by eager-gen-ops. Do not edit: change the op's row and run it again.
//
// Every op under its raw name, as tf.raw_ops has them: inputs in order, attributes as named, defaulted members, e.g.
// raw_ops::MatMul(a, b, {.transpose_a = true}). Attributes that follow from the inputs are not there.
// None waits; each throws Error at the first input's line for what inference refuses.
#pragma once

#include <source_location>
#include <string>
#include <vector>

#include "client/tensor.h"

namespace eager::raw_ops {

// The absolute value |x|.
Tensor Abs(const Operand& x);

// -x.
Tensor Neg(const Operand& x);

// -1, 0 or 1 by the sign of x; nan stays nan.
Tensor Sign(const Operand& x);

// x * x.
Tensor Square(const Operand& x);

// The square root of x.
Tensor Sqrt(const Operand& x);

// 1 / sqrt(x).
Tensor Rsqrt(const Operand& x);

// 1 / x.
Tensor Reciprocal(const Operand& x);

// e to the power of x.
Tensor Exp(const Operand& x);

// exp(x) - 1, exact for small x.
Tensor Expm1(const Operand& x);

// The natural logarithm of x.
Tensor Log(const Operand& x);

// log(1 + x), exact for small x.
Tensor Log1p(const Operand& x);

// The sine of x, in radians.
Tensor Sin(const Operand& x);

// The cosine of x, in radians.
Tensor Cos(const Operand& x);

// The tangent of x, in radians.
Tensor Tan(const Operand& x);

// The hyperbolic tangent of x.
Tensor Tanh(const Operand& x);

// 1 / (1 + exp(-x)).
Tensor Sigmoid(const Operand& x);

// The largest integer that is not greater than x.
Tensor Floor(const Operand& x);

// The smallest integer that is not less than x.
Tensor Ceil(const Operand& x);

// The integer closest to x, halves to even; 0 for an integer x, as in TensorFlow.
Tensor Round(const Operand& x);

// The integer closest to x, halves to even.
Tensor Rint(const Operand& x);

// Whether x is not a number.
Tensor IsNan(const Operand& x);

// Whether x is an infinity.
Tensor IsInf(const Operand& x);

// Whether x is neither nan nor an infinity.
Tensor IsFinite(const Operand& x);

// Whether x is false.
Tensor LogicalNot(const Operand& x);

// max(features, 0).
Tensor Relu(const Operand& features);

// log(exp(features) + 1).
Tensor Softplus(const Operand& features);

// x in another dtype; integers wrap, Truncate cuts a float's digits instead of rounding.
struct CastAttrs {
  DType DstT{};  // required
  bool Truncate = false;
};
Tensor Cast(const Operand& x, const CastAttrs& attrs);

// The input itself.
Tensor Identity(const Operand& input);

// The input itself, through which no gradient flows.
Tensor StopGradient(const Operand& input);

// The gradient of Sqrt: dy * 0.5 / y.
Tensor SqrtGrad(const Operand& y, const Operand& dy);

// The gradient of Rsqrt: dy * -0.5 * y^3.
Tensor RsqrtGrad(const Operand& y, const Operand& dy);

// The gradient of Reciprocal: -dy * y * y.
Tensor ReciprocalGrad(const Operand& y, const Operand& dy);

// The gradient of Tanh: dy * (1 - y * y).
Tensor TanhGrad(const Operand& y, const Operand& dy);

// The gradient of Sigmoid: dy * y * (1 - y).
Tensor SigmoidGrad(const Operand& y, const Operand& dy);

// The gradient of Relu: gradients where features > 0, else 0.
Tensor ReluGrad(const Operand& gradients, const Operand& features);

// The gradient of Softplus: gradients / (1 + exp(-features)).
Tensor SoftplusGrad(const Operand& gradients, const Operand& features);

// x + y.
Tensor AddV2(const Operand& x, const Operand& y);

// x - y.
Tensor Sub(const Operand& x, const Operand& y);

// x * y.
Tensor Mul(const Operand& x, const Operand& y);

// x / y of floating numbers.
Tensor RealDiv(const Operand& x, const Operand& y);

// x / y; integers are divided toward 0.
Tensor Div(const Operand& x, const Operand& y);

// floor(x / y).
Tensor FloorDiv(const Operand& x, const Operand& y);

// x - floor(x / y) * y, which has the sign of y.
Tensor FloorMod(const Operand& x, const Operand& y);

// x / y, rounded toward 0.
Tensor TruncateDiv(const Operand& x, const Operand& y);

// What x / y rounded toward 0 leaves over, with the sign of x.
Tensor TruncateMod(const Operand& x, const Operand& y);

// x to the power of y.
Tensor Pow(const Operand& x, const Operand& y);

// The greater of x and y; nan if one is.
Tensor Maximum(const Operand& x, const Operand& y);

// The smaller of x and y; nan if one is.
Tensor Minimum(const Operand& x, const Operand& y);

// (x - y)^2.
Tensor SquaredDifference(const Operand& x, const Operand& y);

// x / y, and 0 where y is 0.
Tensor DivNoNan(const Operand& x, const Operand& y);

// x * y, and 0 where y is 0 even if x is infinite or nan.
Tensor MulNoNan(const Operand& x, const Operand& y);

// x / y, and 0 where x is 0.
Tensor Xdivy(const Operand& x, const Operand& y);

// x * log(y), and 0 where x is 0.
Tensor Xlogy(const Operand& x, const Operand& y);

// The angle of the point (x, y), from -pi to pi.
Tensor Atan2(const Operand& y, const Operand& x);

// Whether x and y are both true.
Tensor LogicalAnd(const Operand& x, const Operand& y);

// Whether x or y is true.
Tensor LogicalOr(const Operand& x, const Operand& y);

// The sum of all inputs, which have one shape.
Tensor AddN(const std::vector<Operand>& inputs);

// Whether x == y.
struct EqualAttrs {
  bool incompatible_shape_error = true;
};
Tensor Equal(const Operand& x, const Operand& y, const EqualAttrs& attrs = {});

// Whether x != y.
struct NotEqualAttrs {
  bool incompatible_shape_error = true;
};
Tensor NotEqual(const Operand& x, const Operand& y, const NotEqualAttrs& attrs = {});

// Whether x < y.
Tensor Less(const Operand& x, const Operand& y);

// Whether x <= y.
Tensor LessEqual(const Operand& x, const Operand& y);

// Whether x > y.
Tensor Greater(const Operand& x, const Operand& y);

// Whether x >= y.
Tensor GreaterEqual(const Operand& x, const Operand& y);

// t where the condition holds, else e; all three are broadcast.
Tensor SelectV2(const Operand& condition, const Operand& t, const Operand& e);

// t where the condition holds, else e; the condition may be one for all or one for each row.
Tensor Select(const Operand& condition, const Operand& t, const Operand& e);

// t, but not less than the one bound nor more than the other.
Tensor ClipByValue(const Operand& t, const Operand& clip_value_min, const Operand& clip_value_max);

// The sum of elements over the given axes.
struct SumAttrs {
  bool keep_dims = false;
};
Tensor Sum(const Operand& input, const Operand& reduction_indices, const SumAttrs& attrs = {});

// The mean of elements over the given axes.
struct MeanAttrs {
  bool keep_dims = false;
};
Tensor Mean(const Operand& input, const Operand& reduction_indices, const MeanAttrs& attrs = {});

// The largest element over the given axes; nan if one is nan.
struct MaxAttrs {
  bool keep_dims = false;
};
Tensor Max(const Operand& input, const Operand& reduction_indices, const MaxAttrs& attrs = {});

// The smallest element over the given axes; nan if one is nan.
struct MinAttrs {
  bool keep_dims = false;
};
Tensor Min(const Operand& input, const Operand& reduction_indices, const MinAttrs& attrs = {});

// The product of elements over the given axes.
struct ProdAttrs {
  bool keep_dims = false;
};
Tensor Prod(const Operand& input, const Operand& reduction_indices, const ProdAttrs& attrs = {});

// Whether every element over the given axes is true.
struct AllAttrs {
  bool keep_dims = false;
};
Tensor All(const Operand& input, const Operand& reduction_indices, const AllAttrs& attrs = {});

// Whether some element over the given axes is true.
struct AnyAttrs {
  bool keep_dims = false;
};
Tensor Any(const Operand& input, const Operand& reduction_indices, const AnyAttrs& attrs = {});

// Where along an axis the largest element is; the first of several, never a nan.
struct ArgMaxAttrs {
  DType output_type = DType::kInt64;  // int32, int16, int64, uint16
};
Tensor ArgMax(const Operand& input, const Operand& dimension, const ArgMaxAttrs& attrs = {});

// Where along an axis the smallest element is; the first of several, never a nan.
struct ArgMinAttrs {
  DType output_type = DType::kInt64;  // int32, int64
};
Tensor ArgMin(const Operand& input, const Operand& dimension, const ArgMinAttrs& attrs = {});

// Sums of the elements up to each one along an axis.
struct CumsumAttrs {
  bool exclusive = false;
  bool reverse = false;
};
Tensor Cumsum(const Operand& x, const Operand& axis, const CumsumAttrs& attrs = {});

// Products of the elements up to each one along an axis.
struct CumprodAttrs {
  bool exclusive = false;
  bool reverse = false;
};
Tensor Cumprod(const Operand& x, const Operand& axis, const CumprodAttrs& attrs = {});

// The values under another shape; one extent may be -1.
Tensor Reshape(const Operand& tensor, const Operand& shape);

// The values with an axis of extent 1 put in.
Tensor ExpandDims(const Operand& input, const Operand& dim);

// The values without some or all axes of extent 1.
struct SqueezeAttrs {
  std::vector<int64_t> squeeze_dims = {};
};
Tensor Squeeze(const Operand& input, const SqueezeAttrs& attrs = {});

// The extents of a tensor, as a vector.
struct ShapeAttrs {
  DType out_type = DType::kInt32;  // int32, int64
};
Tensor Shape(const Operand& input, const ShapeAttrs& attrs = {});

// The extents of every tensor of a list.
struct ShapeNAttrs {
  DType out_type = DType::kInt32;  // int32, int64
};
std::vector<Tensor> ShapeN(const std::vector<Operand>& input, const ShapeNAttrs& attrs = {});

// The number of elements of a tensor.
struct SizeAttrs {
  DType out_type = DType::kInt32;  // int32, int64
};
Tensor Size(const Operand& input, const SizeAttrs& attrs = {});

// The number of axes of a tensor.
Tensor Rank(const Operand& input);

// The values repeated until they fill a shape, by NumPy's broadcasting.
Tensor BroadcastTo(const Operand& input, const Operand& shape);

// The shape that two shapes broadcast to.
Tensor BroadcastArgs(const Operand& s0, const Operand& s1);

// The axes over which the gradients of two operands of these shapes are summed after they were broadcast.
// Gives r0, r1.
std::vector<Tensor> BroadcastGradientArgs(const Operand& s0, const Operand& s1);

// The first elements of each sequence, as many as seq_lengths says, in reverse.
struct ReverseSequenceAttrs {
  int64_t seq_dim{};  // required
  int64_t batch_dim = 0;
};
Tensor ReverseSequence(const Operand& input, const Operand& seq_lengths, const ReverseSequenceAttrs& attrs);

// Axis i of the result is axis perm[i] of the input.
Tensor Transpose(const Operand& x, const Operand& perm);

// The permutation y with y[x[i]] = i.
Tensor InvertPermutation(const Operand& x);

// The elements in reverse order along some axes.
Tensor ReverseV2(const Operand& tensor, const Operand& axis);

// The elements moved along axes, those that leave at one end coming in at the other.
Tensor Roll(const Operand& input, const Operand& shift, const Operand& axis);

// The input repeated multiples[i] times along axis i.
Tensor Tile(const Operand& input, const Operand& multiples);

// Matrices with zeros outside of num_lower and num_upper diagonals beside the main one; negative: all.
Tensor MatrixBandPart(const Operand& input, const Operand& num_lower, const Operand& num_upper);

// Tensors one after the other along an axis that they have.
Tensor ConcatV2(const std::vector<Operand>& values, const Operand& axis);

// Tensors of one shape one after the other along a new axis.
struct PackAttrs {
  int64_t axis = 0;
};
Tensor Pack(const std::vector<Operand>& values, const PackAttrs& attrs = {});

// The slices of a tensor along an axis, which they lack.
struct UnpackAttrs {
  int64_t num{};  // required: at least 0
  int64_t axis = 0;
};
std::vector<Tensor> Unpack(const Operand& value, const UnpackAttrs& attrs);

// Equal pieces of a tensor along an axis.
struct SplitAttrs {
  int64_t num_split{};  // required: at least 1
};
std::vector<Tensor> Split(const Operand& split_dim, const Operand& value, const SplitAttrs& attrs);

// Pieces of the given sizes of a tensor along an axis; one size may be -1.
struct SplitVAttrs {
  int64_t num_split{};  // required: at least 1
};
std::vector<Tensor> SplitV(const Operand& value, const Operand& size_splits, const Operand& split_dim, const
    SplitVAttrs& attrs);

// size[i] elements from begin[i] on along axis i; a size of -1 is all that follow.
Tensor Slice(const Operand& input, const Operand& begin, const Operand& size);

// NumPy's indexing: begin:end:strides along each axis, with masks for open ends, ..., newaxis and indices.
struct StridedSliceAttrs {
  int64_t begin_mask = 0;
  int64_t end_mask = 0;
  int64_t ellipsis_mask = 0;
  int64_t new_axis_mask = 0;
  int64_t shrink_axis_mask = 0;
};
Tensor StridedSlice(const Operand& input, const Operand& begin, const Operand& end, const Operand& strides, const
    StridedSliceAttrs& attrs = {});

// Zeros of the given shape with dy in the places that StridedSlice takes.
struct StridedSliceGradAttrs {
  int64_t begin_mask = 0;
  int64_t end_mask = 0;
  int64_t ellipsis_mask = 0;
  int64_t new_axis_mask = 0;
  int64_t shrink_axis_mask = 0;
};
Tensor StridedSliceGrad(const Operand& shape, const Operand& begin, const Operand& end, const Operand& strides, const
    Operand& dy, const StridedSliceGradAttrs& attrs = {});

// The input with paddings[i] = (before, after) zeros around it along axis i.
Tensor Pad(const Operand& input, const Operand& paddings);

// The input with paddings[i] = (before, after) copies of a value around it along axis i.
Tensor PadV2(const Operand& input, const Operand& paddings, const Operand& constant_values);

// The input with its own mirror image around it.
struct MirrorPadAttrs {
  std::string mode;  // required: "REFLECT", "SYMMETRIC"
};
Tensor MirrorPad(const Operand& input, const Operand& paddings, const MirrorPadAttrs& attrs);

// Folds the mirror image that MirrorPad put around a tensor back into it, adding up.
struct MirrorPadGradAttrs {
  std::string mode;  // required: "REFLECT", "SYMMETRIC"
};
Tensor MirrorPadGrad(const Operand& input, const Operand& paddings, const MirrorPadGradAttrs& attrs);

// The slices of params along an axis that indices name; the first batch_dims axes go together.
struct GatherV2Attrs {
  int64_t batch_dims = 0;
};
Tensor GatherV2(const Operand& params, const Operand& indices, const Operand& axis, const GatherV2Attrs& attrs = {});

// Zeros of the given shape with dy added in the places that GatherV2 reads.
struct GatherV2GradAttrs {
  int64_t batch_dims = 0;
};
Tensor GatherV2Grad(const Operand& shape, const Operand& indices, const Operand& dy, const Operand& axis, const
    GatherV2GradAttrs& attrs = {});

// The slices of params that the rows of indices name, an index for each of the leading axes.
struct GatherNdAttrs {
  std::string bad_indices_policy = "";  // "", "DEFAULT", "ERROR", "IGNORE"
};
Tensor GatherNd(const Operand& params, const Operand& indices, const GatherNdAttrs& attrs = {});

// Zeros of the given shape with updates added in the places that the rows of indices name.
struct ScatterNdAttrs {
  std::string bad_indices_policy = "";  // "", "DEFAULT", "ERROR", "IGNORE"
};
Tensor ScatterNd(const Operand& indices, const Operand& updates, const Operand& shape, const ScatterNdAttrs& attrs =
    {});

// A tensor with updates added in the places that the rows of indices name.
struct TensorScatterAddAttrs {
  std::string bad_indices_policy = "";  // "", "DEFAULT", "ERROR", "IGNORE"
};
Tensor TensorScatterAdd(const Operand& tensor, const Operand& indices, const Operand& updates, const
    TensorScatterAddAttrs& attrs = {});

// A tensor with updates in the places that the rows of indices name; the last of several wins.
struct TensorScatterUpdateAttrs {
  std::string bad_indices_policy = "";  // "", "DEFAULT", "ERROR", "IGNORE"
};
Tensor TensorScatterUpdate(const Operand& tensor, const Operand& indices, const Operand& updates, const
    TensorScatterUpdateAttrs& attrs = {});

// A tensor with updates subtracted in the places that the rows of indices name.
struct TensorScatterSubAttrs {
  std::string bad_indices_policy = "";  // "", "DEFAULT", "ERROR", "IGNORE"
};
Tensor TensorScatterSub(const Operand& tensor, const Operand& indices, const Operand& updates, const
    TensorScatterSubAttrs& attrs = {});

// A tensor with updates where they are larger, in the places that the rows of indices name.
struct TensorScatterMaxAttrs {
  std::string bad_indices_policy = "";  // "", "DEFAULT", "ERROR", "IGNORE"
};
Tensor TensorScatterMax(const Operand& tensor, const Operand& indices, const Operand& updates, const
    TensorScatterMaxAttrs& attrs = {});

// A tensor with updates where they are smaller, in the places that the rows of indices name.
struct TensorScatterMinAttrs {
  std::string bad_indices_policy = "";  // "", "DEFAULT", "ERROR", "IGNORE"
};
Tensor TensorScatterMin(const Operand& tensor, const Operand& indices, const Operand& updates, const
    TensorScatterMinAttrs& attrs = {});

// A tensor of the given shape with values in the places that indices name and the default in all others.
struct SparseToDenseAttrs {
  bool validate_indices = true;
};
Tensor SparseToDense(const Operand& sparse_indices, const Operand& output_shape, const Operand& sparse_values, const
    Operand& default_value, const SparseToDenseAttrs& attrs = {});

// Sums of the slices of data with the same segment id; a negative id belongs to no segment.
Tensor UnsortedSegmentSum(const Operand& data, const Operand& segment_ids, const Operand& num_segments);

// A tensor of the shape `dims`, every element `value`.
Tensor Fill(const Operand& dims, const Operand& value);

// Zeros of x's shape and dtype.
Tensor ZerosLike(const Operand& x);

// Ones of x's shape and dtype.
Tensor OnesLike(const Operand& x);

// start, start + delta, start + 2 * delta, … as far as `limit`, which is left out.
Tensor Range(const Operand& start, const Operand& limit, const Operand& delta);

// `num` numbers at equal distances from `start` to `stop`, both included.
Tensor LinSpace(const Operand& start, const Operand& stop, const Operand& num);

// `on_value` where a new axis' position is the index, `off_value` elsewhere.
struct OneHotAttrs {
  int64_t axis = -1;
};
Tensor OneHot(const Operand& indices, const Operand& depth, const Operand& on_value, const Operand& off_value, const
    OneHotAttrs& attrs = {});

// The product of two matrices, each transposed first if its attribute says so.
struct MatMulAttrs {
  bool transpose_a = false;
  bool transpose_b = false;
  bool grad_a = false;
  bool grad_b = false;
};
Tensor MatMul(const Operand& a, const Operand& b, const MatMulAttrs& attrs = {});

// Products of the matrices in the last two axes; the other axes are broadcast.
struct BatchMatMulV2Attrs {
  bool adj_x = false;
  bool adj_y = false;
  bool grad_x = false;
  bool grad_y = false;
};
Tensor BatchMatMulV2(const Operand& x, const Operand& y, const BatchMatMulV2Attrs& attrs = {});

// Numbers of classes, drawn for each row of unnormalised log-probabilities.
struct MultinomialAttrs {
  int64_t seed = 0;
  int64_t seed2 = 0;
  DType output_dtype = DType::kInt64;  // int32, int64
};
Tensor Multinomial(const Operand& logits, const Operand& num_samples, const MultinomialAttrs& attrs = {});

// Numbers of gamma distributions with the shapes alpha and scale 1, so many for each.
struct RandomGammaAttrs {
  int64_t seed = 0;
  int64_t seed2 = 0;
};
Tensor RandomGamma(const Operand& shape, const Operand& alpha, const RandomGammaAttrs& attrs = {});

// The derivative by alpha of numbers that were drawn from gamma distributions.
Tensor RandomGammaGrad(const Operand& alpha, const Operand& sample);

// Numbers of Poisson distributions, so many for each rate.
struct RandomPoissonV2Attrs {
  int64_t seed = 0;
  int64_t seed2 = 0;
  DType dtype = DType::kInt64;  // float, double, int32, int64, half
};
Tensor RandomPoissonV2(const Operand& shape, const Operand& rate, const RandomPoissonV2Attrs& attrs = {});

// The rows of value (its slices along the first axis) in a random order.
struct RandomShuffleAttrs {
  int64_t seed = 0;
  int64_t seed2 = 0;
};
Tensor RandomShuffle(const Operand& value, const RandomShuffleAttrs& attrs = {});

// Normally distributed numbers of mean 0 and deviation 1.
struct RandomStandardNormalAttrs {
  int64_t seed = 0;
  int64_t seed2 = 0;
  DType dtype{};  // required: float, double, bfloat16, half
};
Tensor RandomStandardNormal(const Operand& shape, const RandomStandardNormalAttrs& attrs);

// Numbers equally distributed over [0, 1).
struct RandomUniformAttrs {
  int64_t seed = 0;
  int64_t seed2 = 0;
  DType dtype{};  // required: float, double, bfloat16, half
};
Tensor RandomUniform(const Operand& shape, const RandomUniformAttrs& attrs);

// Integers equally distributed over [minval, maxval).
struct RandomUniformIntAttrs {
  int64_t seed = 0;
  int64_t seed2 = 0;
};
Tensor RandomUniformInt(const Operand& shape, const Operand& minval, const Operand& maxval, const RandomUniformIntAttrs&
    attrs = {});

// Normally distributed numbers, drawn again where they lie more than two deviations from 0.
struct TruncatedNormalAttrs {
  int64_t seed = 0;
  int64_t seed2 = 0;
  DType dtype{};  // required: float, double, bfloat16, half
};
Tensor TruncatedNormal(const Operand& shape, const TruncatedNormalAttrs& attrs);

// A new variable without a value; with a shared_name the one of that name, made where there is none.
struct VarHandleOpAttrs {
  std::string container = "";
  std::string shared_name = "";
  std::string debug_name = "";
  DType dtype{};  // required
  eager::Shape shape;  // required
};
Tensor VarHandleOp(const VarHandleOpAttrs& attrs, std::source_location where = std::source_location::current());

// The variable's value; later assignments do not change what was read.
struct ReadVariableOpAttrs {
  DType dtype{};  // required
};
Tensor ReadVariableOp(const Operand& resource, const ReadVariableOpAttrs& attrs);

// Gives the variable a value.
struct AssignVariableOpAttrs {
  bool validate_shape = false;
};
void AssignVariableOp(const Operand& resource, const Operand& value, const AssignVariableOpAttrs& attrs = {});

// Gives the variable a value if it has none.
void InitializeVariableOp(const Operand& resource, const Operand& value);

// Adds to the variable's value.
void AssignAddVariableOp(const Operand& resource, const Operand& value);

// Subtracts from the variable's value.
void AssignSubVariableOp(const Operand& resource, const Operand& value);

// Whether the variable has a value.
Tensor VarIsInitializedOp(const Operand& resource);

// The extents of the variable's value.
struct VariableShapeAttrs {
  DType out_type = DType::kInt32;  // int32, int64
};
Tensor VariableShape(const Operand& input, const VariableShapeAttrs& attrs = {});

// Takes the variable's value away and frees its memory; a shared one is deleted.
struct DestroyResourceOpAttrs {
  bool ignore_lookup_error = true;
};
void DestroyResourceOp(const Operand& resource, const DestroyResourceOpAttrs& attrs = {});

// Nothing: what was read never changes, and whether it is copied is the server's business.
void DisableCopyOnRead(const Operand& resource);

// Subtracts alpha * delta from the variable's value.
struct ResourceApplyGradientDescentAttrs {
  bool use_locking = false;
};
void ResourceApplyGradientDescent(const Operand& var, const Operand& alpha, const Operand& delta, const
    ResourceApplyGradientDescentAttrs& attrs = {});

// accum = accum * momentum + grad; var -= lr * accum. With use_nesterov, var -= lr * (grad + momentum * accum).
struct ResourceApplyMomentumAttrs {
  bool use_locking = false;
  bool use_nesterov = false;
};
void ResourceApplyMomentum(const Operand& var, const Operand& accum, const Operand& lr, const Operand& grad, const
    Operand& momentum, const ResourceApplyMomentumAttrs& attrs = {});

// accum = accum * momentum - lr * grad; var += accum. With use_nesterov, var += accum * momentum - lr * grad.
struct ResourceApplyKerasMomentumAttrs {
  bool use_locking = false;
  bool use_nesterov = false;
};
void ResourceApplyKerasMomentum(const Operand& var, const Operand& accum, const Operand& lr, const Operand& grad, const
    Operand& momentum, const ResourceApplyKerasMomentumAttrs& attrs = {});

// m += (1 - beta1) * (grad - m); v += (1 - beta2) * (grad^2 - v); var -= alpha * m / (sqrt(v) + epsilon), where alpha =
// lr * sqrt(1 - beta2_power) / (1 - beta1_power). With use_nesterov, beta1 * m + (1 - beta1) * grad stands for the last
// m.
struct ResourceApplyAdamAttrs {
  bool use_locking = false;
  bool use_nesterov = false;
};
void ResourceApplyAdam(const Operand& var, const Operand& m, const Operand& v, const Operand& beta1_power, const
    Operand& beta2_power, const Operand& lr, const Operand& beta1, const Operand& beta2, const Operand& epsilon, const
    Operand& grad, const ResourceApplyAdamAttrs& attrs = {});

// ResourceApplyAdam, dividing by sqrt(vhat) + epsilon, where vhat = max(vhat, v).
struct ResourceApplyAdamWithAmsgradAttrs {
  bool use_locking = false;
};
void ResourceApplyAdamWithAmsgrad(const Operand& var, const Operand& m, const Operand& v, const Operand& vhat, const
    Operand& beta1_power, const Operand& beta2_power, const Operand& lr, const Operand& beta1, const Operand& beta2,
    const Operand& epsilon, const Operand& grad, const ResourceApplyAdamWithAmsgradAttrs& attrs = {});

// m += (1 - beta1) * (grad - m); v = max(beta2 * v, |grad|); var -= lr / (1 - beta1_power) * m / (v + epsilon).
struct ResourceApplyAdaMaxAttrs {
  bool use_locking = false;
};
void ResourceApplyAdaMax(const Operand& var, const Operand& m, const Operand& v, const Operand& beta1_power, const
    Operand& lr, const Operand& beta1, const Operand& beta2, const Operand& epsilon, const Operand& grad, const
    ResourceApplyAdaMaxAttrs& attrs = {});

// ms += (1 - rho) * (grad^2 - ms); mom = momentum * mom + lr * grad / sqrt(ms + epsilon); var -= mom.
struct ResourceApplyRMSPropAttrs {
  bool use_locking = false;
};
void ResourceApplyRMSProp(const Operand& var, const Operand& ms, const Operand& mom, const Operand& lr, const Operand&
    rho, const Operand& momentum, const Operand& epsilon, const Operand& grad, const ResourceApplyRMSPropAttrs& attrs =
    {});

// ResourceApplyRMSProp, dividing by sqrt(ms - mg^2 + epsilon), where mg += (1 - rho) * (grad - mg).
struct ResourceApplyCenteredRMSPropAttrs {
  bool use_locking = false;
};
void ResourceApplyCenteredRMSProp(const Operand& var, const Operand& mg, const Operand& ms, const Operand& mom, const
    Operand& lr, const Operand& rho, const Operand& momentum, const Operand& epsilon, const Operand& grad, const
    ResourceApplyCenteredRMSPropAttrs& attrs = {});

// ms += (1 - rho) * (grad^2 - ms); var -= lr * grad / sqrt(ms + epsilon): ResourceApplyRMSProp without a slot for a
// momentum that is 0.
struct ResourceApplyKerasRMSPropAttrs {
  bool use_locking = false;
};
void ResourceApplyKerasRMSProp(const Operand& var, const Operand& ms, const Operand& lr, const Operand& rho, const
    Operand& epsilon, const Operand& grad, const ResourceApplyKerasRMSPropAttrs& attrs = {});

// ResourceApplyCenteredRMSProp without a slot for a momentum that is 0.
struct ResourceApplyKerasCenteredRMSPropAttrs {
  bool use_locking = false;
};
void ResourceApplyKerasCenteredRMSProp(const Operand& var, const Operand& mg, const Operand& ms, const Operand& lr,
    const Operand& rho, const Operand& epsilon, const Operand& grad, const ResourceApplyKerasCenteredRMSPropAttrs& attrs
    = {});

// accum += grad^2, unless update_slots is false; var -= lr * grad / sqrt(accum).
struct ResourceApplyAdagradAttrs {
  bool use_locking = false;
  bool update_slots = true;
};
void ResourceApplyAdagrad(const Operand& var, const Operand& accum, const Operand& lr, const Operand& grad, const
    ResourceApplyAdagradAttrs& attrs = {});

// accum += grad^2, unless update_slots is false; var -= lr * grad / (sqrt(accum) + epsilon).
struct ResourceApplyAdagradV2Attrs {
  bool use_locking = false;
  bool update_slots = true;
};
void ResourceApplyAdagradV2(const Operand& var, const Operand& accum, const Operand& lr, const Operand& epsilon, const
    Operand& grad, const ResourceApplyAdagradV2Attrs& attrs = {});

// accum += grad^2; var -= lr * grad / sqrt(accum + epsilon).
struct ResourceApplyKerasAdagradAttrs {
  bool use_locking = false;
};
void ResourceApplyKerasAdagrad(const Operand& var, const Operand& accum, const Operand& lr, const Operand& epsilon,
    const Operand& grad, const ResourceApplyKerasAdagradAttrs& attrs = {});

// accum = rho * accum + (1 - rho) * grad^2; update = sqrt(accum_update + epsilon) / sqrt(accum + epsilon) * grad; var
// -= lr * update; accum_update = rho * accum_update + (1 - rho) * update^2.
struct ResourceApplyAdadeltaAttrs {
  bool use_locking = false;
};
void ResourceApplyAdadelta(const Operand& var, const Operand& accum, const Operand& accum_update, const Operand& lr,
    const Operand& rho, const Operand& epsilon, const Operand& grad, const ResourceApplyAdadeltaAttrs& attrs = {});

// FTRL-proximal: accum += grad^2; linear += grad - (accum^-lr_power - old accum^-lr_power) / lr * var; var =
// (sign(linear) * l1 - linear) / (accum^-lr_power / lr + 2 * l2) where |linear| > l1, else 0. With
// multiply_linear_by_lr, linear and l1 are lr times as much.
struct ResourceApplyFtrlAttrs {
  bool use_locking = false;
  bool multiply_linear_by_lr = false;
};
void ResourceApplyFtrl(const Operand& var, const Operand& accum, const Operand& linear, const Operand& grad, const
    Operand& lr, const Operand& l1, const Operand& l2, const Operand& lr_power, const ResourceApplyFtrlAttrs& attrs =
    {});

// ResourceApplyFtrl with 2 * l2_shrinkage * var added to the gradient in linear.
struct ResourceApplyFtrlV2Attrs {
  bool use_locking = false;
  bool multiply_linear_by_lr = false;
};
void ResourceApplyFtrlV2(const Operand& var, const Operand& accum, const Operand& linear, const Operand& grad, const
    Operand& lr, const Operand& l1, const Operand& l2, const Operand& l2_shrinkage, const Operand& lr_power, const
    ResourceApplyFtrlV2Attrs& attrs = {});

// var -= var * weight_decay * lr.
struct ResourceApplyKerasWeightDecayAttrs {
  bool use_locking = false;
};
void ResourceApplyKerasWeightDecay(const Operand& var, const Operand& weight_decay, const Operand& lr, const
    ResourceApplyKerasWeightDecayAttrs& attrs = {});

// Slides a (rows, columns, in_channels, out_channels) filter over images and sums the products.
struct Conv2DAttrs {
  std::vector<int64_t> strides;  // required
  bool use_cudnn_on_gpu = true;
  std::string padding;  // required: "SAME", "VALID", "EXPLICIT"
  std::vector<int64_t> explicit_paddings = {};
  std::string data_format = "NHWC";  // "NHWC", "NCHW"
  std::vector<int64_t> dilations = {1, 1, 1, 1};
};
Tensor Conv2D(const Operand& input, const Operand& filter, const Conv2DAttrs& attrs);

// The gradient of Conv2D with respect to its input, of shape input_sizes.
struct Conv2DBackpropInputAttrs {
  std::vector<int64_t> strides;  // required
  bool use_cudnn_on_gpu = true;
  std::string padding;  // required: "SAME", "VALID", "EXPLICIT"
  std::vector<int64_t> explicit_paddings = {};
  std::string data_format = "NHWC";  // "NHWC", "NCHW"
  std::vector<int64_t> dilations = {1, 1, 1, 1};
};
Tensor Conv2DBackpropInput(const Operand& input_sizes, const Operand& filter, const Operand& out_backprop, const
    Conv2DBackpropInputAttrs& attrs);

// The gradient of Conv2D with respect to its filter, of shape filter_sizes.
struct Conv2DBackpropFilterAttrs {
  std::vector<int64_t> strides;  // required
  bool use_cudnn_on_gpu = true;
  std::string padding;  // required: "SAME", "VALID", "EXPLICIT"
  std::vector<int64_t> explicit_paddings = {};
  std::string data_format = "NHWC";  // "NHWC", "NCHW"
  std::vector<int64_t> dilations = {1, 1, 1, 1};
};
Tensor Conv2DBackpropFilter(const Operand& input, const Operand& filter_sizes, const Operand& out_backprop, const
    Conv2DBackpropFilterAttrs& attrs);

// Slides (rows, columns, channels, multiplier) filters over images, each channel by itself; gives channels * multiplier
// channels.
struct DepthwiseConv2dNativeAttrs {
  std::vector<int64_t> strides;  // required
  std::string padding;  // required: "SAME", "VALID", "EXPLICIT"
  std::vector<int64_t> explicit_paddings = {};
  std::string data_format = "NHWC";  // "NHWC", "NCHW"
  std::vector<int64_t> dilations = {1, 1, 1, 1};
};
Tensor DepthwiseConv2dNative(const Operand& input, const Operand& filter, const DepthwiseConv2dNativeAttrs& attrs);

// The gradient of DepthwiseConv2dNative with respect to its input, of shape input_sizes.
struct DepthwiseConv2dNativeBackpropInputAttrs {
  std::vector<int64_t> strides;  // required
  std::string padding;  // required: "SAME", "VALID", "EXPLICIT"
  std::vector<int64_t> explicit_paddings = {};
  std::string data_format = "NHWC";  // "NHWC", "NCHW"
  std::vector<int64_t> dilations = {1, 1, 1, 1};
};
Tensor DepthwiseConv2dNativeBackpropInput(const Operand& input_sizes, const Operand& filter, const Operand&
    out_backprop, const DepthwiseConv2dNativeBackpropInputAttrs& attrs);

// The gradient of DepthwiseConv2dNative with respect to its filter, of shape filter_sizes.
struct DepthwiseConv2dNativeBackpropFilterAttrs {
  std::vector<int64_t> strides;  // required
  std::string padding;  // required: "SAME", "VALID", "EXPLICIT"
  std::vector<int64_t> explicit_paddings = {};
  std::string data_format = "NHWC";  // "NHWC", "NCHW"
  std::vector<int64_t> dilations = {1, 1, 1, 1};
};
Tensor DepthwiseConv2dNativeBackpropFilter(const Operand& input, const Operand& filter_sizes, const Operand&
    out_backprop, const DepthwiseConv2dNativeBackpropFilterAttrs& attrs);

// The maximum of each window over images, or over channels if ksize says so.
struct MaxPoolAttrs {
  std::vector<int64_t> ksize;  // required: at least 4
  std::vector<int64_t> strides;  // required: at least 4
  std::string padding;  // required: "SAME", "VALID", "EXPLICIT"
  std::vector<int64_t> explicit_paddings = {};
  std::string data_format = "NHWC";  // "NHWC", "NCHW", "NCHW_VECT_C"
};
Tensor MaxPool(const Operand& input, const MaxPoolAttrs& attrs);

// The gradient of MaxPool: each window's gradient goes to its first maximum.
struct MaxPoolGradAttrs {
  std::vector<int64_t> ksize;  // required: at least 4
  std::vector<int64_t> strides;  // required: at least 4
  std::string padding;  // required: "SAME", "VALID", "EXPLICIT"
  std::vector<int64_t> explicit_paddings = {};
  std::string data_format = "NHWC";  // "NHWC", "NCHW"
};
Tensor MaxPoolGrad(const Operand& orig_input, const Operand& orig_output, const Operand& grad, const MaxPoolGradAttrs&
    attrs);

// The gradient of MaxPoolGrad: each window's element of grad where the window has its first maximum.
struct MaxPoolGradGradAttrs {
  std::vector<int64_t> ksize;  // required: at least 4
  std::vector<int64_t> strides;  // required: at least 4
  std::string padding;  // required: "SAME", "VALID"
  std::string data_format = "NHWC";  // "NHWC", "NCHW"
};
Tensor MaxPoolGradGrad(const Operand& orig_input, const Operand& orig_output, const Operand& grad, const
    MaxPoolGradGradAttrs& attrs);

// The mean of each window over images; padding does not count.
struct AvgPoolAttrs {
  std::vector<int64_t> ksize;  // required: at least 4
  std::vector<int64_t> strides;  // required: at least 4
  std::string padding;  // required: "SAME", "VALID"
  std::string data_format = "NHWC";  // "NHWC", "NCHW"
};
Tensor AvgPool(const Operand& value, const AvgPoolAttrs& attrs);

// The gradient of AvgPool: each window's gradient is shared equally among its elements.
struct AvgPoolGradAttrs {
  std::vector<int64_t> ksize;  // required: at least 4
  std::vector<int64_t> strides;  // required: at least 4
  std::string padding;  // required: "SAME", "VALID"
  std::string data_format = "NHWC";  // "NHWC", "NCHW"
};
Tensor AvgPoolGrad(const Operand& orig_input_shape, const Operand& grad, const AvgPoolGradAttrs& attrs);

// exp(logits), each row of the last axis divided by its sum.
Tensor Softmax(const Operand& logits);

// log(Softmax(logits)), with no loss of digits.
Tensor LogSoftmax(const Operand& logits);

// For each row the cross entropy of its softmax with `labels`, a distribution; `backprop` is its gradient with respect
// to the features.
// Gives loss, backprop.
std::vector<Tensor> SoftmaxCrossEntropyWithLogits(const Operand& features, const Operand& labels);

// For each row the cross entropy of its softmax with the class that `labels` names; `backprop` is its gradient with
// respect to the features.
// Gives loss, backprop.
std::vector<Tensor> SparseSoftmaxCrossEntropyWithLogits(const Operand& features, const Operand& labels);

// Adds bias[c] to all of channel c.
struct BiasAddAttrs {
  std::string data_format = "NHWC";  // "NHWC", "NCHW"
};
Tensor BiasAdd(const Operand& value, const Operand& bias, const BiasAddAttrs& attrs = {});

// The gradient of BiasAdd with respect to its bias: the sum of each channel.
struct BiasAddGradAttrs {
  std::string data_format = "NHWC";  // "NHWC", "NCHW"
};
Tensor BiasAddGrad(const Operand& out_backprop, const BiasAddGradAttrs& attrs = {});

// Half the sum of squares of all elements.
Tensor L2Loss(const Operand& t);

// Normally distributed numbers of mean 0 and deviation 1, a function of the seed.
struct StatelessRandomNormalAttrs {
  DType dtype = DType::kFloat32;  // float, double, bfloat16, half
};
Tensor StatelessRandomNormal(const Operand& shape, const Operand& seed, const StatelessRandomNormalAttrs& attrs = {});

// Numbers equally distributed over [0, 1), a function of the seed.
struct StatelessRandomUniformAttrs {
  DType dtype = DType::kFloat32;  // float, double, bfloat16, half
};
Tensor StatelessRandomUniform(const Operand& shape, const Operand& seed, const StatelessRandomUniformAttrs& attrs = {});

// Normally distributed numbers within two deviations of 0, a function of the seed.
struct StatelessTruncatedNormalAttrs {
  DType dtype = DType::kFloat32;  // float, double, bfloat16, half
};
Tensor StatelessTruncatedNormal(const Operand& shape, const Operand& seed, const StatelessTruncatedNormalAttrs& attrs =
    {});

// Integers equally distributed over [minval, maxval), a function of the seed.
Tensor StatelessRandomUniformInt(const Operand& shape, const Operand& seed, const Operand& minval, const Operand&
    maxval);

// Integers equally distributed over all that their dtype has, a function of the seed.
struct StatelessRandomUniformFullIntAttrs {
  DType dtype = DType::kUint64;  // int32, int64, uint32, uint64
};
Tensor StatelessRandomUniformFullInt(const Operand& shape, const Operand& seed, const
    StatelessRandomUniformFullIntAttrs& attrs = {});

// Normally distributed numbers of mean 0 and deviation 1, a function of key and counter.
struct StatelessRandomNormalV2Attrs {
  DType dtype = DType::kFloat32;  // float, double, bfloat16, half
};
Tensor StatelessRandomNormalV2(const Operand& shape, const Operand& key, const Operand& counter, const Operand& alg,
    const StatelessRandomNormalV2Attrs& attrs = {});

// Numbers equally distributed over [0, 1), a function of key and counter.
struct StatelessRandomUniformV2Attrs {
  DType dtype = DType::kFloat32;  // float, double, bfloat16, half
};
Tensor StatelessRandomUniformV2(const Operand& shape, const Operand& key, const Operand& counter, const Operand& alg,
    const StatelessRandomUniformV2Attrs& attrs = {});

// Normally distributed numbers within two deviations of 0, a function of key and counter.
struct StatelessTruncatedNormalV2Attrs {
  DType dtype = DType::kFloat32;  // float, double, bfloat16, half
};
Tensor StatelessTruncatedNormalV2(const Operand& shape, const Operand& key, const Operand& counter, const Operand& alg,
    const StatelessTruncatedNormalV2Attrs& attrs = {});

// Integers equally distributed over [minval, maxval), a function of key and counter.
Tensor StatelessRandomUniformIntV2(const Operand& shape, const Operand& key, const Operand& counter, const Operand& alg,
    const Operand& minval, const Operand& maxval);

// Integers equally distributed over all that their dtype has, a function of key and counter.
struct StatelessRandomUniformFullIntV2Attrs {
  DType dtype = DType::kUint64;  // int32, int64, uint32, uint64
};
Tensor StatelessRandomUniformFullIntV2(const Operand& shape, const Operand& key, const Operand& counter, const Operand&
    alg, const StatelessRandomUniformFullIntV2Attrs& attrs = {});

// The key and the counter that a pair of seeds stands for.
// Gives key, counter.
std::vector<Tensor> StatelessRandomGetKeyCounter(const Operand& seed);

// The key and the counter that a pair of seeds stands for, and the algorithm that they are for.
// Gives key, counter, alg.
std::vector<Tensor> StatelessRandomGetKeyCounterAlg(const Operand& seed);

// The algorithm that the device uses for random numbers: 1, Philox.
Tensor StatelessRandomGetAlg(std::source_location where = std::source_location::current());

// The state in a generator's variable, (counter, counter, key), which then passes over 256 * delta blocks.
Tensor RngReadAndSkip(const Operand& resource, const Operand& alg, const Operand& delta);

// (x - mean) / sqrt(variance + epsilon) * scale + offset, with the batch's statistics of each channel if is_training,
// else with `mean` and `variance`.
// Gives y, batch_mean, batch_variance, reserve_space_1, reserve_space_2, reserve_space_3.
struct FusedBatchNormV3Attrs {
  float epsilon = 0.0001f;
  float exponential_avg_factor = 1.0f;
  std::string data_format = "NHWC";  // "NHWC", "NCHW", "NDHWC", "NCDHW"
  bool is_training = true;
};
std::vector<Tensor> FusedBatchNormV3(const Operand& x, const Operand& scale, const Operand& offset, const Operand& mean,
    const Operand& variance, const FusedBatchNormV3Attrs& attrs = {});

// The gradient of FusedBatchNormV3; reserve_space_1 and _2 are the statistics that it normalized with.
// Gives x_backprop, scale_backprop, offset_backprop, reserve_space_4, reserve_space_5.
struct FusedBatchNormGradV3Attrs {
  float epsilon = 0.0001f;
  std::string data_format = "NHWC";  // "NHWC", "NCHW", "NDHWC", "NCDHW"
  bool is_training = true;
};
std::vector<Tensor> FusedBatchNormGradV3(const Operand& y_backprop, const Operand& x, const Operand& scale, const
    Operand& reserve_space_1, const Operand& reserve_space_2, const Operand& reserve_space_3, const
    FusedBatchNormGradV3Attrs& attrs = {});

// min(max(features, 0), 6).
Tensor Relu6(const Operand& features);

// features where they are positive, else alpha * features.
struct LeakyReluAttrs {
  float alpha = 0.2f;
};
Tensor LeakyRelu(const Operand& features, const LeakyReluAttrs& attrs = {});

// features where they are not negative, else exp(features) - 1.
Tensor Elu(const Operand& features);

// scale * features where they are not negative, else scale * alpha * (exp(features) - 1).
Tensor Selu(const Operand& features);

// features / (1 + |features|).
Tensor Softsign(const Operand& features);

// The gradient of Relu6: gradients where 0 < features < 6, else 0.
Tensor Relu6Grad(const Operand& gradients, const Operand& features);

// The gradient of LeakyRelu: gradients where features > 0, else alpha * gradients.
struct LeakyReluGradAttrs {
  float alpha = 0.2f;
};
Tensor LeakyReluGrad(const Operand& gradients, const Operand& features, const LeakyReluGradAttrs& attrs = {});

// The gradient of Elu: gradients * (outputs + 1) where outputs < 0, else gradients.
Tensor EluGrad(const Operand& gradients, const Operand& outputs);

// The gradient of Selu, from its outputs.
Tensor SeluGrad(const Operand& gradients, const Operand& outputs);

// The gradient of Softsign: gradients / (1 + |features|)^2.
Tensor SoftsignGrad(const Operand& gradients, const Operand& features);

// The angle in [-pi/2, pi/2] whose sine is x.
Tensor Asin(const Operand& x);

// The angle in [0, pi] whose cosine is x.
Tensor Acos(const Operand& x);

// The angle in [-pi/2, pi/2] whose tangent is x.
Tensor Atan(const Operand& x);

// The hyperbolic sine of x.
Tensor Sinh(const Operand& x);

// The hyperbolic cosine of x.
Tensor Cosh(const Operand& x);

// The number whose hyperbolic sine is x.
Tensor Asinh(const Operand& x);

// The number that is not negative and whose hyperbolic cosine is x.
Tensor Acosh(const Operand& x);

// The number whose hyperbolic tangent is x.
Tensor Atanh(const Operand& x);

// The error function: 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.
Tensor Erf(const Operand& x);

// 1 - Erf(x), exact for large x.
Tensor Erfc(const Operand& x);

// The bits that are set in both x and y.
Tensor BitwiseAnd(const Operand& x, const Operand& y);

// The bits that are set in x or y.
Tensor BitwiseOr(const Operand& x, const Operand& y);

// The bits that are set in one of x and y.
Tensor BitwiseXor(const Operand& x, const Operand& y);

// x with its bits moved up by y; y is taken to the closest number from 0 to the bits of x less 1.
Tensor LeftShift(const Operand& x, const Operand& y);

// x with its bits moved down by y, the sign kept; y is taken as by LeftShift.
Tensor RightShift(const Operand& x, const Operand& y);

// The bits that are not set in x.
Tensor Invert(const Operand& x);

// The k largest elements of each row of the last axis, and where they are; of equal ones the first.
// Gives values, indices.
struct TopKV2Attrs {
  bool sorted = true;
  DType index_type = DType::kInt32;  // int32, int16, int64
};
std::vector<Tensor> TopKV2(const Operand& input, const Operand& k, const TopKV2Attrs& attrs = {});

// Whether each row's target is among the k classes with the largest predictions; not if any is not finite.
Tensor InTopKV2(const Operand& predictions, const Operand& targets, const Operand& k);

// The eigenvalues of each symmetric matrix, of which the lower triangle is read, in rising order, and its eigenvectors.
// Gives e, v.
struct SelfAdjointEigV2Attrs {
  bool compute_v = true;
};
std::vector<Tensor> SelfAdjointEigV2(const Operand& input, const SelfAdjointEigV2Attrs& attrs = {});

// The singular values s of each matrix, in falling order, and the u and v with input = u s v'.
// Gives s, u, v.
struct SvdAttrs {
  bool compute_uv = true;
  bool full_matrices = false;
};
std::vector<Tensor> Svd(const Operand& input, const SvdAttrs& attrs = {});

// The lower triangular L with L L' = input, of whose matrices the lower triangle is read; nan where they are not
// positive definite.
Tensor Cholesky(const Operand& input);

// The inverse of each matrix, or of its transpose; INVALID_ARGUMENT if one has none.
struct MatrixInverseAttrs {
  bool adjoint = false;
};
Tensor MatrixInverse(const Operand& input, const MatrixInverseAttrs& attrs = {});

// Each matrix as the product of an orthogonal one, q, and one with zeros below the diagonal, r.
// Gives q, r.
struct QrAttrs {
  bool full_matrices = false;
};
std::vector<Tensor> Qr(const Operand& input, const QrAttrs& attrs = {});

// The determinant of each matrix.
Tensor MatrixDeterminant(const Operand& input);

// The sign of each matrix's determinant and the logarithm of its absolute value: 0 and -inf if it is singular.
// Gives sign, log_abs_determinant.
std::vector<Tensor> LogMatrixDeterminant(const Operand& input);

// The X with matrix X = rhs, or with matrix' X = rhs; INVALID_ARGUMENT if a matrix has no inverse.
struct MatrixSolveAttrs {
  bool adjoint = false;
};
Tensor MatrixSolve(const Operand& matrix, const Operand& rhs, const MatrixSolveAttrs& attrs = {});

// The X with matrix X = rhs, or with matrix' X = rhs, where only one triangle of the matrices is read; batch axes are
// broadcast.
struct MatrixTriangularSolveAttrs {
  bool lower = true;
  bool adjoint = false;
};
Tensor MatrixTriangularSolve(const Operand& matrix, const Operand& rhs, const MatrixTriangularSolveAttrs& attrs = {});

// The cross products of the vectors of three elements in the last axis.
Tensor Cross(const Operand& a, const Operand& b);

// A tensor of twice the rank that is zero but for the given elements on its diagonal.
Tensor Diag(const Operand& diagonal);

// The elements whose indices into the first half of the axes are those into the second.
Tensor DiagPart(const Operand& input);

// Matrices with the given diagonals k, packed as rows, and padding_value elsewhere.
struct MatrixDiagV3Attrs {
  std::string align = "RIGHT_LEFT";  // "LEFT_RIGHT", "RIGHT_LEFT", "LEFT_LEFT", "RIGHT_RIGHT"
};
Tensor MatrixDiagV3(const Operand& diagonal, const Operand& k, const Operand& num_rows, const Operand& num_cols, const
    Operand& padding_value, const MatrixDiagV3Attrs& attrs = {});

// The diagonals k of matrices, packed as rows, which padding_value fills up.
struct MatrixDiagPartV3Attrs {
  std::string align = "RIGHT_LEFT";  // "LEFT_RIGHT", "RIGHT_LEFT", "LEFT_LEFT", "RIGHT_RIGHT"
};
Tensor MatrixDiagPartV3(const Operand& input, const Operand& k, const Operand& padding_value, const
    MatrixDiagPartV3Attrs& attrs = {});

// Matrices with their diagonals k replaced by the given ones, packed as rows.
struct MatrixSetDiagV3Attrs {
  std::string align = "RIGHT_LEFT";  // "LEFT_RIGHT", "RIGHT_LEFT", "LEFT_LEFT", "RIGHT_RIGHT"
};
Tensor MatrixSetDiagV3(const Operand& input, const Operand& diagonal, const Operand& k, const MatrixSetDiagV3Attrs&
    attrs = {});

// Einstein's summation: products of operands with labelled axes, summed over the labels that the result lacks.
struct EinsumAttrs {
  std::string equation;  // required
};
Tensor Einsum(const std::vector<Operand>& inputs, const EinsumAttrs& attrs);

// The x whose Erf is the element.
Tensor Erfinv(const Operand& x);

// The x below which the part of the normal distribution is the element.
Tensor Ndtri(const Operand& x);

// x * log(1 + y), and 0 where x is 0.
Tensor Xlog1py(const Operand& x, const Operand& y);

// The logarithm of the absolute value of the gamma function; inf at 0, -1, -2, …
Tensor Lgamma(const Operand& x);

// The derivative of Lgamma; nan at 0, -1, -2, …
Tensor Digamma(const Operand& x);

// The a-th derivative of Digamma at x; nan unless a is 0, 1, 2, …
Tensor Polygamma(const Operand& a, const Operand& x);

// The Hurwitz zeta function: the sum of (q + n)^-x over n = 0, 1, 2, …
Tensor Zeta(const Operand& x, const Operand& q);

// The square root of the sum of squares over the given axes.
struct EuclideanNormAttrs {
  bool keep_dims = false;
};
Tensor EuclideanNorm(const Operand& input, const Operand& reduction_indices, const EuclideanNormAttrs& attrs = {});

// Images of another size, each pixel a weighted mean of the four around its place; always float32.
struct ResizeBilinearAttrs {
  bool align_corners = false;
  bool half_pixel_centers = false;
};
Tensor ResizeBilinear(const Operand& images, const Operand& size, const ResizeBilinearAttrs& attrs = {});

// The gradient of ResizeBilinear: shares each pixel's gradient among the four that it was made of.
struct ResizeBilinearGradAttrs {
  bool align_corners = false;
  bool half_pixel_centers = false;
};
Tensor ResizeBilinearGrad(const Operand& grads, const Operand& original_image, const ResizeBilinearGradAttrs& attrs =
    {});

// Images of another size, each pixel a copy of the one nearest to its place.
struct ResizeNearestNeighborAttrs {
  bool align_corners = false;
  bool half_pixel_centers = false;
};
Tensor ResizeNearestNeighbor(const Operand& images, const Operand& size, const ResizeNearestNeighborAttrs& attrs = {});

// The gradient of ResizeNearestNeighbor: adds each pixel's gradient to the pixel that it copied.
struct ResizeNearestNeighborGradAttrs {
  bool align_corners = false;
  bool half_pixel_centers = false;
};
Tensor ResizeNearestNeighborGrad(const Operand& grads, const Operand& size, const ResizeNearestNeighborGradAttrs& attrs
    = {});

// input / (bias + alpha * sqr_sum) ** beta, sqr_sum over the channels at most depth_radius away.
struct LRNAttrs {
  int64_t depth_radius = 5;
  float bias = 1.0f;
  float alpha = 1.0f;
  float beta = 0.5f;
};
Tensor LRN(const Operand& input, const LRNAttrs& attrs = {});

// The gradient of LRN; TensorFlow has none of its own.
struct LRNGradAttrs {
  int64_t depth_radius = 5;
  float bias = 1.0f;
  float alpha = 1.0f;
  float beta = 0.5f;
};
Tensor LRNGrad(const Operand& input_grads, const Operand& input_image, const Operand& output_image, const LRNGradAttrs&
    attrs = {});

// Moves each block_size x block_size block of positions into the channels of one position.
struct SpaceToDepthAttrs {
  int64_t block_size{};  // required: at least 2
  std::string data_format = "NHWC";  // "NHWC", "NCHW", "NCHW_VECT_C"
};
Tensor SpaceToDepth(const Operand& input, const SpaceToDepthAttrs& attrs);

// Spreads the channels of each position over a block_size x block_size block of positions.
struct DepthToSpaceAttrs {
  int64_t block_size{};  // required: at least 2
  std::string data_format = "NHWC";  // "NHWC", "NCHW", "NCHW_VECT_C"
};
Tensor DepthToSpace(const Operand& input, const DepthToSpaceAttrs& attrs);

// Pads with zeros, then moves the positions of each block into the batch.
Tensor SpaceToBatchND(const Operand& input, const Operand& block_shape, const Operand& paddings);

// Spreads the batch over blocks of positions, then crops: the opposite of SpaceToBatchND.
Tensor BatchToSpaceND(const Operand& input, const Operand& block_shape, const Operand& crops);

// The indices of the elements that are not zero, one a row, in row-major order.
Tensor Where(const Operand& input);

// The values of every tensor of a list.
std::vector<Tensor> IdentityN(const std::vector<Operand>& input);

// The values that would be taken where nothing else is fed: always these.
struct PlaceholderWithDefaultAttrs {
  eager::Shape shape;  // required
};
Tensor PlaceholderWithDefault(const Operand& input, const PlaceholderWithDefaultAttrs& attrs);

// The values, which the caller knows to stay the same.
Tensor GuaranteeConst(const Operand& input);

// The values if all are finite; else an error that says message.
struct CheckNumericsAttrs {
  std::string message;  // required
};
Tensor CheckNumerics(const Operand& tensor, const CheckNumericsAttrs& attrs);

// The same bytes as elements of another dtype; the last axis holds what one larger element is made of.
struct BitcastAttrs {
  // required: float, double, int32, uint8, int16, int8, complex64, int64, bfloat16, uint16, complex128, half, uint32, uint64
  DType type{};
};
Tensor Bitcast(const Operand& input, const BitcastAttrs& attrs);

// Nothing.
void NoOp(std::source_location where = std::source_location::current());

// The different elements of a vector in the order in which they first stand there, and the place of each of x among
// them.
// Gives y, idx.
struct UniqueAttrs {
  DType out_idx = DType::kInt32;  // int32, int64
};
std::vector<Tensor> Unique(const Operand& x, const UniqueAttrs& attrs = {});

// Unique for the slices along an axis; an axis of [] is that of a vector.
// Gives y, idx.
struct UniqueV2Attrs {
  DType out_idx = DType::kInt32;  // int32, int64
};
std::vector<Tensor> UniqueV2(const Operand& x, const Operand& axis, const UniqueV2Attrs& attrs = {});

// The rows of the variable that indices name; the first batch_dims axes go together.
struct ResourceGatherAttrs {
  int64_t batch_dims = 0;
  bool validate_indices = true;
  DType dtype{};  // required
};
Tensor ResourceGather(const Operand& resource, const Operand& indices, const ResourceGatherAttrs& attrs);

// Puts updates in the place of the variable's rows that indices name.
void ResourceScatterUpdate(const Operand& resource, const Operand& indices, const Operand& updates);

// Adds updates to the variable's rows that indices name.
void ResourceScatterAdd(const Operand& resource, const Operand& indices, const Operand& updates);

// Subtracts updates from the variable's rows that indices name.
void ResourceScatterSub(const Operand& resource, const Operand& indices, const Operand& updates);

// Multiplies the variable's rows that indices name by updates.
void ResourceScatterMul(const Operand& resource, const Operand& indices, const Operand& updates);

// Divides the variable's rows that indices name by updates.
void ResourceScatterDiv(const Operand& resource, const Operand& indices, const Operand& updates);

// Leaves in the variable's rows that indices name the lesser of old value and update.
void ResourceScatterMin(const Operand& resource, const Operand& indices, const Operand& updates);

// Leaves in the variable's rows that indices name the greater of old value and update.
void ResourceScatterMax(const Operand& resource, const Operand& indices, const Operand& updates);

// Puts updates in the places of the variable that the rows of indices name.
struct ResourceScatterNdUpdateAttrs {
  bool use_locking = true;
  std::string bad_indices_policy = "";  // "", "DEFAULT", "ERROR", "IGNORE"
};
void ResourceScatterNdUpdate(const Operand& ref, const Operand& indices, const Operand& updates, const
    ResourceScatterNdUpdateAttrs& attrs = {});

// Adds updates in the places of the variable that the rows of indices name.
struct ResourceScatterNdAddAttrs {
  bool use_locking = true;
  std::string bad_indices_policy = "";  // "", "DEFAULT", "ERROR", "IGNORE"
};
void ResourceScatterNdAdd(const Operand& ref, const Operand& indices, const Operand& updates, const
    ResourceScatterNdAddAttrs& attrs = {});

// Subtracts updates in the places of the variable that the rows of indices name.
struct ResourceScatterNdSubAttrs {
  bool use_locking = true;
  std::string bad_indices_policy = "";  // "", "DEFAULT", "ERROR", "IGNORE"
};
void ResourceScatterNdSub(const Operand& ref, const Operand& indices, const Operand& updates, const
    ResourceScatterNdSubAttrs& attrs = {});

// Puts value, broadcast, in the places of the variable that StridedSlice takes.
struct ResourceStridedSliceAssignAttrs {
  int64_t begin_mask = 0;
  int64_t end_mask = 0;
  int64_t ellipsis_mask = 0;
  int64_t new_axis_mask = 0;
  int64_t shrink_axis_mask = 0;
};
void ResourceStridedSliceAssign(const Operand& ref, const Operand& begin, const Operand& end, const Operand& strides,
    const Operand& value, const ResourceStridedSliceAssignAttrs& attrs = {});

// The strings of every place, one behind the other; a scalar stands at every place.
struct StringJoinAttrs {
  std::string separator = "";
};
Tensor StringJoin(const std::vector<Operand>& inputs, const StringJoinAttrs& attrs = {});

// The length of each string, in bytes or in characters of UTF-8.
struct StringLengthAttrs {
  std::string unit = "BYTE";  // "BYTE", "UTF8_CHAR"
};
Tensor StringLength(const Operand& input, const StringLengthAttrs& attrs = {});

// Numbers, bools and strings as C's printf writes them.
struct AsStringAttrs {
  int64_t precision = -1;
  bool scientific = false;
  bool shortest = false;
  int64_t width = -1;
  std::string fill = "";
};
Tensor AsString(const Operand& input, const AsStringAttrs& attrs = {});

// The number that each string is, spaces around it left out.
struct StringToNumberAttrs {
  DType out_type = DType::kFloat32;  // float, double, int32, int64, uint32, uint64
};
Tensor StringToNumber(const Operand& string_tensor, const StringToNumberAttrs& attrs = {});

// The template with each placeholder replaced by the text of a tensor: its first and last summarize elements along
// every axis, or all if that is negative.
struct StringFormatAttrs {
  std::string template_ = "%s";
  std::string placeholder = "%s";
  int64_t summarize = 3;
};
Tensor StringFormat(const std::vector<Operand>& inputs, const StringFormatAttrs& attrs = {});

// The bytes of strings of one length as numbers, along a last axis.
struct DecodeRawAttrs {
  // required: float, double, int32, uint8, int16, int8, complex64, int64, bool, bfloat16, uint16, complex128, half
  DType out_type{};
  bool little_endian = true;
};
Tensor DecodeRaw(const Operand& bytes, const DecodeRawAttrs& attrs);

// Whether the whole of each string matches the regular expression, in the syntax of RE2.
struct StaticRegexFullMatchAttrs {
  std::string pattern;  // required
};
Tensor StaticRegexFullMatch(const Operand& input, const StaticRegexFullMatchAttrs& attrs);

// The name of one of several files that belong together: basename-00003-of-00010.
Tensor ShardedFilename(const Operand& basename, const Operand& shard, const Operand& num_shards);

// The Fourier transform along the last axis.
Tensor FFT(const Operand& input);

// The inverse of FFT.
Tensor IFFT(const Operand& input);

// The Fourier transform along the last two axes.
Tensor FFT2D(const Operand& input);

// The inverse of FFT2D.
Tensor IFFT2D(const Operand& input);

// The Fourier transform along the last three axes.
Tensor FFT3D(const Operand& input);

// The inverse of FFT3D.
Tensor IFFT3D(const Operand& input);

// FFT of real numbers, cut to fft_length; its first half.
struct RFFTAttrs {
  DType Tcomplex = DType::kComplex64;  // complex64, complex128
};
Tensor RFFT(const Operand& input, const Operand& fft_length, const RFFTAttrs& attrs = {});

// The real numbers whose RFFT the input is, fft_length of them.
struct IRFFTAttrs {
  DType Treal = DType::kFloat32;  // float, double
};
Tensor IRFFT(const Operand& input, const Operand& fft_length, const IRFFTAttrs& attrs = {});

// RFFT along the last two axes.
struct RFFT2DAttrs {
  DType Tcomplex = DType::kComplex64;  // complex64, complex128
};
Tensor RFFT2D(const Operand& input, const Operand& fft_length, const RFFT2DAttrs& attrs = {});

// The inverse of RFFT2D.
struct IRFFT2DAttrs {
  DType Treal = DType::kFloat32;  // float, double
};
Tensor IRFFT2D(const Operand& input, const Operand& fft_length, const IRFFT2DAttrs& attrs = {});

// RFFT along the last three axes.
struct RFFT3DAttrs {
  DType Tcomplex = DType::kComplex64;  // complex64, complex128
};
Tensor RFFT3D(const Operand& input, const Operand& fft_length, const RFFT3DAttrs& attrs = {});

// The inverse of RFFT3D.
struct IRFFT3DAttrs {
  DType Treal = DType::kFloat32;  // float, double
};
Tensor IRFFT3D(const Operand& input, const Operand& fft_length, const IRFFT3DAttrs& attrs = {});

// Slides a (planes, rows, columns, in_channels, out_channels) filter over volumes and sums the products.
struct Conv3DAttrs {
  std::vector<int64_t> strides;  // required: at least 5
  std::string padding;  // required: "SAME", "VALID"
  std::string data_format = "NDHWC";  // "NDHWC", "NCDHW"
  std::vector<int64_t> dilations = {1, 1, 1, 1, 1};
};
Tensor Conv3D(const Operand& input, const Operand& filter, const Conv3DAttrs& attrs);

// The gradient of Conv3D with respect to its input, of shape input_sizes.
struct Conv3DBackpropInputV2Attrs {
  std::vector<int64_t> strides;  // required: at least 5
  std::string padding;  // required: "SAME", "VALID"
  std::string data_format = "NDHWC";  // "NDHWC", "NCDHW"
  std::vector<int64_t> dilations = {1, 1, 1, 1, 1};
};
Tensor Conv3DBackpropInputV2(const Operand& input_sizes, const Operand& filter, const Operand& out_backprop, const
    Conv3DBackpropInputV2Attrs& attrs);

// The gradient of Conv3D with respect to its filter, of shape filter_sizes.
struct Conv3DBackpropFilterV2Attrs {
  std::vector<int64_t> strides;  // required: at least 5
  std::string padding;  // required: "SAME", "VALID"
  std::string data_format = "NDHWC";  // "NDHWC", "NCDHW"
  std::vector<int64_t> dilations = {1, 1, 1, 1, 1};
};
Tensor Conv3DBackpropFilterV2(const Operand& input, const Operand& filter_sizes, const Operand& out_backprop, const
    Conv3DBackpropFilterV2Attrs& attrs);

// The maximum of each window over volumes.
struct MaxPool3DAttrs {
  std::vector<int64_t> ksize;  // required: at least 5
  std::vector<int64_t> strides;  // required: at least 5
  std::string padding;  // required: "SAME", "VALID"
  std::string data_format = "NDHWC";  // "NDHWC", "NCDHW"
};
Tensor MaxPool3D(const Operand& input, const MaxPool3DAttrs& attrs);

// The gradient of MaxPool3D: each window's gradient goes to its maxima, all of them.
struct MaxPool3DGradAttrs {
  std::vector<int64_t> ksize;  // required: at least 5
  std::vector<int64_t> strides;  // required: at least 5
  std::string padding;  // required: "SAME", "VALID"
  std::string data_format = "NDHWC";  // "NDHWC", "NCDHW"
};
Tensor MaxPool3DGrad(const Operand& orig_input, const Operand& orig_output, const Operand& grad, const
    MaxPool3DGradAttrs& attrs);

// The gradient of MaxPool3DGrad: each window's element of grad where the window has its first maximum.
struct MaxPool3DGradGradAttrs {
  std::vector<int64_t> ksize;  // required: at least 5
  std::vector<int64_t> strides;  // required: at least 5
  std::string padding;  // required: "SAME", "VALID"
  std::string data_format = "NDHWC";  // "NDHWC", "NCDHW"
};
Tensor MaxPool3DGradGrad(const Operand& orig_input, const Operand& orig_output, const Operand& grad, const
    MaxPool3DGradGradAttrs& attrs);

// The mean of each window over volumes; padding does not count.
struct AvgPool3DAttrs {
  std::vector<int64_t> ksize;  // required: at least 5
  std::vector<int64_t> strides;  // required: at least 5
  std::string padding;  // required: "SAME", "VALID"
  std::string data_format = "NDHWC";  // "NDHWC", "NCDHW"
};
Tensor AvgPool3D(const Operand& input, const AvgPool3DAttrs& attrs);

// The gradient of AvgPool3D: each window's gradient is shared equally among its elements.
struct AvgPool3DGradAttrs {
  std::vector<int64_t> ksize;  // required: at least 5
  std::vector<int64_t> strides;  // required: at least 5
  std::string padding;  // required: "SAME", "VALID"
  std::string data_format = "NDHWC";  // "NDHWC", "NCDHW"
};
Tensor AvgPool3DGrad(const Operand& orig_input_shape, const Operand& grad, const AvgPool3DGradAttrs& attrs);

// The complex conjugate of each number.
Tensor Conj(const Operand& input);

// real + i imag.
struct ComplexAttrs {
  DType Tout = DType::kComplex64;  // complex64, complex128
};
Tensor Complex(const Operand& real, const Operand& imag, const ComplexAttrs& attrs = {});

// The real part of each number.
struct RealAttrs {
  DType Tout = DType::kFloat32;  // float, double
};
Tensor Real(const Operand& input, const RealAttrs& attrs = {});

// The imaginary part of each number.
struct ImagAttrs {
  DType Tout = DType::kFloat32;  // float, double
};
Tensor Imag(const Operand& input, const ImagAttrs& attrs = {});

// The absolute value of each number.
struct ComplexAbsAttrs {
  DType Tout = DType::kFloat32;  // float, double
};
Tensor ComplexAbs(const Operand& x, const ComplexAbsAttrs& attrs = {});

// The angle of each number with the positive real axis, in (-pi, pi].
struct AngleAttrs {
  DType Tout = DType::kFloat32;  // float, double
};
Tensor Angle(const Operand& input, const AngleAttrs& attrs = {});

// The strings with small letters; only those of ASCII have them.
struct StringLowerAttrs {
  std::string encoding = "";
};
Tensor StringLower(const Operand& input, const StringLowerAttrs& attrs = {});

// The strings with capital letters; only those of ASCII have them.
struct StringUpperAttrs {
  std::string encoding = "";
};
Tensor StringUpper(const Operand& input, const StringUpperAttrs& attrs = {});

// The strings without the spaces around them.
Tensor StringStrip(const Operand& input);

// The strings with every match of the regular expression, or the first one, replaced; the syntax is that of RE2.
struct StaticRegexReplaceAttrs {
  std::string pattern;  // required
  std::string rewrite;  // required
  bool replace_global = true;
};
Tensor StaticRegexReplace(const Operand& input, const StaticRegexReplaceAttrs& attrs);

// StaticRegexReplace by an expression that is computed.
struct RegexReplaceAttrs {
  bool replace_global = true;
};
Tensor RegexReplace(const Operand& input, const Operand& pattern, const Operand& rewrite, const RegexReplaceAttrs& attrs
    = {});

// StaticRegexFullMatch of an expression that is computed.
Tensor RegexFullMatch(const Operand& input, const Operand& pattern);

// The part of each string from pos on, of at most len bytes or characters of UTF-8.
struct SubstrAttrs {
  std::string unit = "BYTE";  // "BYTE", "UTF8_CHAR"
};
Tensor Substr(const Operand& input, const Operand& pos, const Operand& len, const SubstrAttrs& attrs = {});

// The remainder of each string's FarmHash fingerprint.
struct StringToHashBucketFastAttrs {
  int64_t num_buckets{};  // required: at least 1
};
Tensor StringToHashBucketFast(const Operand& input, const StringToHashBucketFastAttrs& attrs);

// The remainder of each string's SipHash by a key.
struct StringToHashBucketStrongAttrs {
  int64_t num_buckets{};  // required: at least 1
  std::vector<int64_t> key;  // required
};
Tensor StringToHashBucketStrong(const Operand& input, const StringToHashBucketStrongAttrs& attrs);

// The pieces of strings between delimiters, each a byte.
// Gives indices, values, shape.
struct StringSplitAttrs {
  bool skip_empty = true;
};
std::vector<Tensor> StringSplit(const Operand& input, const Operand& delimiter, const StringSplitAttrs& attrs = {});

// The pieces of strings between separators, or between spaces if sep is empty, as Python's split.
// Gives indices, values, shape.
struct StringSplitV2Attrs {
  int64_t maxsplit = -1;
};
std::vector<Tensor> StringSplitV2(const Operand& input, const Operand& sep, const StringSplitV2Attrs& attrs = {});

// The strings along axes, one behind the other.
struct ReduceJoinAttrs {
  bool keep_dims = false;
  std::string separator = "";
};
Tensor ReduceJoin(const Operand& inputs, const Operand& reduction_indices, const ReduceJoinAttrs& attrs = {});

// The strings with the same segment id, one behind the other.
struct UnsortedSegmentJoinAttrs {
  std::string separator = "";
};
Tensor UnsortedSegmentJoin(const Operand& inputs, const Operand& segment_ids, const Operand& num_segments, const
    UnsortedSegmentJoinAttrs& attrs = {});

// How many of the boundaries are not above each element.
struct BucketizeAttrs {
  std::vector<float> boundaries;  // required
};
Tensor Bucketize(const Operand& input, const BucketizeAttrs& attrs);

// For each value the first place in its row of sorted_inputs where it could be put.
struct LowerBoundAttrs {
  DType out_type = DType::kInt32;  // int32, int64
};
Tensor LowerBound(const Operand& sorted_inputs, const Operand& values, const LowerBoundAttrs& attrs = {});

// For each value the last place in its row of sorted_inputs where it could be put.
struct UpperBoundAttrs {
  DType out_type = DType::kInt32;  // int32, int64
};
Tensor UpperBound(const Operand& sorted_inputs, const Operand& values, const UpperBoundAttrs& attrs = {});

// How often each number below size occurs, or the sum of its weights; of a matrix, in each row.
struct DenseBincountAttrs {
  bool binary_output = false;
};
Tensor DenseBincount(const Operand& input, const Operand& size, const Operand& weights, const DenseBincountAttrs& attrs
    = {});

// How many values are in each of nbins parts of value_range; those outside count for the first or last one.
struct HistogramFixedWidthAttrs {
  DType dtype = DType::kInt32;  // int32, int64
};
Tensor HistogramFixedWidth(const Operand& values, const Operand& value_range, const Operand& nbins, const
    HistogramFixedWidthAttrs& attrs = {});

// The elements of x that y does not have, and their places.
// Gives out, idx.
struct ListDiffAttrs {
  DType out_idx = DType::kInt32;  // int32, int64
};
std::vector<Tensor> ListDiff(const Operand& x, const Operand& y, const ListDiffAttrs& attrs = {});

// Hue, saturation and value of colors, all from 0 to 1.
Tensor RGBToHSV(const Operand& images);

// The colors of these hues, saturations and values.
Tensor HSVToRGB(const Operand& images);

// Each channel of an image stretched away from its mean.
Tensor AdjustContrastv2(const Operand& images, const Operand& contrast_factor);

// The colors with their hues turned by delta, a part of the whole circle.
Tensor AdjustHue(const Operand& images, const Operand& delta);

// The colors with their saturations times scale, at most 1.
Tensor AdjustSaturation(const Operand& images, const Operand& scale);

// Images as a projection sees them: what each output pixel shows is where the transform takes its place.
struct ImageProjectiveTransformV3Attrs {
  std::string interpolation;  // required
  std::string fill_mode = "CONSTANT";
};
Tensor ImageProjectiveTransformV3(const Operand& images, const Operand& transforms, const Operand& output_shape, const
    Operand& fill_value, const ImageProjectiveTransformV3Attrs& attrs);

// The parts of images in boxes, whose corners are parts of height and width, all resized to crop_size.
struct CropAndResizeAttrs {
  std::string method = "bilinear";  // "bilinear", "nearest"
  float extrapolation_value = 0.0f;
};
Tensor CropAndResize(const Operand& image, const Operand& boxes, const Operand& box_ind, const Operand& crop_size, const
    CropAndResizeAttrs& attrs = {});

// The gradient of CropAndResize with respect to the images.
struct CropAndResizeGradImageAttrs {
  DType T{};  // required: float, double, half
  std::string method = "bilinear";  // "bilinear", "nearest"
};
Tensor CropAndResizeGradImage(const Operand& grads, const Operand& boxes, const Operand& box_ind, const Operand&
    image_size, const CropAndResizeGradImageAttrs& attrs);

// The gradient of CropAndResize with respect to the boxes.
struct CropAndResizeGradBoxesAttrs {
  std::string method = "bilinear";  // "bilinear"
};
Tensor CropAndResizeGradBoxes(const Operand& grads, const Operand& image, const Operand& boxes, const Operand& box_ind,
    const CropAndResizeGradBoxesAttrs& attrs = {});

// The boxes of the highest scores that overlap none of a higher one by more than iou_threshold.
Tensor NonMaxSuppressionV3(const Operand& boxes, const Operand& scores, const Operand& max_output_size, const Operand&
    iou_threshold, const Operand& score_threshold);

// NonMaxSuppressionV3, filled up with zeros if asked for, and how many boxes there are.
// Gives selected_indices, valid_outputs.
struct NonMaxSuppressionV4Attrs {
  bool pad_to_max_output_size = false;
};
std::vector<Tensor> NonMaxSuppressionV4(const Operand& boxes, const Operand& scores, const Operand& max_output_size,
    const Operand& iou_threshold, const Operand& score_threshold, const NonMaxSuppressionV4Attrs& attrs = {});

// NonMaxSuppressionV4 where overlaps lower the scores if soft_nms_sigma is positive.
// Gives selected_indices, selected_scores, valid_outputs.
struct NonMaxSuppressionV5Attrs {
  bool pad_to_max_output_size = false;
};
std::vector<Tensor> NonMaxSuppressionV5(const Operand& boxes, const Operand& scores, const Operand& max_output_size,
    const Operand& iou_threshold, const Operand& score_threshold, const Operand& soft_nms_sigma, const
    NonMaxSuppressionV5Attrs& attrs = {});

// The windows of images, each as one vector.
struct ExtractImagePatchesAttrs {
  std::vector<int64_t> ksizes;  // required: at least 4
  std::vector<int64_t> strides;  // required: at least 4
  std::vector<int64_t> rates;  // required: at least 4
  std::string padding;  // required: "SAME", "VALID"
};
Tensor ExtractImagePatches(const Operand& images, const ExtractImagePatchesAttrs& attrs);

// Sums of the rows of data with the same segment id; ids rise.
Tensor SegmentSum(const Operand& data, const Operand& segment_ids);

// Means of the rows of data with the same segment id; ids rise.
Tensor SegmentMean(const Operand& data, const Operand& segment_ids);

// Products of the rows of data with the same segment id; ids rise.
Tensor SegmentProd(const Operand& data, const Operand& segment_ids);

// Maxima of the rows of data with the same segment id; ids rise.
Tensor SegmentMax(const Operand& data, const Operand& segment_ids);

// Minima of the rows of data with the same segment id; ids rise.
Tensor SegmentMin(const Operand& data, const Operand& segment_ids);

// Products of the slices of data with the same segment id; a negative id belongs to no segment.
Tensor UnsortedSegmentProd(const Operand& data, const Operand& segment_ids, const Operand& num_segments);

// Maxima of the slices of data with the same segment id; a negative id belongs to no segment.
Tensor UnsortedSegmentMax(const Operand& data, const Operand& segment_ids, const Operand& num_segments);

// Minima of the slices of data with the same segment id; a negative id belongs to no segment.
Tensor UnsortedSegmentMin(const Operand& data, const Operand& segment_ids, const Operand& num_segments);

// Sums of those rows of data that indices name, by their segment ids.
struct SparseSegmentSumAttrs {
  bool sparse_gradient = false;
};
Tensor SparseSegmentSum(const Operand& data, const Operand& indices, const Operand& segment_ids, const
    SparseSegmentSumAttrs& attrs = {});

// Sums of those rows of data that indices name, by their segment ids.
struct SparseSegmentSumWithNumSegmentsAttrs {
  bool sparse_gradient = false;
};
Tensor SparseSegmentSumWithNumSegments(const Operand& data, const Operand& indices, const Operand& segment_ids, const
    Operand& num_segments, const SparseSegmentSumWithNumSegmentsAttrs& attrs = {});

// Means of those rows of data that indices name, by their segment ids.
struct SparseSegmentMeanAttrs {
  bool sparse_gradient = false;
};
Tensor SparseSegmentMean(const Operand& data, const Operand& indices, const Operand& segment_ids, const
    SparseSegmentMeanAttrs& attrs = {});

// Means of those rows of data that indices name, by their segment ids.
struct SparseSegmentMeanWithNumSegmentsAttrs {
  bool sparse_gradient = false;
};
Tensor SparseSegmentMeanWithNumSegments(const Operand& data, const Operand& indices, const Operand& segment_ids, const
    Operand& num_segments, const SparseSegmentMeanWithNumSegmentsAttrs& attrs = {});

// Sums, over the root of their numbers, of those rows of data that indices name, by their segment ids.
struct SparseSegmentSqrtNAttrs {
  bool sparse_gradient = false;
};
Tensor SparseSegmentSqrtN(const Operand& data, const Operand& indices, const Operand& segment_ids, const
    SparseSegmentSqrtNAttrs& attrs = {});

// Sums, over the root of their numbers, of those rows of data that indices name, by their segment ids.
struct SparseSegmentSqrtNWithNumSegmentsAttrs {
  bool sparse_gradient = false;
};
Tensor SparseSegmentSqrtNWithNumSegments(const Operand& data, const Operand& indices, const Operand& segment_ids, const
    Operand& num_segments, const SparseSegmentSqrtNWithNumSegmentsAttrs& attrs = {});

// The gradient of SparseSegmentSum.
Tensor SparseSegmentSumGrad(const Operand& grad, const Operand& indices, const Operand& segment_ids, const Operand&
    output_dim0);

// The gradient of SparseSegmentMean.
Tensor SparseSegmentMeanGrad(const Operand& grad, const Operand& indices, const Operand& segment_ids, const Operand&
    output_dim0);

// The gradient of SparseSegmentSqrtN.
Tensor SparseSegmentSqrtNGrad(const Operand& grad, const Operand& indices, const Operand& segment_ids, const Operand&
    output_dim0);

}  // namespace eager::raw_ops
