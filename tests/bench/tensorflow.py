#!/usr/bin/env python3
"""Times TensorFlow's own client against this daemon and, in turns, against TensorFlow's own worker, or TensorFlow without a server.

  tensorflow.py --daemon build/release/bin/eagerd [--python PYTHON] [--rounds 5] [NAME ...]

PYTHON has TensorFlow (tests/interop/venv.sh makes one). The best of the rounds counts. Exit status 1 if a bar is not kept.
"""

import argparse
import os
import socket
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
# Name, who it is held against, the bar of ours / theirs, and whether less is better.
BARS = [
    ("add_us", "worker", 0.5, True),
    ("add_read_us", "worker", 0.5, True),
    ("linear_step_us", "worker", 0.2, True),
    ("upload_gib_s", "worker", 2.0, False),
    ("download_gib_s", "worker", 2.0, False),
    ("matmul_200_s", "worker", 1.0, True),
    ("cnn_fit_step_ms", "local", 1.3, True),
]
WORKER = """
import sys, tensorflow as tf
server = tf.distribute.Server({"worker": ["127.0.0.1:" + sys.argv[1]]}, protocol="grpc", job_name="worker", task_index=0, start=True)
print("up", flush=True)
server.join()
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Peer:
    """A client in a process of its own, against an address."""

    def __init__(self, python, address):
        script = os.path.join(HERE, "peers", "tensorflow_remote_peer.py")
        self.process = subprocess.Popen([python, script, address], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def ask(self, name):
        self.process.stdin.write(name + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        try:
            return float(answer)
        except ValueError:
            raise SystemExit(f"{name}: {answer or 'the client has ended'}") from None

    def stop(self):
        self.process.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--daemon", required=True)
    parser.add_argument("--python", default=os.environ.get("EAGERD_INTEROP_PYTHON", sys.executable))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()

    ours, theirs = free_port(), free_port()
    quiet = dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")
    started = [subprocess.Popen([arguments.daemon, "--devices=cpu", f"--listen=127.0.0.1:{ours}", "--http=off", "--log-level=warning"])]
    started.append(subprocess.Popen([arguments.python, "-c", WORKER, str(theirs)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=quiet))
    started[1].stdout.readline()
    peers, kept = {}, True
    try:
        peers = {"eagerd": Peer(arguments.python, f"127.0.0.1:{ours}"), "worker": Peer(arguments.python, f"127.0.0.1:{theirs}"),
                 "local": Peer(arguments.python, "local")}
        print(f"{'what':18} {'eagerd':>12} {'TensorFlow':>12} {'ratio':>8}  bar")
        for name, against, bar, less in BARS:
            if arguments.names and name not in arguments.names:
                continue
            figures = {who: [] for who in ("eagerd", against)}
            for _ in range(arguments.rounds):
                for who, list_ in figures.items():
                    list_.append(peers[who].ask(name))
            best = {who: (min if less else max)(list_) for who, list_ in figures.items()}
            ratio = best["eagerd"] / best[against]
            passed = ratio <= bar if less else ratio >= bar
            kept = kept and passed
            print(f"{name:18} {best['eagerd']:12.5g} {best[against]:12.5g} {ratio:8.3f}  {'<=' if less else '>='} {bar} of the {against}: {'pass' if passed else 'FAIL'}", flush=True)
    finally:
        for peer in peers.values():
            peer.stop()
        for process in started:
            process.kill()
    sys.exit(0 if kept else 1)


main()
