"""Strings: changed, cut, joined, matched, numbered; and Keras' layers for text and categories."""
import numpy as np
import tensorflow as tf

L = tf.keras.layers


def main():
  text = tf.constant(['The quick  Brown fox', ' jumps OVER', '', 'the lazy dog.'])
  S = tf.strings
  for name in ['lower', 'upper', 'strip', 'length']:
    print(name, getattr(S, name)(text).numpy())
  print(S.regex_replace(text, '[aeiou]', '*').numpy(), S.regex_replace(text, '[aeiou]', '*', replace_global=False).numpy())
  print(S.regex_full_match(text, '.*o.*').numpy(), S.substr(text[:2], 1, 3).numpy())
  print(S.split(text).flat_values.numpy(), S.split(text).row_splits.numpy())
  print(S.split('a,b,,c', ',').numpy(), S.split(text, maxsplit=1).flat_values.numpy())
  print(S.bytes_split(tf.constant(['abc', 'de'])).flat_values.numpy())
  print(S.join([text, '!'], ' ').numpy(), S.reduce_join(text, separator='|').numpy(), S.reduce_join([['a', 'b'], ['c', 'd']], 1).numpy())
  print(S.unsorted_segment_join(text, [0, 1, 0, 1], 2, '-').numpy())
  print(S.to_hash_bucket_fast(text, 1000).numpy(), S.to_hash_bucket_strong(text, 1000, [1, 2]).numpy())
  print(S.to_number(['1', '-2.5']).numpy(), S.as_string([1.5, 2]).numpy(), S.format('{} and {}', ([1, 2], 'x')).numpy())
  counts = tf.constant([1, 2, 2, 5, 0])
  print(tf.math.bincount(counts).numpy(), tf.math.bincount(counts, weights=[0.5, 1, 2, 3, 4], minlength=8).numpy(),
        tf.math.bincount([[1, 1, 3], [0, 2, 2]], axis=-1, binary_output=True).numpy())
  print(tf.searchsorted([1.0, 3.0, 5.0], [0.0, 3.0, 6.0]).numpy(), tf.searchsorted([1, 3, 5], [3, 4], side='right').numpy())
  print(tf.histogram_fixed_width([0.0, 0.1, 0.5, 2.0], [0.0, 1.0], 4).numpy())
  print(L.Hashing(7)(text).numpy(), L.Hashing(7, salt=[3, 4])(text).numpy(), L.Hashing(5)(np.array([1, 22, 333])).numpy())
  print(L.Discretization([0.0, 0.5])(np.array([[-1.0, 0.2], [0.5, 3.0]])).numpy())
  for mode in ['one_hot', 'multi_hot', 'count']:
    values = np.array([[1], [3]]) if mode == 'one_hot' else np.array([[1, 2, 1], [0, 3, 3]])
    print(mode, L.CategoryEncoding(4, output_mode=mode)(values).numpy())
    print(mode, L.IntegerLookup(vocabulary=[5, 7, 9], output_mode=mode)(values).numpy())
    print(mode, L.StringLookup(vocabulary=['a', 'b'], output_mode=mode)(np.array([['a'], ['z']])).numpy())
