"""What happens outside of the scope to what lies on the server."""
import tensorflow as tf


def main():
    t = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    v = tf.Variable([1.0, 2.0])
    with tf.device("/job:localhost/replica:0/task:0/device:CPU:0"):
        print(t * 2, tf.reduce_sum(v), v.numpy(), v + 1)
        v.assign([5.0, 6.0])
        print(v, tf.matmul(t, t))
    print(v * 2)
    with tf.device("/job:localhost/replica:0/task:0/device:CPU:0"):
        local = tf.constant([10.0, 20.0])
    print(local + v)
