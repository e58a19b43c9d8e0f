"""A functional model of two branches, callbacks, class weights, a dataset of the client's in a loop of one's own."""
import numpy as np
import tensorflow as tf

TOLERANCE = 1e-3


def main():
    tf.keras.utils.set_random_seed(11)
    L = tf.keras.layers
    numbers, words = L.Input((6,), name="numbers"), L.Input((4,), dtype="int32", name="words")
    x = L.Dense(8, activation="relu")(numbers)
    y = L.LSTM(5)(L.Embedding(20, 4)(words))
    z = L.Concatenate()([x, y])
    model = tf.keras.Model([numbers, words], [L.Dense(1, name="value")(z), L.Dense(3, activation="softmax", name="kind")(z)])
    model.compile("rmsprop", {"value": "mae", "kind": "sparse_categorical_crossentropy"}, metrics={"kind": "accuracy"})
    rng = np.random.default_rng(2)
    data = {"numbers": rng.random((48, 6), dtype=np.float32), "words": rng.integers(0, 20, (48, 4)).astype(np.int32)}
    truth = {"value": data["numbers"].sum(1, keepdims=True), "kind": rng.integers(0, 3, 48)}
    history = model.fit(data, truth, batch_size=16, epochs=3, shuffle=False, verbose=0,
                        callbacks=[tf.keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.9)])
    for name in sorted(history.history):
        print(name, ["%.4f" % v for v in history.history[name]])
    print([p.shape for p in model.predict(data, verbose=0)], ["%.4f" % v for v in model.evaluate(data, truth, verbose=0)])

    with tf.device("/job:localhost/replica:0/task:0/device:CPU:0"):
        dataset = tf.data.Dataset.from_tensor_slices((data["numbers"], truth["value"])).batch(16)
        batches = [(a.numpy(), b.numpy()) for a, b in dataset]
    dense = tf.keras.Sequential([L.Input((6,)), L.Dense(4, "gelu"), L.Dense(1)])
    optimizer = tf.keras.optimizers.AdamW(0.01)

    @tf.function
    def step(a, b):
        with tf.GradientTape() as tape:
            loss = tf.keras.losses.MeanSquaredError()(b, dense(a, training=True))
        optimizer.apply_gradients(zip(tape.gradient(loss, dense.trainable_variables), dense.trainable_variables))
        return loss

    print(["%.4f" % float(step(tf.constant(a), tf.constant(b))) for _ in range(2) for a, b in batches])
