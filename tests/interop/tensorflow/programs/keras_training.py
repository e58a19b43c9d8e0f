"""Keras models with loops of one's own."""
import numpy as np
import tensorflow as tf


def cnn():
    return tf.keras.Sequential([
        tf.keras.layers.Input((12, 12, 1)),
        tf.keras.layers.Conv2D(8, [3, 3], activation="relu"),
        tf.keras.layers.Conv2D(8, [3, 3], activation="relu"),
        tf.keras.layers.MaxPooling2D(),
        tf.keras.layers.GlobalAveragePooling2D(),
        tf.keras.layers.Dense(10)])


def train(compiled):
    tf.keras.utils.set_random_seed(1)
    model = cnn()
    rng = np.random.default_rng(0)
    images = tf.constant(rng.random((64, 12, 12, 1), dtype=np.float32))
    labels = tf.constant(rng.integers(0, 10, 64))
    optimizer = tf.keras.optimizers.Adam()
    loss_object = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    accuracy = tf.keras.metrics.SparseCategoricalAccuracy()

    def step(x, y):
        with tf.GradientTape() as tape:
            logits = model(x, training=True)
            tf.debugging.assert_equal(logits.shape, (32, 10))
            loss = loss_object(y, logits)
        grads = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(grads, model.trainable_variables))
        accuracy.update_state(y, logits)
        return loss

    if compiled:
        step = tf.function(step)
    for epoch in range(3):
        for i in range(0, 64, 32):
            loss = step(images[i:i + 32], labels[i:i + 32])
        print(epoch, "%.5f" % float(loss), accuracy.result().numpy())
    print(np.round(model(images[:1]).numpy(), 4))


def main():
    train(False)
    train(True)
    tf.keras.utils.set_random_seed(2)
    model = tf.keras.Sequential([tf.keras.layers.Input((4,)), tf.keras.layers.Dense(8, "relu"), tf.keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.linspace(0, 1, 32, dtype=np.float32).reshape(8, 4)
    print([np.round(model.train_on_batch(x, x.sum(1, keepdims=True)), 5) for _ in range(3)])
    print(np.round(model.predict_on_batch(x)[:2], 5), np.round(model.test_on_batch(x, x.sum(1, keepdims=True)), 5))
