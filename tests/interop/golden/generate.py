#!/usr/bin/env python3
"""Random golden data: asks TensorFlow for outputs, gradients and errors (README.md).

  generate.py FOLDER [--seed N] [--cases N] [--only OP ...] [--mistakes P] [--large]
"""
import argparse
import json
import os
import resource
import sys

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ['TF_ENABLE_ONEDNN_OPTS'] = '0'
os.environ['CUDA_VISIBLE_DEVICES'] = ''

import numpy as np  # noqa: E402

import answer  # noqa: E402
from draw import Draw, FLOATS  # noqa: E402
from mistakes import spoil  # noqa: E402
from rules import RULES, UNSAFE  # noqa: E402

MOST_ELEMENTS = 5000  # of a tensor; --large has no bound of its own
ASK_SECONDS = 60


def upstream_of(d):
  """Draws the weights of the floating outputs: now and then of a part of them."""
  def draw(outputs):
    weights = [d.tame(y.dtype.name, y.shape) if y.dtype.name in FLOATS else None for y in outputs]
    if len(weights) > 1 and d.chance(0.3):
      weights[d.randrange(len(weights))] = None
    return weights
  return draw


def case(op, seed, index, mistakes, large):
  """Line `index` of an op, or None. The same for the same arguments, whatever else was asked."""
  d = Draw(f'{seed}/{op.name}/{index}', large)
  inputs, attrs = RULES[op.name](d, op)
  spoilt = d.chance(mistakes)
  if spoilt:
    inputs, attrs = spoil(d, op, inputs, attrs)
  if op.name in UNSAFE and UNSAFE[op.name](inputs, attrs):
    return None
  if not large and any(x.size > MOST_ELEMENTS for x in inputs):
    return None
  upstream = upstream_of(d) if not d.extreme and (not spoilt or d.chance(0.3)) else None
  most = 10 ** 6 if large else MOST_ELEMENTS
  return answer.ask(op, f'{op.name}/{seed}/{index}', inputs, attrs, upstream, 1 if large else 2, most)


def ask_some(name, first, options, out, done):
  """In a child process: the lines from `first` on; `done` holds the number of the last one begun."""
  resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
  resource.setrlimit(resource.RLIMIT_AS, (12 << 30, 12 << 30))  # an impossible size is an error, not this machine's end
  op = answer.Op(name)
  for index in range(first, options.cases):
    done.seek(0)
    done.write(f'{index:9}')
    done.flush()
    resource.setrlimit(resource.RLIMIT_CPU, (int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2])) + ASK_SECONDS, -1))
    line = case(op, options.seed, index, options.mistakes, options.large)
    if line is not None:
      file = out['errors' if 'error' in line else 'ops']
      file.write(json.dumps(line, ensure_ascii=False, separators=(',', ':')) + '\n')
      file.flush()


def ask_all(name, options, out, progress):
  """An op's lines. A call that ends TensorFlow's process is left out, and the next one asked in a new process."""
  first = 0
  while first < options.cases:
    pid = os.fork()
    if pid == 0:
      ask_some(name, first, options, out, progress)
      os._exit(0)
    status = os.waitpid(pid, 0)[1]
    if status == 0:
      return
    if not os.WIFSIGNALED(status):
      sys.exit(f'generate.py: the rule of {name} failed')
    progress.seek(0)
    first = int(progress.read())
    print(f'{name}/{options.seed}/{first}: TensorFlow died of signal {os.WTERMSIG(status)}', file=sys.stderr)
    first += 1


def main():
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument('folder')
  parser.add_argument('--seed', type=int, default=0)
  parser.add_argument('--cases', type=int, default=20, help='asked of each op')
  parser.add_argument('--only', nargs='*', help='these ops')
  parser.add_argument('--mistakes', type=float, default=0.3, help='share of calls with one thing wrong')
  parser.add_argument('--large', action='store_true', help='tensors of more than 20,000 elements')
  options = parser.parse_args()
  np.seterr(all='ignore')
  os.makedirs(options.folder, exist_ok=True)
  names = options.only or sorted(RULES)
  with open(f'{options.folder}/ops.jsonl', 'w') as ops, open(f'{options.folder}/errors.jsonl', 'w') as errors, \
      open(f'{options.folder}/.progress', 'w+') as progress:
    for name in names:
      ask_all(name, options, {'ops': ops, 'errors': errors}, progress)
  os.remove(f'{options.folder}/.progress')


if __name__ == '__main__':
  main()
