"""Tapes: persistent, nested, watched, custom gradients, jacobians, gathered slices."""
import tensorflow as tf


@tf.custom_gradient
def clip_gradient_by_norm(x, norm):
    y = tf.identity(x)

    def grad_fn(dresult):
        return [tf.clip_by_norm(dresult, norm), None]

    return y, grad_fn


@tf.custom_gradient
def log1pexp(x):
    e = tf.exp(x)

    def grad(dy):
        return dy * (1 - 1 / (1 + e))

    return tf.math.log(1 + e), grad


def main():
    w = tf.Variable([[1.0]])
    with tf.GradientTape() as tape:
        loss = w * w
    print(tape.gradient(loss, w))
    w = tf.Variable([[3.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(w)
        loss = w * w
        loss2 = loss * loss
    print(tape.gradient(loss, w), tape.gradient(loss2, w))
    x = tf.ones((2, 2))
    with tf.GradientTape() as t:
        t.watch(x)
        y = tf.reduce_sum(x)
        z = tf.multiply(y, y)
    print(t.gradient(z, x))
    x = tf.Variable(3.0)
    with tf.GradientTape() as t:
        with tf.GradientTape() as t2:
            y = x * x * x
        dy = t2.gradient(y, x)
    print(dy, t.gradient(dy, x))
    for value in (0.0, 100.0):
        x = tf.constant(value)
        with tf.GradientTape() as t:
            t.watch(x)
            y = log1pexp(x)
        print(y, t.gradient(y, x))
    with tf.GradientTape() as t:
        v = tf.Variable(2.0)
        y = clip_gradient_by_norm(v * v, 0.5)
    print(t.gradient(y, v))
    a = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape(persistent=True) as t:
        t.watch(a)
        y = tf.matmul(a, a)
        s = tf.reduce_sum(tf.nn.softmax(a) * a, axis=1)
    print(t.jacobian(s, a, experimental_use_pfor=False), t.batch_jacobian(y, a, experimental_use_pfor=False))
    table = tf.Variable(tf.reshape(tf.range(8.0), [4, 2]))
    with tf.GradientTape() as t:
        y = tf.reduce_sum(tf.square(tf.gather(table, [1, 3, 1])))
    g = t.gradient(y, table)
    print(tf.convert_to_tensor(g))
    ops = [tf.sin, tf.exp, tf.sqrt, tf.math.log, tf.tanh, tf.sigmoid, tf.nn.relu, tf.nn.gelu, tf.nn.softplus, tf.square, tf.math.rsqrt,
           tf.nn.log_softmax, tf.cumsum, lambda t: tf.reduce_max(t, 0), lambda t: t[:, 1:], lambda t: tf.reshape(t, [-1])]
    for op in ops:
        x = tf.constant([[0.5, 1.5], [2.5, 0.25]])
        with tf.GradientTape() as t:
            t.watch(x)
            y = tf.reduce_sum(op(x) * op(x))
        print(t.gradient(y, x))
