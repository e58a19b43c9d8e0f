#!/usr/bin/env bash
# Runs eager-bench in turns with TensorFlow, PyTorch and Arrow Flight from PyPI, and prints one table of ratios with what the
# project promises of them. Exit status 1 if a promise is not kept.
#
#   tests/bench/peers.sh [--venv DIR] [--bench PROGRAM] [arguments of eager-bench]
#
# DIR is made if it is not there; it takes some 6 GB, since PyTorch's wheel brings CUDA's libraries along, and without them
# does not load. Without a subcommand: every one that has a promise.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
venv=$root/build/peers
bench=$root/build/release/bin/eager-bench
while [ $# -gt 0 ]; do
  case $1 in
    --venv) venv=$2; shift 2 ;;
    --bench) bench=$2; shift 2 ;;
    *) break ;;
  esac
done

if [ ! -x "$bench" ]; then
  echo "peers.sh: $bench is not there; build it with: cmake --preset release && cmake --build --preset release" >&2
  exit 2
fi
if ! "$venv/bin/pip" show --quiet tensorflow-cpu torch pyarrow 2>/dev/null; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check tensorflow-cpu torch pyarrow
fi

# Options alone leave the choice of subcommands here.
[[ " $* " =~ \ (conv|dataset|dispatch|gpu|guide|kernels|latency|matmul|memory|random|sessions|transfer)\  ]] ||
  set -- "$@" dispatch latency matmul transfer kernels guide sessions memory
EAGERD_BENCH_PYTHON=$venv/bin/python exec "$bench" --check "$@"
