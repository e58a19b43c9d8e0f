#!/usr/bin/env bash
# unit_test.sh EAGERD: the systemd unit as systemd reads it, with this eagerd in it, and how much it leaves open.
set -euo pipefail
readonly eagerd=$(realpath "$1")
readonly deploy=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../../deploy" && pwd)

command -v systemd-analyze >/dev/null || { echo "skipped: there is no systemd-analyze"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sed "s|/usr/bin/eagerd|$eagerd|; /^Documentation=/d" "$deploy/systemd/eagerd.service" >"$folder/eagerd.service"
said=$(systemd-analyze verify "$folder/eagerd.service" 2>&1) || { echo "$said"; exit 1; }
if grep 'eagerd.service' <<<"$said"; then echo "systemd warns of the unit"; exit 1; fi
# 0: nothing is open; 10: as without any of it. systemd's own threshold is ten times this number.
systemd-analyze security --offline=true --threshold=20 --no-pager "$folder/eagerd.service" >"$folder/security" ||
  { cat "$folder/security"; exit 1; }
tail -n 1 "$folder/security"
"$eagerd" --config "$deploy/eagerd.toml" --check-config
