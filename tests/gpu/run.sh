#!/usr/bin/env bash
# Everything that only a GPU can show, in under ten minutes: from a build of this host, or from the bundle that
# tests/gpu/bundle.sh made elsewhere. Exits 0 only if every stage passed.
#   tests/gpu/run.sh [--bundle FILE] [--out DIR] [STAGE ...]     logs go to DIR (a temporary folder)
# Stages, all without arguments: devices faults compare conformance ops guide sanitizer bench
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

root=build/release out='' stages=()
while (( $# )); do
  case $1 in
    --bundle) tar -xJf "$2" -C build && root=build/gpu-bundle; shift ;;
    --out) out=$2; shift ;;
    -h | --help) sed -n '2,6p' "${BASH_SOURCE[0]}"; exit 0 ;;
    *) stages+=("$1") ;;
  esac
  shift
done
(( ${#stages[@]} )) || stages=(devices faults compare conformance ops guide sanitizer bench)
out=${out:-$(mktemp -d)}
mkdir -p "$out"
command -v nvidia-smi >/dev/null && nvidia-smi --list-gpus || { echo "run.sh: no GPU on this host: nothing to run"; exit 0; }

# The bundle's libraries, and CUDA's where the linker does not know them: in the toolkit, or in Python's packages.
export LD_LIBRARY_PATH=$PWD/$root/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
for library in $(ldd "$root"/bin/eagerd | awk '/not found/ { print $1 }'); do
  path=$(find /usr/local/cuda*/ /usr/lib /opt /usr/local/lib -name "$library" -print -quit 2>/dev/null)
  [[ -z $path ]] || LD_LIBRARY_PATH+=:$(dirname "$path")
done
missing=$(ldd "$root"/bin/eagerd | grep 'not found') && { echo "run.sh: libraries are missing: $missing"; exit 1; }

daemon='' address=''
start() {  # start FLAGS ...: a daemon of its own, on any free port
  : >"$out/eagerd.log"  # the last daemon's lines are not this one's
  "$root"/bin/eagerd --listen 127.0.0.1:0 "$@" >>"$out/eagerd.log" 2>&1 &
  daemon=$!
  for _ in $(seq 200); do
    if grep -q event=ready "$out/eagerd.log"; then
      address=$(sed -n 's/.*event=listening address=//p' "$out/eagerd.log" | head -n 1)
      return 0
    fi
    kill -0 "$daemon" 2>/dev/null || break
    sleep 0.1
  done
  cat "$out/eagerd.log"
  return 1
}
stop() {
  [[ -z $daemon ]] || { kill "$daemon" 2>/dev/null; wait "$daemon"; }
  daemon=''
}
trap stop EXIT

gtest() {  # gtest NAME FILTER: some of the tests, logged under a name
  local log=$out/$1.log
  timeout 300 "$root"/tests/gpu_test --gtest_brief=1 --gtest_filter="$2" >"$log" 2>&1
  local rc=$?
  grep -E '^\[  (PASSED|FAILED) |tests? from|lines compared' "$log" | sed "s/^/$1: /" | head -n 40
  return $rc
}

stage_devices() {
  start --devices auto || return 1
  cat "$out/eagerd.log"
  "$root"/bin/eagerctl --server "$address" devices && gtest device "GpuDevice.*"
}
stage_faults() { gtest faults "GpuFault.*"; }
# A line that ends the device ends the process; the next one goes on behind it.
stage_compare() {
  local rc=0 first=0 restarts=0 log=$out/compare_part.log
  : >"$out/compare.log"
  while (( restarts++ < 20 )); do
    EAGERD_TEST_FIRST=$first gtest compare_part "Compare.*" && break
    rc=1
    cat "$log" >>"$out/compare.log"
    first=$(sed -n 's/^the device failed at line \([0-9]*\) of all$/\1/p' "$log")
    [[ -n $first ]] || break
    first=$((first + 1))
  done
  grep -B1 -A3 'Failure' "$out/compare.log" | grep -vE '^--|Failure|^Expected|Which is' | cut -c1-220 | head -n 60
  return $rc
}
stage_conformance() {
  start --devices gpu:0,cpu --tf32 false || return 1
  timeout 400 "$root"/bin/eager-conformance --golden tests/golden --server "$address" \
    --known tests/gpu/known_differences >"$out/conformance.log" 2>&1
  local rc=$?
  grep -E ' [1-9][0-9]* failed' "$out/conformance.log" | head -n 60
  tail -n 1 "$out/conformance.log"
  "$root"/bin/eagerctl --server "$address" ops --json >"$out/ops.json"
  python3 - "$out/ops.json" <<'PY'
import json, sys
falls = {op["name"]: int(op["host_falls"]) for op in json.load(open(sys.argv[1]))["descriptions"] if int(op["host_falls"])}
print("ops that ran on the host for want of a kernel:", ", ".join(f"{n} {c}" for n, c in sorted(falls.items())) or "none")
PY
  "$root"/bin/eagerctl --server "$address" devices
  return $rc
}
stage_ops() {
  # Without what a GPU does otherwise: it takes NCHW, cuDNN sums in float32, and the limit that is tested is the CPU's.
  EAGERD_TEST_DEVICES=gpu:0,cpu gtest ops \
    "-Compare.*:Gpu*:NnTest.ConvolutionForms:Precision.GradientsOfFiltersOverManyImages:Strings.MemoryIsCountedAndGivenBack"
}
stage_guide() {
  start --devices gpu:0,cpu || return 1
  local data=()
  [[ ! -f $root/mnist_5k.csv.gz ]] || data=(--data "$root/mnist_5k.csv.gz")
  EAGERD_ADDRESS=$address timeout 200 "$root"/bin/eager-guide --check "${data[@]}" --files "$out/guide" >"$out/guide.log" 2>&1
  local rc=$?
  tail -n 5 "$out/guide.log"
  return $rc
}
stage_sanitizer() {
  command -v compute-sanitizer >/dev/null || { echo "compute-sanitizer is not installed"; return 1; }
  local rc=0 tool
  for tool in memcheck racecheck; do
    # The lines of small shapes reach every kernel of ours. Races are looked for in those alone, not in the libraries'.
    local kernels=()
    [[ $tool == memcheck ]] || kernels=(--kernel-name kns=eager)
    EAGERD_TEST_OPS=samples.txt timeout 240 compute-sanitizer --tool $tool --error-exitcode 9 "${kernels[@]}" \
      --print-limit 20 "$root"/tests/gpu_test --gtest_filter=Compare.* >"$out/$tool.log" 2>&1 || rc=1
    echo "$tool: $(grep -E 'ERROR SUMMARY|RACECHECK SUMMARY|lines compared' "$out/$tool.log" | tr '\n' ' ')"
  done
  return $rc
}
stage_bench() {
  start --devices gpu:0,cpu || return 1
  EAGERD_ADDRESS=$address EAGERD_BENCH_PYTHON=$(command -v python3) EAGERD_BENCH_PEERS=$PWD/tests/bench/peers \
    timeout 240 "$root"/bin/eager-bench --rounds 15 latency gpu --check 2>"$out/bench.err" | tee "$out/bench.log"
}

declare -A outcome
failed=0
for stage in "${stages[@]}"; do
  echo "=== $stage"
  start_s=$SECONDS
  if "stage_$stage"; then outcome[$stage]=passed; else outcome[$stage]=FAILED; failed=1; fi
  stop
  outcome[$stage]+=", $((SECONDS - start_s)) s"
done
echo "=== summary"
for stage in "${stages[@]}"; do echo "$stage: ${outcome[$stage]}"; done
exit $failed
