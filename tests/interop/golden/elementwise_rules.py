"""Rules of elementwise ops, reductions, scans, softmax and losses (rules.py)."""
import numpy as np

from draw import FLOATS


def unary(d, op):
  return [d.values(d.kind(op), d.shape())], {}


def with_alpha(inputs):
  def rule(d, op):
    dtype, shape = d.kind(op), d.shape()
    attrs = d.choice([{}, {'alpha': 0.5}, {'alpha': 0.0}, {'alpha': -1.5}])
    return [d.values(dtype, shape) for _ in range(inputs)], attrs
  return rule


def cast(d, op):
  return [d.values(d.choice([t for t in op.types['SrcT'] if t != 'string']), d.shape())], \
      {'DstT': d.choice([t for t in op.types['DstT'] if t != 'string'])}


def bools(count):
  def rule(d, op):
    shapes = d.broadcast_pair()
    return [d.values('bool', s) for s in shapes[:count]], {}
  return rule


def binary(d, op):
  dtype = d.kind(op)
  return [d.values(dtype, s) for s in d.broadcast_pair()], {}


def comparison(d, op):
  inputs, _ = binary(d, op)
  if inputs[0].shape != inputs[1].shape and d.chance(0.1):
    return inputs, {'incompatible_shape_error': False}
  return inputs, {}


def division(d, op):
  """Integers mostly without a zero divisor, which is an error that hides the rest; no floats so large that quotients
  become denormal numbers, which TensorFlow takes for 0."""
  inputs, attrs = binary(d, op)
  if inputs[0].dtype.kind not in 'iu':
    inputs = [np.where(np.isfinite(x) & (abs(x) > 2e4), x.dtype.type(1e4), x) for x in inputs]
  if inputs[1].dtype.kind in 'iu' and not d.chance(0.05):
    inputs[1][inputs[1] == 0] = 3
  return inputs, attrs


def power(d, op):
  dtype = d.kind(op)
  x, y = [d.values(dtype, s) for s in d.broadcast_pair()]
  if y.dtype.kind == 'i' and not d.chance(0.05):
    y = abs(y % 16).astype(y.dtype)
  return [x, y], {}


def same_shape(count):
  def rule(d, op):
    dtype, shape = d.kind(op), d.shape()
    return [d.values(dtype, shape) for _ in range(count)], {}
  return rule


def add_n(d, op):
  return same_shape(d.randint(1, 5))(d, op)


def clip(d, op):
  dtype, shape = d.kind(op), d.shape()
  bounds = [d.choice([[], shape]), d.choice([[], shape])]
  low, high = [d.values(dtype, s) for s in bounds]
  return [d.values(dtype, shape), low, high], {}


def select(d, op):
  dtype, shape = d.kind(op), d.shape()
  return [d.values(t, d.broadcast(shape)) for t in ('bool', dtype, dtype)], {}


def erf(d, op):
  x = d.values(d.kind(op), d.shape())
  with np.errstate(all='ignore'):
    return [np.where(abs(x) > 1e30, 1, x).astype(x.dtype)], {}  # TensorFlow's double gives nan there


def reduction(d, op):
  x = d.mixing(d.kind(op) if 'T' in op.types else 'bool', d.shape())
  axes = np.array(d.axes(x.ndim), d.index_dtype())
  if axes.size == 1 and d.chance(0.5):
    axes = axes.reshape([])
  return [x, axes], keep(d)


def keep(d):
  return {'keep_dims': True} if d.chance(0.4) else {}


def arg_scan(d, op):
  x = d.values(d.kind(op), [max(1, n) if d.chance(0.9) else n for n in d.shape(1)])
  return [x, np.array(d.axis(x.ndim), d.index_dtype())], \
      {'output_type': d.choice(op.types['output_type'])} if d.chance(0.5) else {}


def cumulative(d, op):
  x = d.mixing(d.kind(op), d.shape(1))
  return [x, np.array(d.axis(x.ndim), d.index_dtype())], \
      {name: True for name in ('exclusive', 'reverse') if d.chance(0.4)}


def sizes(d, op):
  return [d.values(d.kind(op), d.shape())], {'out_type': 'int64'} if d.chance(0.5) else {}


def rows(d, op):
  """Softmax: the last axis."""
  return [d.values(d.kind(op), d.shape(1))], {}


def cross_entropy(d, op):
  dtype = d.kind(op)
  shape = [d.size(4), d.size(6)] if not d.large else [d.randint(100, 300), d.randint(90, 300)]
  labels = np.abs(d.tame(dtype, shape))
  if d.chance(0.3):
    return [d.values(dtype, shape), d.values(dtype, d.choice([shape, [1, shape[1]], [shape[0], 1]]))], {}
  return [d.values(dtype, shape), labels], {}


def sparse_cross_entropy(d, op):
  batch, classes = d.size(5), d.randint(1, 6)
  return [d.values(d.kind(op), [batch, classes]), d.below(classes, [batch], d.choice(op.types['Tlabels']))], {}


def in_top_k(d, op):
  batch, classes, dtype = d.size(5), d.randint(1, 6), d.index_dtype()
  targets = d.below(classes + 1, [batch], dtype)
  return [d.values('float32', [batch, classes]), targets, np.array(d.randint(0, 7), dtype)], {}


def top_k(d, op):
  x = d.values(d.kind(op), d.shape(1, 6, 7))
  x = np.where(x == x, x, 0).astype(x.dtype)  # TensorFlow has no order for nan
  attrs = {} if d.chance(0.6) else {'index_type': d.choice(op.types['index_type'])}
  return [x, np.array(d.randint(0, x.shape[-1]), d.choice(op.types['Tk']))], attrs


def cast_out_of_range(inputs, attrs):
  """To integers of up to 16 bits and uint32: a vector of elements saturates, the rest wraps around."""
  x, to = inputs[0], attrs['DstT']
  if x.dtype.name not in FLOATS or to in FLOATS + ['bool', 'int32', 'int64', 'uint64'] or not x.size:
    return False
  with np.errstate(all='ignore'):
    x = x.astype(np.float64)
    whole, limits = np.trunc(x), np.iinfo(to)
  return not (np.isfinite(x).all() and limits.min <= whole.min() and whole.max() <= limits.max)


def short_axis(inputs, attrs):
  """Read as an int32 whatever it is."""
  return inputs[1].dtype.itemsize < 4


def shapes_differ(inputs, attrs):
  return inputs[0].shape != inputs[1].shape


def of(rule, names):
  return dict.fromkeys(names.split(), rule)


RULES = {
    **of(unary, 'Abs Acos Acosh Asin Asinh Atan Atanh Ceil Cos Cosh Digamma Elu Erfc Exp Expm1 Floor Invert IsFinite '
         'IsInf IsNan L2Loss Lgamma Log Log1p Neg Reciprocal Relu Relu6 Rint Round Rsqrt Selu Sigmoid Sign Sin Sinh '
         'Softplus Softsign Sqrt Square Tan Tanh Identity StopGradient OnesLike ZerosLike Rank Where'),
    **of(binary, 'AddV2 Atan2 BitwiseAnd BitwiseOr BitwiseXor DivNoNan Greater GreaterEqual LeftShift Less LessEqual '
         'Maximum Minimum Mul MulNoNan RealDiv RightShift SquaredDifference Sub Xdivy Xlogy'),
    **of(comparison, 'Equal NotEqual'), **of(division, 'Div FloorDiv FloorMod TruncateDiv TruncateMod'),
    **of(same_shape(2), 'EluGrad ReciprocalGrad Relu6Grad ReluGrad RsqrtGrad SeluGrad SigmoidGrad SoftplusGrad '
         'SoftsignGrad SqrtGrad TanhGrad'), **of(bools(2), 'LogicalAnd LogicalOr'),
    **of(reduction, 'All Any EuclideanNorm Max Mean Min Prod Sum'), **of(arg_scan, 'ArgMax ArgMin'),
    **of(cumulative, 'Cumprod Cumsum'), **of(sizes, 'Shape Size'), **of(rows, 'Softmax LogSoftmax'),
    'LogicalNot': bools(1), 'Erf': erf, 'LeakyRelu': with_alpha(1), 'LeakyReluGrad': with_alpha(2), 'Cast': cast,
    'Pow': power, 'AddN': add_n, 'ClipByValue': clip, 'SelectV2': select,
    'SoftmaxCrossEntropyWithLogits': cross_entropy, 'SparseSoftmaxCrossEntropyWithLogits': sparse_cross_entropy,
    'InTopKV2': in_top_k, 'TopKV2': top_k,
}
UNSAFE = {'ArgMax': short_axis, 'ArgMin': short_axis, 'Cast': cast_out_of_range,
          **of(shapes_differ, 'ReciprocalGrad RsqrtGrad SigmoidGrad SqrtGrad TanhGrad')}
