"""tensorflow_programs.py EAGERD FOLDER: unmodified TensorFlow programs (tensorflow/programs) print the same on eagerd as without it."""
import pathlib
import re
import subprocess
import sys

EAGERD = sys.argv[1]
HERE = pathlib.Path(__file__).resolve().parent


def main():
  daemon = subprocess.Popen([EAGERD, '--listen=127.0.0.1:0', '--devices=cpu', '--http=off'], stdout=subprocess.PIPE, text=True)
  try:
    address = ''
    for line in daemon.stdout:
      found = re.search('event=listening address=(.*)', line)
      address = found.group(1) if found else address
      if 'event=ready' in line:
        break
    ran = subprocess.run([sys.executable, str(HERE / 'tensorflow' / 'run.py'), address], check=False)
    assert daemon.poll() is None, 'eagerd has ended'
  finally:
    daemon.terminate()
    daemon.communicate()
  assert daemon.returncode == 0, daemon.returncode
  sys.exit(ran.returncode)


main()
