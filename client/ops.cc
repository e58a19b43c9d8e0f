// Generated from the op table by eager-gen-ops. Do not edit: change the op's row and run it again.
#include "client/ops.h"

#include "client/core/call.h"

namespace eager::raw_ops {
namespace {

std::source_location Where(absl::Span<const Operand> operands) {
  return operands.empty() ? std::source_location::current() : operands[0].where();
}

}  // namespace

Tensor Abs(const Operand& x) {
  static const OpSpec& op = internal::Op("Abs");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Neg(const Operand& x) {
  static const OpSpec& op = internal::Op("Neg");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Sign(const Operand& x) {
  static const OpSpec& op = internal::Op("Sign");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Square(const Operand& x) {
  static const OpSpec& op = internal::Op("Square");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Sqrt(const Operand& x) {
  static const OpSpec& op = internal::Op("Sqrt");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Rsqrt(const Operand& x) {
  static const OpSpec& op = internal::Op("Rsqrt");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Reciprocal(const Operand& x) {
  static const OpSpec& op = internal::Op("Reciprocal");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Exp(const Operand& x) {
  static const OpSpec& op = internal::Op("Exp");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Expm1(const Operand& x) {
  static const OpSpec& op = internal::Op("Expm1");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Log(const Operand& x) {
  static const OpSpec& op = internal::Op("Log");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Log1p(const Operand& x) {
  static const OpSpec& op = internal::Op("Log1p");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Sin(const Operand& x) {
  static const OpSpec& op = internal::Op("Sin");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Cos(const Operand& x) {
  static const OpSpec& op = internal::Op("Cos");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Tan(const Operand& x) {
  static const OpSpec& op = internal::Op("Tan");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Tanh(const Operand& x) {
  static const OpSpec& op = internal::Op("Tanh");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Sigmoid(const Operand& x) {
  static const OpSpec& op = internal::Op("Sigmoid");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Floor(const Operand& x) {
  static const OpSpec& op = internal::Op("Floor");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Ceil(const Operand& x) {
  static const OpSpec& op = internal::Op("Ceil");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Round(const Operand& x) {
  static const OpSpec& op = internal::Op("Round");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Rint(const Operand& x) {
  static const OpSpec& op = internal::Op("Rint");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor IsNan(const Operand& x) {
  static const OpSpec& op = internal::Op("IsNan");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor IsInf(const Operand& x) {
  static const OpSpec& op = internal::Op("IsInf");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor IsFinite(const Operand& x) {
  static const OpSpec& op = internal::Op("IsFinite");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor LogicalNot(const Operand& x) {
  static const OpSpec& op = internal::Op("LogicalNot");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Relu(const Operand& features) {
  static const OpSpec& op = internal::Op("Relu");
  const Operand operands[] = {features};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Softplus(const Operand& features) {
  static const OpSpec& op = internal::Op("Softplus");
  const Operand operands[] = {features};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Cast(const Operand& x, const CastAttrs& attrs) {
  static const OpSpec& op = internal::Op("Cast");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {{"DstT", attrs.DstT}, {"Truncate", attrs.Truncate}}, Where(operands));
}

Tensor Identity(const Operand& input) {
  static const OpSpec& op = internal::Op("Identity");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor StopGradient(const Operand& input) {
  static const OpSpec& op = internal::Op("StopGradient");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor SqrtGrad(const Operand& y, const Operand& dy) {
  static const OpSpec& op = internal::Op("SqrtGrad");
  const Operand operands[] = {y, dy};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor RsqrtGrad(const Operand& y, const Operand& dy) {
  static const OpSpec& op = internal::Op("RsqrtGrad");
  const Operand operands[] = {y, dy};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor ReciprocalGrad(const Operand& y, const Operand& dy) {
  static const OpSpec& op = internal::Op("ReciprocalGrad");
  const Operand operands[] = {y, dy};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor TanhGrad(const Operand& y, const Operand& dy) {
  static const OpSpec& op = internal::Op("TanhGrad");
  const Operand operands[] = {y, dy};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor SigmoidGrad(const Operand& y, const Operand& dy) {
  static const OpSpec& op = internal::Op("SigmoidGrad");
  const Operand operands[] = {y, dy};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor ReluGrad(const Operand& gradients, const Operand& features) {
  static const OpSpec& op = internal::Op("ReluGrad");
  const Operand operands[] = {gradients, features};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor SoftplusGrad(const Operand& gradients, const Operand& features) {
  static const OpSpec& op = internal::Op("SoftplusGrad");
  const Operand operands[] = {gradients, features};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor AddV2(const Operand& x, const Operand& y) {
  static const OpSpec& op = internal::Op("AddV2");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Sub(const Operand& x, const Operand& y) {
  static const OpSpec& op = internal::Op("Sub");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Mul(const Operand& x, const Operand& y) {
  static const OpSpec& op = internal::Op("Mul");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor RealDiv(const Operand& x, const Operand& y) {
  static const OpSpec& op = internal::Op("RealDiv");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Div(const Operand& x, const Operand& y) {
  static const OpSpec& op = internal::Op("Div");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor FloorDiv(const Operand& x, const Operand& y) {
  static const OpSpec& op = internal::Op("FloorDiv");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor FloorMod(const Operand& x, const Operand& y) {
  static const OpSpec& op = internal::Op("FloorMod");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor TruncateDiv(const Operand& x, const Operand& y) {
  static const OpSpec& op = internal::Op("TruncateDiv");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor TruncateMod(const Operand& x, const Operand& y) {
  static const OpSpec& op = internal::Op("TruncateMod");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Pow(const Operand& x, const Operand& y) {
  static const OpSpec& op = internal::Op("Pow");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Maximum(const Operand& x, const Operand& y) {
  static const OpSpec& op = internal::Op("Maximum");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Minimum(const Operand& x, const Operand& y) {
  static const OpSpec& op = internal::Op("Minimum");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor SquaredDifference(const Operand& x, const Operand& y) {
  static const OpSpec& op = internal::Op("SquaredDifference");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor DivNoNan(const Operand& x, const Operand& y) {
  static const OpSpec& op = internal::Op("DivNoNan");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor MulNoNan(const Operand& x, const Operand& y) {
  static const OpSpec& op = internal::Op("MulNoNan");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Xdivy(const Operand& x, const Operand& y) {
  static const OpSpec& op = internal::Op("Xdivy");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Xlogy(const Operand& x, const Operand& y) {
  static const OpSpec& op = internal::Op("Xlogy");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Atan2(const Operand& y, const Operand& x) {
  static const OpSpec& op = internal::Op("Atan2");
  const Operand operands[] = {y, x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor LogicalAnd(const Operand& x, const Operand& y) {
  static const OpSpec& op = internal::Op("LogicalAnd");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor LogicalOr(const Operand& x, const Operand& y) {
  static const OpSpec& op = internal::Op("LogicalOr");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor AddN(const std::vector<Operand>& inputs) {
  static const OpSpec& op = internal::Op("AddN");
  std::vector<Operand> operands;
  operands.insert(operands.end(), inputs.begin(), inputs.end());
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Equal(const Operand& x, const Operand& y, const EqualAttrs& attrs) {
  static const OpSpec& op = internal::Op("Equal");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {{"incompatible_shape_error", attrs.incompatible_shape_error}}, Where(operands));
}

Tensor NotEqual(const Operand& x, const Operand& y, const NotEqualAttrs& attrs) {
  static const OpSpec& op = internal::Op("NotEqual");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {{"incompatible_shape_error", attrs.incompatible_shape_error}}, Where(operands));
}

Tensor Less(const Operand& x, const Operand& y) {
  static const OpSpec& op = internal::Op("Less");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor LessEqual(const Operand& x, const Operand& y) {
  static const OpSpec& op = internal::Op("LessEqual");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Greater(const Operand& x, const Operand& y) {
  static const OpSpec& op = internal::Op("Greater");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor GreaterEqual(const Operand& x, const Operand& y) {
  static const OpSpec& op = internal::Op("GreaterEqual");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor SelectV2(const Operand& condition, const Operand& t, const Operand& e) {
  static const OpSpec& op = internal::Op("SelectV2");
  const Operand operands[] = {condition, t, e};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Select(const Operand& condition, const Operand& t, const Operand& e) {
  static const OpSpec& op = internal::Op("Select");
  const Operand operands[] = {condition, t, e};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor ClipByValue(const Operand& t, const Operand& clip_value_min, const Operand& clip_value_max) {
  static const OpSpec& op = internal::Op("ClipByValue");
  const Operand operands[] = {t, clip_value_min, clip_value_max};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Sum(const Operand& input, const Operand& reduction_indices, const SumAttrs& attrs) {
  static const OpSpec& op = internal::Op("Sum");
  const Operand operands[] = {input, reduction_indices};
  return internal::Call1(op, operands, {{"keep_dims", attrs.keep_dims}}, Where(operands));
}

Tensor Mean(const Operand& input, const Operand& reduction_indices, const MeanAttrs& attrs) {
  static const OpSpec& op = internal::Op("Mean");
  const Operand operands[] = {input, reduction_indices};
  return internal::Call1(op, operands, {{"keep_dims", attrs.keep_dims}}, Where(operands));
}

Tensor Max(const Operand& input, const Operand& reduction_indices, const MaxAttrs& attrs) {
  static const OpSpec& op = internal::Op("Max");
  const Operand operands[] = {input, reduction_indices};
  return internal::Call1(op, operands, {{"keep_dims", attrs.keep_dims}}, Where(operands));
}

Tensor Min(const Operand& input, const Operand& reduction_indices, const MinAttrs& attrs) {
  static const OpSpec& op = internal::Op("Min");
  const Operand operands[] = {input, reduction_indices};
  return internal::Call1(op, operands, {{"keep_dims", attrs.keep_dims}}, Where(operands));
}

Tensor Prod(const Operand& input, const Operand& reduction_indices, const ProdAttrs& attrs) {
  static const OpSpec& op = internal::Op("Prod");
  const Operand operands[] = {input, reduction_indices};
  return internal::Call1(op, operands, {{"keep_dims", attrs.keep_dims}}, Where(operands));
}

Tensor All(const Operand& input, const Operand& reduction_indices, const AllAttrs& attrs) {
  static const OpSpec& op = internal::Op("All");
  const Operand operands[] = {input, reduction_indices};
  return internal::Call1(op, operands, {{"keep_dims", attrs.keep_dims}}, Where(operands));
}

Tensor Any(const Operand& input, const Operand& reduction_indices, const AnyAttrs& attrs) {
  static const OpSpec& op = internal::Op("Any");
  const Operand operands[] = {input, reduction_indices};
  return internal::Call1(op, operands, {{"keep_dims", attrs.keep_dims}}, Where(operands));
}

Tensor ArgMax(const Operand& input, const Operand& dimension, const ArgMaxAttrs& attrs) {
  static const OpSpec& op = internal::Op("ArgMax");
  const Operand operands[] = {input, dimension};
  return internal::Call1(op, operands, {{"output_type", attrs.output_type}}, Where(operands));
}

Tensor ArgMin(const Operand& input, const Operand& dimension, const ArgMinAttrs& attrs) {
  static const OpSpec& op = internal::Op("ArgMin");
  const Operand operands[] = {input, dimension};
  return internal::Call1(op, operands, {{"output_type", attrs.output_type}}, Where(operands));
}

Tensor Cumsum(const Operand& x, const Operand& axis, const CumsumAttrs& attrs) {
  static const OpSpec& op = internal::Op("Cumsum");
  const Operand operands[] = {x, axis};
  return internal::Call1(op, operands, {{"exclusive", attrs.exclusive}, {"reverse", attrs.reverse}}, Where(operands));
}

Tensor Cumprod(const Operand& x, const Operand& axis, const CumprodAttrs& attrs) {
  static const OpSpec& op = internal::Op("Cumprod");
  const Operand operands[] = {x, axis};
  return internal::Call1(op, operands, {{"exclusive", attrs.exclusive}, {"reverse", attrs.reverse}}, Where(operands));
}

Tensor Reshape(const Operand& tensor, const Operand& shape) {
  static const OpSpec& op = internal::Op("Reshape");
  const Operand operands[] = {tensor, shape};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor ExpandDims(const Operand& input, const Operand& dim) {
  static const OpSpec& op = internal::Op("ExpandDims");
  const Operand operands[] = {input, dim};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Squeeze(const Operand& input, const SqueezeAttrs& attrs) {
  static const OpSpec& op = internal::Op("Squeeze");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {{"squeeze_dims", attrs.squeeze_dims}}, Where(operands));
}

Tensor Shape(const Operand& input, const ShapeAttrs& attrs) {
  static const OpSpec& op = internal::Op("Shape");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {{"out_type", attrs.out_type}}, Where(operands));
}

std::vector<Tensor> ShapeN(const std::vector<Operand>& input, const ShapeNAttrs& attrs) {
  static const OpSpec& op = internal::Op("ShapeN");
  std::vector<Operand> operands;
  operands.insert(operands.end(), input.begin(), input.end());
  const internal::Tensors outputs = internal::Call(op, operands, {{"out_type", attrs.out_type}}, Where(operands));
  return {outputs.begin(), outputs.end()};
}

Tensor Size(const Operand& input, const SizeAttrs& attrs) {
  static const OpSpec& op = internal::Op("Size");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {{"out_type", attrs.out_type}}, Where(operands));
}

Tensor Rank(const Operand& input) {
  static const OpSpec& op = internal::Op("Rank");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor BroadcastTo(const Operand& input, const Operand& shape) {
  static const OpSpec& op = internal::Op("BroadcastTo");
  const Operand operands[] = {input, shape};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor BroadcastArgs(const Operand& s0, const Operand& s1) {
  static const OpSpec& op = internal::Op("BroadcastArgs");
  const Operand operands[] = {s0, s1};
  return internal::Call1(op, operands, {}, Where(operands));
}

std::vector<Tensor> BroadcastGradientArgs(const Operand& s0, const Operand& s1) {
  static const OpSpec& op = internal::Op("BroadcastGradientArgs");
  const Operand operands[] = {s0, s1};
  const internal::Tensors outputs = internal::Call(op, operands, {}, Where(operands));
  return {outputs.begin(), outputs.end()};
}

Tensor ReverseSequence(const Operand& input, const Operand& seq_lengths, const ReverseSequenceAttrs& attrs) {
  static const OpSpec& op = internal::Op("ReverseSequence");
  const Operand operands[] = {input, seq_lengths};
  return internal::Call1(op, operands, {{"seq_dim", attrs.seq_dim}, {"batch_dim", attrs.batch_dim}}, Where(operands));
}

Tensor Transpose(const Operand& x, const Operand& perm) {
  static const OpSpec& op = internal::Op("Transpose");
  const Operand operands[] = {x, perm};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor InvertPermutation(const Operand& x) {
  static const OpSpec& op = internal::Op("InvertPermutation");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor ReverseV2(const Operand& tensor, const Operand& axis) {
  static const OpSpec& op = internal::Op("ReverseV2");
  const Operand operands[] = {tensor, axis};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Roll(const Operand& input, const Operand& shift, const Operand& axis) {
  static const OpSpec& op = internal::Op("Roll");
  const Operand operands[] = {input, shift, axis};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Tile(const Operand& input, const Operand& multiples) {
  static const OpSpec& op = internal::Op("Tile");
  const Operand operands[] = {input, multiples};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor MatrixBandPart(const Operand& input, const Operand& num_lower, const Operand& num_upper) {
  static const OpSpec& op = internal::Op("MatrixBandPart");
  const Operand operands[] = {input, num_lower, num_upper};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor ConcatV2(const std::vector<Operand>& values, const Operand& axis) {
  static const OpSpec& op = internal::Op("ConcatV2");
  std::vector<Operand> operands;
  operands.insert(operands.end(), values.begin(), values.end());
  operands.push_back(axis);
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Pack(const std::vector<Operand>& values, const PackAttrs& attrs) {
  static const OpSpec& op = internal::Op("Pack");
  std::vector<Operand> operands;
  operands.insert(operands.end(), values.begin(), values.end());
  return internal::Call1(op, operands, {{"axis", attrs.axis}}, Where(operands));
}

std::vector<Tensor> Unpack(const Operand& value, const UnpackAttrs& attrs) {
  static const OpSpec& op = internal::Op("Unpack");
  const Operand operands[] = {value};
  const internal::Tensors outputs = internal::Call(op, operands, {{"num", attrs.num}, {"axis", attrs.axis}}, Where(operands));
  return {outputs.begin(), outputs.end()};
}

std::vector<Tensor> Split(const Operand& split_dim, const Operand& value, const SplitAttrs& attrs) {
  static const OpSpec& op = internal::Op("Split");
  const Operand operands[] = {split_dim, value};
  const internal::Tensors outputs = internal::Call(op, operands, {{"num_split", attrs.num_split}}, Where(operands));
  return {outputs.begin(), outputs.end()};
}

std::vector<Tensor> SplitV(const Operand& value, const Operand& size_splits, const Operand& split_dim, const
    SplitVAttrs& attrs) {
  static const OpSpec& op = internal::Op("SplitV");
  const Operand operands[] = {value, size_splits, split_dim};
  const internal::Tensors outputs = internal::Call(op, operands, {{"num_split", attrs.num_split}}, Where(operands));
  return {outputs.begin(), outputs.end()};
}

Tensor Slice(const Operand& input, const Operand& begin, const Operand& size) {
  static const OpSpec& op = internal::Op("Slice");
  const Operand operands[] = {input, begin, size};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor StridedSlice(const Operand& input, const Operand& begin, const Operand& end, const Operand& strides, const
    StridedSliceAttrs& attrs) {
  static const OpSpec& op = internal::Op("StridedSlice");
  const Operand operands[] = {input, begin, end, strides};
  return internal::Call1(op, operands, {{"begin_mask", attrs.begin_mask}, {"end_mask", attrs.end_mask}, {"ellipsis_mask", attrs.ellipsis_mask}, {"new_axis_mask", attrs.new_axis_mask}, {"shrink_axis_mask", attrs.shrink_axis_mask}}, Where(operands));
}

Tensor StridedSliceGrad(const Operand& shape, const Operand& begin, const Operand& end, const Operand& strides, const
    Operand& dy, const StridedSliceGradAttrs& attrs) {
  static const OpSpec& op = internal::Op("StridedSliceGrad");
  const Operand operands[] = {shape, begin, end, strides, dy};
  return internal::Call1(op, operands, {{"begin_mask", attrs.begin_mask}, {"end_mask", attrs.end_mask}, {"ellipsis_mask", attrs.ellipsis_mask}, {"new_axis_mask", attrs.new_axis_mask}, {"shrink_axis_mask", attrs.shrink_axis_mask}}, Where(operands));
}

Tensor Pad(const Operand& input, const Operand& paddings) {
  static const OpSpec& op = internal::Op("Pad");
  const Operand operands[] = {input, paddings};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor PadV2(const Operand& input, const Operand& paddings, const Operand& constant_values) {
  static const OpSpec& op = internal::Op("PadV2");
  const Operand operands[] = {input, paddings, constant_values};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor MirrorPad(const Operand& input, const Operand& paddings, const MirrorPadAttrs& attrs) {
  static const OpSpec& op = internal::Op("MirrorPad");
  const Operand operands[] = {input, paddings};
  return internal::Call1(op, operands, {{"mode", attrs.mode}}, Where(operands));
}

Tensor MirrorPadGrad(const Operand& input, const Operand& paddings, const MirrorPadGradAttrs& attrs) {
  static const OpSpec& op = internal::Op("MirrorPadGrad");
  const Operand operands[] = {input, paddings};
  return internal::Call1(op, operands, {{"mode", attrs.mode}}, Where(operands));
}

Tensor GatherV2(const Operand& params, const Operand& indices, const Operand& axis, const GatherV2Attrs& attrs) {
  static const OpSpec& op = internal::Op("GatherV2");
  const Operand operands[] = {params, indices, axis};
  return internal::Call1(op, operands, {{"batch_dims", attrs.batch_dims}}, Where(operands));
}

Tensor GatherV2Grad(const Operand& shape, const Operand& indices, const Operand& dy, const Operand& axis, const
    GatherV2GradAttrs& attrs) {
  static const OpSpec& op = internal::Op("GatherV2Grad");
  const Operand operands[] = {shape, indices, dy, axis};
  return internal::Call1(op, operands, {{"batch_dims", attrs.batch_dims}}, Where(operands));
}

Tensor GatherNd(const Operand& params, const Operand& indices, const GatherNdAttrs& attrs) {
  static const OpSpec& op = internal::Op("GatherNd");
  const Operand operands[] = {params, indices};
  return internal::Call1(op, operands, {{"bad_indices_policy", attrs.bad_indices_policy}}, Where(operands));
}

Tensor ScatterNd(const Operand& indices, const Operand& updates, const Operand& shape, const ScatterNdAttrs& attrs) {
  static const OpSpec& op = internal::Op("ScatterNd");
  const Operand operands[] = {indices, updates, shape};
  return internal::Call1(op, operands, {{"bad_indices_policy", attrs.bad_indices_policy}}, Where(operands));
}

Tensor TensorScatterAdd(const Operand& tensor, const Operand& indices, const Operand& updates, const
    TensorScatterAddAttrs& attrs) {
  static const OpSpec& op = internal::Op("TensorScatterAdd");
  const Operand operands[] = {tensor, indices, updates};
  return internal::Call1(op, operands, {{"bad_indices_policy", attrs.bad_indices_policy}}, Where(operands));
}

Tensor TensorScatterUpdate(const Operand& tensor, const Operand& indices, const Operand& updates, const
    TensorScatterUpdateAttrs& attrs) {
  static const OpSpec& op = internal::Op("TensorScatterUpdate");
  const Operand operands[] = {tensor, indices, updates};
  return internal::Call1(op, operands, {{"bad_indices_policy", attrs.bad_indices_policy}}, Where(operands));
}

Tensor TensorScatterSub(const Operand& tensor, const Operand& indices, const Operand& updates, const
    TensorScatterSubAttrs& attrs) {
  static const OpSpec& op = internal::Op("TensorScatterSub");
  const Operand operands[] = {tensor, indices, updates};
  return internal::Call1(op, operands, {{"bad_indices_policy", attrs.bad_indices_policy}}, Where(operands));
}

Tensor TensorScatterMax(const Operand& tensor, const Operand& indices, const Operand& updates, const
    TensorScatterMaxAttrs& attrs) {
  static const OpSpec& op = internal::Op("TensorScatterMax");
  const Operand operands[] = {tensor, indices, updates};
  return internal::Call1(op, operands, {{"bad_indices_policy", attrs.bad_indices_policy}}, Where(operands));
}

Tensor TensorScatterMin(const Operand& tensor, const Operand& indices, const Operand& updates, const
    TensorScatterMinAttrs& attrs) {
  static const OpSpec& op = internal::Op("TensorScatterMin");
  const Operand operands[] = {tensor, indices, updates};
  return internal::Call1(op, operands, {{"bad_indices_policy", attrs.bad_indices_policy}}, Where(operands));
}

Tensor SparseToDense(const Operand& sparse_indices, const Operand& output_shape, const Operand& sparse_values, const
    Operand& default_value, const SparseToDenseAttrs& attrs) {
  static const OpSpec& op = internal::Op("SparseToDense");
  const Operand operands[] = {sparse_indices, output_shape, sparse_values, default_value};
  return internal::Call1(op, operands, {{"validate_indices", attrs.validate_indices}}, Where(operands));
}

Tensor UnsortedSegmentSum(const Operand& data, const Operand& segment_ids, const Operand& num_segments) {
  static const OpSpec& op = internal::Op("UnsortedSegmentSum");
  const Operand operands[] = {data, segment_ids, num_segments};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Fill(const Operand& dims, const Operand& value) {
  static const OpSpec& op = internal::Op("Fill");
  const Operand operands[] = {dims, value};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor ZerosLike(const Operand& x) {
  static const OpSpec& op = internal::Op("ZerosLike");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor OnesLike(const Operand& x) {
  static const OpSpec& op = internal::Op("OnesLike");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Range(const Operand& start, const Operand& limit, const Operand& delta) {
  static const OpSpec& op = internal::Op("Range");
  const Operand operands[] = {start, limit, delta};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor LinSpace(const Operand& start, const Operand& stop, const Operand& num) {
  static const OpSpec& op = internal::Op("LinSpace");
  const Operand operands[] = {start, stop, num};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor OneHot(const Operand& indices, const Operand& depth, const Operand& on_value, const Operand& off_value, const
    OneHotAttrs& attrs) {
  static const OpSpec& op = internal::Op("OneHot");
  const Operand operands[] = {indices, depth, on_value, off_value};
  return internal::Call1(op, operands, {{"axis", attrs.axis}}, Where(operands));
}

Tensor MatMul(const Operand& a, const Operand& b, const MatMulAttrs& attrs) {
  static const OpSpec& op = internal::Op("MatMul");
  const Operand operands[] = {a, b};
  return internal::Call1(op, operands, {{"transpose_a", attrs.transpose_a}, {"transpose_b", attrs.transpose_b}, {"grad_a", attrs.grad_a}, {"grad_b", attrs.grad_b}}, Where(operands));
}

Tensor BatchMatMulV2(const Operand& x, const Operand& y, const BatchMatMulV2Attrs& attrs) {
  static const OpSpec& op = internal::Op("BatchMatMulV2");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {{"adj_x", attrs.adj_x}, {"adj_y", attrs.adj_y}, {"grad_x", attrs.grad_x}, {"grad_y", attrs.grad_y}}, Where(operands));
}

Tensor Multinomial(const Operand& logits, const Operand& num_samples, const MultinomialAttrs& attrs) {
  static const OpSpec& op = internal::Op("Multinomial");
  const Operand operands[] = {logits, num_samples};
  return internal::Call1(op, operands, {{"seed", attrs.seed}, {"seed2", attrs.seed2}, {"output_dtype", attrs.output_dtype}}, Where(operands));
}

Tensor RandomGamma(const Operand& shape, const Operand& alpha, const RandomGammaAttrs& attrs) {
  static const OpSpec& op = internal::Op("RandomGamma");
  const Operand operands[] = {shape, alpha};
  return internal::Call1(op, operands, {{"seed", attrs.seed}, {"seed2", attrs.seed2}}, Where(operands));
}

Tensor RandomGammaGrad(const Operand& alpha, const Operand& sample) {
  static const OpSpec& op = internal::Op("RandomGammaGrad");
  const Operand operands[] = {alpha, sample};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor RandomPoissonV2(const Operand& shape, const Operand& rate, const RandomPoissonV2Attrs& attrs) {
  static const OpSpec& op = internal::Op("RandomPoissonV2");
  const Operand operands[] = {shape, rate};
  return internal::Call1(op, operands, {{"seed", attrs.seed}, {"seed2", attrs.seed2}, {"dtype", attrs.dtype}}, Where(operands));
}

Tensor RandomShuffle(const Operand& value, const RandomShuffleAttrs& attrs) {
  static const OpSpec& op = internal::Op("RandomShuffle");
  const Operand operands[] = {value};
  return internal::Call1(op, operands, {{"seed", attrs.seed}, {"seed2", attrs.seed2}}, Where(operands));
}

Tensor RandomStandardNormal(const Operand& shape, const RandomStandardNormalAttrs& attrs) {
  static const OpSpec& op = internal::Op("RandomStandardNormal");
  const Operand operands[] = {shape};
  return internal::Call1(op, operands, {{"seed", attrs.seed}, {"seed2", attrs.seed2}, {"dtype", attrs.dtype}}, Where(operands));
}

Tensor RandomUniform(const Operand& shape, const RandomUniformAttrs& attrs) {
  static const OpSpec& op = internal::Op("RandomUniform");
  const Operand operands[] = {shape};
  return internal::Call1(op, operands, {{"seed", attrs.seed}, {"seed2", attrs.seed2}, {"dtype", attrs.dtype}}, Where(operands));
}

Tensor RandomUniformInt(const Operand& shape, const Operand& minval, const Operand& maxval, const RandomUniformIntAttrs&
    attrs) {
  static const OpSpec& op = internal::Op("RandomUniformInt");
  const Operand operands[] = {shape, minval, maxval};
  return internal::Call1(op, operands, {{"seed", attrs.seed}, {"seed2", attrs.seed2}}, Where(operands));
}

Tensor TruncatedNormal(const Operand& shape, const TruncatedNormalAttrs& attrs) {
  static const OpSpec& op = internal::Op("TruncatedNormal");
  const Operand operands[] = {shape};
  return internal::Call1(op, operands, {{"seed", attrs.seed}, {"seed2", attrs.seed2}, {"dtype", attrs.dtype}}, Where(operands));
}

Tensor VarHandleOp(const VarHandleOpAttrs& attrs, std::source_location where) {
  static const OpSpec& op = internal::Op("VarHandleOp");
  return internal::Call1(op, {}, {{"container", attrs.container}, {"shared_name", attrs.shared_name}, {"debug_name", attrs.debug_name}, {"dtype", attrs.dtype}, {"shape", attrs.shape}}, where);
}

Tensor ReadVariableOp(const Operand& resource, const ReadVariableOpAttrs& attrs) {
  static const OpSpec& op = internal::Op("ReadVariableOp");
  const Operand operands[] = {resource};
  return internal::Call1(op, operands, {{"dtype", attrs.dtype}}, Where(operands));
}

void AssignVariableOp(const Operand& resource, const Operand& value, const AssignVariableOpAttrs& attrs) {
  static const OpSpec& op = internal::Op("AssignVariableOp");
  const Operand operands[] = {resource, value};
  internal::Call(op, operands, {{"validate_shape", attrs.validate_shape}}, Where(operands));
}

void InitializeVariableOp(const Operand& resource, const Operand& value) {
  static const OpSpec& op = internal::Op("InitializeVariableOp");
  const Operand operands[] = {resource, value};
  internal::Call(op, operands, {}, Where(operands));
}

void AssignAddVariableOp(const Operand& resource, const Operand& value) {
  static const OpSpec& op = internal::Op("AssignAddVariableOp");
  const Operand operands[] = {resource, value};
  internal::Call(op, operands, {}, Where(operands));
}

void AssignSubVariableOp(const Operand& resource, const Operand& value) {
  static const OpSpec& op = internal::Op("AssignSubVariableOp");
  const Operand operands[] = {resource, value};
  internal::Call(op, operands, {}, Where(operands));
}

Tensor VarIsInitializedOp(const Operand& resource) {
  static const OpSpec& op = internal::Op("VarIsInitializedOp");
  const Operand operands[] = {resource};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor VariableShape(const Operand& input, const VariableShapeAttrs& attrs) {
  static const OpSpec& op = internal::Op("VariableShape");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {{"out_type", attrs.out_type}}, Where(operands));
}

void DestroyResourceOp(const Operand& resource, const DestroyResourceOpAttrs& attrs) {
  static const OpSpec& op = internal::Op("DestroyResourceOp");
  const Operand operands[] = {resource};
  internal::Call(op, operands, {{"ignore_lookup_error", attrs.ignore_lookup_error}}, Where(operands));
}

void DisableCopyOnRead(const Operand& resource) {
  static const OpSpec& op = internal::Op("DisableCopyOnRead");
  const Operand operands[] = {resource};
  internal::Call(op, operands, {}, Where(operands));
}

void ResourceApplyGradientDescent(const Operand& var, const Operand& alpha, const Operand& delta, const
    ResourceApplyGradientDescentAttrs& attrs) {
  static const OpSpec& op = internal::Op("ResourceApplyGradientDescent");
  const Operand operands[] = {var, alpha, delta};
  internal::Call(op, operands, {{"use_locking", attrs.use_locking}}, Where(operands));
}

void ResourceApplyMomentum(const Operand& var, const Operand& accum, const Operand& lr, const Operand& grad, const
    Operand& momentum, const ResourceApplyMomentumAttrs& attrs) {
  static const OpSpec& op = internal::Op("ResourceApplyMomentum");
  const Operand operands[] = {var, accum, lr, grad, momentum};
  internal::Call(op, operands, {{"use_locking", attrs.use_locking}, {"use_nesterov", attrs.use_nesterov}}, Where(operands));
}

void ResourceApplyKerasMomentum(const Operand& var, const Operand& accum, const Operand& lr, const Operand& grad, const
    Operand& momentum, const ResourceApplyKerasMomentumAttrs& attrs) {
  static const OpSpec& op = internal::Op("ResourceApplyKerasMomentum");
  const Operand operands[] = {var, accum, lr, grad, momentum};
  internal::Call(op, operands, {{"use_locking", attrs.use_locking}, {"use_nesterov", attrs.use_nesterov}}, Where(operands));
}

void ResourceApplyAdam(const Operand& var, const Operand& m, const Operand& v, const Operand& beta1_power, const
    Operand& beta2_power, const Operand& lr, const Operand& beta1, const Operand& beta2, const Operand& epsilon, const
    Operand& grad, const ResourceApplyAdamAttrs& attrs) {
  static const OpSpec& op = internal::Op("ResourceApplyAdam");
  const Operand operands[] = {var, m, v, beta1_power, beta2_power, lr, beta1, beta2, epsilon, grad};
  internal::Call(op, operands, {{"use_locking", attrs.use_locking}, {"use_nesterov", attrs.use_nesterov}}, Where(operands));
}

void ResourceApplyAdamWithAmsgrad(const Operand& var, const Operand& m, const Operand& v, const Operand& vhat, const
    Operand& beta1_power, const Operand& beta2_power, const Operand& lr, const Operand& beta1, const Operand& beta2,
    const Operand& epsilon, const Operand& grad, const ResourceApplyAdamWithAmsgradAttrs& attrs) {
  static const OpSpec& op = internal::Op("ResourceApplyAdamWithAmsgrad");
  const Operand operands[] = {var, m, v, vhat, beta1_power, beta2_power, lr, beta1, beta2, epsilon, grad};
  internal::Call(op, operands, {{"use_locking", attrs.use_locking}}, Where(operands));
}

void ResourceApplyAdaMax(const Operand& var, const Operand& m, const Operand& v, const Operand& beta1_power, const
    Operand& lr, const Operand& beta1, const Operand& beta2, const Operand& epsilon, const Operand& grad, const
    ResourceApplyAdaMaxAttrs& attrs) {
  static const OpSpec& op = internal::Op("ResourceApplyAdaMax");
  const Operand operands[] = {var, m, v, beta1_power, lr, beta1, beta2, epsilon, grad};
  internal::Call(op, operands, {{"use_locking", attrs.use_locking}}, Where(operands));
}

void ResourceApplyRMSProp(const Operand& var, const Operand& ms, const Operand& mom, const Operand& lr, const Operand&
    rho, const Operand& momentum, const Operand& epsilon, const Operand& grad, const ResourceApplyRMSPropAttrs& attrs) {
  static const OpSpec& op = internal::Op("ResourceApplyRMSProp");
  const Operand operands[] = {var, ms, mom, lr, rho, momentum, epsilon, grad};
  internal::Call(op, operands, {{"use_locking", attrs.use_locking}}, Where(operands));
}

void ResourceApplyCenteredRMSProp(const Operand& var, const Operand& mg, const Operand& ms, const Operand& mom, const
    Operand& lr, const Operand& rho, const Operand& momentum, const Operand& epsilon, const Operand& grad, const
    ResourceApplyCenteredRMSPropAttrs& attrs) {
  static const OpSpec& op = internal::Op("ResourceApplyCenteredRMSProp");
  const Operand operands[] = {var, mg, ms, mom, lr, rho, momentum, epsilon, grad};
  internal::Call(op, operands, {{"use_locking", attrs.use_locking}}, Where(operands));
}

void ResourceApplyKerasRMSProp(const Operand& var, const Operand& ms, const Operand& lr, const Operand& rho, const
    Operand& epsilon, const Operand& grad, const ResourceApplyKerasRMSPropAttrs& attrs) {
  static const OpSpec& op = internal::Op("ResourceApplyKerasRMSProp");
  const Operand operands[] = {var, ms, lr, rho, epsilon, grad};
  internal::Call(op, operands, {{"use_locking", attrs.use_locking}}, Where(operands));
}

void ResourceApplyKerasCenteredRMSProp(const Operand& var, const Operand& mg, const Operand& ms, const Operand& lr,
    const Operand& rho, const Operand& epsilon, const Operand& grad, const ResourceApplyKerasCenteredRMSPropAttrs&
    attrs) {
  static const OpSpec& op = internal::Op("ResourceApplyKerasCenteredRMSProp");
  const Operand operands[] = {var, mg, ms, lr, rho, epsilon, grad};
  internal::Call(op, operands, {{"use_locking", attrs.use_locking}}, Where(operands));
}

void ResourceApplyAdagrad(const Operand& var, const Operand& accum, const Operand& lr, const Operand& grad, const
    ResourceApplyAdagradAttrs& attrs) {
  static const OpSpec& op = internal::Op("ResourceApplyAdagrad");
  const Operand operands[] = {var, accum, lr, grad};
  internal::Call(op, operands, {{"use_locking", attrs.use_locking}, {"update_slots", attrs.update_slots}}, Where(operands));
}

void ResourceApplyAdagradV2(const Operand& var, const Operand& accum, const Operand& lr, const Operand& epsilon, const
    Operand& grad, const ResourceApplyAdagradV2Attrs& attrs) {
  static const OpSpec& op = internal::Op("ResourceApplyAdagradV2");
  const Operand operands[] = {var, accum, lr, epsilon, grad};
  internal::Call(op, operands, {{"use_locking", attrs.use_locking}, {"update_slots", attrs.update_slots}}, Where(operands));
}

void ResourceApplyKerasAdagrad(const Operand& var, const Operand& accum, const Operand& lr, const Operand& epsilon,
    const Operand& grad, const ResourceApplyKerasAdagradAttrs& attrs) {
  static const OpSpec& op = internal::Op("ResourceApplyKerasAdagrad");
  const Operand operands[] = {var, accum, lr, epsilon, grad};
  internal::Call(op, operands, {{"use_locking", attrs.use_locking}}, Where(operands));
}

void ResourceApplyAdadelta(const Operand& var, const Operand& accum, const Operand& accum_update, const Operand& lr,
    const Operand& rho, const Operand& epsilon, const Operand& grad, const ResourceApplyAdadeltaAttrs& attrs) {
  static const OpSpec& op = internal::Op("ResourceApplyAdadelta");
  const Operand operands[] = {var, accum, accum_update, lr, rho, epsilon, grad};
  internal::Call(op, operands, {{"use_locking", attrs.use_locking}}, Where(operands));
}

void ResourceApplyFtrl(const Operand& var, const Operand& accum, const Operand& linear, const Operand& grad, const
    Operand& lr, const Operand& l1, const Operand& l2, const Operand& lr_power, const ResourceApplyFtrlAttrs& attrs) {
  static const OpSpec& op = internal::Op("ResourceApplyFtrl");
  const Operand operands[] = {var, accum, linear, grad, lr, l1, l2, lr_power};
  internal::Call(op, operands, {{"use_locking", attrs.use_locking}, {"multiply_linear_by_lr", attrs.multiply_linear_by_lr}}, Where(operands));
}

void ResourceApplyFtrlV2(const Operand& var, const Operand& accum, const Operand& linear, const Operand& grad, const
    Operand& lr, const Operand& l1, const Operand& l2, const Operand& l2_shrinkage, const Operand& lr_power, const
    ResourceApplyFtrlV2Attrs& attrs) {
  static const OpSpec& op = internal::Op("ResourceApplyFtrlV2");
  const Operand operands[] = {var, accum, linear, grad, lr, l1, l2, l2_shrinkage, lr_power};
  internal::Call(op, operands, {{"use_locking", attrs.use_locking}, {"multiply_linear_by_lr", attrs.multiply_linear_by_lr}}, Where(operands));
}

void ResourceApplyKerasWeightDecay(const Operand& var, const Operand& weight_decay, const Operand& lr, const
    ResourceApplyKerasWeightDecayAttrs& attrs) {
  static const OpSpec& op = internal::Op("ResourceApplyKerasWeightDecay");
  const Operand operands[] = {var, weight_decay, lr};
  internal::Call(op, operands, {{"use_locking", attrs.use_locking}}, Where(operands));
}

Tensor Conv2D(const Operand& input, const Operand& filter, const Conv2DAttrs& attrs) {
  static const OpSpec& op = internal::Op("Conv2D");
  const Operand operands[] = {input, filter};
  return internal::Call1(op, operands, {{"strides", attrs.strides}, {"use_cudnn_on_gpu", attrs.use_cudnn_on_gpu}, {"padding", attrs.padding}, {"explicit_paddings", attrs.explicit_paddings}, {"data_format", attrs.data_format}, {"dilations", attrs.dilations}}, Where(operands));
}

Tensor Conv2DBackpropInput(const Operand& input_sizes, const Operand& filter, const Operand& out_backprop, const
    Conv2DBackpropInputAttrs& attrs) {
  static const OpSpec& op = internal::Op("Conv2DBackpropInput");
  const Operand operands[] = {input_sizes, filter, out_backprop};
  return internal::Call1(op, operands, {{"strides", attrs.strides}, {"use_cudnn_on_gpu", attrs.use_cudnn_on_gpu}, {"padding", attrs.padding}, {"explicit_paddings", attrs.explicit_paddings}, {"data_format", attrs.data_format}, {"dilations", attrs.dilations}}, Where(operands));
}

Tensor Conv2DBackpropFilter(const Operand& input, const Operand& filter_sizes, const Operand& out_backprop, const
    Conv2DBackpropFilterAttrs& attrs) {
  static const OpSpec& op = internal::Op("Conv2DBackpropFilter");
  const Operand operands[] = {input, filter_sizes, out_backprop};
  return internal::Call1(op, operands, {{"strides", attrs.strides}, {"use_cudnn_on_gpu", attrs.use_cudnn_on_gpu}, {"padding", attrs.padding}, {"explicit_paddings", attrs.explicit_paddings}, {"data_format", attrs.data_format}, {"dilations", attrs.dilations}}, Where(operands));
}

Tensor DepthwiseConv2dNative(const Operand& input, const Operand& filter, const DepthwiseConv2dNativeAttrs& attrs) {
  static const OpSpec& op = internal::Op("DepthwiseConv2dNative");
  const Operand operands[] = {input, filter};
  return internal::Call1(op, operands, {{"strides", attrs.strides}, {"padding", attrs.padding}, {"explicit_paddings", attrs.explicit_paddings}, {"data_format", attrs.data_format}, {"dilations", attrs.dilations}}, Where(operands));
}

Tensor DepthwiseConv2dNativeBackpropInput(const Operand& input_sizes, const Operand& filter, const Operand&
    out_backprop, const DepthwiseConv2dNativeBackpropInputAttrs& attrs) {
  static const OpSpec& op = internal::Op("DepthwiseConv2dNativeBackpropInput");
  const Operand operands[] = {input_sizes, filter, out_backprop};
  return internal::Call1(op, operands, {{"strides", attrs.strides}, {"padding", attrs.padding}, {"explicit_paddings", attrs.explicit_paddings}, {"data_format", attrs.data_format}, {"dilations", attrs.dilations}}, Where(operands));
}

Tensor DepthwiseConv2dNativeBackpropFilter(const Operand& input, const Operand& filter_sizes, const Operand&
    out_backprop, const DepthwiseConv2dNativeBackpropFilterAttrs& attrs) {
  static const OpSpec& op = internal::Op("DepthwiseConv2dNativeBackpropFilter");
  const Operand operands[] = {input, filter_sizes, out_backprop};
  return internal::Call1(op, operands, {{"strides", attrs.strides}, {"padding", attrs.padding}, {"explicit_paddings", attrs.explicit_paddings}, {"data_format", attrs.data_format}, {"dilations", attrs.dilations}}, Where(operands));
}

Tensor MaxPool(const Operand& input, const MaxPoolAttrs& attrs) {
  static const OpSpec& op = internal::Op("MaxPool");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {{"ksize", attrs.ksize}, {"strides", attrs.strides}, {"padding", attrs.padding}, {"explicit_paddings", attrs.explicit_paddings}, {"data_format", attrs.data_format}}, Where(operands));
}

Tensor MaxPoolGrad(const Operand& orig_input, const Operand& orig_output, const Operand& grad, const MaxPoolGradAttrs&
    attrs) {
  static const OpSpec& op = internal::Op("MaxPoolGrad");
  const Operand operands[] = {orig_input, orig_output, grad};
  return internal::Call1(op, operands, {{"ksize", attrs.ksize}, {"strides", attrs.strides}, {"padding", attrs.padding}, {"explicit_paddings", attrs.explicit_paddings}, {"data_format", attrs.data_format}}, Where(operands));
}

Tensor MaxPoolGradGrad(const Operand& orig_input, const Operand& orig_output, const Operand& grad, const
    MaxPoolGradGradAttrs& attrs) {
  static const OpSpec& op = internal::Op("MaxPoolGradGrad");
  const Operand operands[] = {orig_input, orig_output, grad};
  return internal::Call1(op, operands, {{"ksize", attrs.ksize}, {"strides", attrs.strides}, {"padding", attrs.padding}, {"data_format", attrs.data_format}}, Where(operands));
}

Tensor AvgPool(const Operand& value, const AvgPoolAttrs& attrs) {
  static const OpSpec& op = internal::Op("AvgPool");
  const Operand operands[] = {value};
  return internal::Call1(op, operands, {{"ksize", attrs.ksize}, {"strides", attrs.strides}, {"padding", attrs.padding}, {"data_format", attrs.data_format}}, Where(operands));
}

Tensor AvgPoolGrad(const Operand& orig_input_shape, const Operand& grad, const AvgPoolGradAttrs& attrs) {
  static const OpSpec& op = internal::Op("AvgPoolGrad");
  const Operand operands[] = {orig_input_shape, grad};
  return internal::Call1(op, operands, {{"ksize", attrs.ksize}, {"strides", attrs.strides}, {"padding", attrs.padding}, {"data_format", attrs.data_format}}, Where(operands));
}

Tensor Softmax(const Operand& logits) {
  static const OpSpec& op = internal::Op("Softmax");
  const Operand operands[] = {logits};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor LogSoftmax(const Operand& logits) {
  static const OpSpec& op = internal::Op("LogSoftmax");
  const Operand operands[] = {logits};
  return internal::Call1(op, operands, {}, Where(operands));
}

std::vector<Tensor> SoftmaxCrossEntropyWithLogits(const Operand& features, const Operand& labels) {
  static const OpSpec& op = internal::Op("SoftmaxCrossEntropyWithLogits");
  const Operand operands[] = {features, labels};
  const internal::Tensors outputs = internal::Call(op, operands, {}, Where(operands));
  return {outputs.begin(), outputs.end()};
}

std::vector<Tensor> SparseSoftmaxCrossEntropyWithLogits(const Operand& features, const Operand& labels) {
  static const OpSpec& op = internal::Op("SparseSoftmaxCrossEntropyWithLogits");
  const Operand operands[] = {features, labels};
  const internal::Tensors outputs = internal::Call(op, operands, {}, Where(operands));
  return {outputs.begin(), outputs.end()};
}

Tensor BiasAdd(const Operand& value, const Operand& bias, const BiasAddAttrs& attrs) {
  static const OpSpec& op = internal::Op("BiasAdd");
  const Operand operands[] = {value, bias};
  return internal::Call1(op, operands, {{"data_format", attrs.data_format}}, Where(operands));
}

Tensor BiasAddGrad(const Operand& out_backprop, const BiasAddGradAttrs& attrs) {
  static const OpSpec& op = internal::Op("BiasAddGrad");
  const Operand operands[] = {out_backprop};
  return internal::Call1(op, operands, {{"data_format", attrs.data_format}}, Where(operands));
}

Tensor L2Loss(const Operand& t) {
  static const OpSpec& op = internal::Op("L2Loss");
  const Operand operands[] = {t};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor StatelessRandomNormal(const Operand& shape, const Operand& seed, const StatelessRandomNormalAttrs& attrs) {
  static const OpSpec& op = internal::Op("StatelessRandomNormal");
  const Operand operands[] = {shape, seed};
  return internal::Call1(op, operands, {{"dtype", attrs.dtype}}, Where(operands));
}

Tensor StatelessRandomUniform(const Operand& shape, const Operand& seed, const StatelessRandomUniformAttrs& attrs) {
  static const OpSpec& op = internal::Op("StatelessRandomUniform");
  const Operand operands[] = {shape, seed};
  return internal::Call1(op, operands, {{"dtype", attrs.dtype}}, Where(operands));
}

Tensor StatelessTruncatedNormal(const Operand& shape, const Operand& seed, const StatelessTruncatedNormalAttrs& attrs) {
  static const OpSpec& op = internal::Op("StatelessTruncatedNormal");
  const Operand operands[] = {shape, seed};
  return internal::Call1(op, operands, {{"dtype", attrs.dtype}}, Where(operands));
}

Tensor StatelessRandomUniformInt(const Operand& shape, const Operand& seed, const Operand& minval, const Operand&
    maxval) {
  static const OpSpec& op = internal::Op("StatelessRandomUniformInt");
  const Operand operands[] = {shape, seed, minval, maxval};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor StatelessRandomUniformFullInt(const Operand& shape, const Operand& seed, const
    StatelessRandomUniformFullIntAttrs& attrs) {
  static const OpSpec& op = internal::Op("StatelessRandomUniformFullInt");
  const Operand operands[] = {shape, seed};
  return internal::Call1(op, operands, {{"dtype", attrs.dtype}}, Where(operands));
}

Tensor StatelessRandomNormalV2(const Operand& shape, const Operand& key, const Operand& counter, const Operand& alg,
    const StatelessRandomNormalV2Attrs& attrs) {
  static const OpSpec& op = internal::Op("StatelessRandomNormalV2");
  const Operand operands[] = {shape, key, counter, alg};
  return internal::Call1(op, operands, {{"dtype", attrs.dtype}}, Where(operands));
}

Tensor StatelessRandomUniformV2(const Operand& shape, const Operand& key, const Operand& counter, const Operand& alg,
    const StatelessRandomUniformV2Attrs& attrs) {
  static const OpSpec& op = internal::Op("StatelessRandomUniformV2");
  const Operand operands[] = {shape, key, counter, alg};
  return internal::Call1(op, operands, {{"dtype", attrs.dtype}}, Where(operands));
}

Tensor StatelessTruncatedNormalV2(const Operand& shape, const Operand& key, const Operand& counter, const Operand& alg,
    const StatelessTruncatedNormalV2Attrs& attrs) {
  static const OpSpec& op = internal::Op("StatelessTruncatedNormalV2");
  const Operand operands[] = {shape, key, counter, alg};
  return internal::Call1(op, operands, {{"dtype", attrs.dtype}}, Where(operands));
}

Tensor StatelessRandomUniformIntV2(const Operand& shape, const Operand& key, const Operand& counter, const Operand& alg,
    const Operand& minval, const Operand& maxval) {
  static const OpSpec& op = internal::Op("StatelessRandomUniformIntV2");
  const Operand operands[] = {shape, key, counter, alg, minval, maxval};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor StatelessRandomUniformFullIntV2(const Operand& shape, const Operand& key, const Operand& counter, const Operand&
    alg, const StatelessRandomUniformFullIntV2Attrs& attrs) {
  static const OpSpec& op = internal::Op("StatelessRandomUniformFullIntV2");
  const Operand operands[] = {shape, key, counter, alg};
  return internal::Call1(op, operands, {{"dtype", attrs.dtype}}, Where(operands));
}

std::vector<Tensor> StatelessRandomGetKeyCounter(const Operand& seed) {
  static const OpSpec& op = internal::Op("StatelessRandomGetKeyCounter");
  const Operand operands[] = {seed};
  const internal::Tensors outputs = internal::Call(op, operands, {}, Where(operands));
  return {outputs.begin(), outputs.end()};
}

std::vector<Tensor> StatelessRandomGetKeyCounterAlg(const Operand& seed) {
  static const OpSpec& op = internal::Op("StatelessRandomGetKeyCounterAlg");
  const Operand operands[] = {seed};
  const internal::Tensors outputs = internal::Call(op, operands, {}, Where(operands));
  return {outputs.begin(), outputs.end()};
}

Tensor StatelessRandomGetAlg(std::source_location where) {
  static const OpSpec& op = internal::Op("StatelessRandomGetAlg");
  return internal::Call1(op, {}, {}, where);
}

Tensor RngReadAndSkip(const Operand& resource, const Operand& alg, const Operand& delta) {
  static const OpSpec& op = internal::Op("RngReadAndSkip");
  const Operand operands[] = {resource, alg, delta};
  return internal::Call1(op, operands, {}, Where(operands));
}

std::vector<Tensor> FusedBatchNormV3(const Operand& x, const Operand& scale, const Operand& offset, const Operand& mean,
    const Operand& variance, const FusedBatchNormV3Attrs& attrs) {
  static const OpSpec& op = internal::Op("FusedBatchNormV3");
  const Operand operands[] = {x, scale, offset, mean, variance};
  const internal::Tensors outputs = internal::Call(op, operands, {{"epsilon", attrs.epsilon}, {"exponential_avg_factor", attrs.exponential_avg_factor}, {"data_format", attrs.data_format}, {"is_training", attrs.is_training}}, Where(operands));
  return {outputs.begin(), outputs.end()};
}

std::vector<Tensor> FusedBatchNormGradV3(const Operand& y_backprop, const Operand& x, const Operand& scale, const
    Operand& reserve_space_1, const Operand& reserve_space_2, const Operand& reserve_space_3, const
    FusedBatchNormGradV3Attrs& attrs) {
  static const OpSpec& op = internal::Op("FusedBatchNormGradV3");
  const Operand operands[] = {y_backprop, x, scale, reserve_space_1, reserve_space_2, reserve_space_3};
  const internal::Tensors outputs = internal::Call(op, operands, {{"epsilon", attrs.epsilon}, {"data_format", attrs.data_format}, {"is_training", attrs.is_training}}, Where(operands));
  return {outputs.begin(), outputs.end()};
}

Tensor Relu6(const Operand& features) {
  static const OpSpec& op = internal::Op("Relu6");
  const Operand operands[] = {features};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor LeakyRelu(const Operand& features, const LeakyReluAttrs& attrs) {
  static const OpSpec& op = internal::Op("LeakyRelu");
  const Operand operands[] = {features};
  return internal::Call1(op, operands, {{"alpha", attrs.alpha}}, Where(operands));
}

Tensor Elu(const Operand& features) {
  static const OpSpec& op = internal::Op("Elu");
  const Operand operands[] = {features};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Selu(const Operand& features) {
  static const OpSpec& op = internal::Op("Selu");
  const Operand operands[] = {features};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Softsign(const Operand& features) {
  static const OpSpec& op = internal::Op("Softsign");
  const Operand operands[] = {features};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Relu6Grad(const Operand& gradients, const Operand& features) {
  static const OpSpec& op = internal::Op("Relu6Grad");
  const Operand operands[] = {gradients, features};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor LeakyReluGrad(const Operand& gradients, const Operand& features, const LeakyReluGradAttrs& attrs) {
  static const OpSpec& op = internal::Op("LeakyReluGrad");
  const Operand operands[] = {gradients, features};
  return internal::Call1(op, operands, {{"alpha", attrs.alpha}}, Where(operands));
}

Tensor EluGrad(const Operand& gradients, const Operand& outputs) {
  static const OpSpec& op = internal::Op("EluGrad");
  const Operand operands[] = {gradients, outputs};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor SeluGrad(const Operand& gradients, const Operand& outputs) {
  static const OpSpec& op = internal::Op("SeluGrad");
  const Operand operands[] = {gradients, outputs};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor SoftsignGrad(const Operand& gradients, const Operand& features) {
  static const OpSpec& op = internal::Op("SoftsignGrad");
  const Operand operands[] = {gradients, features};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Asin(const Operand& x) {
  static const OpSpec& op = internal::Op("Asin");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Acos(const Operand& x) {
  static const OpSpec& op = internal::Op("Acos");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Atan(const Operand& x) {
  static const OpSpec& op = internal::Op("Atan");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Sinh(const Operand& x) {
  static const OpSpec& op = internal::Op("Sinh");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Cosh(const Operand& x) {
  static const OpSpec& op = internal::Op("Cosh");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Asinh(const Operand& x) {
  static const OpSpec& op = internal::Op("Asinh");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Acosh(const Operand& x) {
  static const OpSpec& op = internal::Op("Acosh");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Atanh(const Operand& x) {
  static const OpSpec& op = internal::Op("Atanh");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Erf(const Operand& x) {
  static const OpSpec& op = internal::Op("Erf");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Erfc(const Operand& x) {
  static const OpSpec& op = internal::Op("Erfc");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor BitwiseAnd(const Operand& x, const Operand& y) {
  static const OpSpec& op = internal::Op("BitwiseAnd");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor BitwiseOr(const Operand& x, const Operand& y) {
  static const OpSpec& op = internal::Op("BitwiseOr");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor BitwiseXor(const Operand& x, const Operand& y) {
  static const OpSpec& op = internal::Op("BitwiseXor");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor LeftShift(const Operand& x, const Operand& y) {
  static const OpSpec& op = internal::Op("LeftShift");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor RightShift(const Operand& x, const Operand& y) {
  static const OpSpec& op = internal::Op("RightShift");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Invert(const Operand& x) {
  static const OpSpec& op = internal::Op("Invert");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

std::vector<Tensor> TopKV2(const Operand& input, const Operand& k, const TopKV2Attrs& attrs) {
  static const OpSpec& op = internal::Op("TopKV2");
  const Operand operands[] = {input, k};
  const internal::Tensors outputs = internal::Call(op, operands, {{"sorted", attrs.sorted}, {"index_type", attrs.index_type}}, Where(operands));
  return {outputs.begin(), outputs.end()};
}

Tensor InTopKV2(const Operand& predictions, const Operand& targets, const Operand& k) {
  static const OpSpec& op = internal::Op("InTopKV2");
  const Operand operands[] = {predictions, targets, k};
  return internal::Call1(op, operands, {}, Where(operands));
}

std::vector<Tensor> SelfAdjointEigV2(const Operand& input, const SelfAdjointEigV2Attrs& attrs) {
  static const OpSpec& op = internal::Op("SelfAdjointEigV2");
  const Operand operands[] = {input};
  const internal::Tensors outputs = internal::Call(op, operands, {{"compute_v", attrs.compute_v}}, Where(operands));
  return {outputs.begin(), outputs.end()};
}

std::vector<Tensor> Svd(const Operand& input, const SvdAttrs& attrs) {
  static const OpSpec& op = internal::Op("Svd");
  const Operand operands[] = {input};
  const internal::Tensors outputs = internal::Call(op, operands, {{"compute_uv", attrs.compute_uv}, {"full_matrices", attrs.full_matrices}}, Where(operands));
  return {outputs.begin(), outputs.end()};
}

Tensor Cholesky(const Operand& input) {
  static const OpSpec& op = internal::Op("Cholesky");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor MatrixInverse(const Operand& input, const MatrixInverseAttrs& attrs) {
  static const OpSpec& op = internal::Op("MatrixInverse");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {{"adjoint", attrs.adjoint}}, Where(operands));
}

std::vector<Tensor> Qr(const Operand& input, const QrAttrs& attrs) {
  static const OpSpec& op = internal::Op("Qr");
  const Operand operands[] = {input};
  const internal::Tensors outputs = internal::Call(op, operands, {{"full_matrices", attrs.full_matrices}}, Where(operands));
  return {outputs.begin(), outputs.end()};
}

Tensor MatrixDeterminant(const Operand& input) {
  static const OpSpec& op = internal::Op("MatrixDeterminant");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {}, Where(operands));
}

std::vector<Tensor> LogMatrixDeterminant(const Operand& input) {
  static const OpSpec& op = internal::Op("LogMatrixDeterminant");
  const Operand operands[] = {input};
  const internal::Tensors outputs = internal::Call(op, operands, {}, Where(operands));
  return {outputs.begin(), outputs.end()};
}

Tensor MatrixSolve(const Operand& matrix, const Operand& rhs, const MatrixSolveAttrs& attrs) {
  static const OpSpec& op = internal::Op("MatrixSolve");
  const Operand operands[] = {matrix, rhs};
  return internal::Call1(op, operands, {{"adjoint", attrs.adjoint}}, Where(operands));
}

Tensor MatrixTriangularSolve(const Operand& matrix, const Operand& rhs, const MatrixTriangularSolveAttrs& attrs) {
  static const OpSpec& op = internal::Op("MatrixTriangularSolve");
  const Operand operands[] = {matrix, rhs};
  return internal::Call1(op, operands, {{"lower", attrs.lower}, {"adjoint", attrs.adjoint}}, Where(operands));
}

Tensor Cross(const Operand& a, const Operand& b) {
  static const OpSpec& op = internal::Op("Cross");
  const Operand operands[] = {a, b};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Diag(const Operand& diagonal) {
  static const OpSpec& op = internal::Op("Diag");
  const Operand operands[] = {diagonal};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor DiagPart(const Operand& input) {
  static const OpSpec& op = internal::Op("DiagPart");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor MatrixDiagV3(const Operand& diagonal, const Operand& k, const Operand& num_rows, const Operand& num_cols, const
    Operand& padding_value, const MatrixDiagV3Attrs& attrs) {
  static const OpSpec& op = internal::Op("MatrixDiagV3");
  const Operand operands[] = {diagonal, k, num_rows, num_cols, padding_value};
  return internal::Call1(op, operands, {{"align", attrs.align}}, Where(operands));
}

Tensor MatrixDiagPartV3(const Operand& input, const Operand& k, const Operand& padding_value, const
    MatrixDiagPartV3Attrs& attrs) {
  static const OpSpec& op = internal::Op("MatrixDiagPartV3");
  const Operand operands[] = {input, k, padding_value};
  return internal::Call1(op, operands, {{"align", attrs.align}}, Where(operands));
}

Tensor MatrixSetDiagV3(const Operand& input, const Operand& diagonal, const Operand& k, const MatrixSetDiagV3Attrs&
    attrs) {
  static const OpSpec& op = internal::Op("MatrixSetDiagV3");
  const Operand operands[] = {input, diagonal, k};
  return internal::Call1(op, operands, {{"align", attrs.align}}, Where(operands));
}

Tensor Einsum(const std::vector<Operand>& inputs, const EinsumAttrs& attrs) {
  static const OpSpec& op = internal::Op("Einsum");
  std::vector<Operand> operands;
  operands.insert(operands.end(), inputs.begin(), inputs.end());
  return internal::Call1(op, operands, {{"equation", attrs.equation}}, Where(operands));
}

Tensor Erfinv(const Operand& x) {
  static const OpSpec& op = internal::Op("Erfinv");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Ndtri(const Operand& x) {
  static const OpSpec& op = internal::Op("Ndtri");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Xlog1py(const Operand& x, const Operand& y) {
  static const OpSpec& op = internal::Op("Xlog1py");
  const Operand operands[] = {x, y};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Lgamma(const Operand& x) {
  static const OpSpec& op = internal::Op("Lgamma");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Digamma(const Operand& x) {
  static const OpSpec& op = internal::Op("Digamma");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Polygamma(const Operand& a, const Operand& x) {
  static const OpSpec& op = internal::Op("Polygamma");
  const Operand operands[] = {a, x};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Zeta(const Operand& x, const Operand& q) {
  static const OpSpec& op = internal::Op("Zeta");
  const Operand operands[] = {x, q};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor EuclideanNorm(const Operand& input, const Operand& reduction_indices, const EuclideanNormAttrs& attrs) {
  static const OpSpec& op = internal::Op("EuclideanNorm");
  const Operand operands[] = {input, reduction_indices};
  return internal::Call1(op, operands, {{"keep_dims", attrs.keep_dims}}, Where(operands));
}

Tensor ResizeBilinear(const Operand& images, const Operand& size, const ResizeBilinearAttrs& attrs) {
  static const OpSpec& op = internal::Op("ResizeBilinear");
  const Operand operands[] = {images, size};
  return internal::Call1(op, operands, {{"align_corners", attrs.align_corners}, {"half_pixel_centers", attrs.half_pixel_centers}}, Where(operands));
}

Tensor ResizeBilinearGrad(const Operand& grads, const Operand& original_image, const ResizeBilinearGradAttrs& attrs) {
  static const OpSpec& op = internal::Op("ResizeBilinearGrad");
  const Operand operands[] = {grads, original_image};
  return internal::Call1(op, operands, {{"align_corners", attrs.align_corners}, {"half_pixel_centers", attrs.half_pixel_centers}}, Where(operands));
}

Tensor ResizeNearestNeighbor(const Operand& images, const Operand& size, const ResizeNearestNeighborAttrs& attrs) {
  static const OpSpec& op = internal::Op("ResizeNearestNeighbor");
  const Operand operands[] = {images, size};
  return internal::Call1(op, operands, {{"align_corners", attrs.align_corners}, {"half_pixel_centers", attrs.half_pixel_centers}}, Where(operands));
}

Tensor ResizeNearestNeighborGrad(const Operand& grads, const Operand& size, const ResizeNearestNeighborGradAttrs& attrs)
    {
  static const OpSpec& op = internal::Op("ResizeNearestNeighborGrad");
  const Operand operands[] = {grads, size};
  return internal::Call1(op, operands, {{"align_corners", attrs.align_corners}, {"half_pixel_centers", attrs.half_pixel_centers}}, Where(operands));
}

Tensor LRN(const Operand& input, const LRNAttrs& attrs) {
  static const OpSpec& op = internal::Op("LRN");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {{"depth_radius", attrs.depth_radius}, {"bias", attrs.bias}, {"alpha", attrs.alpha}, {"beta", attrs.beta}}, Where(operands));
}

Tensor LRNGrad(const Operand& input_grads, const Operand& input_image, const Operand& output_image, const LRNGradAttrs&
    attrs) {
  static const OpSpec& op = internal::Op("LRNGrad");
  const Operand operands[] = {input_grads, input_image, output_image};
  return internal::Call1(op, operands, {{"depth_radius", attrs.depth_radius}, {"bias", attrs.bias}, {"alpha", attrs.alpha}, {"beta", attrs.beta}}, Where(operands));
}

Tensor SpaceToDepth(const Operand& input, const SpaceToDepthAttrs& attrs) {
  static const OpSpec& op = internal::Op("SpaceToDepth");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {{"block_size", attrs.block_size}, {"data_format", attrs.data_format}}, Where(operands));
}

Tensor DepthToSpace(const Operand& input, const DepthToSpaceAttrs& attrs) {
  static const OpSpec& op = internal::Op("DepthToSpace");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {{"block_size", attrs.block_size}, {"data_format", attrs.data_format}}, Where(operands));
}

Tensor SpaceToBatchND(const Operand& input, const Operand& block_shape, const Operand& paddings) {
  static const OpSpec& op = internal::Op("SpaceToBatchND");
  const Operand operands[] = {input, block_shape, paddings};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor BatchToSpaceND(const Operand& input, const Operand& block_shape, const Operand& crops) {
  static const OpSpec& op = internal::Op("BatchToSpaceND");
  const Operand operands[] = {input, block_shape, crops};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Where(const Operand& input) {
  static const OpSpec& op = internal::Op("Where");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {}, Where(operands));
}

std::vector<Tensor> IdentityN(const std::vector<Operand>& input) {
  static const OpSpec& op = internal::Op("IdentityN");
  std::vector<Operand> operands;
  operands.insert(operands.end(), input.begin(), input.end());
  const internal::Tensors outputs = internal::Call(op, operands, {}, Where(operands));
  return {outputs.begin(), outputs.end()};
}

Tensor PlaceholderWithDefault(const Operand& input, const PlaceholderWithDefaultAttrs& attrs) {
  static const OpSpec& op = internal::Op("PlaceholderWithDefault");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {{"shape", attrs.shape}}, Where(operands));
}

Tensor GuaranteeConst(const Operand& input) {
  static const OpSpec& op = internal::Op("GuaranteeConst");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor CheckNumerics(const Operand& tensor, const CheckNumericsAttrs& attrs) {
  static const OpSpec& op = internal::Op("CheckNumerics");
  const Operand operands[] = {tensor};
  return internal::Call1(op, operands, {{"message", attrs.message}}, Where(operands));
}

Tensor Bitcast(const Operand& input, const BitcastAttrs& attrs) {
  static const OpSpec& op = internal::Op("Bitcast");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {{"type", attrs.type}}, Where(operands));
}

void NoOp(std::source_location where) {
  static const OpSpec& op = internal::Op("NoOp");
  internal::Call(op, {}, {}, where);
}

std::vector<Tensor> Unique(const Operand& x, const UniqueAttrs& attrs) {
  static const OpSpec& op = internal::Op("Unique");
  const Operand operands[] = {x};
  const internal::Tensors outputs = internal::Call(op, operands, {{"out_idx", attrs.out_idx}}, Where(operands));
  return {outputs.begin(), outputs.end()};
}

std::vector<Tensor> UniqueV2(const Operand& x, const Operand& axis, const UniqueV2Attrs& attrs) {
  static const OpSpec& op = internal::Op("UniqueV2");
  const Operand operands[] = {x, axis};
  const internal::Tensors outputs = internal::Call(op, operands, {{"out_idx", attrs.out_idx}}, Where(operands));
  return {outputs.begin(), outputs.end()};
}

Tensor ResourceGather(const Operand& resource, const Operand& indices, const ResourceGatherAttrs& attrs) {
  static const OpSpec& op = internal::Op("ResourceGather");
  const Operand operands[] = {resource, indices};
  return internal::Call1(op, operands, {{"batch_dims", attrs.batch_dims}, {"validate_indices", attrs.validate_indices}, {"dtype", attrs.dtype}}, Where(operands));
}

void ResourceScatterUpdate(const Operand& resource, const Operand& indices, const Operand& updates) {
  static const OpSpec& op = internal::Op("ResourceScatterUpdate");
  const Operand operands[] = {resource, indices, updates};
  internal::Call(op, operands, {}, Where(operands));
}

void ResourceScatterAdd(const Operand& resource, const Operand& indices, const Operand& updates) {
  static const OpSpec& op = internal::Op("ResourceScatterAdd");
  const Operand operands[] = {resource, indices, updates};
  internal::Call(op, operands, {}, Where(operands));
}

void ResourceScatterSub(const Operand& resource, const Operand& indices, const Operand& updates) {
  static const OpSpec& op = internal::Op("ResourceScatterSub");
  const Operand operands[] = {resource, indices, updates};
  internal::Call(op, operands, {}, Where(operands));
}

void ResourceScatterMul(const Operand& resource, const Operand& indices, const Operand& updates) {
  static const OpSpec& op = internal::Op("ResourceScatterMul");
  const Operand operands[] = {resource, indices, updates};
  internal::Call(op, operands, {}, Where(operands));
}

void ResourceScatterDiv(const Operand& resource, const Operand& indices, const Operand& updates) {
  static const OpSpec& op = internal::Op("ResourceScatterDiv");
  const Operand operands[] = {resource, indices, updates};
  internal::Call(op, operands, {}, Where(operands));
}

void ResourceScatterMin(const Operand& resource, const Operand& indices, const Operand& updates) {
  static const OpSpec& op = internal::Op("ResourceScatterMin");
  const Operand operands[] = {resource, indices, updates};
  internal::Call(op, operands, {}, Where(operands));
}

void ResourceScatterMax(const Operand& resource, const Operand& indices, const Operand& updates) {
  static const OpSpec& op = internal::Op("ResourceScatterMax");
  const Operand operands[] = {resource, indices, updates};
  internal::Call(op, operands, {}, Where(operands));
}

void ResourceScatterNdUpdate(const Operand& ref, const Operand& indices, const Operand& updates, const
    ResourceScatterNdUpdateAttrs& attrs) {
  static const OpSpec& op = internal::Op("ResourceScatterNdUpdate");
  const Operand operands[] = {ref, indices, updates};
  internal::Call(op, operands, {{"use_locking", attrs.use_locking}, {"bad_indices_policy", attrs.bad_indices_policy}}, Where(operands));
}

void ResourceScatterNdAdd(const Operand& ref, const Operand& indices, const Operand& updates, const
    ResourceScatterNdAddAttrs& attrs) {
  static const OpSpec& op = internal::Op("ResourceScatterNdAdd");
  const Operand operands[] = {ref, indices, updates};
  internal::Call(op, operands, {{"use_locking", attrs.use_locking}, {"bad_indices_policy", attrs.bad_indices_policy}}, Where(operands));
}

void ResourceScatterNdSub(const Operand& ref, const Operand& indices, const Operand& updates, const
    ResourceScatterNdSubAttrs& attrs) {
  static const OpSpec& op = internal::Op("ResourceScatterNdSub");
  const Operand operands[] = {ref, indices, updates};
  internal::Call(op, operands, {{"use_locking", attrs.use_locking}, {"bad_indices_policy", attrs.bad_indices_policy}}, Where(operands));
}

void ResourceStridedSliceAssign(const Operand& ref, const Operand& begin, const Operand& end, const Operand& strides,
    const Operand& value, const ResourceStridedSliceAssignAttrs& attrs) {
  static const OpSpec& op = internal::Op("ResourceStridedSliceAssign");
  const Operand operands[] = {ref, begin, end, strides, value};
  internal::Call(op, operands, {{"begin_mask", attrs.begin_mask}, {"end_mask", attrs.end_mask}, {"ellipsis_mask", attrs.ellipsis_mask}, {"new_axis_mask", attrs.new_axis_mask}, {"shrink_axis_mask", attrs.shrink_axis_mask}}, Where(operands));
}

Tensor StringJoin(const std::vector<Operand>& inputs, const StringJoinAttrs& attrs) {
  static const OpSpec& op = internal::Op("StringJoin");
  std::vector<Operand> operands;
  operands.insert(operands.end(), inputs.begin(), inputs.end());
  return internal::Call1(op, operands, {{"separator", attrs.separator}}, Where(operands));
}

Tensor StringLength(const Operand& input, const StringLengthAttrs& attrs) {
  static const OpSpec& op = internal::Op("StringLength");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {{"unit", attrs.unit}}, Where(operands));
}

Tensor AsString(const Operand& input, const AsStringAttrs& attrs) {
  static const OpSpec& op = internal::Op("AsString");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {{"precision", attrs.precision}, {"scientific", attrs.scientific}, {"shortest", attrs.shortest}, {"width", attrs.width}, {"fill", attrs.fill}}, Where(operands));
}

Tensor StringToNumber(const Operand& string_tensor, const StringToNumberAttrs& attrs) {
  static const OpSpec& op = internal::Op("StringToNumber");
  const Operand operands[] = {string_tensor};
  return internal::Call1(op, operands, {{"out_type", attrs.out_type}}, Where(operands));
}

Tensor StringFormat(const std::vector<Operand>& inputs, const StringFormatAttrs& attrs) {
  static const OpSpec& op = internal::Op("StringFormat");
  std::vector<Operand> operands;
  operands.insert(operands.end(), inputs.begin(), inputs.end());
  return internal::Call1(op, operands, {{"template", attrs.template_}, {"placeholder", attrs.placeholder}, {"summarize", attrs.summarize}}, Where(operands));
}

Tensor DecodeRaw(const Operand& bytes, const DecodeRawAttrs& attrs) {
  static const OpSpec& op = internal::Op("DecodeRaw");
  const Operand operands[] = {bytes};
  return internal::Call1(op, operands, {{"out_type", attrs.out_type}, {"little_endian", attrs.little_endian}}, Where(operands));
}

Tensor StaticRegexFullMatch(const Operand& input, const StaticRegexFullMatchAttrs& attrs) {
  static const OpSpec& op = internal::Op("StaticRegexFullMatch");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {{"pattern", attrs.pattern}}, Where(operands));
}

Tensor ShardedFilename(const Operand& basename, const Operand& shard, const Operand& num_shards) {
  static const OpSpec& op = internal::Op("ShardedFilename");
  const Operand operands[] = {basename, shard, num_shards};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor FFT(const Operand& input) {
  static const OpSpec& op = internal::Op("FFT");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor IFFT(const Operand& input) {
  static const OpSpec& op = internal::Op("IFFT");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor FFT2D(const Operand& input) {
  static const OpSpec& op = internal::Op("FFT2D");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor IFFT2D(const Operand& input) {
  static const OpSpec& op = internal::Op("IFFT2D");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor FFT3D(const Operand& input) {
  static const OpSpec& op = internal::Op("FFT3D");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor IFFT3D(const Operand& input) {
  static const OpSpec& op = internal::Op("IFFT3D");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor RFFT(const Operand& input, const Operand& fft_length, const RFFTAttrs& attrs) {
  static const OpSpec& op = internal::Op("RFFT");
  const Operand operands[] = {input, fft_length};
  return internal::Call1(op, operands, {{"Tcomplex", attrs.Tcomplex}}, Where(operands));
}

Tensor IRFFT(const Operand& input, const Operand& fft_length, const IRFFTAttrs& attrs) {
  static const OpSpec& op = internal::Op("IRFFT");
  const Operand operands[] = {input, fft_length};
  return internal::Call1(op, operands, {{"Treal", attrs.Treal}}, Where(operands));
}

Tensor RFFT2D(const Operand& input, const Operand& fft_length, const RFFT2DAttrs& attrs) {
  static const OpSpec& op = internal::Op("RFFT2D");
  const Operand operands[] = {input, fft_length};
  return internal::Call1(op, operands, {{"Tcomplex", attrs.Tcomplex}}, Where(operands));
}

Tensor IRFFT2D(const Operand& input, const Operand& fft_length, const IRFFT2DAttrs& attrs) {
  static const OpSpec& op = internal::Op("IRFFT2D");
  const Operand operands[] = {input, fft_length};
  return internal::Call1(op, operands, {{"Treal", attrs.Treal}}, Where(operands));
}

Tensor RFFT3D(const Operand& input, const Operand& fft_length, const RFFT3DAttrs& attrs) {
  static const OpSpec& op = internal::Op("RFFT3D");
  const Operand operands[] = {input, fft_length};
  return internal::Call1(op, operands, {{"Tcomplex", attrs.Tcomplex}}, Where(operands));
}

Tensor IRFFT3D(const Operand& input, const Operand& fft_length, const IRFFT3DAttrs& attrs) {
  static const OpSpec& op = internal::Op("IRFFT3D");
  const Operand operands[] = {input, fft_length};
  return internal::Call1(op, operands, {{"Treal", attrs.Treal}}, Where(operands));
}

Tensor Conv3D(const Operand& input, const Operand& filter, const Conv3DAttrs& attrs) {
  static const OpSpec& op = internal::Op("Conv3D");
  const Operand operands[] = {input, filter};
  return internal::Call1(op, operands, {{"strides", attrs.strides}, {"padding", attrs.padding}, {"data_format", attrs.data_format}, {"dilations", attrs.dilations}}, Where(operands));
}

Tensor Conv3DBackpropInputV2(const Operand& input_sizes, const Operand& filter, const Operand& out_backprop, const
    Conv3DBackpropInputV2Attrs& attrs) {
  static const OpSpec& op = internal::Op("Conv3DBackpropInputV2");
  const Operand operands[] = {input_sizes, filter, out_backprop};
  return internal::Call1(op, operands, {{"strides", attrs.strides}, {"padding", attrs.padding}, {"data_format", attrs.data_format}, {"dilations", attrs.dilations}}, Where(operands));
}

Tensor Conv3DBackpropFilterV2(const Operand& input, const Operand& filter_sizes, const Operand& out_backprop, const
    Conv3DBackpropFilterV2Attrs& attrs) {
  static const OpSpec& op = internal::Op("Conv3DBackpropFilterV2");
  const Operand operands[] = {input, filter_sizes, out_backprop};
  return internal::Call1(op, operands, {{"strides", attrs.strides}, {"padding", attrs.padding}, {"data_format", attrs.data_format}, {"dilations", attrs.dilations}}, Where(operands));
}

Tensor MaxPool3D(const Operand& input, const MaxPool3DAttrs& attrs) {
  static const OpSpec& op = internal::Op("MaxPool3D");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {{"ksize", attrs.ksize}, {"strides", attrs.strides}, {"padding", attrs.padding}, {"data_format", attrs.data_format}}, Where(operands));
}

Tensor MaxPool3DGrad(const Operand& orig_input, const Operand& orig_output, const Operand& grad, const
    MaxPool3DGradAttrs& attrs) {
  static const OpSpec& op = internal::Op("MaxPool3DGrad");
  const Operand operands[] = {orig_input, orig_output, grad};
  return internal::Call1(op, operands, {{"ksize", attrs.ksize}, {"strides", attrs.strides}, {"padding", attrs.padding}, {"data_format", attrs.data_format}}, Where(operands));
}

Tensor MaxPool3DGradGrad(const Operand& orig_input, const Operand& orig_output, const Operand& grad, const
    MaxPool3DGradGradAttrs& attrs) {
  static const OpSpec& op = internal::Op("MaxPool3DGradGrad");
  const Operand operands[] = {orig_input, orig_output, grad};
  return internal::Call1(op, operands, {{"ksize", attrs.ksize}, {"strides", attrs.strides}, {"padding", attrs.padding}, {"data_format", attrs.data_format}}, Where(operands));
}

Tensor AvgPool3D(const Operand& input, const AvgPool3DAttrs& attrs) {
  static const OpSpec& op = internal::Op("AvgPool3D");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {{"ksize", attrs.ksize}, {"strides", attrs.strides}, {"padding", attrs.padding}, {"data_format", attrs.data_format}}, Where(operands));
}

Tensor AvgPool3DGrad(const Operand& orig_input_shape, const Operand& grad, const AvgPool3DGradAttrs& attrs) {
  static const OpSpec& op = internal::Op("AvgPool3DGrad");
  const Operand operands[] = {orig_input_shape, grad};
  return internal::Call1(op, operands, {{"ksize", attrs.ksize}, {"strides", attrs.strides}, {"padding", attrs.padding}, {"data_format", attrs.data_format}}, Where(operands));
}

Tensor Conj(const Operand& input) {
  static const OpSpec& op = internal::Op("Conj");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Complex(const Operand& real, const Operand& imag, const ComplexAttrs& attrs) {
  static const OpSpec& op = internal::Op("Complex");
  const Operand operands[] = {real, imag};
  return internal::Call1(op, operands, {{"Tout", attrs.Tout}}, Where(operands));
}

Tensor Real(const Operand& input, const RealAttrs& attrs) {
  static const OpSpec& op = internal::Op("Real");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {{"Tout", attrs.Tout}}, Where(operands));
}

Tensor Imag(const Operand& input, const ImagAttrs& attrs) {
  static const OpSpec& op = internal::Op("Imag");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {{"Tout", attrs.Tout}}, Where(operands));
}

Tensor ComplexAbs(const Operand& x, const ComplexAbsAttrs& attrs) {
  static const OpSpec& op = internal::Op("ComplexAbs");
  const Operand operands[] = {x};
  return internal::Call1(op, operands, {{"Tout", attrs.Tout}}, Where(operands));
}

Tensor Angle(const Operand& input, const AngleAttrs& attrs) {
  static const OpSpec& op = internal::Op("Angle");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {{"Tout", attrs.Tout}}, Where(operands));
}

Tensor StringLower(const Operand& input, const StringLowerAttrs& attrs) {
  static const OpSpec& op = internal::Op("StringLower");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {{"encoding", attrs.encoding}}, Where(operands));
}

Tensor StringUpper(const Operand& input, const StringUpperAttrs& attrs) {
  static const OpSpec& op = internal::Op("StringUpper");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {{"encoding", attrs.encoding}}, Where(operands));
}

Tensor StringStrip(const Operand& input) {
  static const OpSpec& op = internal::Op("StringStrip");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor StaticRegexReplace(const Operand& input, const StaticRegexReplaceAttrs& attrs) {
  static const OpSpec& op = internal::Op("StaticRegexReplace");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {{"pattern", attrs.pattern}, {"rewrite", attrs.rewrite}, {"replace_global", attrs.replace_global}}, Where(operands));
}

Tensor RegexReplace(const Operand& input, const Operand& pattern, const Operand& rewrite, const RegexReplaceAttrs&
    attrs) {
  static const OpSpec& op = internal::Op("RegexReplace");
  const Operand operands[] = {input, pattern, rewrite};
  return internal::Call1(op, operands, {{"replace_global", attrs.replace_global}}, Where(operands));
}

Tensor RegexFullMatch(const Operand& input, const Operand& pattern) {
  static const OpSpec& op = internal::Op("RegexFullMatch");
  const Operand operands[] = {input, pattern};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor Substr(const Operand& input, const Operand& pos, const Operand& len, const SubstrAttrs& attrs) {
  static const OpSpec& op = internal::Op("Substr");
  const Operand operands[] = {input, pos, len};
  return internal::Call1(op, operands, {{"unit", attrs.unit}}, Where(operands));
}

Tensor StringToHashBucketFast(const Operand& input, const StringToHashBucketFastAttrs& attrs) {
  static const OpSpec& op = internal::Op("StringToHashBucketFast");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {{"num_buckets", attrs.num_buckets}}, Where(operands));
}

Tensor StringToHashBucketStrong(const Operand& input, const StringToHashBucketStrongAttrs& attrs) {
  static const OpSpec& op = internal::Op("StringToHashBucketStrong");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {{"num_buckets", attrs.num_buckets}, {"key", attrs.key}}, Where(operands));
}

std::vector<Tensor> StringSplit(const Operand& input, const Operand& delimiter, const StringSplitAttrs& attrs) {
  static const OpSpec& op = internal::Op("StringSplit");
  const Operand operands[] = {input, delimiter};
  const internal::Tensors outputs = internal::Call(op, operands, {{"skip_empty", attrs.skip_empty}}, Where(operands));
  return {outputs.begin(), outputs.end()};
}

std::vector<Tensor> StringSplitV2(const Operand& input, const Operand& sep, const StringSplitV2Attrs& attrs) {
  static const OpSpec& op = internal::Op("StringSplitV2");
  const Operand operands[] = {input, sep};
  const internal::Tensors outputs = internal::Call(op, operands, {{"maxsplit", attrs.maxsplit}}, Where(operands));
  return {outputs.begin(), outputs.end()};
}

Tensor ReduceJoin(const Operand& inputs, const Operand& reduction_indices, const ReduceJoinAttrs& attrs) {
  static const OpSpec& op = internal::Op("ReduceJoin");
  const Operand operands[] = {inputs, reduction_indices};
  return internal::Call1(op, operands, {{"keep_dims", attrs.keep_dims}, {"separator", attrs.separator}}, Where(operands));
}

Tensor UnsortedSegmentJoin(const Operand& inputs, const Operand& segment_ids, const Operand& num_segments, const
    UnsortedSegmentJoinAttrs& attrs) {
  static const OpSpec& op = internal::Op("UnsortedSegmentJoin");
  const Operand operands[] = {inputs, segment_ids, num_segments};
  return internal::Call1(op, operands, {{"separator", attrs.separator}}, Where(operands));
}

Tensor Bucketize(const Operand& input, const BucketizeAttrs& attrs) {
  static const OpSpec& op = internal::Op("Bucketize");
  const Operand operands[] = {input};
  return internal::Call1(op, operands, {{"boundaries", attrs.boundaries}}, Where(operands));
}

Tensor LowerBound(const Operand& sorted_inputs, const Operand& values, const LowerBoundAttrs& attrs) {
  static const OpSpec& op = internal::Op("LowerBound");
  const Operand operands[] = {sorted_inputs, values};
  return internal::Call1(op, operands, {{"out_type", attrs.out_type}}, Where(operands));
}

Tensor UpperBound(const Operand& sorted_inputs, const Operand& values, const UpperBoundAttrs& attrs) {
  static const OpSpec& op = internal::Op("UpperBound");
  const Operand operands[] = {sorted_inputs, values};
  return internal::Call1(op, operands, {{"out_type", attrs.out_type}}, Where(operands));
}

Tensor DenseBincount(const Operand& input, const Operand& size, const Operand& weights, const DenseBincountAttrs& attrs)
    {
  static const OpSpec& op = internal::Op("DenseBincount");
  const Operand operands[] = {input, size, weights};
  return internal::Call1(op, operands, {{"binary_output", attrs.binary_output}}, Where(operands));
}

Tensor HistogramFixedWidth(const Operand& values, const Operand& value_range, const Operand& nbins, const
    HistogramFixedWidthAttrs& attrs) {
  static const OpSpec& op = internal::Op("HistogramFixedWidth");
  const Operand operands[] = {values, value_range, nbins};
  return internal::Call1(op, operands, {{"dtype", attrs.dtype}}, Where(operands));
}

std::vector<Tensor> ListDiff(const Operand& x, const Operand& y, const ListDiffAttrs& attrs) {
  static const OpSpec& op = internal::Op("ListDiff");
  const Operand operands[] = {x, y};
  const internal::Tensors outputs = internal::Call(op, operands, {{"out_idx", attrs.out_idx}}, Where(operands));
  return {outputs.begin(), outputs.end()};
}

Tensor RGBToHSV(const Operand& images) {
  static const OpSpec& op = internal::Op("RGBToHSV");
  const Operand operands[] = {images};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor HSVToRGB(const Operand& images) {
  static const OpSpec& op = internal::Op("HSVToRGB");
  const Operand operands[] = {images};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor AdjustContrastv2(const Operand& images, const Operand& contrast_factor) {
  static const OpSpec& op = internal::Op("AdjustContrastv2");
  const Operand operands[] = {images, contrast_factor};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor AdjustHue(const Operand& images, const Operand& delta) {
  static const OpSpec& op = internal::Op("AdjustHue");
  const Operand operands[] = {images, delta};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor AdjustSaturation(const Operand& images, const Operand& scale) {
  static const OpSpec& op = internal::Op("AdjustSaturation");
  const Operand operands[] = {images, scale};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor ImageProjectiveTransformV3(const Operand& images, const Operand& transforms, const Operand& output_shape, const
    Operand& fill_value, const ImageProjectiveTransformV3Attrs& attrs) {
  static const OpSpec& op = internal::Op("ImageProjectiveTransformV3");
  const Operand operands[] = {images, transforms, output_shape, fill_value};
  return internal::Call1(op, operands, {{"interpolation", attrs.interpolation}, {"fill_mode", attrs.fill_mode}}, Where(operands));
}

Tensor CropAndResize(const Operand& image, const Operand& boxes, const Operand& box_ind, const Operand& crop_size, const
    CropAndResizeAttrs& attrs) {
  static const OpSpec& op = internal::Op("CropAndResize");
  const Operand operands[] = {image, boxes, box_ind, crop_size};
  return internal::Call1(op, operands, {{"method", attrs.method}, {"extrapolation_value", attrs.extrapolation_value}}, Where(operands));
}

Tensor CropAndResizeGradImage(const Operand& grads, const Operand& boxes, const Operand& box_ind, const Operand&
    image_size, const CropAndResizeGradImageAttrs& attrs) {
  static const OpSpec& op = internal::Op("CropAndResizeGradImage");
  const Operand operands[] = {grads, boxes, box_ind, image_size};
  return internal::Call1(op, operands, {{"T", attrs.T}, {"method", attrs.method}}, Where(operands));
}

Tensor CropAndResizeGradBoxes(const Operand& grads, const Operand& image, const Operand& boxes, const Operand& box_ind,
    const CropAndResizeGradBoxesAttrs& attrs) {
  static const OpSpec& op = internal::Op("CropAndResizeGradBoxes");
  const Operand operands[] = {grads, image, boxes, box_ind};
  return internal::Call1(op, operands, {{"method", attrs.method}}, Where(operands));
}

Tensor NonMaxSuppressionV3(const Operand& boxes, const Operand& scores, const Operand& max_output_size, const Operand&
    iou_threshold, const Operand& score_threshold) {
  static const OpSpec& op = internal::Op("NonMaxSuppressionV3");
  const Operand operands[] = {boxes, scores, max_output_size, iou_threshold, score_threshold};
  return internal::Call1(op, operands, {}, Where(operands));
}

std::vector<Tensor> NonMaxSuppressionV4(const Operand& boxes, const Operand& scores, const Operand& max_output_size,
    const Operand& iou_threshold, const Operand& score_threshold, const NonMaxSuppressionV4Attrs& attrs) {
  static const OpSpec& op = internal::Op("NonMaxSuppressionV4");
  const Operand operands[] = {boxes, scores, max_output_size, iou_threshold, score_threshold};
  const internal::Tensors outputs = internal::Call(op, operands, {{"pad_to_max_output_size", attrs.pad_to_max_output_size}}, Where(operands));
  return {outputs.begin(), outputs.end()};
}

std::vector<Tensor> NonMaxSuppressionV5(const Operand& boxes, const Operand& scores, const Operand& max_output_size,
    const Operand& iou_threshold, const Operand& score_threshold, const Operand& soft_nms_sigma, const
    NonMaxSuppressionV5Attrs& attrs) {
  static const OpSpec& op = internal::Op("NonMaxSuppressionV5");
  const Operand operands[] = {boxes, scores, max_output_size, iou_threshold, score_threshold, soft_nms_sigma};
  const internal::Tensors outputs = internal::Call(op, operands, {{"pad_to_max_output_size", attrs.pad_to_max_output_size}}, Where(operands));
  return {outputs.begin(), outputs.end()};
}

Tensor ExtractImagePatches(const Operand& images, const ExtractImagePatchesAttrs& attrs) {
  static const OpSpec& op = internal::Op("ExtractImagePatches");
  const Operand operands[] = {images};
  return internal::Call1(op, operands, {{"ksizes", attrs.ksizes}, {"strides", attrs.strides}, {"rates", attrs.rates}, {"padding", attrs.padding}}, Where(operands));
}

Tensor SegmentSum(const Operand& data, const Operand& segment_ids) {
  static const OpSpec& op = internal::Op("SegmentSum");
  const Operand operands[] = {data, segment_ids};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor SegmentMean(const Operand& data, const Operand& segment_ids) {
  static const OpSpec& op = internal::Op("SegmentMean");
  const Operand operands[] = {data, segment_ids};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor SegmentProd(const Operand& data, const Operand& segment_ids) {
  static const OpSpec& op = internal::Op("SegmentProd");
  const Operand operands[] = {data, segment_ids};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor SegmentMax(const Operand& data, const Operand& segment_ids) {
  static const OpSpec& op = internal::Op("SegmentMax");
  const Operand operands[] = {data, segment_ids};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor SegmentMin(const Operand& data, const Operand& segment_ids) {
  static const OpSpec& op = internal::Op("SegmentMin");
  const Operand operands[] = {data, segment_ids};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor UnsortedSegmentProd(const Operand& data, const Operand& segment_ids, const Operand& num_segments) {
  static const OpSpec& op = internal::Op("UnsortedSegmentProd");
  const Operand operands[] = {data, segment_ids, num_segments};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor UnsortedSegmentMax(const Operand& data, const Operand& segment_ids, const Operand& num_segments) {
  static const OpSpec& op = internal::Op("UnsortedSegmentMax");
  const Operand operands[] = {data, segment_ids, num_segments};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor UnsortedSegmentMin(const Operand& data, const Operand& segment_ids, const Operand& num_segments) {
  static const OpSpec& op = internal::Op("UnsortedSegmentMin");
  const Operand operands[] = {data, segment_ids, num_segments};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor SparseSegmentSum(const Operand& data, const Operand& indices, const Operand& segment_ids, const
    SparseSegmentSumAttrs& attrs) {
  static const OpSpec& op = internal::Op("SparseSegmentSum");
  const Operand operands[] = {data, indices, segment_ids};
  return internal::Call1(op, operands, {{"sparse_gradient", attrs.sparse_gradient}}, Where(operands));
}

Tensor SparseSegmentSumWithNumSegments(const Operand& data, const Operand& indices, const Operand& segment_ids, const
    Operand& num_segments, const SparseSegmentSumWithNumSegmentsAttrs& attrs) {
  static const OpSpec& op = internal::Op("SparseSegmentSumWithNumSegments");
  const Operand operands[] = {data, indices, segment_ids, num_segments};
  return internal::Call1(op, operands, {{"sparse_gradient", attrs.sparse_gradient}}, Where(operands));
}

Tensor SparseSegmentMean(const Operand& data, const Operand& indices, const Operand& segment_ids, const
    SparseSegmentMeanAttrs& attrs) {
  static const OpSpec& op = internal::Op("SparseSegmentMean");
  const Operand operands[] = {data, indices, segment_ids};
  return internal::Call1(op, operands, {{"sparse_gradient", attrs.sparse_gradient}}, Where(operands));
}

Tensor SparseSegmentMeanWithNumSegments(const Operand& data, const Operand& indices, const Operand& segment_ids, const
    Operand& num_segments, const SparseSegmentMeanWithNumSegmentsAttrs& attrs) {
  static const OpSpec& op = internal::Op("SparseSegmentMeanWithNumSegments");
  const Operand operands[] = {data, indices, segment_ids, num_segments};
  return internal::Call1(op, operands, {{"sparse_gradient", attrs.sparse_gradient}}, Where(operands));
}

Tensor SparseSegmentSqrtN(const Operand& data, const Operand& indices, const Operand& segment_ids, const
    SparseSegmentSqrtNAttrs& attrs) {
  static const OpSpec& op = internal::Op("SparseSegmentSqrtN");
  const Operand operands[] = {data, indices, segment_ids};
  return internal::Call1(op, operands, {{"sparse_gradient", attrs.sparse_gradient}}, Where(operands));
}

Tensor SparseSegmentSqrtNWithNumSegments(const Operand& data, const Operand& indices, const Operand& segment_ids, const
    Operand& num_segments, const SparseSegmentSqrtNWithNumSegmentsAttrs& attrs) {
  static const OpSpec& op = internal::Op("SparseSegmentSqrtNWithNumSegments");
  const Operand operands[] = {data, indices, segment_ids, num_segments};
  return internal::Call1(op, operands, {{"sparse_gradient", attrs.sparse_gradient}}, Where(operands));
}

Tensor SparseSegmentSumGrad(const Operand& grad, const Operand& indices, const Operand& segment_ids, const Operand&
    output_dim0) {
  static const OpSpec& op = internal::Op("SparseSegmentSumGrad");
  const Operand operands[] = {grad, indices, segment_ids, output_dim0};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor SparseSegmentMeanGrad(const Operand& grad, const Operand& indices, const Operand& segment_ids, const Operand&
    output_dim0) {
  static const OpSpec& op = internal::Op("SparseSegmentMeanGrad");
  const Operand operands[] = {grad, indices, segment_ids, output_dim0};
  return internal::Call1(op, operands, {}, Where(operands));
}

Tensor SparseSegmentSqrtNGrad(const Operand& grad, const Operand& indices, const Operand& segment_ids, const Operand&
    output_dim0) {
  static const OpSpec& op = internal::Op("SparseSegmentSqrtNGrad");
  const Operand operands[] = {grad, indices, segment_ids, output_dim0};
  return internal::Call1(op, operands, {}, Where(operands));
}

}  // namespace eager::raw_ops
