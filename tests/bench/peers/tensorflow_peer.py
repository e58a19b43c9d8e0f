"""TensorFlow, local and eager, as a comparator of eager-bench."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import tensorflow as tf  # noqa: E402

import lines  # noqa: E402

CHAIN, ROUND_TRIPS, CNN_STEPS = 5000, 2000, 100


def add_chain_us():
    a, b = tf.constant(0.0), tf.constant(1.0)
    state = [a]

    def call():
        state[0] = state[0] + b
        return state[0]

    return lines.seconds_per_call(call, lambda r: r.numpy(), CHAIN) * 1e6


def cnn_step_ms(traced):
    layers = tf.keras.layers
    state = []

    def make():
        model = tf.keras.Sequential([
            layers.Input((28, 28, 1)),
            layers.Conv2D(16, 3, activation="relu"),
            layers.Conv2D(16, 3, activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(10),
        ])
        optimizer = tf.keras.optimizers.Adam()
        loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        images = tf.random.uniform((32, 28, 28, 1))
        labels = tf.random.uniform((32,), maxval=10, dtype=tf.int64)

        def step():
            with tf.GradientTape() as tape:
                value = loss(labels, model(images, training=True))
            optimizer.apply_gradients(zip(tape.gradient(value, model.trainable_variables), model.trainable_variables))
            return value

        return tf.function(step) if traced else step

    def figure():
        if not state:
            state.append(make())
        return lines.seconds_per_call(state[0], float, CNN_STEPS) * 1e3

    return figure


def kernels():
    normal = lambda *shape: tf.random.normal(shape)
    wait = lambda result: result.numpy()

    def of(shape, call):
        return lambda: (lambda x=normal(*shape): call(x))

    def of_two(a, b, call):
        return lambda: (lambda x=normal(*a), y=normal(*b): call(x, y))

    def with_integers(n, high, call):
        return lambda: (
            lambda x=normal(4096, 1024), i=tf.random.uniform((n,), maxval=high, dtype=tf.int64): call(x, i))

    convolve = lambda x, w: tf.nn.conv2d(x, w, 1, "SAME")

    def convolve_and_back(x, w):
        with tf.GradientTape() as tape:
            tape.watch([x, w])
            y = tf.reduce_sum(convolve(x, w))
        return tape.gradient(y, [x, w])[0]

    million, matrix = (1000000,), (4096, 1024)
    add = lambda x: x + x
    makers = {
        "add_scalar": of((), add),
        "add_1k": of((1000,), add),
        "add_1m": of(million, add),
        "add_16m": of((16 * 1024 * 1024,), add),
        "add_row_4096x1024": of_two(matrix, (1024,), lambda x, y: x + y),
        "exp_1m": of(million, tf.exp),
        "tanh_1m": of(million, tf.tanh),
        "relu_1m": of(million, tf.nn.relu),
        "gelu_1m": of(million, tf.nn.gelu),
        "where_1m": of(million, lambda x: tf.where(x > 0, x, -x)),
        "cast_f32_f64_1m": of(million, lambda x: tf.cast(x, tf.float64)),
        "matmul_32": of_two((32, 32), (32, 32), tf.matmul),
        "matmul_256": of((256, 256), lambda x: tf.matmul(x, x)),
        "matmul_1000": of((1000, 1000), lambda x: tf.matmul(x, x)),
        "batch_matmul_32x128x64x128": of_two((32, 128, 64), (32, 64, 128), tf.matmul),
        "conv2d_8x56x56x64_3x3x64": of_two((8, 56, 56, 64), (3, 3, 64, 64), convolve),
        "conv2d_32x26x26x16_3x3x16": of_two((32, 26, 26, 16), (3, 3, 16, 16), convolve),
        "conv2d_fwd_bwd_8x56x56x64": of_two((8, 56, 56, 64), (3, 3, 64, 64), convolve_and_back),
        "max_pool_8x56x56x64": of((8, 56, 56, 64), lambda x: tf.nn.max_pool2d(x, 2, 2, "VALID")),
        "batch_norm_8x56x56x64": lambda: (
            lambda x=normal(8, 56, 56, 64), g=normal(64), b=normal(64):
            tf.compat.v1.nn.fused_batch_norm(x, g, b, is_training=True)[0]),
        "softmax_4096x1024": of(matrix, tf.nn.softmax),
        "cross_entropy_4096x1024": with_integers(
            4096, 1024, lambda x, y: tf.nn.sparse_softmax_cross_entropy_with_logits(y, x)),
        "sum_0_4096x1024": of(matrix, lambda x: tf.reduce_sum(x, 0)),
        "sum_1_4096x1024": of(matrix, lambda x: tf.reduce_sum(x, 1)),
        "sum_all_4096x1024": of(matrix, tf.reduce_sum),
        "argmax_4096x1024": of(matrix, lambda x: tf.argmax(x, 1)),
        "cumsum_4096x1024": of(matrix, lambda x: tf.cumsum(x, 1)),
        "top10_4096x1024": of(matrix, lambda x: tf.math.top_k(x, 10)[0]),
        "transpose_4096x1024": of(matrix, tf.transpose),
        "slice_4096x512": of(matrix, lambda x: x[:, 1:513]),
        "concat_2x4096x1024": of(matrix, lambda x: tf.concat([x, x], 0)),
        "gather_4096_rows": with_integers(4096, 4096, tf.gather),
        "random_normal_1m": lambda: lambda: normal(*million),
    }
    return {name: lines.kernel(make, wait) for name, make in makers.items()}


lines.serve({
    "add_chain_us": add_chain_us,
    "cnn_step_function_ms": cnn_step_ms(True),
    "cnn_step_eager_ms": cnn_step_ms(False),
    **kernels(),
})
