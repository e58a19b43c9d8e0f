#!/usr/bin/env bash
# events_screenshot.sh WRITER FOLDER PICTURE.png [DASHBOARD]: what TensorBoard (from PyPI, in FOLDER) shows of a small run
# that WRITER (write_events) writes, as headless Chromium (Debian: chromium) draws it. To be looked at by a person.
# Exits 77 where PyPI cannot be reached or there is no Chromium.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

readonly writer=$1 picture=$3
command -v chromium >/dev/null || { echo "skipped: no chromium"; exit 77; }
python=$("$here/venv.sh" "$2") || exit $?

work=$(mktemp -d)
server=
cleanup() {
  [[ -z $server ]] || kill "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

"$writer" "$work/logs" --demo </dev/null >/dev/null
"$(dirname "$python")/tensorboard" --logdir "$work/logs" --port 0 --load_fast=false >"$work/log" 2>&1 &
server=$!
address=
for _ in {1..300}; do
  address=$(grep -oE 'http://[^ ]+' "$work/log" | head -n 1 || true)
  [[ -z $address ]] || break
  kill -0 "$server" 2>/dev/null || { cat "$work/log"; exit 1; }
  sleep 0.2
done
[[ -n $address ]] || { echo "TensorBoard does not answer"; cat "$work/log"; exit 1; }

# The page draws itself after it has loaded: virtual time runs until its requests are answered.
chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$work/profile" --window-size=1400,1500 \
  --virtual-time-budget=60000 --screenshot="$picture" "$address#${4:-timeseries}" >"$work/chromium" 2>&1 ||
  { cat "$work/chromium"; exit 1; }
[[ -s $picture ]] || { echo "Chromium drew nothing"; cat "$work/chromium"; exit 1; }
