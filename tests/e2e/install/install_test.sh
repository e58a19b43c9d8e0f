#!/usr/bin/env bash
# install_test.sh BUILD FOLDER CMAKE: installs BUILD into FOLDER/prefix, builds app/ against it, and runs app/ on the
# installed daemon.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../../support/daemon.sh"

readonly build=$1 folder=$2 cmake=$3
readonly prefix=$folder/prefix
rm -rf "$prefix" "$folder/app"

quietly() {
  "$@" >"$folder/log" 2>&1 || { echo "failed: $*" >&2; cat "$folder/log" >&2; return 1; }
}

mkdir -p "$folder"
quietly "$cmake" --install "$build" --prefix "$prefix"
quietly "$cmake" -S "$here/app" -B "$folder/app" -G Ninja -DCMAKE_PREFIX_PATH="$prefix"
quietly "$cmake" --build "$folder/app"

if grep -rlE '#include [<"](grpc|google/protobuf|.*\.pb\.h)|#include "(client|common|server)/' "$prefix/include"; then
  echo "an installed header includes what is not installed, or the wire" >&2
  exit 1
fi

start_daemon "$prefix/bin/eagerd"
EAGERD_ADDRESS=$address "$folder/app/app" | diff -u "$here/app/expected.txt" -
"$prefix/bin/eager-guide" --check --server "$address" tensors >/dev/null
stop_daemon
"$folder/app/embedded" | diff -u "$here/app/expected_embedded.txt" -
echo "installed, found by another project, built and run"
