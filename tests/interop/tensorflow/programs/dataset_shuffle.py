"""Shuffled datasets: with seeds their order is TensorFlow's."""
import tensorflow as tf


def main():
  data = tf.data.Dataset
  for buffer in (1, 3, 10, 100):
    shuffled = data.range(10).shuffle(buffer, seed=7)
    print(buffer, [int(v) for v in shuffled], [int(v) for v in shuffled])
  fixed = data.range(10).shuffle(4, seed=7, reshuffle_each_iteration=False)
  print('fixed', [int(v) for v in fixed], [int(v) for v in fixed])
  fused = data.range(10).shuffle(4, seed=7).repeat(3)
  print('repeat', [int(v) for v in fused], [int(v) for v in fused])
  batches = data.range(10).shuffle(4, seed=7).batch(3).repeat(2)
  print('batches', [v.numpy().tolist() for v in batches], [v.numpy().tolist() for v in batches])
  tf.random.set_seed(42)
  for _ in range(2):
    shuffled = data.range(10).shuffle(10)
    print('global seed', [int(v) for v in shuffled], [int(v) for v in shuffled])
  both = data.zip((data.range(6).shuffle(6, seed=1), data.range(6).shuffle(6, seed=2)))
  print('zip', [(int(a), int(b)) for a, b in both])
  random = data.range(1).map(lambda _: tf.random.shuffle(tf.range(8)))
  print('function', [v.numpy().tolist() for v in random], [v.numpy().tolist() for v in random])
  print('function, repeated', [v.numpy().tolist() for v in random.repeat(2)])
