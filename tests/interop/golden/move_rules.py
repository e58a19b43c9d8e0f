"""Rules of ops that make, move, join, cut and look up elements (rules.py)."""
import numpy as np

from draw import FLOATS, NUMPY, dtype_name

i32 = np.int32


def squeeze(d, op):
  shape = [1 if d.chance(0.5) else n for n in d.shape()]
  ones = [a for a, n in enumerate(shape) if n == 1 and d.chance(0.5)]
  dims = [a - len(shape) if d.chance(0.3) else a for a in ones]
  return [d.values(d.kind(op), shape)], {'squeeze_dims': dims} if dims else {}


def broadcast_args(d, op):
  dtype = d.index_dtype()
  return [np.array(s, dtype) for s in d.broadcast_pair()], {}


def broadcast_to(d, op):
  shape = d.shape()
  return [d.values(d.kind(op), d.broadcast(shape)), np.array(shape, d.index_dtype())], {}


def concat(d, op):
  shape = d.shape(1, most=3)
  axis = d.axis(len(shape))
  dtype, parts = d.kind(op), []
  for _ in range(d.randint(2, 5)):
    shape = list(shape)
    shape[axis] = d.size(4)
    parts.append(d.values(dtype, shape))
  return [*parts, np.array(axis, d.index_dtype())], {}


def pack(d, op):
  dtype, shape = d.kind(op), d.shape(0, 7)
  return [d.values(dtype, shape) for _ in range(d.randint(1, 4))], {'axis': d.axis(len(shape) + 1)}


def unpack(d, op):
  x = d.values(d.kind(op), d.shape(1))
  axis = d.axis(x.ndim)
  return [x], {'num': x.shape[axis], 'axis': axis}


def split(d, op):
  shape, parts = d.shape(1), d.randint(1, 4)
  axis = d.axis(len(shape))
  shape[axis] = parts * d.size(2)
  return [np.array(axis, i32), d.values(d.kind(op), shape)], {'num_split': parts}


def split_v(d, op):
  shape, sizes = d.shape(1), [d.size(3, 0.2) for _ in range(d.randint(1, 4))]
  axis = d.axis(len(shape))
  shape[axis] = sum(sizes)
  if d.chance(0.4):
    sizes[d.randrange(len(sizes))] = -1
  return [d.values(d.kind(op), shape), np.array(sizes, d.choice(op.types['Tlen'])), np.array(axis, i32)], \
      {'num_split': len(sizes)}


def slice_(d, op):
  x = d.values(d.kind(op), d.shape())
  begin = [d.randint(0, n) for n in x.shape]
  size = [d.choice([-1, d.randint(0, n - b)]) for b, n in zip(begin, x.shape)]
  dtype = d.index_dtype()
  return [x, np.array(begin, dtype), np.array(size, dtype)], {}


def strided_slice(d, op):
  x = d.values(d.kind(op), d.shape())
  count = d.randint(0, min(x.ndim + 2, 8))
  reach = max([1, *x.shape])
  begin, end, strides = [], [], []
  masks = dict.fromkeys(['begin_mask', 'end_mask', 'ellipsis_mask', 'new_axis_mask', 'shrink_axis_mask'], 0)
  for i in range(count):
    begin.append(d.randint(-reach - 1, reach + 1))
    end.append(d.randint(-reach - 1, reach + 1))
    strides.append(d.choice([1, 1, 1, 2, -1, -2, 3]))
    for mask, p in (('begin_mask', 0.3), ('end_mask', 0.3), ('new_axis_mask', 0.12), ('shrink_axis_mask', 0.15)):
      masks[mask] |= d.chance(p) << i
    if masks['shrink_axis_mask'] >> i & 1 and not d.chance(0.1):
      strides[i], begin[i] = 1, d.randint(-1, 0)
  if count and d.chance(0.4):
    masks['ellipsis_mask'] = 1 << d.randrange(count)
  dtype = d.choice(op.types['Index'] if d.chance(0.1) else ['int32', 'int64'])
  return [x, *(np.array(v, dtype) for v in (begin, end, strides))], {k: v for k, v in masks.items() if v}


def pad(with_value):
  def rule(d, op):
    x = d.values(d.kind(op), d.shape(0, 8, 3))
    pads = np.array([[d.randint(0, 2), d.randint(0, 2)] for _ in x.shape], d.index_dtype()).reshape(-1, 2)
    return [x, pads] + ([d.values(dtype_name(x), [])] if with_value else []), {}
  return rule


def mirror_pad(d, op):
  symmetric = d.chance(0.5)
  x = d.values(d.kind(op), [max(1, n) for n in d.shape(0, 5, 4)])
  most = [n if symmetric else n - 1 for n in x.shape]
  pads = np.array([[d.randint(0, n), d.randint(0, n)] for n in most], d.index_dtype()).reshape(-1, 2)
  return [x, pads], {'mode': 'SYMMETRIC' if symmetric else 'REFLECT'}


def mirror_pad_grad(d, op):
  (x, pads), attrs = mirror_pad(d, op)
  return [d.tame(dtype_name(x), [n + sum(p) for n, p in zip(x.shape, pads)]), pads], attrs


def tile(d, op):
  x = d.values(d.kind(op), d.shape(0, 8, 3))
  return [x, np.array([d.choice([0, 1, 1, 2, 2, 3]) for _ in x.shape], d.index_dtype())], {}


def transpose(d, op):
  x = d.values(d.kind(op), d.shape())
  order = d.sample(range(x.ndim), x.ndim)
  return [x, np.array(order, d.index_dtype())], {}


def reverse(d, op):
  x = d.values(d.kind(op), d.shape())
  return [x, np.array(d.axes(x.ndim), d.index_dtype())], {}


def roll(d, op):
  x = d.values(d.kind(op), d.shape(1))
  if d.chance(0.3):
    return [x, np.array(d.randint(-9, 9), d.index_dtype()), np.array(d.axis(x.ndim), d.index_dtype())], {}
  axes = [d.axis(x.ndim) for _ in range(d.randint(1, x.ndim + 1))]
  return [x, np.array([d.randint(-9, 9) for _ in axes], d.index_dtype()), np.array(axes, d.index_dtype())], {}


def reshape(d, op):
  x = d.values(d.kind(op), d.shape())
  shape = list(d.sample(x.shape, x.ndim)) + [1] * d.randint(0, 8 - x.ndim)
  if len(shape) > 1 and d.chance(0.5):
    shape = [shape[0] * shape[1], *shape[2:]]
  if shape and d.chance(0.4):
    shape[d.randrange(len(shape))] = -1
  return [x, np.array(shape, d.index_dtype())], {}


def expand_dims(d, op):
  x = d.values(d.kind(op), d.shape(0, 7))
  axis = np.array(d.axis(x.ndim + 1), d.index_dtype())
  return [x, axis.reshape([1]) if d.chance(0.2) else axis], {}


def fill(d, op):
  return [np.array(d.shape(), d.index_dtype()), d.values(d.kind(op), [])], {}


def range_(d, op):
  dtype = d.kind(op, 'Tidx')
  if dtype in FLOATS:
    step = d.choice([0.25, 0.5, 1, 0.1, 0.3, 1.7, -0.3, -1])
    start = round(d.uniform(-3, 3), 2)
    limit = start + step * d.uniform(0, 12)
  else:
    step, start = d.choice([1, 2, 3, -1, -2, 7]), d.randint(-9, 9)
    limit = start + step * d.randint(0, 9) + d.randint(-1, 1)
  return [np.array(v).astype(NUMPY[dtype]) for v in (start, limit, step)], {}


def lin_space(d, op):
  dtype = d.kind(op)
  return [d.tame(dtype, []), d.tame(dtype, []), np.array(d.randint(1, 9), d.index_dtype())], {}


def one_hot(d, op):
  dtype, shape = d.kind(op), d.shape(0, 6)
  indices = d.tame('int32', shape) + d.randint(-1, 3)
  type_of_indices = d.choice(op.types['TI'])
  indices = np.maximum(indices, 0) if type_of_indices[0] == 'u' else indices
  return [indices.astype(type_of_indices), np.array(d.randint(0, 5), i32), d.values(dtype, []), d.values(dtype, [])], \
      {'axis': d.randint(-1, len(shape))}


def gather(d, op):
  x = d.values(d.kind(op, 'Tparams'), [max(1, n) for n in d.shape(1, 6)])
  axis = d.axis(x.ndim)
  batch = d.randint(0, axis % x.ndim) if d.chance(0.5) else 0
  indices = d.below(x.shape[axis], list(x.shape[:batch]) + d.shape(0, 3, 3), d.choice(op.types['Tindices']))
  attrs = {'batch_dims': batch - indices.ndim if batch and d.chance(0.3) else batch} if batch else {}
  return [x, indices, np.array(axis, d.index_dtype())], attrs


def nd_indices(d, shape, depth, dtype, low=0, high=3):
  lead = [d.randint(1, 40)] if d.large else d.shape(low, high, 3)
  columns = [d.below(n, lead, dtype) for n in shape[:depth]]
  return np.stack(columns, -1) if columns else np.zeros(lead + [0], dtype)


def gather_nd(d, op):
  x = d.values(d.kind(op, 'Tparams'), [max(1, n) for n in d.shape(1, 6)])
  return [x, nd_indices(d, x.shape, d.randint(0, x.ndim), d.choice(op.types['Tindices']))], {}


def scatter(into_tensor):
  def rule(d, op):
    x = d.tame(d.kind(op), [max(1, n) for n in d.shape(1, 5)])
    indices = nd_indices(d, x.shape, d.randint(1, x.ndim), d.index_dtype(), 1, 2)
    update_shape = list(indices.shape[:-1]) + list(x.shape[indices.shape[-1]:])
    updates = d.values(dtype_name(x), update_shape)
    return ([x, indices, updates] if into_tensor else [indices, updates, np.array(x.shape, indices.dtype)]), {}
  return rule


def segment_sum(d, op):
  x = d.tame(d.kind(op), d.shape(0, 6))
  segments = d.randint(0, 5)
  lead = x.shape[:d.randint(0, x.ndim)]
  ids = d.below(max(1, segments), lead, d.choice(op.types['Tindices']))
  if d.chance(0.3):
    ids = np.where(d.values('bool', lead), ids, np.array(-1, ids.dtype))
  if segments == 0:
    ids = np.full_like(ids, -1)
  return [x, ids, np.array(segments, d.index_dtype())], {}


def invert_permutation(d, op):
  n = d.size(8)
  return [np.array(d.sample(range(n), n), d.index_dtype())], {}


RULES = {
    'Squeeze': squeeze, 'BroadcastArgs': broadcast_args, 'BroadcastTo': broadcast_to, 'ConcatV2': concat, 'Pack': pack,
    'Unpack': unpack, 'Split': split, 'SplitV': split_v, 'Slice': slice_, 'StridedSlice': strided_slice,
    'Pad': pad(False), 'PadV2': pad(True), 'MirrorPad': mirror_pad,
    'MirrorPadGrad': mirror_pad_grad, 'Tile': tile, 'Transpose': transpose,
    'ReverseV2': reverse, 'Roll': roll, 'Reshape': reshape, 'ExpandDims': expand_dims, 'Fill': fill, 'Range': range_,
    'LinSpace': lin_space, 'OneHot': one_hot, 'GatherV2': gather, 'GatherNd': gather_nd, 'ScatterNd': scatter(False),
    'TensorScatterAdd': scatter(True), 'TensorScatterUpdate': scatter(True), 'UnsortedSegmentSum': segment_sum,
    'InvertPermutation': invert_permutation,
}
