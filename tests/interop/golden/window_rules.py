"""Rules of the ops on images: convolutions, pooling, normalization, resizing."""
import numpy as np

i32 = np.int32


def window_attrs(d, explicit=True, dilated=True):
  """Strides, dilations, padding of two spatial axes, NHWC. Strides and dilations may differ by axis."""
  steps = lambda: [1, d.choice([1, 1, 2, 3]), d.choice([1, 1, 2, 3]), 1]
  attrs = {'strides': steps(), 'padding': d.choice(['SAME', 'VALID', 'EXPLICIT'] if explicit else ['SAME', 'VALID'])}
  if dilated and d.chance(0.4):
    attrs['dilations'] = steps()
  if attrs['padding'] == 'EXPLICIT':
    attrs['explicit_paddings'] = [0, 0, *(d.randint(0, 2) for _ in range(4)), 0, 0]
  return attrs


def image(d, channels, low=1):
  side = lambda: d.randint(low, 8) if not d.large else d.randint(30, 50)
  return [d.size(3), side(), side(), channels]


def out_size(attrs, axis, n, window):
  """Of one spatial axis (1 or 2)."""
  stride, dilation = attrs['strides'][axis], attrs.get('dilations', [1] * 4)[axis]
  reach = (window - 1) * dilation + 1
  if attrs['padding'] == 'SAME':
    return -(-n // stride)
  if attrs['padding'] == 'EXPLICIT':
    n += sum(attrs['explicit_paddings'][2 * axis:2 * axis + 2])
  return max(0, (n - reach + stride) // stride)


def conv_parts(d, op):
  attrs = window_attrs(d)
  groups = d.choice([1, 1, 1, 2, 3])
  if groups > 1 and op.name != 'Conv2D':
    groups = 1
  x = image(d, groups * d.randint(1, 3), 3)
  w = [d.randint(1, 3), d.randint(1, 3), x[3] // groups, groups * d.randint(1, 4)]
  y = [x[0], out_size(attrs, 1, x[1], w[0]), out_size(attrs, 2, x[2], w[1]), w[3]]
  return d.kind(op), attrs, x, w, y


def conv(d, op):
  dtype, attrs, x, w, _ = conv_parts(d, op)
  return [d.tame(dtype, x), d.tame(dtype, w)], attrs


def conv_input(d, op):
  dtype, attrs, x, w, y = conv_parts(d, op)
  return [np.array(x, i32), d.tame(dtype, w), d.tame(dtype, y)], attrs


def conv_filter(d, op):
  dtype, attrs, x, w, y = conv_parts(d, op)
  return [d.tame(dtype, x), np.array(w, i32), d.tame(dtype, y)], attrs


def depthwise(d, op):
  attrs = window_attrs(d)
  attrs['strides'][2] = attrs['strides'][1]  # TensorFlow's kernel has one stride
  if 'dilations' in attrs:
    attrs['dilations'][2] = attrs['dilations'][1]
  dtype, x = d.kind(op), image(d, d.randint(1, 4), 3)
  return [d.tame(dtype, x), d.tame(dtype, [d.randint(1, 3), d.randint(1, 3), x[3], d.randint(1, 3)])], attrs


def depthwise_parts(d, op):
  (x, w), attrs = depthwise(d, op)
  attrs.pop('dilations', None)  # TensorFlow does not look at them here
  y = [x.shape[0], *(out_size(attrs, a, x.shape[a], w.shape[a - 1]) for a in (1, 2)), w.shape[2] * w.shape[3]]
  return x, w, d.tame(x.dtype.name, y), attrs


def depthwise_input(d, op):
  x, w, y, attrs = depthwise_parts(d, op)
  return [np.array(x.shape, i32), w, y], attrs


def depthwise_filter(d, op):
  x, w, y, attrs = depthwise_parts(d, op)
  return [x, np.array(w.shape, i32), y], attrs


def pool_parts(d, op):
  attrs = window_attrs(d, explicit=op.name in ('MaxPool', 'MaxPoolGrad'), dilated=False)
  attrs['ksize'] = [1, d.randint(1, 3), d.randint(1, 3), 1]
  if attrs['padding'] == 'EXPLICIT':  # at most a window less one
    attrs['explicit_paddings'] = [0, 0, *(d.randint(0, attrs['ksize'][a] - 1) for a in (1, 1, 2, 2)), 0, 0]
  x = image(d, d.randint(1, 5), 3)
  return d.kind(op), attrs, x, [x[0], *(out_size(attrs, a, x[a], attrs['ksize'][a]) for a in (1, 2)), x[3]]


def pool(d, op):
  dtype, attrs, x, _ = pool_parts(d, op)
  return [d.mixing(dtype, x) if op.name == 'AvgPool' else d.values(dtype, x)], attrs


def avg_pool_grad(d, op):
  dtype, attrs, x, y = pool_parts(d, op)
  return [np.array(x, i32), d.tame(dtype, y)], attrs


def max_pool_grad(d, op):
  dtype, attrs, x, y = pool_parts(d, op)
  values = np.array(d.sample(range(int(np.prod(x))), int(np.prod(x)))).reshape(x) % 100
  values = values.astype(d.tame(dtype, []).dtype)
  return [values, max_pool(values, attrs, y), d.tame(dtype, y)], attrs


def max_pool_grad_grad(d, op):
  (x, y, _), attrs = max_pool_grad(d, op)
  return [x, y, d.tame(x.dtype.name, x.shape)], attrs


def max_pool(x, attrs, y_shape):
  """TensorFlow's MaxPoolGrad wants the pooled values themselves."""
  y = np.zeros(y_shape, x.dtype)
  for h in range(y_shape[1]):
    for w in range(y_shape[2]):
      rows = window(attrs, 1, h, x.shape[1], y_shape[1])
      part = x[:, rows, window(attrs, 2, w, x.shape[2], y_shape[2]), :]
      if part.shape[0] and part.shape[1] and part.shape[2]:
        y[:, h, w, :] = part.max((1, 2))
  return y


def window(attrs, axis, i, n, out):
  size, stride = attrs['ksize'][axis], attrs['strides'][axis]
  before = {'VALID': 0, 'SAME': max(0, (out - 1) * stride + size - n) // 2,
            'EXPLICIT': attrs.get('explicit_paddings', [0] * 8)[2 * axis]}[attrs['padding']]
  return slice(max(0, i * stride - before), max(0, min(n, i * stride - before + size)))


def bias_add(d, op):
  x = d.shape(2, 5)
  first = len(x) > 2 and d.chance(0.4)
  dtype = d.choice(op.types['T'])
  return [d.values(dtype, x), d.values(dtype, [x[1 if first else -1]])], {'data_format': 'NCHW'} if first else {}


def bias_add_grad(d, op):
  (x, _), attrs = bias_add(d, op)
  return [d.mixing(x.dtype.name, x.shape)], attrs


def batch_norm(d, op):
  training = d.chance(0.6)
  x = image(d, d.randint(1, 4))
  dtype = d.kind(op)
  attrs = {} if training else {'is_training': False}
  if d.chance(0.5):
    attrs['epsilon'] = d.choice([0.001, 0.1, 1e-5])
  average = training and d.chance(0.3)
  if average:
    attrs['exponential_avg_factor'] = 0.75
  stats = [x[3]] if average or not training else [0]
  return [d.tame(dtype, x), d.tame('float32', [x[3]]), d.tame('float32', [x[3]]), d.tame('float32', stats),
          np.abs(d.tame('float32', stats))], attrs


def lrn(d, op):
  attrs = {'depth_radius': d.randint(0, 3), 'bias': d.choice([1.0, 2.0]), 'alpha': d.choice([1.0, 0.1]),
           'beta': d.choice([0.5, 0.75])}
  return [d.tame(d.kind(op), image(d, d.randint(1, 6)))], attrs if d.chance(0.8) else {}


def resize(d, op):
  mode = d.choice([{}, {'align_corners': True}, {'half_pixel_centers': True}])
  size = [d.randint(1, 9), d.randint(1, 9)]
  return [d.tame(d.choice(op.types['T']), image(d, d.randint(1, 3))), np.array(size, i32)], mode


def block(to_depth):
  def rule(d, op):
    n = d.randint(2, 3)
    batch, h, w, c = d.size(2), d.size(3), d.size(3), d.randint(1, 3)
    shape = [batch, h * n, w * n, c] if to_depth else [batch, h, w, c * n * n]
    return [d.values(d.choice(op.types['T']), shape)], {'block_size': n}
  return rule


def other_gradient(inputs, attrs):
  """TensorFlow does not look whether the gradient fits, and of windows wider than the image it gives wrong shares."""
  image_shape, grad = inputs
  if image_shape.shape != (4,) or grad.ndim != 4 or any(len(attrs[a]) != 4 for a in ('ksize', 'strides')):
    return False
  if min(attrs['ksize'] + attrs['strides']) < 1:
    return True
  wide = any(attrs['ksize'][a] > image_shape[a] for a in (1, 2))
  fits = all(grad.shape[a] == out_size(attrs, a, int(image_shape[a]), attrs['ksize'][a]) for a in (1, 2))
  return wide or not fits or grad.shape[0] != image_shape[0] or grad.shape[3] != image_shape[3]


def nothing_to_sum(inputs, attrs):
  """The gradient of the filter is left as the memory was; dilations are not looked at."""
  return any(x.size == 0 for x in inputs) or len(attrs.get('dilations', [1] * 4)) != 4


UNSAFE = {'AvgPoolGrad': other_gradient, 'DepthwiseConv2dNative': nothing_to_sum,
          'DepthwiseConv2dNativeBackpropInput': nothing_to_sum, 'DepthwiseConv2dNativeBackpropFilter': nothing_to_sum}

RULES = {'Conv2D': conv, 'Conv2DBackpropInput': conv_input, 'Conv2DBackpropFilter': conv_filter,
         'DepthwiseConv2dNative': depthwise, 'MaxPool': pool, 'AvgPool': pool, 'MaxPoolGrad': max_pool_grad,
         'DepthwiseConv2dNativeBackpropInput': depthwise_input, 'DepthwiseConv2dNativeBackpropFilter': depthwise_filter,
         'MaxPoolGradGrad': max_pool_grad_grad, 'AvgPoolGrad': avg_pool_grad, 'BiasAdd': bias_add,
         'BiasAddGrad': bias_add_grad, 'FusedBatchNormV3': batch_norm, 'LRN': lrn,
         'ResizeBilinear': resize, 'ResizeNearestNeighbor': resize, 'SpaceToDepth': block(True),
         'DepthToSpace': block(False)}
