"""peers.py: the guide's training steps in TensorFlow and PyTorch, for eager-bench.

Reads names from stdin, a line each, and answers each with a line: milliseconds or microseconds a step as the name says,
or "error: why"."""

import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = ""
EXAMPLES, LINEAR_STEPS, CNN_STEPS = 2000, 300, 100


def seconds_per_step(run, steps):
    start = time.perf_counter()
    run(steps)
    return (time.perf_counter() - start) / steps


class TensorFlowCnn:
    def __init__(self, traced):
        import tensorflow as tf

        layers = tf.keras.layers
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

        self.step = tf.function(step) if traced else step

    def __call__(self):
        def run(steps):
            for _ in range(steps):
                value = self.step()
            float(value)

        return seconds_per_step(run, CNN_STEPS) * 1e3


class TorchLinear:
    def __call__(self):
        import torch

        x = torch.randn(EXAMPLES)
        y = x * 3 + 2 + torch.randn(EXAMPLES)
        w, b = torch.tensor(5.0, requires_grad=True), torch.tensor(10.0, requires_grad=True)
        optimizer = torch.optim.SGD([w, b], lr=0.01)

        def run(steps):
            for _ in range(steps):
                optimizer.zero_grad()
                value = torch.mean(torch.square(x * w + b - y))
                value.backward()
                optimizer.step()
            value.item()

        return seconds_per_step(run, LINEAR_STEPS) * 1e6


MAKE = {
    "tf_function_cnn_ms": lambda: TensorFlowCnn(True),
    "tf_eager_cnn_ms": lambda: TensorFlowCnn(False),
    "torch_linear_us": TorchLinear,
}


def main():
    made = {}
    for line in sys.stdin:
        name = line.strip()
        try:
            if name not in made:
                made[name] = MAKE[name]()
                made[name]()  # traces, allocates
            print(f"{made[name]():.6g}", flush=True)
        except Exception as error:  # pylint: disable=broad-except
            print("error:", str(error).replace("\n", " "), flush=True)


main()
