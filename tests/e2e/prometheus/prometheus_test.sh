#!/usr/bin/env bash
# prometheus_test.sh EAGERD EAGER_GUIDE FOLDER: promtool finds nothing to say about /metrics, and a Prometheus that scrapes a daemon
# under load answers queries. Exits 77, which ctest counts as skipped, where there is no promtool or prometheus.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../../support/daemon.sh"

for program in promtool prometheus; do
  command -v "$program" >/dev/null || { echo "skipped: there is no $program (deploy/packages.txt has its package)"; exit 77; }
done

readonly guide=$2 folder=$3/data
rm -rf "$folder"
mkdir -p "$folder"
start_daemon "$1" --http 127.0.0.1:0 --state "$folder/state" --limit session-tapes=64
http=$(sed -n '/event=http_listening /s/.* address=\([^ ]*\).*/\1/p' "$daemon_log")

work() { EAGERD_ADDRESS=$address "$guide" --files "$folder/guide" tensors control_flow gradients train_model >/dev/null; }
work

get() { python3 -c 'import sys, urllib.request; sys.stdout.write(urllib.request.urlopen(sys.argv[1]).read().decode())' "$1"; }
get "http://$http/metrics" >"$folder/metrics"
promtool check metrics <"$folder/metrics"

cat >"$folder/prometheus.yml" <<YML
global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
  - job_name: eagerd
    static_configs: [{targets: ["$http"]}]
YML
promtool check config "$folder/prometheus.yml"
prometheus --config.file="$folder/prometheus.yml" --storage.tsdb.path="$folder/tsdb" --web.listen-address=127.0.0.1:0 \
  >"$folder/prometheus.log" 2>&1 </dev/null &
readonly prometheus=$!
# Load as long as it is asked for: rates are of the last seconds.
while [[ ! -e $folder/enough ]]; do work || break; done &
readonly load=$!
finish() {
  touch "$folder/enough"
  wait "$load" || true
  kill "$prometheus" 2>/dev/null || true
  [[ -z $daemon_pid ]] || stop_daemon || true
}
trap finish EXIT

for ((i = 0; i < 100; i++)); do
  ! grep -q 'msg="Listening on"' "$folder/prometheus.log" || break
  sleep 0.2
done
# It says where it listens: 2.42 in logfmt.
port=$(sed -n 's/.*msg="Listening on" address=[^ ]*:\([0-9]*\).*/\1/p' "$folder/prometheus.log" | head -n 1)
[[ -n $port ]] || { echo "Prometheus does not listen; its log:"; cat "$folder/prometheus.log"; exit 1; }
python3 "$here/queries.py" "http://127.0.0.1:$port" "$folder/metrics"
touch "$folder/enough"
wait "$load"
stop_daemon
