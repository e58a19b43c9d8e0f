"""tensorflow_clients.py EAGERD FOLDER: how TensorFlow's clients and eagerd live together: modes, several at once, deaths, limits, refusals."""
import os
import re
import signal
import subprocess
import sys
import time

EAGERD = sys.argv[1]
HEAD = """
import sys, time
import tensorflow as tf
DEVICE = "/job:worker/replica:0/task:0/device:CPU:0"
"""
CONNECT = HEAD + """
tf.config.experimental_connect_to_host(sys.argv[1])
"""
TRAIN = """
with tf.device(DEVICE):
    v = tf.Variable([1.0, 2.0])
    for _ in range(20):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(v * v)
        v.assign_sub(0.1 * tape.gradient(loss, v))
    print("trained", v.numpy())
"""


STARTED = []


class Daemon:

  def __init__(self, *flags, listen='127.0.0.1:0'):
    self.process = subprocess.Popen([EAGERD, f'--listen={listen}', '--devices=cpu', '--http=off', *flags], stdout=subprocess.PIPE, text=True)
    STARTED.append(self.process)
    self.log = []
    for line in self.process.stdout:
      self.log.append(line)
      found = re.search('event=listening address=(.*)', line)
      self.address = found.group(1) if found else getattr(self, 'address', '')
      if 'event=ready' in line:
        return
    raise SystemExit('eagerd did not start')

  def stop(self, how=signal.SIGTERM):
    self.process.send_signal(how)
    out, _ = self.process.communicate()
    self.log += out.splitlines(True)
    assert how == signal.SIGKILL or self.process.returncode == 0, self.process.returncode


def start(program, address, **environment):
  process = subprocess.Popen([sys.executable, '-c', program, address], env={**os.environ, **environment}, stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
  STARTED.append(process)
  return process


def finish(process):
  try:
    out, err = process.communicate(timeout=300)
  except subprocess.TimeoutExpired:
    process.kill()
    raise SystemExit('a program hangs')
  return out, err


def run(program, address, **environment):
  process = start(program, address, **environment)
  out, err = finish(process)
  assert process.returncode == 0, (out, err[-3000:])
  return out


def check(name, condition, *told):
  assert condition, (name, *told)
  print(name, 'ok', flush=True)


def modes(daemon):
  expected = run(CONNECT + TRAIN, daemon.address)
  check('trains', 'trained [' in expected, expected)
  check('calls of one item each', run(CONNECT + TRAIN, daemon.address, TF_ENABLE_EAGER_CLIENT_STREAMING_ENQUEUE='False') == expected)
  check('small inputs inside of ops', run(CONNECT + TRAIN, daemon.address, TF_SEND_AS_PROTOS_WHEN_POSSIBLE='True') == expected)
  async_head = HEAD + 'tf.config.experimental.set_synchronous_execution(False)\ntf.config.experimental_connect_to_host(sys.argv[1])\n'
  check('asynchronous', run(async_head + TRAIN, daemon.address) == expected)
  failing = async_head + """
with tf.device(DEVICE):
    try:
        tf.gather(tf.constant([1.0]), [5]).numpy()
    except (tf.errors.InvalidArgumentError, tf.errors.CancelledError) as e:
        print("heard")
    tf.experimental.async_clear_error()
    print(tf.constant([1.0]).numpy())
"""
  check('asynchronous errors', run(failing, daemon.address).split() == ['heard', '[1.]'])


def together(daemon):
  programs = [start(CONNECT + TRAIN, daemon.address) for _ in range(2)]
  outs = [finish(p) for p in programs]
  check('two at once', outs[0][0] == outs[1][0] and 'trained [' in outs[0][0], outs)
  threads = CONNECT + """
import threading
results = [None] * 4
def work(i):
    with tf.device(DEVICE):
        x = tf.constant(float(i))
        for _ in range(100): x = x + 1.0
        results[i] = x.numpy()
ts = [threading.Thread(target=work, args=(i,)) for i in range(4)]
[t.start() for t in ts]; [t.join() for t in ts]
print(results == [100.0 + i for i in range(4)])
"""
  check('threads of one client', run(threads, daemon.address).strip() == 'True')
  again = CONNECT + TRAIN + 'tf.config.experimental_connect_to_host(sys.argv[1])\nwith tf.device(DEVICE): print(v.numpy())\n'
  out = run(again, daemon.address).splitlines()
  check('connects twice', out[0].endswith(out[1]), out)


def errors(daemon):
  texts = CONNECT + """
with tf.device(DEVICE):
    for f in (lambda: tf.gather(tf.constant([1.0]), [5]).numpy(), lambda: tf.raw_ops.UnicodeScript(input=[65]).numpy(),
              lambda: tf.linalg.inv(tf.zeros([2, 2])).numpy()):
        try:
            f()
        except Exception as e:
            print(type(e).__name__, str(e).splitlines()[0])
"""
  out = run(texts, daemon.address).splitlines()
  check('an index', out[0] == 'InvalidArgumentError indices[0] = 5 is not in [0, 1) [Op:GatherV2]', out)
  check('an unknown op', out[1].startswith("NotFoundError 'UnicodeScript' is neither"), out)
  check('a matrix', out[2].startswith('InvalidArgumentError Input is not invertible.'), out)
  files = CONNECT + """
with tf.device(DEVICE):
    try:
        tf.train.Checkpoint(v=tf.Variable(1.0)).save("/tmp/never/written")
    except Exception as e:
        print(type(e).__name__, str(e).splitlines()[0])
"""
  check('files on the server', 'PermissionDeniedError' in run(files, daemon.address))


def deaths():
  daemon = Daemon('--session-grace=1')
  waiting = CONNECT + 'with tf.device(DEVICE): v = tf.Variable([1.0])\nprint(v.numpy(), flush=True)\ntime.sleep(600)\n'
  client = start(waiting, daemon.address)
  client.stdout.readline()
  client.kill()
  client.communicate()
  time.sleep(4)
  daemon.stop()
  check('a killed client leaves nothing', any('event=context_end' in line and 'silent' in line for line in daemon.log), daemon.log[-5:])

  first = Daemon()
  survivor = CONNECT + """
with tf.device(DEVICE):
    v = tf.Variable([1.0])
print(v.numpy(), flush=True)
sys.stdin.readline()
with tf.device(DEVICE):
    for _ in range(2):
        try:
            print((v + 1.0).numpy())
        except Exception as e:
            print(type(e).__name__)
        time.sleep(1)
tf.config.experimental_connect_to_host(sys.argv[1])
with tf.device(DEVICE):
    print(tf.Variable([5.0]).numpy(), flush=True)
"""
  client = start(survivor, first.address)
  client.stdout.readline()
  first.stop(signal.SIGKILL)
  second = Daemon(listen=first.address)
  client.stdin.write('\n')
  client.stdin.flush()
  out, err = finish(client)
  lines = out.splitlines()
  check('a restarted daemon is told apart', lines[-1] == '[5.]' and set(lines[:2]) <= {'UnavailableError', 'AbortedError'}, out, err[-2000:])
  second.stop()


def refusals(folder):
  tokens = os.path.join(folder, 'tokens')
  with open(tokens, 'w', encoding='utf-8') as f:
    f.write('alice use sha256:' + '0' * 64 + '\n')
  os.chmod(tokens, 0o600)
  daemon = Daemon(f'--auth-tokens={tokens}')
  process = start(CONNECT + TRAIN, daemon.address)
  out, err = finish(process)
  check('tokens', process.returncode != 0 and 'UnauthenticatedError' in err, out, err[-2000:])
  daemon.stop()
  daemon = Daemon('--tensorflow=off')
  process = start(CONNECT + TRAIN, daemon.address)
  out, err = finish(process)
  check('turned off', process.returncode != 0 and 'UnimplementedError' in err, out, err[-2000:])
  daemon.stop()


def main():
  try:
    daemon = Daemon()
    modes(daemon)
    together(daemon)
    errors(daemon)
    daemon.stop()
    deaths()
    refusals(sys.argv[2])
  finally:
    for process in STARTED:
      if process.poll() is None:
        process.kill()


main()
