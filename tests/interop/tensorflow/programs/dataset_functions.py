"""tf.function over datasets that are made in the scope."""
import numpy as np
import tensorflow as tf


def main():
  x = np.arange(12, dtype=np.float32).reshape(6, 2)
  dataset = tf.data.Dataset.from_tensor_slices(x).batch(2)
  weights = tf.Variable([[1.0], [2.0]])

  @tf.function
  def total(data):
    result = tf.zeros([])
    for batch in data:
      result += tf.reduce_sum(tf.matmul(batch, weights))
    return result

  print('loop', total(dataset).numpy())

  @tf.function
  def step(iterator):
    batch = next(iterator)
    with tf.GradientTape() as tape:
      loss = tf.reduce_mean(tf.square(tf.matmul(batch, weights)))
    weights.assign_sub(0.01 * tape.gradient(loss, weights))
    return loss

  iterator = iter(dataset)
  print('steps', [round(float(step(iterator)), 5) for _ in range(3)])
  try:
    print(float(step(iterator)))  # a function's error comes where its result is read
  except tf.errors.OutOfRangeError:
    print('the end')
  print('weights', weights.numpy().tolist())

  @tf.function
  def count(data):
    return data.reduce(tf.constant(0), lambda n, _: n + 1)

  print('count', count(dataset).numpy())

  @tf.function
  def inside(n):
    return tf.data.Dataset.range(n).map(lambda v: v * v).reduce(tf.constant(0, tf.int64), lambda a, b: a + b)

  print('inside', inside(tf.constant(5, tf.int64)).numpy())
