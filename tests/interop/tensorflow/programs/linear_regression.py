"""The guide's linear regression, by hand and with Keras' SGD."""
import tensorflow as tf

NUM_EXAMPLES = 2000


class Linear(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.W = tf.Variable(5.0, name="weight")
        self.B = tf.Variable(10.0, name="bias")

    def call(self, inputs):
        return inputs * self.W + self.B


def main():
    inputs = tf.random.stateless_normal([NUM_EXAMPLES], [1, 2])
    outputs = inputs * 3 + 2 + tf.random.stateless_normal([NUM_EXAMPLES], [3, 4])
    w, b = tf.Variable(5.0), tf.Variable(10.0)
    for _ in range(100):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(inputs * w + b - outputs))
        dw, db = tape.gradient(loss, [w, b])
        w.assign_sub(0.01 * dw)
        b.assign_sub(0.01 * db)
    print(w, b, loss)

    model = Linear()
    optimizer = tf.keras.optimizers.SGD(learning_rate=0.01)
    loss_fn = lambda: tf.reduce_mean(tf.square(model(inputs) - outputs))
    print("Initial loss: {:.3f}".format(loss_fn()))
    for step in range(100):
        with tf.GradientTape() as tape:
            loss = loss_fn()
        grads = tape.gradient(loss, [model.W, model.B])
        optimizer.apply_gradients(zip(grads, [model.W, model.B]))
        if step % 20 == 0:
            print("Loss at step {:03d}: {:.3f}".format(step, loss))
    print("Final loss: {:.3f}".format(loss_fn()))
    print("W = {:.4f}, B = {:.4f}".format(model.W.numpy(), model.B.numpy()))
