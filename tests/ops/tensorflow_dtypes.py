#!/usr/bin/env python3
"""Prints tests/ops/tensorflow_dtypes.txt: the dtypes for which TensorFlow's CPU has kernels of the ops that we serve.

Usage: tensorflow_dtypes.py > tensorflow_dtypes.txt, with a Python that has tensorflow. The ops are those of
client/ops.cc (the op table) and of tests/golden/ops.jsonl.gz (what the table is to hold).
"""
import gzip
import json
import os
import pathlib
import re

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import tensorflow as tf
from tensorflow.python.framework import kernels
from tensorflow.python.framework import op_def_registry

ROOT = pathlib.Path(__file__).resolve().parents[2]
DTYPES = ('float16 bfloat16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool complex64 complex128 '
          'string').split()


def names():
  found = set(re.findall(r'internal::Op\("(\w+)"\)', (ROOT / 'client/ops.cc').read_text()))
  with gzip.open(ROOT / 'tests/golden/ops.jsonl.gz', 'rt') as lines:
    found.update(json.loads(line)['op'] for line in lines)
  return sorted(found)


def dtypes_of(kernel_list, attr):
  """Of a type attribute: what its definition allows and some kernel has."""
  limits = attr.allowed_values.list.type
  allowed = {tf.dtypes.as_dtype(t).name for t in limits} if limits else set(DTYPES)
  found = set()
  for kernel in kernel_list:
    constraints = [c.allowed_values.list.type for c in kernel.constraint if c.name == attr.name]
    found.update(tf.dtypes.as_dtype(t).name for types in constraints for t in types)
    if not constraints:
      found.update(DTYPES)
  return [t for t in DTYPES if t in found & allowed]


def main():
  print(f'# Per op and type attribute, the dtypes of the CPU kernels of TensorFlow {tf.__version__}.')
  print('# Made by tensorflow_dtypes.py.')
  for name in names():
    definition = op_def_registry.get(name)
    if definition is None:  # an op of ours
      continue
    on_cpu = [k for k in kernels.get_registered_kernels_for_op(name).kernel if k.device_type == 'CPU' and not k.label]
    for attr in definition.attr:
      dtypes = dtypes_of(on_cpu, attr) if attr.type == 'type' else []
      if dtypes:
        print(name, attr.name, *dtypes)


if __name__ == '__main__':
  main()
