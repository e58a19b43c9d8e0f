"""Random shapes and values, all from one seed."""
import random

import ml_dtypes
import numpy as np

FLOATS = ['float32', 'float64', 'float16', 'bfloat16']
INTS = ['int32', 'int64', 'int8', 'uint8', 'int16', 'uint16', 'uint32', 'uint64']
DTYPES = FLOATS + INTS + ['bool', 'string']
NUMPY = {**{name: np.dtype(name) for name in DTYPES if name not in ('bfloat16', 'string')},
         'bfloat16': np.dtype(ml_dtypes.bfloat16), 'string': np.dtype(object)}
WORDS = [b'', b'a', b'tensor', 'größer'.encode(), b'x' * 40]


def dtype_name(x):
  """Of an array."""
  return 'string' if x.dtype == object else x.dtype.name


class Draw(random.Random):
  """`large`: more than 20,000 elements where an op has one big input, so that kernels take their parallel paths."""

  def __init__(self, seed, large=False):
    super().__init__(seed)
    self.large = large
    self.extreme = False

  def chance(self, p):
    return self.random() < p

  def kind(self, op, attr='T'):
    """A dtype that the op has kernels for; the common ones more often."""
    dtypes = op.types[attr]
    common = [t for t in dtypes if t in ('float32', 'float64', 'int32')]
    return self.choice(common if common and self.chance(0.4) else dtypes)

  def size(self, most=5, empty=0.05):
    return 0 if self.chance(empty) else self.choice([1, self.randint(1, most), self.randint(2, most)])

  def shape(self, low=0, high=8, most=4):
    """A shape whose rank is in [low, high]: mostly small, now and then empty, at most about 1,500 elements."""
    rank = min(high, max(low, self.choice([0, 1, 1, 2, 2, 2, 3, 3, 4, 4, 5, 6, 7, 8])))
    shape = [self.size(most if rank < 5 else 2, 0.15 / (rank + 1)) for _ in range(rank)]
    if self.large and rank:
      shape = [max(1, n) for n in shape]
      axis = self.randrange(rank)
      shape[axis] = max(1, self.randint(20000, 70000) * shape[axis] // int(np.prod(shape)))
    return shape

  def broadcast(self, shape):
    """A shape that broadcasts to `shape`."""
    kept = [1 if self.chance(0.3) else n for n in shape]
    return kept[self.randint(0, len(kept)):] if self.chance(0.4) else kept

  def broadcast_pair(self):
    """Two shapes that broadcast to each other, both ways."""
    shape = self.shape()
    if self.chance(0.4):
      return shape, list(shape)
    pair = [self.broadcast(shape), [1 if self.chance(0.2) else n for n in shape]]
    self.shuffle(pair)
    return pair

  def axis(self, rank):
    return self.randint(-rank, rank - 1) if rank else self.choice([0, -1])

  def axes(self, rank):
    """Any subset of the axes, each counted from the front or the back."""
    axes = [a for a in range(rank) if self.chance(0.5)]
    self.shuffle(axes)
    return [a - rank if self.chance(0.3) else a for a in axes]

  def floats(self, dtype, count):
    info = ml_dtypes.finfo(NUMPY[dtype])
    style = self.choice(['plain', 'plain', 'plain', 'ties', 'ties', 'wide', 'wide', 'special', 'special', 'extreme'])
    if style == 'plain':
      values = [round(self.gauss(0, 2), 3) for _ in range(count)]
    elif style == 'ties':  # also halves, for rounding, and both zeros
      values = [self.choice([-2.5, -2, -1.5, -1, -0.5, -0.0, 0, 0.5, 1, 1.5, 2, 2.5, 3]) for _ in range(count)]
    elif style == 'wide':
      values = [self.choice([-1, 1]) * 10 ** self.uniform(-4, 4) for _ in range(count)]
    else:
      special = [float('nan'), float('inf'), float('-inf'), -0.0, 0, 1, -1, 100, -100, 0.5]
      if style == 'extreme':
        special += [float(info.max), float(info.min)]
        self.extreme = True  # gradients would be rounding errors alone
      values = [self.choice(special) if self.chance(0.4) else self.gauss(0, 2) for _ in range(count)]
    with np.errstate(all='ignore'):
      return np.array(values, np.float64).astype(NUMPY[dtype])

  def ints(self, dtype, count):
    info = np.iinfo(dtype)
    style = self.choice(['small', 'small', 'all', 'extreme'])
    if style == 'small':
      values = [self.randint(max(info.min, -5), 6) for _ in range(count)]
    elif style == 'all':
      values = [self.randint(info.min, info.max) for _ in range(count)]
    else:
      edges = [info.min, info.min + 1, info.max, info.max - 1, 0, 1, 2, 7] + ([-1, -2] if info.min else [])
      values = [self.choice(edges) for _ in range(count)]
    return np.array(values, np.dtype(dtype))

  def values(self, dtype, shape):
    """A tensor, as an array."""
    count = int(np.prod(shape))
    if dtype == 'bool':
      flat = np.array([self.chance(0.5) for _ in range(count)], bool)
    elif dtype == 'string':
      flat = np.array([self.choice(WORDS) for _ in range(count)] + [None], object)[:count]
    elif dtype in FLOATS:
      flat = self.floats(dtype, count)
    else:
      flat = self.ints(dtype, count)
    return flat.reshape(shape)

  def tame(self, dtype, shape):
    """A tensor of moderate values, for ops whose results mix many of them."""
    count = int(np.prod(shape))
    if dtype in ('bool', 'string'):
      return self.values(dtype, shape)
    if dtype not in FLOATS:
      low = 0 if dtype[0] == 'u' else -3
      return np.array([self.randint(low, 3) for _ in range(count)], NUMPY[dtype]).reshape(shape)
    return np.array([round(self.gauss(0, 1), 3) for _ in range(count)]).astype(NUMPY[dtype]).reshape(shape)

  def mixing(self, dtype, shape):
    """For sums of many: no floats that overflow on the way, where TensorFlow has no wider sum."""
    if dtype in ('float16', 'bfloat16'):
      return self.tame(dtype, shape)
    x = self.values(dtype, shape)
    return np.where(np.isfinite(x) & (abs(x) > 1e30), 1, x).astype(x.dtype) if dtype in FLOATS else x

  def below(self, bound, shape, dtype='int32'):
    """Integers in [0, bound), with duplicates."""
    return np.array([self.randrange(max(1, bound)) for _ in range(int(np.prod(shape)))], dtype).reshape(shape)

  def index_dtype(self):
    return self.choice(['int32', 'int64'])
