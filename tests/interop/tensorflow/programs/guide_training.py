"""The guide's own model: training, object-based saving, metrics, summaries, a custom gradient, checkpoints in the client."""
import glob
import os
import tempfile

import tensorflow as tf

TOLERANCE = 1e-3
NUM_EXAMPLES = 2000


class Model(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.W = tf.Variable(5.0, name="weight")
        self.B = tf.Variable(10.0, name="bias")

    def call(self, inputs):
        return inputs * self.W + self.B


def loss(model, inputs, targets):
    return tf.reduce_mean(tf.square(model(inputs) - targets))


def grad(model, inputs, targets):
    with tf.GradientTape() as tape:
        loss_value = loss(model, inputs, targets)
    return tape.gradient(loss_value, [model.W, model.B])


@tf.custom_gradient
def custom(x):
    forward = 3 * x * x
    print("Forward value", forward.numpy())

    def grad(dy):
        print("dy value", dy.numpy())
        return dy * forward

    return forward, grad


def main():
    inputs = tf.random.stateless_normal([NUM_EXAMPLES], [1, 1])
    outputs = inputs * 3 + 2 + tf.random.stateless_normal([NUM_EXAMPLES], [2, 2])
    model, optimizer, m = Model(), tf.keras.optimizers.SGD(learning_rate=0.01), tf.keras.metrics.Mean("loss")
    folder = tempfile.mkdtemp()
    with tf.device("/job:localhost/replica:0/task:0/device:CPU:0"):
        writer = tf.summary.create_file_writer(folder)
    for i in range(100):
        optimizer.apply_gradients(zip(grad(model, inputs, outputs), [model.W, model.B]))
        m(loss(model, inputs, outputs))
        if i % 50 == 0:
            print("{:03d}: {:.3f}".format(i, loss(model, inputs, outputs)))
            with tf.device("/job:localhost/replica:0/task:0/device:CPU:0"), writer.as_default():
                tf.summary.scalar("loss", m.result().numpy(), step=i)
    writer.close()
    print(len(glob.glob(folder + "/events*")), m.result(), model.W.numpy(), model.B.numpy(), model(tf.constant(1.0)).numpy())

    model.save_weights(os.path.join(folder, "model.weights.h5"))
    fresh = Model()
    print("Not trained", fresh(tf.constant(1.0)).numpy())
    fresh.load_weights(os.path.join(folder, "model.weights.h5"))
    print("Trained", fresh(tf.constant(1.0)).numpy())
    checkpoint = tf.train.Checkpoint(model=model)
    options = tf.train.CheckpointOptions(experimental_io_device="/job:localhost/replica:0/task:0/device:CPU:0")
    path = checkpoint.save(os.path.join(folder, "checkpoint"), options=options)
    model.W.assign(0.0)
    checkpoint.restore(path, options=options)
    print("Restored", model.W.numpy())

    x = tf.constant(10.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = custom(x)
        value = value * value
    print(tape.gradient(value, x).numpy())
    a = tf.random.stateless_normal([200, 200], [5, 6]) * 0.05
    for _ in range(20):
        a = tf.matmul(a, a)
    print(a.numpy().shape)
