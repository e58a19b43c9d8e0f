"""Tensors of all dtypes, indexing, printing, Python control flow."""
import numpy as np
import tensorflow as tf


def fizzbuzz(max_num):
    counter = tf.constant(0)
    max_num = tf.convert_to_tensor(max_num)
    for num in range(1, max_num.numpy() + 1):
        num = tf.constant(num)
        if int(num % 3) == 0 and int(num % 5) == 0:
            print("FizzBuzz")
        elif int(num % 3) == 0:
            print("Fizz")
        elif int(num % 5) == 0:
            print("Buzz")
        else:
            print(num.numpy())
        counter += 1
    print(counter)


def main():
    a = tf.constant([[1, 2], [3, 4]])
    print(a)
    b = tf.add(a, 1)
    print(b, a * b, np.multiply(a, b), a.numpy())
    fizzbuzz(15)
    for dtype in (tf.float16, tf.bfloat16, tf.float32, tf.float64, tf.int8, tf.int16, tf.int32, tf.int64, tf.uint8, tf.uint16,
                  tf.uint32, tf.uint64, tf.bool, tf.complex64, tf.complex128):
        print(tf.cast([0, 1, 2, 3], dtype))
    print(tf.constant(["ab", "", "c"]), tf.constant("ü"))
    x = tf.reshape(tf.range(24), [2, 3, 4])
    print(x[1], x[..., 0], x[:, ::2, 1:3], x[-1, tf.newaxis, 0], len(x), x.shape)
    print(bool(tf.constant(True)), float(tf.constant(2.5)), [int(v) for v in tf.constant([1, 2, 3])])
    print(tf.concat([a, b], 0), tf.stack([a, b], 1), tf.split(x, 2, axis=2), tf.unstack(a))
    print(tf.where(a > 2), tf.where(a > 2, a, b), tf.unique(tf.constant([3, 1, 3, 2])))
    print(tf.reduce_sum(x, axis=[0, 2]), tf.reduce_mean(tf.cast(x, tf.float32)), tf.argmax(x, 2), tf.reduce_any(x > 22))
    print(tf.gather(x, [2, 0], axis=1), tf.gather_nd(x, [[0, 1, 2], [1, 2, 3]]), tf.one_hot([0, 2], 3))
    print(tf.transpose(x, [2, 0, 1]), tf.tile(a, [1, 2]), tf.pad(a, [[1, 0], [0, 1]]), tf.reverse(a, [1]), tf.cumsum(a, 1))
    print(tf.einsum("ij,jk->ik", a, b), tf.linalg.matmul(a, b, transpose_b=True), tf.linalg.diag(tf.constant([1.0, 2.0])))
    print(tf.zeros_like(a), tf.ones([2]), tf.fill([2, 2], 7), tf.linspace(0.0, 1.0, 5), tf.eye(2), tf.identity(a))
    print(tf.nn.top_k(tf.constant([1.0, 5.0, 3.0]), 2), tf.sort([3, 1, 2]), tf.argsort([3, 1, 2]), tf.math.floormod(-7, 3))
    print(tf.strings.join(["a", "b"], "-"), tf.strings.length(["abc", ""]), tf.strings.as_string([1.5, 2.0]), tf.strings.to_number(["3.5"]))
    print(tf.bitwise.bitwise_and(12, 10), tf.bitcast(tf.constant(1.0), tf.int32), tf.dtypes.saturate_cast([300.0], tf.uint8))
    empty = tf.zeros([0, 3])
    print(empty, tf.reduce_sum(empty, 0))
    big = tf.random.stateless_uniform([4 << 20], [1, 2])
    print(big.numpy().shape, float(tf.reduce_sum(tf.constant(big.numpy()) - big)))
