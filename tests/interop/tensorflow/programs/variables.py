"""Variables: creation, assignment, slices, scatters, modules."""
import tensorflow as tf


class MyModuleOne(tf.Module):
    def __init__(self):
        self.v0 = tf.Variable(1.0)
        self.vs = [tf.Variable(x) for x in range(10)]


class MyOtherModule(tf.Module):
    def __init__(self):
        self.m = MyModuleOne()
        self.v = tf.Variable(10.0)


def main():
    v = tf.Variable(0.0)
    w = v + 1
    print(type(w).__name__, w.numpy())
    v.assign_add(1)
    print(v, v.read_value(), v.numpy())
    print(len(MyOtherModule().variables))
    print(tf.Variable(tf.zeros([1, 2, 3])))
    before = v.read_value()
    v.assign(5.0)
    v.assign_sub(0.5)
    print(before, v)
    m = tf.Variable(tf.reshape(tf.range(12.0), [3, 4]))
    m[1, 2:].assign([20.0, 30.0])
    print(m)
    m.scatter_add(tf.IndexedSlices(tf.ones([2, 4]), tf.constant([0, 2])))
    m.scatter_sub(tf.IndexedSlices(tf.ones([1, 4]), tf.constant([1])))
    m.scatter_nd_update([[0, 0], [2, 3]], [-1.0, -2.0])
    print(m, m.sparse_read([2, 0]), tf.gather(m, [1]), tf.nn.embedding_lookup(m, [2, 2]))
    n = tf.Variable([1, 2, 3], dtype=tf.int64, name="counts")
    n.assign_add([10, 20, 30])
    print(n, n.dtype, n.shape, n.trainable)
    s = tf.Variable(["a", "b"])
    s.assign(["c", "d"])
    print(s)
    copies = [tf.Variable(float(i)) for i in range(100)]
    print(sum(c.numpy() for c in copies))
    del copies
    print(tf.Variable(True), tf.Variable(3 + 4j))
