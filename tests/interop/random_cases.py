"""random_cases.py PROGRAM FOLDER: PROGRAM, eager-conformance, on random calls that TensorFlow answers now.

EAGERD_RANDOM_SEED and EAGERD_RANDOM_CASES ask for others, or more an op, than the test's own.
"""
import os
import subprocess
import sys


def ask(folder, *options):
  generate = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'golden', 'generate.py')
  seed = os.environ.get('EAGERD_RANDOM_SEED', '1')
  subprocess.run([sys.executable, generate, folder, '--seed', seed, *options], check=True)


def main():
  program, folder = sys.argv[1:]
  small, large = folder + '/small', folder + '/large'
  ask(small, '--cases', os.environ.get('EAGERD_RANDOM_CASES', '12'))
  ask(large, '--cases', '2', '--large', '--mistakes', '0', '--only', 'AddV2', 'BiasAdd', 'Cast', 'Cumsum', 'GatherV2',
      'MatMul', 'Max', 'MaxPool', 'Mean', 'SelectV2', 'Softmax', 'StridedSlice', 'Sum', 'TopKV2', 'Transpose')
  failed = [subprocess.run([program, '--in-process', '--golden', f]).returncode for f in (small, large)]
  sys.exit(any(failed))


if __name__ == '__main__':
  main()
