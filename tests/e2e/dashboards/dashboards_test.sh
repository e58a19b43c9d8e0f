#!/usr/bin/env bash
# dashboards_test.sh EAGERD EAGERCTL EAGER_GUIDE: promtool's own checks and the cases of the alerts; then a real Prometheus
# scrapes a daemon under load and is asked every query of the dashboards and rules (queries.py). Exits 77, skipped, without
# Prometheus. With EAGERD_PICTURE=FILE.png it draws there what the panels show.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../../support/daemon.sh"
cd "$here/../../.."
readonly eagerd=$1 eagerctl=$2 guide=$3

if ! command -v promtool >/dev/null || ! command -v prometheus >/dev/null; then
  echo "skipped: no prometheus (Debian's package of that name)"
  exit 77
fi
promtool check config deploy/prometheus/prometheus.yml
promtool test rules deploy/prometheus/rules_test.yml
deploy/grafana/make_dashboards.py --check
python3 "$here/queries.py" static

work=$(mktemp -d)
load_pid='' prometheus_pid=''
cleanup() {
  [[ -z $load_pid ]] || kill -KILL -- "-$load_pid" 2>/dev/null || true
  [[ -z $prometheus_pid ]] || kill "$prometheus_pid" 2>/dev/null || true
  [[ -z $daemon_pid ]] || stop_daemon || true
  wait || true
  rm -rf "$work"
}
trap cleanup EXIT

start_daemon "$eagerd" --http 127.0.0.1:0 --state "$work/state" --state-interval 2
http=$(sed -n '/event=http_listening /s/.* address=\([^ ]*\).*/\1/p' "$daemon_log" | head -n 1)
[[ -n $http ]] || { echo "no address of the HTTP port in the log:"; cat "$daemon_log"; exit 1; }

# A load of all sorts: sessions that come and go, gradients, training, named variables, a failed call now and then.
export EAGERD_ADDRESS=$address
"$eagerctl" variables put kept '[1, 2, 3]' >/dev/null
cat >"$work/load" <<'LOAD'
eagerctl=$1 guide=$2 files=$3
while :; do
  "$guide" --check --files "$files" tensors gradients variables watch optimizer custom_gradient || true
  "$eagerctl" variables put step 1 || true
  "$eagerctl" variables get no_such_variable || true
done
LOAD
setsid bash "$work/load" "$eagerctl" "$guide" "$work/guide" >/dev/null 2>&1 </dev/null &
load_pid=$!
disown "$load_pid"  # its end is no news

# Its port may be taken by another program between the choice and the start: then another one.
cat >"$work/prometheus.yml" <<YML
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [$PWD/deploy/prometheus/rules.yml]
scrape_configs: [{job_name: eagerd, static_configs: [{targets: ["$http"]}]}]
YML
for _ in 1 2 3; do
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/data" --web.listen-address="127.0.0.1:$port" \
    >"$work/prometheus.log" 2>&1 &
  prometheus_pid=$!
  sleep 2
  ! kill -0 "$prometheus_pid" 2>/dev/null || break
done
kill -0 "$prometheus_pid" 2>/dev/null || { cat "$work/prometheus.log"; exit 1; }
python3 "$here/queries.py" live "http://127.0.0.1:$port" "http://$http/metrics" "${EAGERD_PICTURE:-}"
