"""Linear algebra, segments, transforms and special functions, with the gradients that clients take."""
import numpy as np
import tensorflow as tf

TOLERANCE = 1e-3


def show(name, f, *inputs):
  inputs = [tf.constant(x) for x in inputs]
  with tf.GradientTape() as tape:
    tape.watch(inputs)
    y = [x for x in tf.nest.flatten(f(*inputs))]
  gradients = tape.gradient([x for x in y if x.dtype.is_floating], [x for x in inputs if x.dtype.is_floating])
  print(name, [np.round(x.numpy(), 4) for x in y], [None if g is None else np.round(tf.convert_to_tensor(g).numpy(), 4) for g in gradients], flush=True)


def main():
  rng = np.random.default_rng(0)
  a = rng.normal(size=(2, 3, 3)).astype(np.float32)
  symmetric = a @ a.transpose(0, 2, 1) + np.eye(3, dtype=np.float32)
  la = tf.linalg
  for name in ['eigvalsh', 'cholesky', 'det', 'logdet', 'slogdet', 'inv', 'trace', 'expm']:
    show(name, getattr(la, name), symmetric)
  show('eigh', lambda x: tf.abs(la.eigh(x)[1]), symmetric)
  show('svd', lambda x: la.svd(x, compute_uv=False), a)
  show('svd vectors', lambda x: [tf.abs(v) for v in la.svd(x)], a)
  show('pinv', la.pinv, a[:, :, :2])
  show('norm', lambda x: la.norm(x, 2, axis=[-2, -1]), a)
  show('solve', la.solve, symmetric, a)
  show('qr', la.qr, a)
  show('cross', la.cross, a[0], a[1])
  print(la.matrix_rank(a).numpy())
  data = rng.normal(size=(5, 2)).astype(np.float32)
  for name in ['sum', 'mean', 'prod', 'max', 'min']:
    if name == 'prod':
      print(tf.math.segment_prod(data, [0, 0, 1, 3, 3]).numpy())
    else:
      show(f'segment_{name}', lambda x: getattr(tf.math, f'segment_{name}')(x, [0, 0, 1, 3, 3]), data)
    show(f'unsorted_segment_{name}', lambda x: getattr(tf.math, f'unsorted_segment_{name}')(x, [2, 0, 2, 1, 1], 3), data)
  for name in ['sum', 'mean', 'sqrt_n']:
    show(f'sparse segment {name}', lambda x: getattr(tf.sparse, f'segment_{name}')(x, [4, 0, 0, 2], [0, 0, 1, 1]), data)
  show('scatter max', lambda x: tf.tensor_scatter_nd_max(x, [[1], [4]], [[0.5, 0.5]] * 2), data)
  show('scatter min', lambda x: tf.tensor_scatter_nd_min(x, [[1], [4]], [[0.5, 0.5]] * 2), data)
  show('scatter sub', lambda x: tf.tensor_scatter_nd_sub(x, [[1], [1]], [[0.5, 0.5]] * 2), data)
  show('reverse_sequence', lambda x: tf.reverse_sequence(x, [1, 2, 0, 1, 2], 1), data)
  show('reduce_prod', lambda x: tf.reduce_prod(x, 1), data)
  for name in ['erfinv', 'erfcinv', 'ndtri']:
    show(name, getattr(tf.math, name), np.array([0.1, 0.5, 0.9], np.float32))
  show('xlog1py', tf.math.xlog1py, np.array([0, 1, 2], np.float32), np.array([0.5, 1, 2], np.float32))
  signal = rng.normal(size=(2, 16)).astype(np.float32)
  show('rfft', lambda x: [tf.math.real(tf.signal.rfft(x)), tf.math.imag(tf.signal.rfft(x))], signal)
  show('irfft', lambda x: tf.signal.irfft(tf.signal.rfft(x)), signal)
  show('stft', lambda x: tf.abs(tf.signal.stft(x, 8, 4)), signal)
  show('dct', tf.signal.dct, signal)
  show('rfft2d', lambda x: tf.abs(tf.signal.rfft2d(x)), signal)
  show('complex', lambda x, y: tf.abs(tf.complex(x, y) * tf.complex(y, x)), signal, signal[::-1].copy())
