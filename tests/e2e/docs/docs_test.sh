#!/usr/bin/env bash
# docs_test.sh BIN: runs the blocks that follow `<!-- run -->` in README.md and docs/*.md, those of one file as one script, with the
# programs of BIN and free ports in place of 8470 and 9470; then checks links, and error texts against the sources (docs.py).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly bin=$1 root=$here/../../..
python3 "$here/docs.py" check "$root"

work=$(mktemp -d)
script_pid=''
# The script has a session of its own, so that the daemons that it leaves behind end with it.
cleanup() {
  [[ -z $script_pid ]] || kill -KILL -- "-$script_pid" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

ran=0
for document in "$root"/README.md "$root"/docs/*.md; do
  python3 "$here/docs.py" blocks "$document" >"$work/script"
  [[ -s $work/script ]] || continue
  mapfile -t ports < <(python3 -c '
import socket
sockets = [socket.socket() for _ in range(2)]
for s in sockets: s.bind(("127.0.0.1", 0))
for s in sockets: print(s.getsockname()[1])')
  sed -i "s/8470/${ports[0]}/g; s/9470/${ports[1]}/g" "$work/script"
  mkdir "$work/folder"
  code=0
  (cd "$work/folder" && PATH=$bin:$PATH EAGERD_DEVICES=cpu EAGERD_LISTEN=127.0.0.1:${ports[0]} EAGERD_ADDRESS=127.0.0.1:${ports[0]} \
     EAGERD_HTTP=127.0.0.1:${ports[1]} \
     exec setsid timeout --foreground 120 bash -eux "$work/script") >"$work/log" 2>&1 </dev/null &
  script_pid=$!
  wait "$script_pid" || code=$?
  kill -KILL -- "-$script_pid" 2>/dev/null || true
  (( code == 0 )) || { echo "$(basename "$document"): exit code $code"; cat "$work/log"; exit 1; }
  rm -rf "$work/folder"
  echo "$(basename "$document"): $(grep -c . "$work/script") lines ran"
  ran=$((ran + 1))
done
(( ran >= 2 )) || { echo "a document has no block to run any more"; exit 1; }
