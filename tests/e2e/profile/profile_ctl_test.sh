#!/usr/bin/env bash
# profile_ctl_test.sh EAGERD EAGERCTL EAGER_BENCH: eagerctl records a session of a program that runs, and says why it cannot.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../support/daemon.sh"

readonly eagerd=$1 eagerctl=$2 bench=$3
work=$(mktemp -d)
program=''
trap '[[ -z $program ]] || kill "$program" 2>/dev/null || true; [[ -z $daemon_pid ]] || stop_daemon || true; rm -rf "$work"' EXIT
start_daemon "$eagerd"

code=0
"$eagerctl" --server "$address" profile 0123456789ab -o "$work/none.json" 2>"$work/err" || code=$?
(( code == 1 )) && grep -q 'no session with this id' "$work/err" || { echo "exit code $code for a session that is not there"; cat "$work/err"; exit 1; }
[[ ! -e $work/none.json ]] || { echo "a file without a trace"; exit 1; }
code=0
"$eagerctl" --server "$address" profile 0123456789ab --seconds 1000 2>"$work/err" || code=$?
(( code == 2 )) || { echo "exit code $code for too long a time"; exit 1; }

"$bench" --server "$address" --rounds 1000 dispatch >/dev/null 2>&1 </dev/null &
program=$!

# The program's sessions come and go: one that has ended meanwhile is no failure.
for _ in {1..100}; do
  id=$("$eagerctl" --server "$address" sessions --json | python3 -c 'import json, sys; s = json.load(sys.stdin).get("sessions", []); print(s[0]["id"] if s else "")')
  if [[ -n $id ]] && "$eagerctl" --server "$address" profile "$id" --seconds 0.5 -o "$work/trace.json" >"$work/out" 2>"$work/err" && grep -q AddV2 "$work/out"; then break; fi
  sleep 0.1
done
grep -Eq '^AddV2 +[0-9]+' "$work/out" || { echo "no AddV2 in the summary"; cat "$work/out" "$work/err"; exit 1; }
grep -q 'https://ui.perfetto.dev' "$work/out"
python3 - "$work/trace.json" "$work/out" <<'PY'
import json, re, sys
trace = json.load(open(sys.argv[1]))
events = [e for e in trace["traceEvents"] if e["ph"] == "X"]
assert len(events) == trace["otherData"]["events"], trace["otherData"]
adds = [e for e in events if e["cat"] == "op" and e["name"] == "AddV2"]
told = int(re.search(r"^AddV2 +(\d+)", open(sys.argv[2]).read(), re.M)[1])
assert adds and len(adds) == told, (len(adds), told)
assert all(e["args"]["inputs"] == ["float32[]", "float32[]"] or "error" not in e["args"] for e in adds)
assert sum(e["dur"] for e in events if e["cat"] == "message") <= 1.001e6 * trace["otherData"]["seconds"]
print(f"{len(adds)} AddV2 in {trace['otherData']['seconds']:.2f} s, {trace['otherData']['dropped']} events dropped: passed")
PY
