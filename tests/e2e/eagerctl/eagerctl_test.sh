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

# One op from the shell.
folder=$(mktemp -d)
trap 'rm -rf "$state" "$folder"; [[ -z $daemon_pid ]] || stop_daemon || true' EXIT
prints() {  # prints TEXT ARGUMENT...: eagerctl run says just this
  local want=$1
  shift
  run 0 --server "$address" run "$@"
  [[ $out == "$want" ]] || { echo "run $*: got"; echo "$out"; echo "not $want"; exit 1; }
}
prints 'tf.Tensor([11.  12.5], shape=(2,), dtype=float32)' AddV2 '[1, 2.5]' 10
prints 'tf.Tensor(
[[19 22]
 [43 50]], shape=(2, 2), dtype=int32)' MatMul '[[1, 2], [3, 4]]' '[[5, 6], [7, 8]]'
prints 'tf.Tensor([[3 7]], shape=(1, 2), dtype=int64)' Transpose --device cpu:0 'int64:[[3], [7]]' '[1, 0]'
prints "tf.Tensor(b'hello world', shape=(), dtype=string)" Identity 'string:hello world'
prints "tf.Tensor([b'a' b'b c'], shape=(2,), dtype=string)" Identity '["a", "b c"]'
prints 'tf.Tensor([ True False], shape=(2,), dtype=bool)' LogicalNot '[false, true]'
prints 'tf.Tensor(-3, shape=(), dtype=int32)' Neg 3
prints 'tf.Tensor(3.5, shape=(), dtype=float64)' Neg -- float64:-3.5
prints 'tf.Tensor([nan inf], shape=(2,), dtype=float32)' Identity 'float32:["NaN", "Infinity"]'
prints 'tf.Tensor(5000000000, shape=(), dtype=int64)' Identity 5000000000
prints 'tf.Tensor([1. 2.], shape=(2,), dtype=float64)' Cast '[1, 2]' --attr DstT=float64
prints 'tf.Tensor(
[[3]
 [7]], shape=(2, 1), dtype=int32)' Sum '[[1, 2], [3, 4]]' 1 --attr keep_dims=true
run 0 run TopKV2 '[3, 1, 2]' 2 --server "$address"
has "$out" 'tf.Tensor([3 2], shape=(2,), dtype=int32)'
has "$out" 'tf.Tensor([0 2], shape=(2,), dtype=int32)'
run 0 run AddV2 0.1 0.2 --json --server "$address"
python3 - "$out" <<'PY'
import json, sys
[output] = json.loads(sys.argv[1])["outputs"]
assert output["dtype"] == "float32" and output["shape"] == [] and abs(output["values"] - 0.3) < 1e-7, output
PY
run 0 run Range 0 6 1 --out "$folder/a.npy" --server "$address"
[[ -z $out ]] || { echo "--out prints: $out"; exit 1; }
run 0 run Reshape "$folder/a.npy" '[2, 3]' --out "$folder/b.npy" --server "$address"
prints 'tf.Tensor(
[[0 1 2]
 [3 4 5]], shape=(2, 3), dtype=int32)' Identity "$folder/b.npy"
run 1 run Matmul 1 2 --server "$address"
has "$err" 'MatMul'
run 1 run MatMul '[[1, 2]]' '[[1, 2]]' --server "$address"
has "$err" 'MatMul'
run 1 run AddV2 '[[1], [2, 3]]' 1 --server "$address"
has "$err" 'differ in length'
run 1 run AddV2 hello 1 --server "$address"
has "$err" "'hello': expected FILE.npy"
run 1 run AddV2 int8:300 1 --server "$address"
has "$err" '300 is beyond int8'
run 1 run Cast 1 --attr dst=float64 --server "$address"
has "$err" "Cast has no attribute 'dst'; it has: "
run 1 run MatMul '[[1]]' '[[1]]' --attr transpose_a=perhaps --server "$address"
has "$err" 'expected true or false'
run 1 run Identity "$folder/none.npy" --server "$address"
has "$err" 'none.npy'
run 1 run Identity 1 --device gpu:77 --server "$address"
run 2 run

# Who is there and what they hold; this shell holds a session open through a pipe of its own.
run 0 tensors --server "$address"
has "$out" 'session'
has "$out" '/device:CPU:0: '
run 0 tensors --json --server "$address"
python3 -c 'import json, sys; d = json.load(sys.stdin); assert d["sessions"] == [] and d["devices"][0]["name"] == "/device:CPU:0"' <<<"$out"
"$eagerctl" bench --seconds 3 --server "$address" --json >"$folder/bench.json" &
bench=$!
for (( i = 0; i < 100; ++i )); do
  run 0 tensors --server "$address"
  [[ $out != */device:CPU:0* || $(wc -l <<<"$out") -lt 3 ]] || break
  sleep 0.05
done
run 0 top --once --interval 0.2 --server "$address"
has "$out" 'ops/s'
has "$out" '/device:CPU:0  ['
run 0 top --json --interval 0.2 --server "$address"
python3 - "$out" <<'PY'
import json, sys
top = json.loads(sys.argv[1])
[session] = top["sessions"]
assert session["ops_per_second"] > 0 and session["ops"] > 0 and len(session["id"]) > 8, session
PY
run 0 sessions --server "$address"
has "$out" '1 session'
wait "$bench"
python3 - "$folder/bench.json" <<'PY'
import json, sys
bench = json.load(open(sys.argv[1]))
assert 0 < bench["op_and_read_microseconds"]["p50"] <= bench["op_and_read_microseconds"]["p99"], bench
assert bench["ops_per_second"] > 100 and bench["upload_bytes_per_second"] > 0, bench
PY
run 1 tensors nobody --server "$address"
has "$err" "there is no session 'nobody'"

# In a terminal top draws a screen, goes when q comes, and leaves the terminal as it was.
python3 - "$eagerctl" "$address" <<'PY'
import os, pty, select, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], ["eagerctl", "top", "--interval", "0.2", "--server", sys.argv[2]])
seen, quit_at, asked = b"", time.monotonic() + 20, False
while time.monotonic() < quit_at:
    if select.select([fd], [], [], 0.1)[0]:
        try:
            seen += os.read(fd, 4096)
        except OSError:
            break
    if b"q: quit" in seen and not asked:
        asked = True
        os.write(fd, b"q")
_, status = os.waitpid(pid, 0)
assert os.waitstatus_to_exitcode(status) == 0, (status, seen)
assert seen.startswith(b"\x1b[?1049h") and seen.endswith(b"\x1b[?25h\x1b[?1049l"), seen
assert b"/device:CPU:0  [" in seen, seen
PY

run 0 health --server "$address"
has "$out" "$address serves"
run 0 health --json --server "$address"
python3 -c 'import json, sys; d = json.load(sys.stdin); assert d["serving"] is True and d["devices"][0]["healthy"] is True' <<<"$out"
run 0 version --server "$address"
has "$out" 'eagerctl 0.'
has "$out" 'eagerd   0.'
run 0 version --json --server "$address"
python3 -c 'import json, sys; d = json.load(sys.stdin); assert d["client"] == d["server"]' <<<"$out"
run 0 --version

# Completion, and the page of the manual, name every subcommand and flag that there is.
run 0 completion bash
eval "$out"
completed() {  # completed WORD...: what bash offers for the last of them
  COMP_WORDS=(eagerctl "$@")
  COMP_CWORD=$#
  _eagerctl
  out=" ${COMPREPLY[*]} "
}
completed ''
for command in devices ops run sessions kill tensors variables top health bench token version completion; do has "$out" " $command "; done
completed va
[[ $out == ' variables ' ]] || { echo "completes va as $out"; exit 1; }
completed variables ''
for command in ls get put rm save load; do has "$out" " $command "; done
completed variables put --
has "$out" ' --dtype '
has "$out" ' --server '
[[ $out != *--all-tenants* ]] || { echo "offers a flag of another subcommand"; exit 1; }
completed --server ''
[[ $out == '  ' ]] || { echo "completes an address as $out"; exit 1; }
for shell in bash zsh fish; do
  run 0 completion "$shell"
  has "$out" 'variables'
  if command -v "$shell" >/dev/null; then "$shell" -n <(echo "$out") || { echo "$shell cannot read its completion"; exit 1; }; fi
done
run 2 completion tcsh
for program in "$eagerctl" "$eagerd"; do
  page=$("$program" --man)
  name=$(basename "$program")
  mapfile -t flags < <("$program" --help | grep -oE -- '--[a-z][a-z0-9-]+' | sort -u)
  if [[ $name == eagerctl ]]; then
    for command in devices ops run sessions kill tensors 'variables put' top health bench 'token new' version completion; do
      # shellcheck disable=SC2086
      mapfile -t -O ${#flags[@]} flags < <("$program" $command --help | grep -oE -- '--[a-z][a-z0-9-]+' | sort -u)
    done
  fi
  (( ${#flags[@]} > 10 ))
  for flag in "${flags[@]}"; do
    escaped=${flag//-/\\-}
    [[ $page == *"$escaped"* ]] || { echo "the page of $name lacks $flag"; exit 1; }
  done
  if command -v groff >/dev/null; then
    warnings=$(groff -k -man -Tutf8 -ww -z <(echo "$page") 2>&1)
    [[ -z $warnings ]] || { echo "groff on $name: $warnings"; exit 1; }
  fi
done

run 2
run 2 ops MatMul --contains x
run 2 dance
run 0 --help
has "$out" 'Exit codes'
stop_daemon
[[ -e $state/tenants/default/checkpoint ]] || { echo "nothing was saved at the end"; exit 1; }
for command in ops devices sessions tensors 'top --once' health version 'variables ls' 'run Neg 1' bench; do
  # shellcheck disable=SC2086
  run 3 $command --server "$address" --timeout 0.3
  has "$err" "$address"
  has "$err" 'name another with --server or EAGERD_ADDRESS'
done
run 3 ops --server "$address" --timeout 0.3
has "$err" "no eagerd answers at $address"
run 2 ops --timeout nan

# Tokens: made by eagerctl, asked for by a daemon, read again when their file changes.
tokens=$(mktemp)
trap 'rm -rf "$tokens" "$state" "$folder"; [[ -z $daemon_pid ]] || stop_daemon || true' EXIT
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
