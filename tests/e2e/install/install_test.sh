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

# A program is compiled with the installed headers and abseil's: neither the wire nor this source tree is needed.
if grep -rE '#include "(client|common|server)/' "$prefix/include" ||
   ninja -C "$folder/app" -t deps | grep -E '/(grpc|grpcpp|google/protobuf)/|\.pb\.h'; then
  echo "an installed header includes what a user need not have" >&2
  exit 1
fi

start_daemon "$prefix/bin/eagerd"
EAGERD_ADDRESS=$address "$folder/app/app" | diff -u "$here/app/expected.txt" -
"$prefix/bin/eager-guide" --check --server "$address" tensors >/dev/null
stop_daemon
echo "installed, found by another project, built and run"
