"""run.py ADDRESS [--device=CPU:0] [PROGRAM...]: unmodified TensorFlow programs here and on a server, which must print the same.

A program is a module with a function main() that prints; without names all of programs/ are run. Each runs in two processes: by itself,
and inside of `with tf.device(...)` after tf.config.experimental_connect_to_host(ADDRESS). What they print is compared word by word:
numbers with a point or an exponent may differ by the program's TOLERANCE (1e-4 if it has none), relative or absolute.
"""
import argparse
import importlib.util
import math
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
NUMBER = re.compile(r'[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|nan|inf)')
TIMEOUT = 900  # seconds a process


def load(path):
  spec = importlib.util.spec_from_file_location(path.stem, path)
  module = importlib.util.module_from_spec(spec)
  spec.loader.exec_module(module)
  return module


def child(path, address, device):
  import tensorflow as tf
  program = load(path)
  if not address:
    program.main()
    return
  tf.config.experimental_connect_to_host(address)
  with tf.device(f'/job:worker/replica:0/task:0/device:{device}'):
    program.main()


def start(path, address, device):
  environment = dict(os.environ, TF_CPP_MIN_LOG_LEVEL='3', CUDA_VISIBLE_DEVICES='', PYTHONUNBUFFERED='1')
  command = [sys.executable, __file__, '--child', str(path), f'--device={device}', address]
  return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process, where):
  try:
    out, err = process.communicate(timeout=TIMEOUT)
  except subprocess.TimeoutExpired:
    process.kill()
    out, err = process.communicate()
    return out, f'{where}: no end after {TIMEOUT} s\n{err[-2000:]}'
  return out, '' if process.returncode == 0 else f'{where}: status {process.returncode}\n{err[-4000:]}'


def same_line(here, there, tolerance):
  here, there = (re.sub(r'\s+(?=[\]\),])|(?<=[\[\(])\s+', '', re.sub(r'\s+', ' ', line)) for line in (here, there))  # columns move with digits
  if NUMBER.sub('#', here) != NUMBER.sub('#', there):
    return False
  for a, b in zip(NUMBER.findall(here), NUMBER.findall(there)):
    if a == b:
      continue
    if not (set('.eEn') & set(a + b)):
      return False
    x, y = float(a), float(b)
    if not (math.isclose(x, y, rel_tol=tolerance, abs_tol=tolerance) or (math.isnan(x) and math.isnan(y))):
      return False
  return True


def differences(here, there, tolerance):
  a, b = here.splitlines(), there.splitlines()
  found = [f'line {i + 1}:\n    here  {x}\n    there {y}' for i, (x, y) in enumerate(zip(a, b)) if not same_line(x, y, tolerance)]
  if len(a) != len(b):
    found.append(f'{len(a)} lines here, {len(b)} there')
  return found


def run(path, address, device):
  tolerance = re.search(r'^TOLERANCE = (\S+)', path.read_text(), re.MULTILINE)
  local, remote = start(path, '', device), start(path, address, device)
  (here, failed_here), (there, failed_there) = finish(local, 'here'), finish(remote, 'there')
  wrong = [text for text in (failed_here, failed_there) if text]
  if not here.strip():
    wrong.append('here: it printed nothing')
  wrong += differences(here, there, float(tolerance.group(1)) if tolerance else 1e-4)
  return wrong


def main():
  parser = argparse.ArgumentParser()
  parser.add_argument('address')
  parser.add_argument('--device', default='CPU:0')
  parser.add_argument('--child', type=pathlib.Path, help=argparse.SUPPRESS)
  parser.add_argument('programs', nargs='*')
  arguments = parser.parse_args()
  if arguments.child:
    child(arguments.child, arguments.address, arguments.device)
    return
  paths = [pathlib.Path(name) for name in arguments.programs] or sorted((HERE / 'programs').glob('*.py'))
  failed = 0
  for path in paths:
    if not path.exists():
      path = HERE / 'programs' / f'{path.name}.py'
    wrong = run(path, arguments.address, arguments.device)
    failed += bool(wrong)
    print(f'{path.stem}: {"DIFFERS" if wrong else "the same"}', flush=True)
    for text in wrong[:10]:
      print('  ' + text, flush=True)
  print(f'{len(paths) - failed} of {len(paths)} programs print the same', flush=True)
  sys.exit(1 if failed else 0)


if __name__ == '__main__':
  main()
