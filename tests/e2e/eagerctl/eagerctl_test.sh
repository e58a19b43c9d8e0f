#!/usr/bin/env bash
# eagerctl_test.sh EAGERD EAGERCTL: what eagerctl prints and how it exits.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../support/daemon.sh"

readonly eagerd=$1 eagerctl=$2
out='' err=''

# run CODE ARGUMENT...: runs eagerctl, which must exit with that code; its output is in $out and $err.
run() {
  local want=$1 code=0 errors
  shift
  errors=$(mktemp)
  out=$("$eagerctl" "$@" 2>"$errors") || code=$?
  err=$(cat "$errors")
  rm -f "$errors"
  (( code == want )) || { echo "eagerctl $*: exit code $code, not $want"; printf '%s\n%s\n' "$out" "$err"; exit 1; }
}
has() {
  [[ $1 == *"$2"* ]] || { echo "lacks: $2"; echo "$1"; exit 1; }
}

state=$(mktemp -d)
trap 'rm -rf "$state"; [[ -z $daemon_pid ]] || stop_daemon || true' EXIT
start_daemon "$eagerd" --state "$state"

run 0 ops --server "$address"
has "$out" 'MatMul '
has "$out" ' ops'
(( $(wc -l <<<"$out") > 150 )) || { echo "too short a list"; exit 1; }
run 0 --server "$address" ops --contains matmul
has "$out" 'BatchMatMulV2'
[[ $out != *Conv2D* ]] || { echo "--contains lists too much"; exit 1; }

run 0 ops MirrorPad --server "$address"
has "$out" 'input: T'
has "$out" 'paddings: Tpaddings  (read on the host)'
has "$out" "mode: string {'REFLECT', 'SYMMETRIC'}  (required)"
has "$out" 'Tpaddings: type {int32, int64} = int32  (from the inputs)'
has "$out" 'dtypes with a kernel: '
has "$out" 'differentiable: yes'
run 0 ops GatherNd --server "$address"
has "$out" "bad_indices_policy: string {'', 'DEFAULT', 'ERROR', 'IGNORE'} = \"\""
run 0 ops Floor --server "$address"
has "$out" 'differentiable: no'
run 0 ops AddN --server "$address"
has "$out" 'inputs: N * T'
has "$out" 'N: int >= 1  (from the inputs)'

run 0 ops Cast --json --server "$address"
python3 - "$out" <<'PY'
import json, sys
op = json.loads(sys.argv[1])
assert op["name"] == "Cast" and op["differentiable"] is True, op
assert [a["default_value"] for a in op["attrs"]] == ["", "", "false"], op
assert "float32" in op["dtypes"], op
PY
run 0 ops --json --server "$address"
python3 -c 'import json, sys; d = json.load(sys.stdin); assert d["ops"] == sorted(d["ops"]) == [o["name"] for o in d["descriptions"]]' <<<"$out"

run 1 ops Matmul --server "$address"
has "$err" 'Matmul'
has "$err" 'MatMul'
run 1 ops --contains zebra --server "$address"
has "$err" 'zebra'

# Named variables.
run 0 variables ls --server "$address"
has "$out" '0 variables'
run 0 variables put w '[[1, 2.5], [3, 4]]' --server "$address"
has "$out" 'w: float32 [2,2], 16 B on /device:CPU:0, 0 sessions'
run 0 variables --server "$address" put counter 3 --dtype int64
run 0 variables put counter 4 --server "$address"
has "$out" 'counter: int64 []'
run 0 variables get w --server "$address"
has "$out" '[[1,2.5],[3,4]]'
run 0 variables ls --server "$address"
has "$out" '2 variables, 24 B'
run 0 variables ls --json --all-tenants --server "$address"
python3 - "$out" <<'PY'
import json, sys
first, second = json.loads(sys.argv[1])["variables"]
assert first["name"] == "counter" and first["dtype"] == "int64" and first["has_value"] and first["tenant"] == "default", first
assert second["name"] == "w" and second["shape"] == ["2", "2"] and second["bytes"] == "16", second
PY
run 0 variables save --server "$address"
has "$out" 'saved 2 variables, 24 B'
run 0 variables save --server "$address"
has "$out" 'nothing has changed'
run 0 variables save best --server "$address"
run 0 variables put w '[[0, 0], [0, 0]]' --server "$address"
run 0 variables load best --server "$address"
has "$out" 'loaded 2 variables, 24 B'
run 0 variables get w --json --server "$address"
has "$out" '2.5'
run 0 variables rm counter --server "$address"
run 1 variables get counter --server "$address"
has "$err" "there is no variable 'counter'"
run 1 variables put w '[1, 2]' --server "$address"
has "$err" "variable 'w' exists and holds"
run 1 variables put w '[1,' --server "$address"
has "$err" 'is no JSON value'
run 1 variables save ../elsewhere --server "$address"
has "$err" 'is no name for an export'
run 1 variables load worst --server "$address"
has "$err" "there is no export 'worst'"
run 1 variables ls --tenant nobody --server "$address"
has "$err" "there is no tenant 'nobody'"
run 2 variables
run 2 variables get
run 2 variables save best --all-tenants

run 2
run 2 ops MatMul --contains x
run 2 dance
run 0 --help
has "$out" 'Exit codes'
stop_daemon
[[ -e $state/tenants/default/checkpoint ]] || { echo "nothing was saved at the end"; exit 1; }
run 3 ops --server "$address" --timeout 0.3
has "$err" "no eagerd answers at $address"

# Tokens: made by eagerctl, asked for by a daemon, read again when their file changes.
tokens=$(mktemp)
trap 'rm -f "$tokens"; [[ -z $daemon_pid ]] || stop_daemon || true' EXIT
new_token() {  # new_token NAME ARGUMENT...: sets the variable NAME to a new token, and adds its line to the file
  local name=$1
  shift
  run 0 token new "$@"
  printf -v "$name" %s "$(sed -n 2p <<<"$out")"
  tail -n 1 <<<"$out" >>"$tokens"
}
alice='' root=''
new_token alice alice
new_token root root --admin
[[ ${#alice} == 64 && $alice != "$root" ]] || { echo "no tokens: $alice $root"; exit 1; }
if grep -q "$alice" "$tokens"; then echo "the file holds a token"; exit 1; fi
run 1 token new 'a b'
has "$err" "no tenant's name"
run 2 token

start_daemon "$eagerd" --auth-tokens "$tokens"
run 1 ops --server "$address"
has "$err" 'a token is needed'
EAGERD_TOKEN=nonsense run 1 ops --server "$address"
has "$err" 'the token is unknown here'
run 0 sessions --server "$address" --token "$alice"
has "$out" 'tenant'
has "$out" '0 sessions'
EAGERD_TOKEN=$root run 0 sessions --json --server "$address"
has "$out" '"sessions": []'
export EAGERD_TOKEN=$alice
run 1 sessions --tenant root --server "$address"
has "$err" 'only an admin'
run 1 devices --reset cpu:0 --server "$address"
has "$err" 'only an admin may reset devices'
run 1 kill 0123456789ab --server "$address"
has "$err" 'only an admin may end those of others'
EAGERD_TOKEN=$root run 1 kill 0123456789ab --server "$address"
has "$err" 'there is no session with this id'
run 1 ops --server eagerd.invalid:8470
has "$err" 'in plaintext'
sed -i '/^alice/d' "$tokens"
kill -HUP "$daemon_pid"
for (( i = 0; i < 100; ++i )); do
  "$eagerctl" ops --server "$address" >/dev/null 2>&1 || break
  sleep 0.1
done
run 1 ops --server "$address"
has "$err" 'the token is unknown here'
unset EAGERD_TOKEN
stop_daemon

start_daemon "$eagerd"
run 1 variables save --server "$address"
has "$err" 'no state folder: start it with --state'
stop_daemon
echo "eagerctl: all as it should be"
