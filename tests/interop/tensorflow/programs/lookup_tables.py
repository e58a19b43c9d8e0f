"""Lookup tables: filled once, and such that change."""
import tensorflow as tf


def main():
  keys, values = tf.constant(['a', 'b', 'c']), tf.constant([7, 8, 9])
  table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(keys, values), default_value=-1)
  print('static', table.lookup(tf.constant(['a', 'x', 'c'])).numpy().tolist(), table.size().numpy())
  print('indexed', table[tf.constant([['a', 'b'], ['c', 'd']])].numpy().tolist())
  back = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(tf.constant([1, 2], tf.int64), tf.constant(['one', 'two'])), 'none')
  print('strings', back.lookup(tf.constant([2, 3, 1], tf.int64)).numpy().tolist())

  @tf.function
  def shifted(words):
    return table.lookup(words) + 100

  print('function', shifted(tf.constant(['b', 'zz'])).numpy().tolist())

  changing = tf.lookup.experimental.MutableHashTable(tf.string, tf.int64, default_value=-1)
  changing.insert(tf.constant(['x', 'y']), tf.constant([1, 2], tf.int64))
  changing.insert(tf.constant(['y', 'z']), tf.constant([20, 30], tf.int64))
  print('mutable', changing.lookup(tf.constant(['x', 'y', 'z', 'w'])).numpy().tolist(), changing.size().numpy())
  changing.remove(tf.constant(['x']))
  exported_keys, exported_values = changing.export()
  print('exported', sorted(zip(exported_keys.numpy().tolist(), exported_values.numpy().tolist())))
  vectors = tf.lookup.experimental.MutableHashTable(tf.int64, tf.float32, default_value=[0.0, -1.0])
  vectors.insert(tf.constant([5], tf.int64), [[1.5, 2.5]])
  print('vectors', vectors.lookup(tf.constant([5, 6], tf.int64)).numpy().tolist())
  dense = tf.lookup.experimental.DenseHashTable(tf.int64, tf.int64, default_value=-1, empty_key=0, deleted_key=-5)
  dense.insert(tf.constant([3, 4], tf.int64), tf.constant([33, 44], tf.int64))
  print('dense', dense.lookup(tf.constant([4, 9], tf.int64)).numpy().tolist())
  mapped = tf.data.Dataset.from_tensor_slices(['c', 'a', 'q']).map(table.lookup)
  print('dataset', [int(v) for v in mapped])
