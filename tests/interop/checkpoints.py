"""checkpoints.py EAGER_EXCHANGE FOLDER: checkpoints between TensorFlow and this project, both ways, bit for bit."""

import os
import subprocess
import sys
import unittest

import numpy as np
import tensorflow as tf
import tf_keras
from tensorflow.core.protobuf import trackable_object_graph_pb2

EXCHANGE, FOLDER = sys.argv[1:3]
DTYPES = ("float32 float64 float16 bfloat16 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool complex64 "
          "complex128").split()
GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"


def exchange(*args):
    done = subprocess.run([EXCHANGE, *map(str, args)], capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise AssertionError(done.stdout + done.stderr)


def path(name):
    return os.path.join(FOLDER, name)


def counting(dtype, shape, start):
    """As exchange.cc's Counting."""
    dtype = tf.as_dtype(dtype)
    size = int(np.prod(shape)) * dtype.size
    modulus = 2 if dtype == tf.bool else 60
    data = bytes((start + i) % 256 % modulus for i in range(size))
    return np.frombuffer(data, dtype.as_numpy_dtype).reshape(shape)


class Objects:
    """As exchange.cc's Program."""

    def __init__(self, start):
        def layer(inputs, outputs, first):
            return {"kernel": tf.Variable(counting("float32", [inputs, outputs], first), name="layer/kernel"),
                    "bias": tf.Variable(counting("float32", [outputs], first), name="layer/bias")}

        self.net = tf.Module()
        self.net.layers = [layer(3, 4, start), layer(4, 2, start + 7)]
        self.net.odd = {"a.b/c": self.net.layers[0]["bias"]}
        self.net.dtypes = {dtype: tf.Variable(counting(dtype, [2, 3], start)) for dtype in DTYPES}
        self.net.dtypes["empty"] = tf.Variable(counting("float32", [0, 3], start))
        self.net.dtypes["string"] = tf.Variable([b"text", b"\x01\xff\0x"] if start else [b"", b""])
        self.step = tf.Variable(start, dtype=tf.int64, name="step")
        self.checkpoint = tf.train.Checkpoint(model=self.net, step=self.step)


def contents(prefix):
    reader = tf.train.load_checkpoint(prefix)
    return {key: reader.get_tensor(key) for key in reader.get_variable_to_shape_map() if key != GRAPH}


def bits(value):
    array = np.asarray(value)
    return array.dtype, array.shape, array.tolist() if array.dtype == object else array.tobytes()


def paths(graph):
    """What a graph says, whatever the order of its nodes: the key and the name behind each way from the root."""
    graph = trackable_object_graph_pb2.TrackableObjectGraph.FromString(graph)
    found, todo = {}, [((), 0)]
    while todo:
        way, node_id = todo.pop()
        node = graph.nodes[node_id]
        found[way] = ([(a.name, a.full_name) for a in node.attributes], node.has_checkpoint_values.value)
        todo += [(way + (child.local_name,), child.node_id) for child in node.children]
    return found


class Checkpoints(unittest.TestCase):
    def assert_same(self, a, b):
        a, b = contents(a), contents(b)
        self.assertEqual(a.keys(), b.keys())
        for key in a:
            self.assertEqual(bits(a[key]), bits(b[key]), key)

    def test_tensorflow_reads_what_is_written_here(self):
        exchange("write", path("ours"))
        prefix = tf.train.latest_checkpoint(FOLDER)
        self.assertEqual(prefix, path("ours-1"))
        fresh, same = Objects(0), Objects(5)
        fresh.checkpoint.restore(prefix).assert_consumed().assert_existing_objects_matched()
        self.assertEqual(int(fresh.checkpoint.save_counter), 1)
        self.assertEqual(int(fresh.step), 5)
        for name, variable in same.net.dtypes.items():
            self.assertEqual(bits(fresh.net.dtypes[name].numpy()), bits(variable.numpy()), name)
        for got, want in zip(fresh.net.layers, same.net.layers):
            for name in want:
                self.assertEqual(bits(got[name].numpy()), bits(want[name].numpy()), name)

    def test_what_tensorflow_wrote_comes_back(self):
        prefix = Objects(9).checkpoint.save(path("theirs"))
        exchange("copy", prefix, path("copied"))
        self.assert_same(prefix, path("copied"))
        Objects(0).checkpoint.read(path("copied")).assert_existing_objects_matched()

    def test_several_data_files(self):
        prefix = Objects(9).checkpoint.save(path("whole"))
        exchange("copy", prefix, path("parts"), 64)
        self.assertTrue(os.path.exists(path("parts.index")))
        self.assertGreater(len([f for f in os.listdir(FOLDER) if f.startswith("parts.data")]), 2)
        self.assert_same(prefix, path("parts"))
        # Overwritten: another number of files, one of which is empty.
        exchange("copy", prefix, path("again"))
        exchange("copy", prefix, path("again"))
        self.assertTrue(os.path.exists(path("again.data-00001-of-00002")))
        self.assert_same(prefix, path("again"))

    def test_the_same_graph(self):
        prefix = Objects(9).checkpoint.save(path("original"))
        exchange("copy", prefix, path("bytes"))
        ours, theirs = (paths(tf.train.load_checkpoint(p).get_tensor(GRAPH)) for p in (path("bytes"), prefix))
        self.assertEqual(ours, theirs)

    def test_manager(self):
        exchange("manage", path("managed"), 4)
        fresh = Objects(0)
        manager = tf.train.CheckpointManager(fresh.checkpoint, path("managed"), max_to_keep=2)
        self.assertEqual(manager.checkpoints, [path("managed/ckpt-3"), path("managed/ckpt-4")])
        fresh.checkpoint.restore(manager.latest_checkpoint).assert_consumed()
        self.assertEqual(manager.save(), path("managed/ckpt-5"))
        self.assertFalse(os.path.exists(path("managed/ckpt-3.index")))


class Keras(unittest.TestCase):
    def model(self, seed):
        tf_keras.utils.set_random_seed(seed)
        model = tf_keras.Sequential([tf_keras.layers.Dense(4), tf_keras.layers.Dense(2)])
        model.build([None, 3])
        return model

    def test_weights(self):
        theirs, fresh = self.model(1), self.model(2)
        theirs.save_weights(path("keras/weights"))
        exchange("copy-weights", path("keras/weights"), path("back/weights"))
        self.assertEqual(tf.train.latest_checkpoint(path("back")), path("back/weights"))
        fresh.load_weights(path("back/weights")).assert_consumed()
        for got, want in zip(fresh.get_weights(), theirs.get_weights()):
            self.assertEqual(bits(got), bits(want))

    def cnn(self, seed):
        tf_keras.utils.set_random_seed(seed)
        model = tf_keras.Sequential([
            tf_keras.layers.Conv2D(4, 3, input_shape=[8, 8, 1]), tf_keras.layers.BatchNormalization(),
            tf_keras.layers.GlobalAveragePooling2D(), tf_keras.layers.Dense(3)])
        optimizer = tf_keras.optimizers.Adam(0.01)
        optimizer.build(model.trainable_variables)
        return model, optimizer, tf.train.Checkpoint(model=model, optimizer=optimizer)

    def step(self, model, optimizer):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(model(tf.random.stateless_normal([2, 8, 8, 1], [1, 2]), training=True) ** 2)
        variables = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))

    def test_a_cnn_in_training(self):
        model, optimizer, checkpoint = self.cnn(1)
        for _ in range(3):
            self.step(model, optimizer)
        exchange("copy-cnn", checkpoint.save(path("cnn")), path("cnn-back"))
        fresh, fresh_optimizer, fresh_checkpoint = self.cnn(2)
        fresh_checkpoint.restore(path("cnn-back")).assert_existing_objects_matched().assert_consumed()
        for _ in range(2):  # as it came back, and after a step more
            got = fresh.variables + fresh_optimizer.variables
            want = model.variables + optimizer.variables
            self.assertEqual(len(got), len(want))
            for a, b in zip(got, want):
                self.assertEqual(bits(a.numpy()), bits(b.numpy()), b.name)
            self.step(model, optimizer)
            self.step(fresh, fresh_optimizer)

    def test_a_prefix_that_ends_in_a_slash(self):
        exchange("write", path("slash/"))
        self.assertEqual(tf.train.latest_checkpoint(path("slash")), path("slash/-1"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
