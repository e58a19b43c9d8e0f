"""Layers, losses and optimizers of Keras, forward and backward."""
import numpy as np
import tensorflow as tf

L = tf.keras.layers


def check(name, layers, shape, dtype=np.float32):
    tf.keras.utils.set_random_seed(3)
    rng = np.random.default_rng(1)
    x = rng.integers(0, 10, shape) if dtype == np.int32 else rng.random(shape).astype(dtype)
    model = tf.keras.Sequential(layers)
    with tf.GradientTape() as tape:
        y = model(tf.constant(x), training=True)
        loss = tf.reduce_mean(tf.square(tf.cast(y, tf.float32)))
    grads = tape.gradient(loss, model.trainable_variables)
    print(name, y.shape, "%.5f" % float(loss), ["%.4f" % float(tf.reduce_sum(tf.abs(tf.convert_to_tensor(g)))) for g in grads])


class Block(L.Layer):
    def __init__(self):
        super().__init__()
        self.attention = L.MultiHeadAttention(2, 4)
        self.norm = L.LayerNormalization()
        self.dense = L.Dense(8, "gelu")

    def call(self, x):
        x = self.norm(x + self.attention(x, x))
        return x + self.dense(x)


def main():
    tf.keras.utils.set_random_seed(3)
    check("dense", [L.Dense(4, "tanh"), L.Dense(2, "softmax")], (3, 5))
    check("conv", [L.Conv2D(4, 3, padding="same", activation="relu"), L.AveragePooling2D(2), L.Flatten()], (2, 8, 8, 3))
    check("separable", [L.SeparableConv2D(4, 3), L.DepthwiseConv2D(3)], (2, 8, 8, 3))
    check("transposed", [L.Conv2DTranspose(2, 3, strides=2, padding="same")], (1, 4, 4, 3))
    check("batch_norm", [L.BatchNormalization(), L.LeakyReLU()], (4, 5, 5, 3))
    check("lstm", [L.LSTM(4)], (2, 5, 3))
    check("gru", [L.GRU(4, return_sequences=True)], (2, 5, 3))
    check("bidirectional", [L.Bidirectional(L.LSTM(2))], (2, 4, 3))
    check("embedding", [L.Embedding(10, 4), L.GlobalAveragePooling1D()], (2, 5), np.int32)
    check("transformer", [Block(), Block()], (2, 5, 8))
    check("dropout", [L.Dense(8), L.Dropout(0.5, seed=5)], (2, 4))
    for name in ("SGD", "Adam", "RMSprop", "Adagrad", "Adadelta", "Adamax", "Nadam", "AdamW", "Ftrl"):
        v = tf.Variable([1.0, -2.0, 3.0])
        optimizer = getattr(tf.keras.optimizers, name)()
        for _ in range(3):
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(v * v)
            optimizer.apply_gradients([(tape.gradient(loss, v), v)])
        print(name, v.numpy())
    y, p = tf.constant([[0.0, 1.0], [1.0, 0.0]]), tf.constant([[0.3, 0.7], [0.6, 0.4]])
    for name in ("MeanSquaredError", "MeanAbsoluteError", "BinaryCrossentropy", "CategoricalCrossentropy", "Hinge", "Huber", "LogCosh",
                 "KLDivergence", "Poisson", "CosineSimilarity"):
        print(name, "%.5f" % float(getattr(tf.keras.losses, name)()(y, p)))
