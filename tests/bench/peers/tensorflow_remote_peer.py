"""TensorFlow's client against whoever serves its remote eager protocol: ADDRESS, or `local` for no server at all."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

import lines  # noqa: E402

CHAIN, ROUND_TRIPS, STEPS, FLOATS = 3000, 300, 50, 16 << 20
DEVICE = "/device:CPU:0"


def add_us():
    a, b = tf.constant(1.0), tf.constant(1.0)
    state = [a]

    def call():
        state[0] = state[0] + b
        return state[0]

    return lines.seconds_per_call(call, lambda r: r.numpy(), CHAIN) * 1e6


def add_read_us():
    a, b = tf.constant(1.0), tf.constant(1.0)
    return lines.seconds_per_call(lambda: (a + b).numpy(), lambda r: r, ROUND_TRIPS) * 1e6


def linear_step():
    w, b, n = tf.Variable(5.0), tf.Variable(10.0), 2000
    x = tf.random.normal([n])
    y = x * 3 + 2 + tf.random.normal([n])

    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(x * w + b - y))
        for v, g in zip((w, b), tape.gradient(loss, (w, b))):
            v.assign_sub(0.01 * g)
        return loss

    return step


def cnn():
    layers = tf.keras.layers
    model = tf.keras.Sequential([
        layers.Input((28, 28, 1)),
        layers.Conv2D(16, 3, activation="relu"),
        layers.Conv2D(16, 3, activation="relu"),
        layers.GlobalAveragePooling2D(),
        layers.Dense(10),
    ])
    model.compile("adam", tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    images = np.random.default_rng(0).random((32 * STEPS, 28, 28, 1), dtype=np.float32)
    labels = np.random.default_rng(1).integers(0, 10, 32 * STEPS)

    def fit():
        model.fit(images, labels, batch_size=32, epochs=1, verbose=0, shuffle=False)

    return fit


def once(make):
    state = []

    def get():
        if not state:
            state.append(make())
        return state[0]

    return get


LINEAR, CNN = once(linear_step), once(cnn)
BIG = once(lambda: np.random.rand(FLOATS).astype(np.float32))
THERE = once(lambda: tf.random.normal((FLOATS,)))


def upload_gib_s():
    big = BIG()

    def call():
        t = tf.identity(tf.constant(big))
        return tf.reduce_sum(t[:1])

    return FLOATS * 4 / 2**30 / lines.seconds_per_call(call, lambda r: r.numpy(), 2)


def download_gib_s():
    there = THERE()
    return FLOATS * 4 / 2**30 / lines.seconds_per_call(there.numpy, lambda r: r, 2)


def matmul_200_s():
    x = tf.random.normal((1000, 1000))
    return lines.seconds_per_call(lambda: tf.matmul(x, x), lambda r: r.numpy(), 200) * 200


def main():
    if sys.argv[1] != "local":
        tf.config.experimental_connect_to_host(sys.argv[1])
    device = DEVICE if sys.argv[1] == "local" else "/job:worker/replica:0/task:0" + DEVICE
    with tf.device(device):
        lines.serve({
            "add_us": add_us,
            "add_read_us": add_read_us,
            "linear_step_us": lambda: lines.seconds_per_call(LINEAR(), float, STEPS) * 1e6,
            "cnn_fit_step_ms": lambda: lines.seconds_per_call(CNN(), lambda r: r, 1) / STEPS * 1e3,
            "upload_gib_s": upload_gib_s,
            "download_gib_s": download_gib_s,
            "matmul_200_s": matmul_200_s,
        })


main()
