"""state.py EAGERD FOLDER: TensorFlow reads what eagerd has saved of its named variables, and eagerd what TensorFlow has."""
import json
import pathlib
import re
import signal
import subprocess
import sys

import numpy as np
import tensorflow as tf

EAGERD, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])
EAGERCTL = str(pathlib.Path(EAGERD).parent / 'eagerctl')
STATE = FOLDER / 'state'


class Daemon:

  def __init__(self):
    self.process = subprocess.Popen([EAGERD, '--listen', '127.0.0.1:0', '--state', str(STATE)], stdout=subprocess.PIPE, text=True)
    self.address = ''
    for line in self.process.stdout:
      found = re.search('event=listening address=(.*)', line)
      self.address = found.group(1) if found else self.address
      if 'event=ready' in line:
        return
    raise SystemExit('eagerd did not start')

  def ctl(self, *arguments):
    return subprocess.run([EAGERCTL, 'variables', *arguments, '--server', self.address], check=True, capture_output=True,
                          text=True).stdout

  def stop(self):
    self.process.send_signal(signal.SIGTERM)
    self.process.communicate()
    assert self.process.returncode == 0, self.process.returncode


def main():
  values = {
      'model/kernel': ('float32', [[1.5, -2.0], [0.0, 3.25]]),
      'model/step': ('int64', 12345678901),
      'names': ('string', ['a', '', 'long ' * 20]),
      'mask': ('bool', [True, False, True]),
      'half': ('bfloat16', [0.5, 1.5]),
      'empty': ('float64', []),
  }
  daemon = Daemon()
  for name, (dtype, value) in values.items():
    daemon.ctl('put', name, json.dumps(value), '--dtype', dtype)
  daemon.ctl('save', 'by-name')
  daemon.stop()

  newest = tf.train.latest_checkpoint(str(STATE / 'tenants/default'))
  assert newest, 'there is no newest save'
  for prefix in (newest, str(STATE / 'exports/default/by-name')):
    reader = tf.train.load_checkpoint(prefix)
    assert set(reader.get_variable_to_shape_map()) == set(values), reader.get_variable_to_shape_map()
    for name, (dtype, value) in values.items():
      read = reader.get_tensor(name)
      expected = np.array([v.encode() for v in value], object) if dtype == 'string' else np.array(value, tf.as_dtype(dtype).as_numpy_dtype)
      assert read.dtype == expected.dtype and read.shape == expected.shape and (read == expected).all(), (name, read)

  # The other way round: a checkpoint of TensorFlow's, by name.
  tf.raw_ops.SaveV2(prefix=str(STATE / 'exports/default/from-tensorflow'), tensor_names=['model/kernel', 'new'],
                    shape_and_slices=['', ''], tensors=[tf.constant([[9.0, 8.0], [7.0, 6.0]]), tf.constant([1, 2, 3])])
  daemon = Daemon()
  assert json.loads(daemon.ctl('get', 'model/kernel')) == values['model/kernel'][1]
  daemon.ctl('load', 'from-tensorflow')
  assert json.loads(daemon.ctl('get', 'model/kernel')) == [[9, 8], [7, 6]]
  assert json.loads(daemon.ctl('get', 'new')) == [1, 2, 3]
  assert json.loads(daemon.ctl('get', 'model/step')) == values['model/step'][1]
  daemon.stop()
  print('state: TensorFlow and eagerd read what the other one wrote')


if __name__ == '__main__':
  main()
