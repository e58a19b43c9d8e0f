#!/usr/bin/env bash
# From a clean clone to programs that run on a daemon: installs, builds, starts eagerd on the CPU, runs eager-guide.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly bin=build/release/bin files=build/release/guide
readonly images=/usr/share/datasets/fashion-mnist
readonly start_limit_s=60 stop_limit_s=30
port=8470 keep=false install=true
pid='' log=''

usage() {
  cat <<'TXT'
usage: deploy/quickstart.sh [--port N] [--keep] [--no-install]
  --port N      port of the daemon on 127.0.0.1 (8470); 0 lets it choose a free one
  --keep        leave the daemon running and say how to reach and to stop it
  --no-install  do not install Debian packages
  --help        show this
TXT
}

say() { echo "quickstart: $*"; }

fail() {
  echo "quickstart: $*" >&2
  if [[ -s $log ]]; then
    echo "quickstart: the end of the daemon's log, $log:" >&2
    tail -n 40 "$log" >&2
  fi
  exit 1
}

running() { kill -0 "$pid" 2>/dev/null; }

# Asks the daemon to end, and makes it end after stop_limit_s. Gives the daemon's exit code.
stop_daemon() {
  local deadline=$((SECONDS + stop_limit_s)) code=0
  kill -TERM "$pid" 2>/dev/null || true
  while running && (( SECONDS < deadline )); do sleep 0.1; done
  kill -KILL "$pid" 2>/dev/null || true
  wait "$pid" || code=$?
  pid=''
  return "$code"
}

# Whatever ends this script ends the daemon too, unless it was handed over (then pid is empty).
trap '[[ -z $pid ]] || stop_daemon || true' EXIT

build() {
  local options=() targets=(eagerd eager-guide)
  # A build folder that is there already keeps its options.
  [[ -f build/release/CMakeCache.txt ]] || options=(-DEAGERD_TESTS=OFF -DEAGERD_CUDA=OFF)
  cmake --preset release "${options[@]}"
  if ninja -C build/release -t query eagerctl >/dev/null 2>&1; then targets+=(eagerctl); fi
  cmake --build --preset release --target "${targets[@]}"
}

# The address in the daemon's log line, so that another program on the same port is never taken for it.
listening_address() {
  sed -n '/event=listening /s/.* address=\([^ ]*\).*/\1/p' "$log" | head -n 1
}

# Sets `pid`, `log` and `address`.
start_daemon() {
  local deadline=$((SECONDS + start_limit_s))
  log=$(mktemp "${TMPDIR:-/tmp}/eagerd-quickstart.XXXXXX")
  nohup "$bin/eagerd" --listen "127.0.0.1:$port" --devices "${EAGERD_DEVICES:-cpu}" >"$log" 2>&1 </dev/null &
  pid=$!
  until address=$(listening_address) && [[ -n $address ]] && "$bin/eagerd" --check "$address" >/dev/null 2>&1; do
    running || fail "eagerd ended before it was ready"
    (( SECONDS < deadline )) || fail "eagerd was not healthy within $start_limit_s s"
    sleep 0.1
  done
}

while (( $# )); do
  case $1 in
    --port) port=${2:-}; shift ;;
    --port=*) port=${1#*=} ;;
    --keep) keep=true ;;
    --no-install) install=false ;;
    --help | -h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift || true
done
if ! [[ $port =~ ^[0-9]{1,5}$ ]] || (( 10#$port > 65535 )); then
  echo "quickstart: --port needs a number from 0 to 65535" >&2
  exit 2
fi

if $install; then
  deploy/install-packages.sh build
  deploy/install-packages.sh examples || say "goes on without the images for training"
fi
build
start_daemon
say "eagerd is healthy at $address (pid $pid)"

sections=()
if [[ -d $images ]]; then
  say "trains on the images of Debian's dataset-fashion-mnist, $images"
else
  say "leaves out the sections that train on images: there is no $images"
  mapfile -t sections < <("$bin/eager-guide" --list | grep -vxE 'train_model|training_step')
fi
EAGERD_ADDRESS=$address "$bin/eager-guide" --check --files "$files" "${sections[@]}" || fail "eager-guide --check failed"
say "checkpoints, events and pictures of the guide are in $files"

if $keep; then
  say "eagerd keeps running at $address, pid $pid, log $log"
  say "use it:  export EAGERD_ADDRESS=$address"
  say "stop it: kill $pid"
  pid=''
else
  stop_daemon || fail "eagerd ended with exit code $? after SIGTERM"
  rm -f "$log"
  say "done: the guide's checks passed, eagerd stopped cleanly"
fi
