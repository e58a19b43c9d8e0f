"""A valid call, spoilt at one place. What TensorFlow says of it, an error or not, is a case as well."""
import numpy as np

from draw import DTYPES, NUMPY


def other_rank(d, inputs, i):
  x = inputs[i]
  if x.ndim and d.chance(0.5):
    nothing = np.full(x.shape[1:], b'' if x.dtype == object else 0, x.dtype)
    inputs[i] = x[0] if x.shape[0] and x.ndim > 1 else nothing
  else:
    inputs[i] = x.reshape((1,) + x.shape)


def other_size(d, inputs, i):
  x = inputs[i]
  if x.ndim == 0:
    return
  axis = d.randrange(x.ndim)
  inputs[i] = np.concatenate([x, x.take([0], axis)], axis) if x.shape[axis] and d.chance(0.6) else x.take([], axis)


def other_dtype(d, inputs, i):
  x = inputs[i]
  if x.dtype == object:
    inputs[i] = np.zeros(x.shape, np.float32)
  else:
    with np.errstate(all='ignore'):
      inputs[i] = x.astype(NUMPY[d.choice([t for t in DTYPES if t != 'string'])])


def other_value(d, inputs, i):
  x = inputs[i]
  if x.dtype.kind not in 'iu' or not x.size:
    return
  x = np.array(x)
  info = np.iinfo(np.int32 if x.dtype == np.int64 else x.dtype)  # TensorFlow reads many an int64 as an int32
  value = d.choice([-1, -2, -9, 0, 1, 9, 100, info.min, info.max])
  x.reshape(-1)[d.randrange(x.size)] = min(max(value, info.min), info.max)
  inputs[i] = x


def other_attr(d, op, attrs):
  counts = [i.number_attr for i in op.definition.input_arg]
  named = [a for a in op.definition.attr if a.type in ('int', 'string', 'list(int)', 'float') and a.name not in counts]
  if not named:
    return
  a = d.choice(named)
  if a.type == 'int':
    attrs[a.name] = d.choice([-3, -1, 0, 1, 2, 9])
  elif a.type == 'float':
    attrs[a.name] = d.choice([-1.0, 0.0, float(2)])
  elif a.type == 'string':
    attrs[a.name] = d.choice(['SAME', 'NHWC', 'NOSUCH', ''])
  else:
    values = list(attrs.get(a.name) or a.default_value.list.i) or [1]
    change = d.choice(['drop', 'more', 'other'])
    if change == 'other':
      values[d.randrange(len(values))] = d.choice([-1, 0, 1, 2, 9])
    attrs[a.name] = values[1:] if change == 'drop' else values + [1] if change == 'more' else values


def spoil(d, op, inputs, attrs):
  inputs, attrs = list(inputs), dict(attrs)
  what = d.choice([other_rank, other_size, other_dtype, other_value, other_value, other_attr])
  if what is other_attr or not inputs:
    other_attr(d, op, attrs)
  else:
    candidates = range(len(inputs))
    if what is other_value:
      candidates = [i for i in candidates if inputs[i].dtype.kind in 'iu'] or candidates
    what(d, inputs, d.choice(candidates))
  return inputs, attrs
