#!/usr/bin/env bash
# The fault suite (e2e/faults) in its long form: a fault at every byte position, a thousand cuts, thousands of sessions,
# and minutes of random faults. Exits 0 only if nothing was lost, repeated or left behind.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit

usage() {
  cat <<'TXT'
usage: tests/soak.sh [--build DIR] [--minutes N] [--only NAME[,NAME]] [--filter PATTERN]
  --build DIR      where the tests are built (build/release)
  --minutes N      how long random faults happen (10); everything else takes about an hour more
  --only NAMES     of: cut process limits memory sessions clock network soak
  --filter P       cases of these, as GoogleTest's --gtest_filter
  --help           show this
TXT
}

build=build/release minutes=10 filter='*'
names=(process limits memory sessions clock network soak cut)
while (( $# )); do
  case $1 in
    --build) build=${2:-}; shift ;;
    --minutes) minutes=${2:-}; shift ;;
    --only) IFS=, read -r -a names <<<"${2:-}"; shift ;;
    --filter) filter=${2:-}; shift ;;
    --help | -h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift || true
done

ulimit -n "$(ulimit -Hn)"  # a thousand sessions of one process
log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=0
for name in "${names[@]}"; do
  start=$SECONDS outcome=passed
  EAGERD_SOAK=1 EAGERD_SOAK_MINUTES=$minutes "$build/tests/faults_${name}_test" --gtest_filter="$filter" 2>&1 </dev/null |
    tee /dev/stderr | grep -E '^(faults: |\[  FAILED  \]|\[  SKIPPED \])' >>"$log"
  (( PIPESTATUS[0] == 0 )) || { outcome=FAILED; failed=1; }
  echo "$name: $outcome, $((SECONDS - start)) s" >>"$log"
done

echo '=== summary'
cat "$log"
exit "$failed"
