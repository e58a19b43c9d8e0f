#!/usr/bin/env python3
"""Golden data of calls that are listed here, for ops whose inputs chance would seldom make right.

Usage: calls.py FOLDER, with a Python that has TensorFlow: writes ops.jsonl, errors.jsonl and optimizers.jsonl in the form of
tests/golden/README.md. tests/conformance/calls is what it gave.
"""
import json
import os
import sys

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import numpy as np
import tensorflow as tf

import answer

RANDOM = np.random.RandomState(1)
NAN, INF = float('nan'), float('inf')


def f(*shape, dtype='float32'):
  return np.round(RANDOM.randn(*shape), 3).astype(tf.dtypes.as_dtype(dtype).as_numpy_dtype)


def i32(values):
  return np.array(values, np.int32)


def i64(values):
  return np.array(values, np.int64)


def s(values):
  return np.array(values, object)


def z(*shape, dtype='complex64'):
  return (f(*shape) + 1j * f(*shape)).astype(dtype)


def calls():
  """(op, inputs, attributes) of every call."""
  for a, b in [([2, 3], [3]), ([2, 1], [2, 1]), ([1, 1], [1]), ([2, 1, 3], [1, 1, 3]), ([], []), ([], [2]), ([1], [1]),
               ([2, 0], [1, 0]), ([0], [1]), ([1], []), ([5, 1], [5, 1, 1]), ([2], [3]), ([[2]], [3]), (2, [3])]:
    yield 'BroadcastGradientArgs', [i32(a), i32(b)], {}
  yield 'BroadcastGradientArgs', [i64([4, 1]), i64([3])], {}
  yield 'ShapeN', [f(2, 3), f(), f(0, 4)], {}
  yield 'ShapeN', [f(2, 3)], {'out_type': 'int64'}
  yield 'ShapeN', [s(['a']), s('b')], {}
  yield 'IdentityN', [f(2, 3), f(2)], {}
  yield 'IdentityN', [i32(1), s(['a', 'b']), f(2, dtype='float64')], {}
  yield 'PlaceholderWithDefault', [f(2)], {'shape': [2]}
  for condition, shape in [(True, (2, 3)), ([True, False], (2, 3)), ([[True, False, True]] * 2, (2, 3)), ([False], (1,)),
                           ([], (0, 2)), ([True, False], (2, 2, 2)), ([True], (2,)), ([True] * 3, (2, 2)), ([True], ()),
                           ([[True, False]], (2, 2)), ([[True, False]], (2,))]:
    yield 'Select', [np.array(condition, bool), f(*shape), f(*shape)], {}
  yield 'Select', [np.array(True), f(2), f(3)], {}
  yield 'Select', [np.array([True, False]), s([['a', 'b'], ['c', 'd']]), s([['e', 'f'], ['g', 'h']])], {}
  for dtype, to in [('float32', 'uint8'), ('float32', 'int32'), ('float64', 'int64'), ('int32', 'int16'), ('int8', 'uint8')]:
    yield 'Bitcast', [(f(2, 3) * 9).astype(dtype)], {'type': to}
  yield 'Bitcast', [np.arange(8, dtype=np.uint8).reshape(2, 4)], {'type': 'int32'}
  yield 'Bitcast', [np.arange(4, dtype=np.uint8)], {'type': 'float32'}
  yield 'Bitcast', [np.arange(5, dtype=np.uint8)], {'type': 'float32'}
  yield 'Bitcast', [np.uint8(1)], {'type': 'float32'}
  for values in [[1, 2], [NAN, 1], [INF, 1], [-INF], [NAN, INF]]:
    yield 'CheckNumerics', [np.array(values, np.float32)], {'message': 'here'}
  yield 'CheckNumerics', [np.array([1, INF], np.float16)], {'message': 'half'}
  for x in [i32([2, 1, 2, 3, 1]), i64([]), s(['b', 'a', '', 'b', '']), np.array([True, False, True]), f(0),
            np.array([NAN, 1, NAN, 0, -0.0], np.float32), np.array([1, 1, 2], np.float16), i32([[1]]), i32(1)]:
    yield 'Unique', [x], {}
  yield 'Unique', [i32([5, 5, 4])], {'out_idx': 'int64'}
  for axis in [[0], [1], [-1], [2], [0, 1], [], 1]:
    yield 'UniqueV2', [i32([[1, 2, 1], [3, 4, 3]]), i64(axis)], {}
  yield 'UniqueV2', [i32([1, 2, 1]), i64([])], {}
  yield 'UniqueV2', [s([['a', 'b'], ['a', 'b'], ['b', 'a']]), i32([0])], {}
  yield 'UniqueV2', [f(2, 0), i64([0])], {}
  yield from strings()
  yield from numbers()
  yield from texts()
  yield from searches()
  yield from volumes()
  yield from complex_numbers()
  yield from images()
  yield from boxes()
  yield from segments()
  yield from matrices()


def strings():
  yield 'StringJoin', [s(['a', 'b']), s(['x', 'y'])], {}
  yield 'StringJoin', [s(['a', 'b']), s('z')], {'separator': '-'}
  yield 'StringJoin', [s('a')], {}
  yield 'StringJoin', [s('z'), s([['x', 'y']]), s('')], {'separator': ', '}
  yield 'StringJoin', [s(['a', 'b']), s(['x'])], {}
  yield 'StringJoin', [s(['a', 'b']), s([['x', 'y']])], {}
  for unit in ['BYTE', 'UTF8_CHAR']:
    yield 'StringLength', [s([['abc', 'größer'], ['', '中文']])], {'unit': unit}
  for dtype in ['float32', 'float64', 'float16', 'bfloat16', 'complex64', 'complex128']:
    values = [1.5, -2.25, 1e4, 0.1, 0] if dtype in ('float16', 'bfloat16') else [1.5, -2.25, 1e10, 0.1, NAN, INF, -INF, -0.0]
    x = np.array(values).astype(tf.dtypes.as_dtype(dtype).as_numpy_dtype)
    for attrs in [{}, {'precision': 2}, {'scientific': True}, {'shortest': True}, {'width': 12}, {'width': 12, 'fill': '0'},
                  {'width': 12, 'fill': '-', 'precision': 3}, {'fill': '+'}, {'fill': '0'}, {'fill': ' ', 'width': 8},
                  {'width': 0}, {'precision': 0}, {'precision': 2, 'shortest': True}, {'width': 70},
                  {'precision': 1, 'scientific': True, 'width': 15}, {'precision': 60}]:
      yield 'AsString', [x], attrs
  for x in [i32([1, -2]), np.array([1, -2], np.int8), np.array([200], np.uint8), i64([2**63 - 1, -2**63]),
            np.array([2**64 - 1], np.uint64), np.array([4000000000], np.uint32), np.array([True, False]), s(['a', '', 'abcdef'])]:
    for attrs in [{}, {'width': 5}, {'width': 5, 'fill': '0'}, {'fill': '+'}, {'width': 5, 'fill': '-'}, {'precision': 2},
                  {'scientific': True}, {'shortest': True}]:
      yield 'AsString', [x], attrs
  for attrs in [{'fill': 'ab'}, {'fill': 'x'}, {'scientific': True, 'shortest': True}, {'precision': -5}, {'width': -5}]:
    yield 'AsString', [f()], attrs
  texts = ['1', '-3.5', ' 4 ', '1e3', 'abc', '', '0x10', 'nan', 'inf', '-inf', '1.5f', '+7', '99999999999', '-1', '1 2',
           '1e400', '1e-50', '  ', '0.1', '16777217', 'infinity', '1.', '.5', '1e', '1_000', '\t5\n', '2147483648',
           '-2147483648', '9223372036854775807', '9223372036854775808', '18446744073709551615', '4294967295', '4294967296',
           '007', '0x', '-0x1F', 'nan(1)', '0x1p3']
  for dtype in ['float32', 'float64', 'int32', 'int64', 'uint32', 'uint64']:
    for text in texts:
      yield 'StringToNumber', [s(text)], {'out_type': dtype}
  yield 'StringToNumber', [s([['1', '2.5'], ['-3', '4e2']])], {}
  for inputs, attrs in [
      ([f(8)], {'template': 'x=%s;'}), ([i32([[1, 2, 3], [4, 5, 6]]), s('text')], {'template': '%s and %s'}),
      ([np.array([1, 0.1, 1 / 3, 1e10, 1e-10, 123456789, NAN, INF, -INF, -0.0, 16777216, 1e16, 1e5, 1e6, 1234567], np.float32)],
       {'summarize': -1}),
      ([np.array([1, 0.1, 1 / 3, 1e10, 1e-10, 123456789, NAN, 1e15, 1e16, 123456789012345678])], {'summarize': -1}),
      ([np.array([1, 0.1, 1 / 3, 1e4], np.float16)], {'summarize': -1}), ([np.array([True, False])], {}),
      ([np.array([1, -2], np.int8), np.array([200], np.uint8)], {'template': '%s%s'}), ([s(['a"b', 'c\n', 'ä', "'"])], {'summarize': -1}),
      ([s('abc')], {}), ([i32(5)], {}), ([f(0)], {}), ([f(2, 0)], {}), ([f(0, 2)], {}), ([z(2)], {}),
      ([i32(range(60)).reshape(3, 4, 5)], {'summarize': 1}), ([i32(range(60)).reshape(3, 4, 5)], {'summarize': 2}),
      ([i32(range(7))], {'summarize': 3}), ([i32(range(6))], {}), ([i32(range(7))], {'summarize': 0}), ([i32(range(7))], {'summarize': -2}),
      ([i32(range(4)).reshape(2, 1, 2)], {}), ([i32(1)], {'template': 'a'}), ([], {'template': 'a%sb'}), ([], {'template': 'plain'}),
      ([i32(1)], {'template': '{} %s', 'placeholder': '{}'})]:
    yield 'StringFormat', inputs, attrs
  for text, dtype in [(['abcd', 'efgh'], 'int16'), (['abcd', 'efgh'], 'uint8'), ('abcdefgh', 'float64'), ('abc', 'int16'),
                      (['ab', 'c'], 'uint8'), ([], 'uint8'), (['', ''], 'int32'), ('\x01\x00', 'bool'), ('abcdefgh', 'complex64'),
                      ('abcd', 'bfloat16'), ([['abcd'], ['efgh']], 'float32')]:
    yield 'DecodeRaw', [s(text)], {'out_type': dtype}
    yield 'DecodeRaw', [s(text)], {'out_type': dtype, 'little_endian': False}
  for texts, pattern in [(['abc', 'abcd', '', 'a\nc'], 'a.c'), (['ä', 'a'], '.'), (['x12', '12'], r'[a-z]*\d+'), (['abc'], '('),
                         (['/tmp/ckpt', 's3://a'], '^s3://.*')]:
    yield 'StaticRegexFullMatch', [s(texts)], {'pattern': pattern}
  for shard, count in [(3, 10), (123456, 1000000), (-1, 10), ([3], 10)]:
    yield 'ShardedFilename', [s('dir/name'), i32(shard), i32(count)], {}
  yield 'ShardedFilename', [s(['a', 'b']), i32(1), i32(2)], {}


def numbers():
  for n in [1, 2, 3, 4, 5, 7, 8, 12, 16, 31, 97, 128, 360]:
    for op in ['FFT', 'IFFT']:
      yield op, [z(2, n)], {}
      yield op, [z(n, dtype='complex128')], {}
  for op in ['FFT2D', 'IFFT2D', 'FFT3D', 'IFFT3D']:
    yield op, [z(2, 3, 4)], {}
    yield op, [z(2, 1, 5, 8, dtype='complex128')], {}
    yield op, [z(3)], {}
  yield 'FFT', [z()], {}
  yield 'FFT', [z(2, 0)], {}
  for shape in [(3, 2), (2, 3), (3, 3), (2, 4, 3), (1, 4), (4, 1), (2, 2, 2, 2)]:
    for full in [False, True]:
      yield 'Qr', [f(*shape)], {'full_matrices': full}
      yield 'Qr', [f(*shape, dtype='float64')], {'full_matrices': full}
      yield 'Qr', [z(*shape)], {'full_matrices': full}
  for x in [f(3, 2, dtype='float16'), f(0, 3), f(3, 0), f(0, 2, 3), np.zeros((2, 2), np.float32), f(3)]:
    yield 'Qr', [x], {}
  yield 'Qr', [f(3, 0)], {'full_matrices': True}
  for indices, shape, values, default in [
      (i32([1, 3]), i32([5]), f(2), f()), (i32([[0, 1], [2, 0]]), i32([3, 2]), f(2), f()), (i32(2), i32([4]), f(), f()),
      (i64([[0, 1], [2, 0]]), i64([3, 2]), f(), f()), (i32([3, 1]), i32([5]), f(2), f()), (i32([1, 1]), i32([5]), f(2), f()),
      (i32([1, 5]), i32([5]), f(2), f()), (i32([1]), i32([5, 1]), f(1), f()), (i32([1]), i32([5]), f(2), f()),
      (i32([1]), i32([5]), f(1), f(1)), (i32([[[1]]]), i32([5]), f(1), f()), (i32([1]), i32(5), f(1), f()),
      (i32([1, 3]), i32([5]), s(['a', 'b']), s('z')), (i32([-1]), i32([5]), f(1), f()), (i32([1]), i32([-5]), f(1), f()),
      (i32([0, 1]), i32([3]), np.array([True, False]), np.array(True)), (i32([[0, 2]]), i32([3, 2]), f(1), f()),
      (i32(np.zeros((0, 2))), i32([3, 2]), f(0), f()), (i32([2]), i32([3]), i64([7]), i64(1))]:
    yield 'SparseToDense', [indices, shape, values, default], {}
    yield 'SparseToDense', [indices, shape, values, default], {'validate_indices': False}
  seed = 100
  for dtype in ['float32', 'float64', 'float16', 'bfloat16']:
    for rows, classes, samples in [(1, 3, 5), (3, 4, 7), (2, 10, 1), (2, 3, 0)]:
      seed += 1
      yield 'Multinomial', [f(rows, classes, dtype=dtype), i32(samples)], {'seed': seed, 'seed2': 7}
  yield 'Multinomial', [np.array([[0, NAN, INF, -INF, 1]], np.float32), i32(9)], {'seed': 5, 'seed2': 6, 'output_dtype': 'int32'}
  for logits, samples in [(f(3), 2), (f(1, 2), [2]), (f(1, 2), -1), (f(2, 0), 3)]:
    yield 'Multinomial', [logits, i32(samples)], {'seed': 1, 'seed2': 2}
  for dtype in ['float32', 'float64', 'float16']:
    for alpha in [[0.1, 0.5, 0.99], [1, 1.5, 30], 2.5, [[0.01], [1000]]]:
      seed += 1
      yield 'RandomGamma', [i32([40]), np.array(alpha, dtype)], {'seed': seed, 'seed2': 3}
  for dtype in ['float32', 'float64']:
    yield 'RandomGammaGrad', [np.array([0.1, 0.7, 1, 3, 80], dtype), np.abs(f(4, 5, dtype=dtype)) * np.array([0.1, 1, 1, 3, 80], dtype)], {}
  yield 'RandomGamma', [i64([2, 3]), np.array([2], np.float32)], {'seed': 1, 'seed2': 2}
  yield 'RandomGamma', [i32([0]), f(2)], {'seed': 1, 'seed2': 3}
  yield 'RandomGamma', [i32([2]), f(0)], {'seed': 1, 'seed2': 4}
  for rate_dtype in ['float32', 'float64', 'float16', 'int32', 'int64']:
    for dtype in ['int64', 'int32', 'float32', 'float64', 'float16']:
      seed += 1
      rates = [1, 9, 10, 60] if rate_dtype.startswith('int') else [0.1, 3, 9.9, 10, 60, 500]
      yield 'RandomPoissonV2', [i32([25]), np.array(rates, rate_dtype)], {'seed': seed, 'seed2': 4, 'dtype': dtype}
  yield 'RandomPoissonV2', [i32([2]), np.array([-1, 0], np.float64)], {'seed': 2, 'seed2': 4}
  yield 'RandomPoissonV2', [i32(2), np.float64(1)], {'seed': 1, 'seed2': 5}


def texts():
  words = s([['Abc DEF', '  größer ÄÖ '], ['', '\ta\n']])
  for op in ['StringLower', 'StringUpper', 'StringStrip']:
    yield op, [words], {}
  for pattern, rewrite in [('[a-z]', 'x'), ('(b)(c)', r'\2\1'), ('', '-'), ('(', 'x'),
                           (r'[!"#$%&()\*\+,-\./:;<=>?@\[\\\]^_`{|}~\']', '')]:
    for every in [True, False]:
      yield 'StaticRegexReplace', [words], {'pattern': pattern, 'rewrite': rewrite, 'replace_global': every}
      yield 'RegexReplace', [words, s(pattern), s(rewrite)], {'replace_global': every}
  yield 'RegexReplace', [words, s(['a']), s('b')], {}
  yield 'RegexFullMatch', [words, s('.*[A-Z]+')], {}
  yield 'RegexFullMatch', [words, s('(')], {}
  for unit in ['BYTE', 'UTF8_CHAR']:
    for pos, length in [(0, 2), (-3, 2), (2, 9), (4, 1), (7, 0), (8, 1), (-8, 1)]:
      yield 'Substr', [s(['abcdefg', 'hijklmn']), i32(pos), i32(length)], {'unit': unit}
    yield 'Substr', [s(['größe', '中文字'] if unit != 'BYTE' else ['ab', 'c']), i64([2, 1]), i64([2, 1])], {'unit': unit}
    yield 'Substr', [s([['abc', 'def'], ['ghi', 'jkl']]), i32([0, 1]), i32([2, 2])], {'unit': unit}
    yield 'Substr', [s('abcdef'), i32([0, 1, 2]), i32([1, 2, 3])], {'unit': unit}
  yield 'Substr', [s(['a']), i32([0]), i32(1)], {}
  many = s(['', 'a', 'ab', 'abcd', 'abcdefg'] + ['x' * n + 'é' for n in [8, 15, 17, 31, 33, 62, 64, 65, 127, 128, 200]])
  yield 'StringToHashBucketFast', [many], {'num_buckets': 1 << 40}
  yield 'StringToHashBucketFast', [many], {'num_buckets': 7}
  yield 'StringToHashBucketStrong', [many], {'num_buckets': 1 << 40, 'key': [133, -137]}
  yield 'StringToHashBucketStrong', [many], {'num_buckets': 9, 'key': [1]}
  lines = s(['a b  c', ' x ', '', 'one,two,,three', '\t\n', 'a,b c'])
  for separator in ['', ',', ' ', ', ', 'b ']:
    for most in [-1, 0, 1, 2]:
      yield 'StringSplitV2', [lines, s(separator)], {'maxsplit': most}
    for skip in [True, False]:
      yield 'StringSplit', [lines, s(separator)], {'skip_empty': skip}
  yield 'StringSplitV2', [s([]), s('')], {}
  yield 'StringSplitV2', [s([['a']]), s('')], {}
  yield 'StringSplitV2', [lines, s([','])], {}
  grid = s([[['a', 'b', 'c'], ['d', 'e', 'f']], [['g', 'h', 'i'], ['j', 'k', 'l']]])
  for axes in [0, [1], [-1], [0, 1], [1, 0], [2, 0, 1], [], [3], [1, 1], [1, -2]]:
    for keep in [True, False]:
      yield 'ReduceJoin', [grid, i32(axes)], {'keep_dims': keep, 'separator': '-'}
  yield 'ReduceJoin', [s('a'), i32([])], {}
  for ids, count in [([0, 1, 0], 2), ([2, 0, -1], 4), ([0, 2, 1], 2)]:
    yield 'UnsortedSegmentJoin', [s(['a', 'b', 'c']), i32(ids), i32(count)], {'separator': ', '}
  yield 'UnsortedSegmentJoin', [s([['a', 'b'], ['c', 'd']]), i64([1, 1]), i32(3)], {}


def searches():
  for dtype in ['float32', 'float64', 'int32', 'int64']:
    yield 'Bucketize', [np.array([[-5, 0, 1], [2, 3, 10]], dtype)], {'boundaries': [0, 1.5, 3]}
  yield 'Bucketize', [f(3)], {'boundaries': [2, 1]}
  yield 'Bucketize', [f(3)], {'boundaries': []}
  for op in ['LowerBound', 'UpperBound']:
    for dtype in ['float32', 'float16', 'int32', 'uint8', 'int64']:
      yield op, [np.array([[1, 2, 2, 5], [0, 0, 0, 1]], dtype), np.array([[0, 2, 9], [0, 1, 2]], dtype)], {}
    yield op, [f(1, 0), f(1, 2)], {'out_type': 'int64'}
    yield op, [f(3), f(3)], {}
    yield op, [f(2, 3), f(1, 3)], {}
  for dtype in ['int32', 'int64', 'float32', 'float64']:
    for binary in [False, True]:
      yield 'DenseBincount', [i32([0, 2, 2, 7]), i32(5), np.array([], dtype)], {'binary_output': binary}
      yield 'DenseBincount', [i64([[0, 2, 2], [1, 9, 0]]), i64(4), np.array([[1, 2, 3], [4, 5, 6]], dtype)], {'binary_output': binary}
  yield 'DenseBincount', [i32([0, -2]), i32(5), f(0)], {}
  yield 'DenseBincount', [i32([0, 2]), i32(-1), f(0)], {}
  yield 'DenseBincount', [i32([0, 2]), i32(3), f(3)], {}
  yield 'DenseBincount', [i32([[[0]]]), i32(3), f(0)], {}
  yield 'DenseBincount', [i32([]), i32(2), f(0)], {}
  for dtype in ['float32', 'float64', 'int32', 'int64']:
    yield 'HistogramFixedWidth', [np.array([-1, 0, 1, 2, 3, 5, 9], dtype), np.array([0, 5], dtype), i32(5)], {}
  yield 'HistogramFixedWidth', [f(4), np.array([1, 1], np.float32), i32(5)], {}
  yield 'HistogramFixedWidth', [f(4), np.array([0, 1], np.float32), i32(0)], {'dtype': 'int64'}
  for x, y in [(i32([1, 2, 3, 4, 2]), i32([2, 9])), (s(['a', 'b', 'a']), s(['b'])), (f(0), f(2)), (i64([1, 1]), i64([])),
               (np.array([NAN, 1], np.float32), np.array([NAN], np.float32)), (i32([[1]]), i32([1]))]:
    yield 'ListDiff', [x, y], {}
  yield 'ListDiff', [i32([5, 6]), i32([6])], {'out_idx': 'int64'}


def volumes():
  for dtype in ['float32', 'float64', 'bfloat16', 'float16']:
    for padding in ['SAME', 'VALID']:
      for stride in [[1, 1, 1, 1, 1], [1, 2, 1, 3, 1]]:
        attrs = {'strides': stride, 'padding': padding}
        if dtype != 'float16':
          yield 'Conv3D', [f(2, 4, 3, 5, 2, dtype=dtype), f(2, 3, 2, 2, 3, dtype=dtype)], attrs
        if dtype == 'float32':  # in 16 bits TensorFlow's sums are rounded at every step
          for ksize in [[1, 2, 2, 2, 1], [1, 3, 1, 2, 1]]:
            yield 'MaxPool3D', [f(2, 4, 3, 5, 2, dtype=dtype)], {**attrs, 'ksize': ksize}
            yield 'AvgPool3D', [f(2, 4, 3, 5, 2, dtype=dtype)], {**attrs, 'ksize': ksize}


def complex_numbers():
  for real, whole in [('float32', 'complex64'), ('float64', 'complex128')]:
    yield 'Complex', [f(2, 3, dtype=real), f(3, dtype=real)], {'Tout': whole}
    for op in ['Real', 'Imag', 'ComplexAbs', 'Angle']:
      yield op, [z(2, 3, dtype=whole)], {'Tout': real}
    for op in ['Sub', 'Mul', 'RealDiv']:
      yield op, [z(2, 3, dtype=whole), z(3, dtype=whole)], {}
    for op in ['Neg', 'Square', 'Sqrt', 'Exp', 'Reciprocal']:
      yield op, [z(2, 3, dtype=whole)], {}
    for n, length in [(5, 5), (8, 8), (8, 6), (5, 8), (4, 1)]:
      yield 'RFFT', [f(2, n, dtype=real), i32([length])], {'Tcomplex': whole}
      yield 'IRFFT', [z(2, n, dtype=whole), i32([length])], {'Treal': real}
    for rows, columns in [(3, 4), (4, 5), (2, 7)]:
      yield 'RFFT2D', [f(2, 3, 5, dtype=real), i32([rows, columns])], {'Tcomplex': whole}
      yield 'IRFFT2D', [z(2, 3, 5, dtype=whole), i32([rows, columns])], {'Treal': real}
      yield 'RFFT3D', [f(2, 3, 5, dtype=real), i32([2, rows, columns])], {'Tcomplex': whole}
      yield 'IRFFT3D', [z(2, 3, 5, dtype=whole), i32([2, rows, columns])], {'Treal': real}
  yield 'RFFT', [f(2, 3), i32([1, 2])], {}
  yield 'RFFT', [f(), i32([1])], {}
  yield 'RFFT', [f(3), i32([-1])], {}


def colors(*shape, dtype='float32'):
  return np.round(RANDOM.rand(*shape), 3).astype(tf.dtypes.as_dtype(dtype).as_numpy_dtype)


def images():
  for dtype in ['float32', 'float64', 'float16']:
    yield 'RGBToHSV', [colors(2, 5, 3, dtype=dtype)], {}
    yield 'HSVToRGB', [colors(2, 5, 3, dtype=dtype)], {}
  yield 'RGBToHSV', [np.array([[0, 0, 0], [1, 1, 1], [1, 0, 0], [0, 0.5, 0.5], [0.2, 0.2, 0.1]], np.float32)], {}
  yield 'RGBToHSV', [f(2, 2)], {}
  for factor in [0, 0.5, 1.7]:
    yield 'AdjustContrastv2', [colors(2, 3, 4, 3), np.float32(factor)], {}
    yield 'AdjustSaturation', [colors(2, 3, 4, 3), np.float32(factor)], {}
    yield 'AdjustHue', [colors(2, 3, 4, 3), np.float32(factor / 2 - 0.5)], {}
  for op in ['AdjustContrastv2', 'AdjustSaturation', 'AdjustHue']:
    yield op, [f(3, 3), np.float32(1)], {}
    yield op, [f(3, 3, 3), f(1)], {}
  turn = np.array([[0.8, 0.6, -1, -0.6, 0.8, 1.5, 0, 0], [1.1, 0.1, 0.3, -0.2, 0.9, -2.2, 0.01, 0.02]], np.float32)
  for interpolation in ['NEAREST', 'BILINEAR']:
    for mode in ['CONSTANT', 'REFLECT', 'WRAP', 'NEAREST']:
      attrs = {'interpolation': interpolation, 'fill_mode': mode}
      for dtype in ['float32', 'float64', 'uint8', 'int32']:
        values = (colors(2, 5, 6, 2) * 100).astype(dtype)
        if interpolation == 'NEAREST' or dtype.startswith('float'):  # integers are cut off, where a last digit decides
          yield 'ImageProjectiveTransformV3', [values, turn, i32([4, 7]), np.float32(3)], attrs
      yield 'ImageProjectiveTransformV3', [colors(2, 5, 6, 1), turn[:1] * np.float32(3), i32([5, 6]), np.float32(0)], attrs
  yield 'ImageProjectiveTransformV3', [f(2, 5, 6, 2), f(3, 8), i32([4, 7]), np.float32(3)], {'interpolation': 'NEAREST'}
  for dtype in ['float32', 'uint8', 'float16', 'int64']:
    for padding in ['SAME', 'VALID']:
      for ksizes, strides, rates in [([1, 2, 3, 1], [1, 1, 2, 1], [1, 1, 1, 1]), ([1, 2, 2, 1], [1, 3, 1, 1], [1, 2, 1, 1])]:
        yield 'ExtractImagePatches', [(colors(2, 5, 6, 2) * 100).astype(dtype)], {
            'ksizes': ksizes, 'strides': strides, 'rates': rates, 'padding': padding}


def boxes():
  corners = np.array([[0.1, 0.2, 0.7, 0.9], [0, 0, 1, 1], [0.9, 0.8, 0.2, 0.1], [-0.2, 0.1, 1.3, 0.6]], np.float32)
  index = i32([0, 1, 1, 0])
  for method in ['bilinear', 'nearest']:
    for size in [(2, 3), (1, 4), (5, 1)]:
      for dtype in ['float32', 'float64', 'uint8']:
        yield 'CropAndResize', [(colors(2, 5, 6, 2) * 9).astype(dtype), corners, index, i32(size)], {
            'method': method, 'extrapolation_value': 2.5}
      for dtype in ['float32', 'float64']:
        yield 'CropAndResizeGradImage', [f(4, *size, 2), corners, index, i32([2, 5, 6, 2])], {'method': method, 'T': dtype}
      if method == 'bilinear':
        yield 'CropAndResizeGradBoxes', [f(4, *size, 2), f(2, 5, 6, 2), corners, index], {}
  yield 'CropAndResize', [f(2, 5, 6, 2), corners, i32([0, 1, 2, 0]), i32([2, 2])], {}
  many = np.array([[0, 0, 1, 1], [0, 0.1, 1, 1.1], [0, -0.1, 1, 0.9], [0, 10, 1, 11], [0, 10.1, 1, 11.1], [0, 100, 1, 101], [1, 1, 0, 0]],
                  np.float32)
  scores = np.array([0.9, 0.75, 0.6, 0.95, 0.5, 0.3, 0.9], np.float32)
  for most in [0, 2, 3, 30]:
    for overlap, least in [(0.5, 0.0), (0.5, 0.4), (0.9, -1.0), (0.0, 0.0), (1.0, 0.0)]:
      inputs = [many, scores, i32(most), np.float32(overlap), np.float32(least)]
      yield 'NonMaxSuppressionV3', inputs, {}
      for pad in [False, True]:
        yield 'NonMaxSuppressionV4', inputs, {'pad_to_max_output_size': pad}
        for sigma in [0.0, 0.5]:
          yield 'NonMaxSuppressionV5', [*inputs, np.float32(sigma)], {'pad_to_max_output_size': pad}
  yield 'NonMaxSuppressionV3', [many, scores, i32(3), np.float32(1.5), np.float32(0)], {}
  yield 'NonMaxSuppressionV3', [many, scores[:2], i32(3), np.float32(0.5), np.float32(0)], {}


def segments():
  for dtype in ['float32', 'float64', 'int32', 'int64', 'uint8', 'float16']:
    data = (f(5, 3) * 9).astype(dtype)
    for name in ['Sum', 'Mean', 'Prod', 'Max', 'Min']:
      if dtype != 'float16' and not (name == 'Mean' and dtype not in ('float32', 'float64')):
        yield f'Segment{name}', [data, i32([0, 0, 1, 3, 3])], {}
    for name in ['Prod', 'Max', 'Min']:
      yield f'UnsortedSegment{name}', [data, i32([2, 0, 2, -1, 2]), i32(4)], {}
      yield f'UnsortedSegment{name}', [data, i64([[0, 1, 1]] * 5), i32(3)], {}
    for name in ['Sub', 'Max', 'Min']:
      yield f'TensorScatter{name}', [data, i32([[1], [4], [1]]), (f(3, 3) * 9).astype(dtype)], {}
      yield f'TensorScatter{name}', [data, i64([[1, 2], [4, 0]]), (f(2) * 9).astype(dtype)], {}
  for ids in [[1, 0, 2, 3, 4], [-1, 0, 0, 0, 1], [0, 1, 2]]:
    yield 'SegmentSum', [f(5, 3), i32(ids)], {}
  zeros = np.array([[0, 1, 2], [2, 0, 3], [0, 0, 1], [4, 5, 0], [3, 2, 0]], np.float32)
  yield 'SegmentProd', [zeros, i32([0, 0, 1, 2, 2])], {}
  yield 'UnsortedSegmentProd', [zeros, i32([1, 0, 1, -1, 0]), i32(3)], {}
  for name in ['Sum', 'Mean', 'Prod']:
    yield f'Segment{name}', [z(4, 2), i32([0, 0, 0, 2])], {}
  yield 'UnsortedSegmentProd', [z(4, 2, dtype='complex128'), i32([2, 0, 2, -1]), i32(3)], {}
  yield 'TensorScatterSub', [z(4, 2), i32([[1], [3]]), z(2, 2)], {}
  yield 'SegmentSum', [f(0, 3), i32([])], {}
  yield 'SegmentMax', [f(2, 3), i32([2, 3])], {}
  yield 'TensorScatterMax', [f(3), i32([[5]]), f(1)], {}
  for dtype in ['float32', 'float64']:
    for name in ['Sum', 'Mean', 'SqrtN']:
      yield f'SparseSegment{name}', [f(5, 3, dtype=dtype), i32([4, 0, 0, 2]), i32([0, 0, 2, 2])], {}
      yield f'SparseSegment{name}', [f(5, 3, dtype=dtype), i64([]), i64([])], {}
      yield f'SparseSegment{name}WithNumSegments', [f(5, 3, dtype=dtype), i32([4, 0, 0, 2]), i32([0, 0, 2, 2]), i32(5)], {}
      yield f'SparseSegment{name}Grad', [f(3, 3, dtype=dtype), i32([4, 0, 0, 2]), i32([0, 0, 2, 2]), i32(5)], {}
  for x, lengths, seq, batch in [(f(3, 4, 2), [2, 4, 0], 1, 0), (f(4, 3), [1, 2, 4], 0, 1), (f(2, 3, 4, 2), [1, 2, 3, 2], 1, 2),
                                 (s([['a', 'b', 'c'], ['d', 'e', 'f']]), [2, 3], 1, 0), (f(2, 3), [4, 1], 1, 0),
                                 (f(2, 3), [1], 1, 0), (f(2, 3), [1, -1], 1, 0), (f(2, 3), [1, 1], 0, 0)]:
    yield 'ReverseSequence', [x, i64(lengths)], {'seq_dim': seq, 'batch_dim': batch}


def matrices():
  for dtype in ['float32', 'float64']:
    for n in [1, 2, 5]:
      a = f(2, n, n, dtype=dtype)
      for vectors in [True, False]:
        yield 'SelfAdjointEigV2', [a + np.swapaxes(a, 1, 2)], {'compute_v': vectors}
    for shape in [(3, 3), (2, 4, 2), (2, 2, 4)]:
      for full in [True, False]:
        yield 'Svd', [f(*shape, dtype=dtype)], {'full_matrices': full}
      yield 'Svd', [f(*shape, dtype=dtype)], {'compute_uv': False}
    yield 'Erfinv', [np.array([-1, -0.99, -0.5, -1e-3, 0, 0.3, 0.9, 0.9999, 1, 1.5], dtype)], {}
    yield 'Ndtri', [np.array([0, 1e-6, 0.01, 0.3, 0.5, 0.7, 0.99, 1, 2], dtype)], {}
    yield 'Xlog1py', [np.array([0, 0, 1, 2, -1], dtype), np.array([-1, 3, 0.5, 2, 1e-3], dtype)], {}
  for dtype in ['complex64', 'complex128']:
    a = z(3, 3, dtype=dtype)
    yield 'SelfAdjointEigV2', [a + np.conj(a.T)], {}
    yield 'Svd', [z(2, 3, 2, dtype=dtype)], {}
    yield 'Xlog1py', [np.array([0, 1 + 1j, 2], dtype), np.array([1j, 1e-3 + 1e-3j, -3 + 1j], dtype)], {}
    yield 'Conj', [z(2, 3, dtype=dtype)], {}
    for x, y, left, right in [((2, 3), (3, 4), False, False), ((3, 2), (3, 4), True, False), ((2, 3), (4, 3), False, True), ((3, 2), (4, 3), True, True)]:
      yield 'MatMul', [z(*x, dtype=dtype), z(*y, dtype=dtype)], {'transpose_a': left, 'transpose_b': right}
      yield 'BatchMatMulV2', [z(2, *x, dtype=dtype), z(*y, dtype=dtype)], {'adj_x': left, 'adj_y': right}
    yield 'AddV2', [z(2, 3, dtype=dtype), z(3, dtype=dtype)], {}
    yield 'DivNoNan', [z(2, 3, dtype=dtype), np.array([0, 1j, 1 + 2j], dtype)], {}
  yield 'SelfAdjointEigV2', [f(2, 3)], {}


SCALARS = {'lr': 0.1, 'alpha': 0.1, 'momentum': 0.9, 'rho': 0.9, 'beta1': 0.9, 'beta2': 0.99, 'beta1_power': 0.81,
           'beta2_power': 0.9801, 'epsilon': 1e-3, 'l1': 0.05, 'l2': 0.1, 'l2_shrinkage': 0.02, 'lr_power': -0.5}
STEPS = [('Momentum', {}), ('Momentum', {'use_nesterov': True}), ('KerasMomentum', {}), ('KerasMomentum', {'use_nesterov': True}),
         ('Adam', {}), ('Adam', {'use_nesterov': True}), ('AdamWithAmsgrad', {}), ('AdaMax', {}), ('RMSProp', {}),
         ('CenteredRMSProp', {}), ('Adagrad', {}), ('Adagrad', {'update_slots': False}), ('AdagradV2', {}), ('Adadelta', {}),
         ('Ftrl', {}), ('Ftrl', {'multiply_linear_by_lr': True}), ('FtrlV2', {}), ('FtrlV2', {'multiply_linear_by_lr': True})]


def optimizer_lines():
  """Two steps of every rule, as optimizers.jsonl has raw ops."""
  for rule, attrs in STEPS:
    for dtype in ['float32', 'float64', 'float16']:
      for power in [-0.5, -0.3] if rule.startswith('Ftrl') else [-0.5]:
        op = answer.Op(f'ResourceApply{rule}')
        arguments = [(a.name, a.type == tf.resource.as_datatype_enum) for a in op.definition.input_arg]
        number = {**SCALARS, 'lr_power': power}
        scalars = {name: number[name] for name, is_slot in arguments if not is_slot and name != 'grad'}
        slots = {name: tf.Variable(np.abs(f(2, 3, dtype=dtype)) + np.dtype(dtype).type(1)) for name, is_slot in arguments if is_slot}
        if 'mg' in slots:  # below the root of ms
          slots['mg'].assign(slots['mg'] / 4)
        line = {'id': f'{op.name}/{dtype}/{power}/{attrs}', 'op': op.name, 'attrs': attrs, 'hyper': scalars,
                'state': {name: tensor_json(v.numpy()) for name, v in slots.items()}, 'steps': []}
        for _ in range(2):
          grad = f(2, 3, dtype=dtype)
          values = [slots[n].handle if is_slot else grad if n == 'grad' else tf.constant(scalars[n], dtype) for n, is_slot in arguments]
          op.function(**{op.python_name[n]: v for (n, _), v in zip(arguments, values)}, **attrs)
          line['steps'].append({'scalars': scalars, 'grad': tensor_json(grad),
                                'state': {name: tensor_json(v.numpy()) for name, v in slots.items()}})
        line['rtol'], line['atol'] = {'float32': (2e-6, 1e-6), 'float64': (1e-13, 1e-13), 'float16': (2e-3, 1e-3)}[dtype]
        yield line


def tensor_json(array):
  if array is not None and np.iscomplexobj(array):
    parts = np.stack([array.real, array.imag], -1).reshape(-1)
    dtype = 'float32' if array.dtype == np.complex64 else 'float64'
    return {'dtype': array.dtype.name, 'shape': list(array.shape), 'values': [answer.number_json(v, dtype) for v in parts]}
  if array is not None and array.dtype == object:
    values = [v.decode() if isinstance(v, bytes) else v for v in array.reshape(-1).tolist()]
    return {'dtype': 'string', 'shape': list(array.shape), 'values': values}
  return answer.tensor_json(array)


def tolerance(op, outputs):
  """Of sums of many products; random numbers go through logarithms and powers of the C library."""
  names = {x.dtype.name for x in outputs if x is not None}
  if names & {'float16', 'bfloat16'}:
    return (0, 0) if op in ('RandomPoissonV2', 'SparseToDense') else (4e-3, 2e-3)
  if names & {'float32', 'complex64'} or op == 'ImageProjectiveTransformV3':  # whose transforms are of float32
    return 1e-5, 2e-5
  return (1e-10, 1e-11) if names & {'float64', 'complex128'} else (0, 0)


def line_of(number, name, inputs, attrs):
  op = answer.Op(name)
  inputs = [np.asarray(x) for x in inputs]
  line = {'id': f'{name}/{number}', 'op': name, 'attrs': attrs, 'inputs': [tensor_json(x) for x in inputs]}
  try:
    weights = lambda arrays: [f(*a.shape, dtype=a.dtype.name) if a.dtype.name in answer.FLOATS and a.size else None for a in arrays]
    try:
      outputs, upstream, first, second = answer.run(op, inputs, attrs, weights)
    except NotImplementedError:  # of a gradient
      outputs, upstream, first, second = answer.run(op, inputs, attrs)
  except tf.errors.OpError as e:
    core = e.message.split('}} ', 1)[-1].rsplit(' [Op:', 1)[0]
    return {**line, 'error': {'code': answer.CODES[e.error_code], 'message': e.message, 'core': core}, 'says': core.strip()}
  line['outputs'] = [tensor_json(x) for x in outputs]
  if first is not None and all(g is None or g.dtype.name in answer.FLOATS for g in first):
    line['upstream'] = [tensor_json(x) for x in upstream]
    line['gradients'] = [tensor_json(x) for x in first]
    if second is not None:
      line['second'] = [tensor_json(x) for x in second]
  line['rtol'], line['atol'] = tolerance(name, [*outputs, *(first or []), *(second or [])])
  return line


def main():
  with open(f'{sys.argv[1]}/ops.jsonl', 'w') as ops, open(f'{sys.argv[1]}/errors.jsonl', 'w') as errors:
    for number, (name, inputs, attrs) in enumerate(calls()):
      line = line_of(number, name, inputs, attrs)
      (errors if 'error' in line else ops).write(json.dumps(line, ensure_ascii=False, separators=(',', ':')) + '\n')
  with open(f'{sys.argv[1]}/optimizers.jsonl', 'w') as optimizers:
    for line in optimizer_lines():
      optimizers.write(json.dumps(line, separators=(',', ':')) + '\n')


if __name__ == '__main__':
  main()
