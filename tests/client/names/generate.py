"""Asks the real TensorFlow for what names_test.cc compares with: one JSON object a line on stdout."""
import json
import sys

import numpy as np
import tensorflow as tf

RNG = np.random.default_rng(7)


def floats(*shape, dtype=np.float32):
  return np.round(RNG.normal(size=shape) * 2, 3).astype(dtype)


def ints(*shape, low=0, high=4, dtype=np.int32):
  return RNG.integers(low, high, size=shape).astype(dtype)


def text(value):
  """A number as the golden files write it: exact, with names for what JSON has no numbers for."""
  if isinstance(value, (bool, np.bool_)):
    return bool(value)
  if isinstance(value, (int, np.integer)):
    return int(value)
  value = float(value)
  return value if np.isfinite(value) else ("nan" if np.isnan(value) else "inf" if value > 0 else "-inf")


def tensor(t):
  if t is None:
    return None
  t = tf.convert_to_tensor(t)
  return {"dtype": t.dtype.name, "shape": list(t.shape), "values": [text(v) for v in t.numpy().reshape(-1)]}


def case(name, inputs, call, rtol=1e-5, atol=1e-6, gradient=True):
  xs = [tf.constant(x) for x in inputs]
  with tf.GradientTape() as tape:
    tape.watch([x for x in xs if x.dtype.is_floating])
    out = call(*xs)
    outputs = list(out) if isinstance(out, (list, tuple)) else [out]
    targets = [o for o in outputs if o.dtype.is_floating]
  line = {"id": name, "inputs": [tensor(x) for x in xs], "outputs": [tensor(o) for o in outputs]}
  if gradient and targets and any(x.dtype.is_floating for x in xs):
    grads = tape.gradient(targets, xs)
    line["gradients"] = [tensor(None if g is None else tf.convert_to_tensor(g)) for g in grads]
  print(json.dumps({**line, "rtol": rtol, "atol": atol}))


A = floats(2, 3)
B = floats(3, 4)
C = floats(2, 3, 4)
V = floats(4)
D = floats(3, 3, dtype=np.float64)
I = ints(2, 3, low=-5, high=6)
U = ints(2, 3, high=250, dtype=np.uint8)
T = np.array([[True, False, True], [False, False, True]])
W = np.array([-np.inf, 2.0, np.inf, np.nan, 0.0], np.float32)
P = np.abs(A) + 0.5

# reduce.h
case("reduce_sum_all", [C], lambda x: tf.reduce_sum(x))
case("reduce_sum_axis", [C], lambda x: tf.reduce_sum(x, 1))
case("reduce_sum_axes_kept", [C], lambda x: tf.reduce_sum(x, [0, -1], keepdims=True))
case("reduce_sum_no_axes", [C], lambda x: tf.reduce_sum(x, []))
case("reduce_mean_integers", [I], lambda x: tf.reduce_mean(x, 0))
case("reduce_max", [C], lambda x: tf.reduce_max(x, -1))
case("reduce_min", [C], lambda x: tf.reduce_min(x, [1, 2]))
case("reduce_prod", [A], lambda x: tf.reduce_prod(x, 1))
case("reduce_any", [T], lambda x: tf.reduce_any(x, 1))
case("reduce_all", [T], lambda x: tf.reduce_all(x, 0, keepdims=True))
case("reduce_variance", [C], lambda x: tf.math.reduce_variance(x, [0, 2]), rtol=1e-4)
case("reduce_std", [D], lambda x: tf.math.reduce_std(x, 1))
case("reduce_std_all_kept", [A], lambda x: tf.math.reduce_std(x, keepdims=True))
case("reduce_logsumexp", [C], lambda x: tf.reduce_logsumexp(x * 100, 1))
case("reduce_logsumexp_infinite", [W[:2]], lambda x: tf.reduce_logsumexp(x), gradient=False)
case("reduce_logsumexp_kept", [A], lambda x: tf.reduce_logsumexp(x, keepdims=True))
case("count_nonzero", [I], lambda x: tf.math.count_nonzero(x, 1))
case("count_nonzero_int32", [np.array([0.0, 1, 0], np.float32)], lambda x: tf.math.count_nonzero(x, dtype=tf.int32))
case("zero_fraction", [I], lambda x: tf.math.zero_fraction(x))
case("argmax", [C], lambda x: tf.argmax(x, 1))
case("argmin_int32", [C], lambda x: tf.argmin(x, -1, output_type=tf.int32))
case("cumsum_exclusive_reverse", [C], lambda x: tf.cumsum(x, 1, exclusive=True, reverse=True))
case("cumsum_last", [I], lambda x: tf.cumsum(x, -1))
case("cumprod", [A], lambda x: tf.math.cumprod(x, 1, reverse=True))
case("norm", [C], lambda x: tf.norm(x))
case("norm_axis_kept", [C], lambda x: tf.norm(x, axis=1, keepdims=True))
case("norm_1", [C], lambda x: tf.norm(x, ord=1, axis=-1))
case("norm_3", [P], lambda x: tf.norm(x, ord=3))
case("norm_inf", [C], lambda x: tf.norm(x, ord=np.inf, axis=2))
case("norm_inf_all", [C], lambda x: tf.norm(x, ord=np.inf))
case("norm_fro", [C], lambda x: tf.norm(x, ord="fro", axis=[1, 2]))
case("norm_matrix_1", [C], lambda x: tf.norm(x, ord=1, axis=[-2, -1]))
case("norm_matrix_inf", [C], lambda x: tf.norm(x, ord=np.inf, axis=[-2, -1], keepdims=True))
S = np.array([0, 2, 0, -1, 2, 2], np.int32)
G = floats(6, 2)
case("unsorted_segment_sum", [G, S], lambda x, s: tf.math.unsorted_segment_sum(x, s, 4))
case("unsorted_segment_mean", [G, S], lambda x, s: tf.math.unsorted_segment_mean(x, s, 4))
case("unsorted_segment_sqrt_n", [G, S], lambda x, s: tf.math.unsorted_segment_sqrt_n(x, s, 4))
case("unsorted_segment_mean_of_matrix_ids", [C, ints(2, 3, high=3)], lambda x, s: tf.math.unsorted_segment_mean(x, s, 3))
O = np.array([0, 0, 1, 3, 3, 3], np.int64)
case("segment_sum", [G, O], lambda x, s: tf.math.segment_sum(x, s))
case("segment_mean", [G, O], lambda x, s: tf.math.segment_mean(x, s))

# math.h
case("truediv_integers", [I, np.array([2, 3, 4], np.int32)], lambda x, y: tf.math.truediv(x, y))
case("truediv_uint8", [U], lambda x: tf.math.truediv(x, 7))
case("floordiv", [I], lambda x: x // 4)
case("floormod", [I], lambda x: x % -4)
case("truncatediv", [I], lambda x: tf.truncatediv(x, 4))
case("truncatemod", [I], lambda x: tf.truncatemod(x, 4))
case("squared_difference", [A, B[:, 0]], lambda x, y: tf.math.squared_difference(x, y))
case("atan2", [A, P], lambda y, x: tf.math.atan2(y, x))
case("add_n", [A, P, A], lambda *xs: tf.add_n(list(xs)))
case("divide_no_nan", [A], lambda x: tf.math.divide_no_nan(x, tf.constant([0.0, 2, -1])))
case("multiply_no_nan", [W], lambda x: tf.math.multiply_no_nan(x, tf.constant([0.0, 1, 2, 0, 0])), gradient=False)
case("xdivy", [np.array([0.0, 2, -1], np.float32), np.array([0.0, 4, 5], np.float32)], lambda x, y: tf.math.xdivy(x, y))
case("xlogy", [np.array([0.0, 2, -1], np.float32), np.array([0.0, 4, 5], np.float32)], lambda x, y: tf.math.xlogy(x, y))
case("xlog1py", [np.array([0.0, 2, -1], np.float32), np.array([-1.0, 4, 5], np.float32)], lambda x, y: tf.math.xlog1py(x, y))
case("reciprocal_no_nan", [np.array([0.0, 4, -5], np.float32)], lambda x: tf.math.reciprocal_no_nan(x))
case("logical_xor", [T], lambda x: tf.math.logical_xor(x, [True, False, False]))
case("functions", [P], lambda x: [tf.math.rsqrt(x), tf.math.reciprocal(x), tf.math.expm1(x), tf.math.log1p(x), tf.sin(x),
                                  tf.cos(x), tf.tan(x), tf.asin(x / 8), tf.acos(x / 8), tf.atan(x), tf.sinh(x), tf.cosh(x),
                                  tf.asinh(x), tf.acosh(x + 1), tf.atanh(x / 8), tf.math.erf(x), tf.math.erfc(x),
                                  tf.math.log_sigmoid(x * 50)], rtol=1e-4)
case("rounding", [C], lambda x: [tf.floor(x), tf.math.ceil(x), tf.round(x), tf.math.rint(x), tf.sign(x)])
case("predicates", [W], lambda x: [tf.math.is_nan(x), tf.math.is_inf(x), tf.math.is_finite(x)])
case("bitwise", [I], lambda x: [tf.bitwise.bitwise_and(x, 6), tf.bitwise.bitwise_or(x, 6), tf.bitwise.bitwise_xor(x, 6),
                                tf.bitwise.invert(x), tf.bitwise.left_shift(x, 3), tf.bitwise.right_shift(x, 1)])
case("operators_of_integers", [I, ints(3, high=9)], lambda x, y: [x & y, x | y, x ^ y, ~x])
case("operators_of_bool", [T], lambda x: [x & [True, False, True], x | [False, True, False], x ^ True, ~x])
case("where", [A], lambda x: tf.where(x > 0, x, -1.0))

# products.h
case("matmul", [A, B], lambda a, b: tf.matmul(a, b))
case("matmul_transposed", [A, B], lambda a, b: tf.matmul(b, a, transpose_a=True, transpose_b=True))
case("matmul_batch", [C, V[None, :, None] * np.ones((2, 1, 5), np.float32)], lambda a, b: tf.matmul(a, b))
case("matmul_batch_adjoint", [C], lambda a: tf.matmul(a, a, adjoint_a=True))
case("matmul_broadcast", [C, floats(4, 2)], lambda a, b: tf.matmul(a, b))
case("tensordot_1", [C, floats(4, 5)], lambda a, b: tf.tensordot(a, b, 1))
case("tensordot_0", [A, V], lambda a, b: tf.tensordot(a, b, 0))
case("tensordot_lists", [C, floats(4, 5, 2)], lambda a, b: tf.tensordot(a, b, [[0, 2], [2, 0]]))
case("tensordot_one_pair", [C, A], lambda a, b: tf.tensordot(a, b, [[1], [-1]]))
case("tensordot_all", [A, A * 2], lambda a, b: tf.tensordot(a, b, 2))

# clip.h
case("clip_by_value", [A], lambda x: tf.clip_by_value(x, -0.5, 1.0))
case("clip_by_value_integers", [I], lambda x: tf.clip_by_value(x, [-1, 0, 1], 2))
case("clip_by_norm", [A], lambda x: tf.clip_by_norm(x, 1.5))
case("clip_by_norm_axes", [np.concatenate([A, np.zeros((1, 3), np.float32)])], lambda x: tf.clip_by_norm(x, 2.0, [1]))
case("global_norm", [A, V], lambda a, b: tf.linalg.global_norm([a, b]))
case("clip_by_global_norm", [A, V], lambda a, b: [*(r := tf.clip_by_global_norm([a, None, b], 2.0))[0][::2], r[1]])
case("clip_by_global_norm_small", [A], lambda a: tf.clip_by_global_norm([a], 200.0)[0])
case("clip_by_global_norm_used", [A], lambda a: tf.clip_by_global_norm([a], 2.0, use_norm=tf.constant(8.0))[0])

# array.h
case("shape_size_rank", [C], lambda x: [tf.shape(x), tf.size(x, out_type=tf.int64), tf.rank(x)])
case("transpose", [C], lambda x: [tf.transpose(x), tf.transpose(x, [1, 0, 2])])
case("squeeze", [A[None, :, None]], lambda x: [tf.squeeze(x), tf.squeeze(x, 0), tf.squeeze(x, [0, -2])])
case("reverse", [C], lambda x: tf.reverse(x, [0, -1]))
case("roll", [C], lambda x: [tf.roll(x, 2, 1), tf.roll(x, [1, -1], [0, 2])])
case("concat_stack", [A, P], lambda a, b: [tf.concat([a, b], -1), tf.stack([a, b], -1), tf.concat([a], 0)])
case("unstack", [C], lambda x: tf.unstack(x, axis=1))
case("split", [C], lambda x: [*tf.split(x, 2, -1), *tf.split(x, [1, -1], axis=1)])
case("strided_slice", [C], lambda x: [tf.strided_slice(x, [0, 1, 0], [2, 3, 4], [1, 1, 2]), tf.strided_slice(x, [1], [2])])
case("strided_slice_masks", [C], lambda x: tf.strided_slice(x, [0, 1, 0], [0, 2, 3], [1, 1, -1], begin_mask=5, end_mask=1,
                                                            shrink_axis_mask=2))
case("pad", [A], lambda x: [tf.pad(x, [[1, 0], [2, 1]]), tf.pad(x, [[1, 1], [2, 0]], "REFLECT"),
                            tf.pad(x, [[1, 1], [2, 0]], "symmetric"), tf.pad(x, [[0, 1], [1, 0]], constant_values=9)])
case("repeat", [A], lambda x: [tf.repeat(x, 2), tf.repeat(x, [1, 0, 2], axis=1), tf.repeat(x, [2], axis=0)])
case("boolean_mask", [A, T], lambda x, m: tf.boolean_mask(x, m))
case("boolean_mask_axis", [C, T[0]], lambda x, m: tf.boolean_mask(x, m, axis=1))
case("boolean_mask_leading", [C, T], lambda x, m: [tf.boolean_mask(x, m), x[m]])
case("tile_expand_broadcast", [A], lambda x: [tf.tile(x, [1, 2]), tf.expand_dims(x, 1), tf.broadcast_to(x, [2, 2, 3])])

# gather.h
case("gather", [C, ints(2, 2, high=2)], lambda x, i: [tf.gather(x, i), tf.gather(x, i, axis=-1), tf.gather(x, i, axis=1)])
case("gather_batch", [C, ints(2, 2, high=3)], lambda x, i: [tf.gather(x, i, batch_dims=1), tf.gather(x, i, axis=2, batch_dims=1)])
case("gather_nd", [C, np.array([[1, 2], [0, 1]])], lambda x, i: tf.gather_nd(x, i))
case("gather_nd_batch", [C, ints(2, 2, 1, high=3)], lambda x, i: tf.gather_nd(x, i, batch_dims=1))
case("gather_nd_batch_2", [C, ints(2, 3, 5, 1, high=4)], lambda x, i: tf.gather_nd(x, i, batch_dims=2))
N = np.array([[1], [3], [1]], np.int32)
case("scatter_nd", [N, floats(3)], lambda i, u: tf.scatter_nd(i, u, [5]))
case("tensor_scatter_nd", [floats(5), N[:2], floats(2)], lambda x, i, u: [
    tf.tensor_scatter_nd_add(x, i, u), tf.tensor_scatter_nd_sub(x, i, u), tf.tensor_scatter_nd_update(x, i, u)])

# make.h
case("make", [], lambda: [tf.zeros([2, 1]), tf.ones([3], tf.bool), tf.fill([2], 7), tf.zeros([2], tf.int64)])
case("likes", [I], lambda x: [tf.zeros_like(x), tf.ones_like(x, dtype=tf.float64), tf.zeros_like(x, dtype=tf.bool)])
case("range", [], lambda: [tf.range(5), tf.range(1, 9, 3), tf.range(3.5), tf.range(0, 1, 0.25), tf.range(4, dtype=tf.int64),
                           tf.range(2, -1, -1)])
case("linspace", [], lambda: [tf.linspace(0.0, 10.0, 5), tf.linspace(3.0, 1.0, 1), tf.linspace(1.0, 2.0, 0),
                              tf.linspace(tf.constant(0.0, tf.float64), 1, 4)])
case("linspace_nd", [A, V[:1]], lambda a, b: [tf.linspace(a, b, 4), tf.linspace(a, b, 3, axis=-1)])
case("eye", [], lambda: [tf.eye(3), tf.eye(2, 4, dtype=tf.int32), tf.eye(2, batch_shape=[2, 1], dtype=tf.float64)])
case("one_hot", [np.array([[0, 2], [-1, 3]])], lambda i: [
    tf.one_hot(i, 3), tf.one_hot(i, 3, axis=0), tf.one_hot(i, 3, on_value=5.0, off_value=-1.0, axis=1),
    tf.one_hot(i, 4, dtype=tf.int64), tf.one_hot(i, 2, on_value=True, off_value=False)])
case("meshgrid", [A[0], V], lambda a, b: [*tf.meshgrid(a, b), *tf.meshgrid(a, b, a[:2], indexing="ij"), *tf.meshgrid(a, b, a)])
case("sequence_mask", [np.array([[1, 3], [0, 2]], np.int32)], lambda n: [
    tf.sequence_mask(n), tf.sequence_mask(n, 2), tf.sequence_mask(n, 5, dtype=tf.float32)])

# sort.h and ranking
case("sort", [C], lambda x: [tf.sort(x), tf.sort(x, 0, "DESCENDING"), tf.sort(x, axis=1)])
case("sort_integers", [np.array([5, -128, 127, 0, 5], np.int8)], lambda x: [tf.sort(x), tf.sort(x, direction="DESCENDING")])
case("sort_unsigned", [U], lambda x: tf.sort(x))
case("argsort", [np.array([[3.0, 1, 3, 2], [0, 0, -1, 5]], np.float32)], lambda x: [
    tf.argsort(x), tf.argsort(x, direction="DESCENDING"), tf.argsort(x, axis=0)])
case("top_k", [C], lambda x: list(tf.math.top_k(x, 2)))
case("in_top_k", [A, np.array([2, 0], np.int32)], lambda p, t: tf.math.in_top_k(t, p, 1))

# nn.h
case("crelu", [A], lambda x: tf.nn.crelu(x))
case("conv1d", [C, floats(2, 4, 3)], lambda x, f: [tf.nn.conv1d(x, f, 1, "SAME"), tf.nn.conv1d(x, f, 2, "VALID")], rtol=1e-4)
case("pool1d", [floats(2, 5, 3)], lambda x: [tf.nn.max_pool1d(x, 2, 2, "SAME"), tf.nn.avg_pool1d(x, 3, 1, "VALID")])
case("embedding_lookup", [floats(5, 2, 2), ints(3, high=5)], lambda p, i: [
    tf.nn.embedding_lookup(p, i), tf.nn.embedding_lookup(p, i, max_norm=1.0)])
case("log_poisson_loss", [np.array([0.5, 1, 3.5], np.float32), V[:3]], lambda z, c: [
    tf.nn.log_poisson_loss(z, c), tf.nn.log_poisson_loss(z, c, compute_full_loss=True)])
case("weighted_moments", [C, np.abs(floats(3, 1)) + 0.1], lambda x, w: [
    *tf.nn.weighted_moments(x, [0, 1], w), *tf.nn.weighted_moments(x, [2], w, keepdims=True)], rtol=1e-4)
case("moments_batch_norm", [C], lambda x: [*tf.nn.moments(x, [0, 1]), tf.nn.batch_normalization(x, 0.5, 2.0, 1.0, 3.0, 1e-3)],
     rtol=1e-4)
case("l2_normalize", [C], lambda x: [tf.math.l2_normalize(x, -1), tf.math.l2_normalize(x, [0, 1], epsilon=1e3)])
case("cross_entropies", [np.abs(A) / 9, A], lambda z, x: [
    tf.nn.sigmoid_cross_entropy_with_logits(z, x), tf.nn.weighted_cross_entropy_with_logits(z, x, 2.5),
    tf.nn.softmax_cross_entropy_with_logits(z, x), tf.nn.softmax_cross_entropy_with_logits(z, x, axis=0)], rtol=1e-4)
case("pools", [floats(1, 4, 4, 2)], lambda x: [tf.nn.max_pool(x, 2, 2, "VALID"), tf.nn.avg_pool(x, [3, 2], [1, 2], "SAME")])
case("conv_family", [floats(1, 4, 5, 2), floats(2, 2, 2, 3), floats(2, 2, 2, 2)], lambda x, f, d: [
    tf.nn.conv2d(x, f, [1, 2], "SAME"), tf.nn.depthwise_conv2d(x, d, [1, 1, 1, 1], "VALID"),
    tf.nn.conv2d_transpose(tf.nn.conv2d(x, f, 1, "VALID"), f, [1, 4, 5, 2], 1, "VALID")], rtol=1e-4, atol=1e-4)
case("activations", [A], lambda x: [tf.nn.leaky_relu(x), tf.nn.gelu(x), tf.nn.silu(x), tf.nn.softsign(x), tf.nn.softplus(x),
                                    tf.nn.log_softmax(x, 0), tf.nn.bias_add(x, [1.0, 2, 3])], rtol=1e-4)

# indexing.h
case("index_by_tensor", [C, np.int64(1)], lambda x, i: [x[i], x[:, i, tf.newaxis], x[i, ..., i]])

sys.stdout.flush()
