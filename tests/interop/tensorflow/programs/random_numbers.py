"""Random numbers with seeds."""
import tensorflow as tf


def main():
    tf.random.set_seed(42)
    print(tf.random.normal([3]), tf.random.uniform([2, 2]), tf.random.uniform([3], 0, 10, tf.int32), tf.random.truncated_normal([3]))
    print(tf.random.normal([2], seed=7), tf.random.shuffle(tf.range(6)), tf.random.categorical([[0.1, 0.2, 0.7]], 5))
    print(tf.random.gamma([3], 2.0), tf.random.poisson([3], 4.0))
    print(tf.random.stateless_normal([3], [1, 2]), tf.random.stateless_uniform([2], [3, 4], 0, 100, tf.int32))
    g = tf.random.Generator.from_seed(1234)
    print(g.normal([2]), g.uniform([2]), g.split(2)[0].normal([2]))
