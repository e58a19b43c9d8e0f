"""Datasets that are made and iterated in the device's scope."""
import numpy as np
import tensorflow as tf


def show(name, dataset, most=20):
  print(name, [np.asarray(x).tolist() if not isinstance(x, tuple) else [np.asarray(y).tolist() for y in x] for x in dataset.take(most)])


def main():
  data = tf.data.Dataset
  x = np.arange(24, dtype=np.float32).reshape(8, 3)
  y = np.arange(8, dtype=np.int64)
  show('range', data.range(3, 20, 4))
  show('slices', data.from_tensor_slices((x, y)))
  show('tensors', data.from_tensors(y))
  show('strings', data.from_tensor_slices(['a', 'bb', '']))
  show('map', data.range(5).map(lambda v: v * v))
  scale = tf.constant(10, tf.int64)
  show('captured', data.range(5).map(lambda v: v * scale, num_parallel_calls=tf.data.AUTOTUNE))
  show('filter', data.range(10).filter(lambda v: v % 3 == 0))
  show('batch', data.range(7).batch(3))
  show('batch_drop', data.range(7).batch(3, drop_remainder=True))
  show('repeat', data.range(2).repeat(3))
  show('forever', data.range(2).repeat(), 5)
  show('zip', data.zip((data.range(3), data.from_tensor_slices(x))))
  show('concatenate', data.range(2).concatenate(data.range(10, 12)))
  show('skip', data.range(6).skip(4))
  show('shard', data.range(10).shard(3, 1))
  show('flat_map', data.from_tensor_slices(x).flat_map(data.from_tensor_slices))
  show('interleave', data.range(4).interleave(lambda v: data.from_tensors(v).repeat(3), cycle_length=2, block_length=2))
  show('parallel_interleave', data.range(4).interleave(lambda v: data.from_tensors(v).repeat(3), cycle_length=2, num_parallel_calls=2))
  show('unbatch', data.range(5).batch(2).unbatch())
  show('padded', data.range(1, 4).map(lambda v: tf.fill([v], v)).padded_batch(2))
  show('window', data.range(7).window(3, shift=2).flat_map(lambda w: w.batch(3)))
  show('scan', data.range(5).scan(tf.constant(0, tf.int64), lambda s, v: (s + v, s + v)))
  show('take_while', data.range(9).take_while(lambda v: v < 4))
  show('cache', data.range(4).cache().prefetch(2))
  show('enumerate', data.from_tensor_slices(['x', 'y']).enumerate(5))
  show('unique', data.from_tensor_slices(['a', 'b', 'a', 'c', 'b']).unique())
  show('choose', data.choose_from_datasets([data.range(3), data.range(10, 13)], data.range(2).repeat(3)))
  show('group', data.range(11).group_by_window(lambda v: v % 3, lambda k, w: w.batch(2), window_size=3))
  show('bucket', data.range(1, 7).map(lambda v: tf.fill([v], v)).bucket_by_sequence_length(tf.size, [3, 5], [2, 2, 2]))
  show('random', data.random(seed=4), 4)
  print('reduce', data.range(5).reduce(tf.constant(0, tf.int64), lambda a, b: a + b).numpy())
  print('cardinality', data.range(7).batch(2).cardinality().numpy(), data.range(3).repeat().cardinality().numpy(), len(data.range(9)))
  print('single', data.range(1).get_single_element().numpy())
  print('numpy', list(data.range(3).as_numpy_iterator()))

  iterator = iter(data.range(2))
  print(next(iterator).numpy(), next(iterator).numpy(), next(iterator, None))
  optional = iter(data.range(1)).get_next_as_optional()
  print(bool(optional.has_value()), optional.get_value().numpy())

  def small(v):
    tf.debugging.assert_less(v, tf.constant(2, tf.int64))
    return v

  try:
    list(data.range(4).map(small))
  except tf.errors.InvalidArgumentError as error:
    print('assertion', 'assertion failed' in str(error))
