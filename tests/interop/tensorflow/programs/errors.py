"""Errors: the class of each, and that the next op works."""
import tensorflow as tf


def attempt(name, f):
    try:
        result = f()
        print(name, "no error", result)
    except Exception as e:  # which one is printed
        print(name, type(e).__name__)


def main():
    a = tf.constant([1.0, 2.0, 3.0])
    attempt("incompatible", lambda: (a + tf.constant([1.0, 2.0])).numpy())
    attempt("gather", lambda: tf.gather(a, [7]).numpy())
    attempt("matmul", lambda: tf.matmul(tf.ones([2, 3]), tf.ones([2, 3])).numpy())
    attempt("reshape", lambda: tf.reshape(a, tf.constant([2, 2])).numpy())
    attempt("division", lambda: (tf.constant(1) // tf.constant(0)).numpy())
    attempt("number", lambda: tf.strings.to_number("x").numpy())
    attempt("numerics", lambda: tf.debugging.check_numerics(tf.math.log(tf.constant(-1.0)), "bad").numpy())
    attempt("assert", lambda: tf.debugging.assert_equal(a, a + 1))
    attempt("inverse", lambda: tf.linalg.inv(tf.zeros([2, 2])).numpy())
    v = tf.Variable([1.0, 2.0])
    attempt("slice", lambda: tf.slice(a, [2], tf.constant([5])).numpy())
    attempt("kept", lambda: (tf.gather(a, [9]) + 1).numpy())
    v.assign([3.0, 4.0])
    print(v, (a * 2).numpy())
    attempt("variable", lambda: v.assign([1.0, 2.0, 3.0]))
    attempt("function", lambda: tf.function(lambda x: tf.gather(x, tf.constant([9])))(a).numpy())
    print(v.read_value())
