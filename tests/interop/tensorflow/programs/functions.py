"""tf.function: loops, conditions, gradients, variables, TensorArray, map_fn, assertions."""
import tensorflow as tf


@tf.function
def loop(n):
    s = tf.constant(0.0)
    for i in tf.range(n):
        if i % 2 == 0:
            s += tf.cast(i, tf.float32)
        else:
            s -= 1.0
    return s


@tf.function
def collatz(n):
    steps = 0
    while n != 1:
        n = tf.cond(n % 2 == 0, lambda: n // 2, lambda: 3 * n + 1)
        steps += 1
    return steps


@tf.function
def arrays(x):
    array = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
    for i in tf.range(4):
        array = array.write(i, x * tf.cast(i, tf.float32))
    return array.stack()


@tf.function(jit_compile=True)
def compiled(x):
    return tf.nn.relu(x @ x) + 1.0


@tf.function
def power(x, n):
    y = tf.ones_like(x)
    for _ in tf.range(n):
        y *= x
    return y


class Counter(tf.Module):
    def __init__(self):
        self.count = tf.Variable(0)

    @tf.function
    def __call__(self, by):
        self.count.assign_add(by)
        return self.count * 2


@tf.function
def switch(i):
    return tf.switch_case(i, [lambda: tf.constant(10), lambda: tf.constant(20)], default=lambda: tf.constant(-1))


@tf.function
def checked(x):
    tf.debugging.assert_positive(x, message="must be positive")
    return tf.sqrt(x)


@tf.function
def nested(x):
    return loop(tf.cast(x, tf.int32)) + tf.reduce_sum(arrays(tf.stack([x, x])))


def main():
    print(loop(tf.constant(10)), collatz(tf.constant(27)), arrays(tf.constant([1.0, 2.0])))
    print(compiled(tf.constant([[1.0, -2.0], [3.0, 4.0]])))
    x = tf.constant(3.0)
    with tf.GradientTape() as t1:
        t1.watch(x)
        with tf.GradientTape() as t2:
            t2.watch(x)
            y = power(x, tf.constant(4))
        dy = t2.gradient(y, x)
    print(y, dy, t1.gradient(dy, x))
    counter = Counter()
    print(counter(1), counter(5), counter.count)
    print([switch(tf.constant(i)).numpy() for i in (0, 1, 2, -1)])
    print(checked(tf.constant([4.0, 9.0])), nested(tf.constant(5.0)))
    try:
        print(checked(tf.constant([4.0, -9.0])))
    except tf.errors.InvalidArgumentError as e:
        print(type(e).__name__, "must be positive" in str(e))
    print(tf.map_fn(lambda v: v * v + 1, tf.range(5)), tf.scan(lambda a, v: a + v, tf.range(5)))
    print(tf.foldl(lambda a, v: a * v, tf.constant([1.0, 2.0, 3.0])))
    v = tf.Variable(2.0)

    @tf.function
    def step(data):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum((data * v - 6.0) ** 2)
        g = tape.gradient(loss, v)
        v.assign_sub(0.01 * g)
        return loss

    print([step(tf.constant([1.0, 2.0])).numpy() for _ in range(5)], v)

    @tf.function
    def array_gradient(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            array = tf.TensorArray(tf.float32, size=3)
            state = x
            for i in tf.range(3):
                state = state * 1.5 + tf.cast(i, tf.float32)
                array = array.write(i, state)
            y = tf.reduce_sum(array.stack() ** 2)
        return tape.gradient(y, x)

    print(array_gradient(tf.constant([1.0, 2.0])))
