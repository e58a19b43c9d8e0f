# A daemon for shell tests. To be sourced; the test then calls
#   start_daemon EAGERD [flags]   starts it on a free port of 127.0.0.1 and sets `address`
#   stop_daemon                   stops it; fails unless it exits with 0
# Whatever ends the test ends the daemon too.

daemon_pid='' daemon_log='' address=''
export EAGERD_HTTP=${EAGERD_HTTP:-off}  # all daemons of a host would want the same port; a flag counts first

daemon_failed() {
  echo "eagerd: $*; its log:" >&2
  cat "$daemon_log" >&2
  return 1
}

start_daemon() {
  local deadline=$((SECONDS + 60)) program=$1
  shift
  daemon_log=$(mktemp "${TMPDIR:-/tmp}/eagerd-test.XXXXXX")
  "$program" --listen 127.0.0.1:0 "$@" >"$daemon_log" 2>&1 </dev/null &
  daemon_pid=$!
  until address=$(sed -n '/event=listening /s/.* address=\([^ ]*\).*/\1/p' "$daemon_log" | head -n 1) &&
        [[ -n $address ]] && "$program" --check "$address" >/dev/null 2>&1; do
    kill -0 "$daemon_pid" 2>/dev/null || { daemon_pid=""; daemon_failed "ended before it was ready"; return 1; }
    (( SECONDS < deadline )) || { daemon_failed "not healthy within 60 s"; return 1; }
    sleep 0.1
  done
}

stop_daemon() {
  local deadline=$((SECONDS + 30)) code=0 pid=$daemon_pid
  daemon_pid=''
  kill -TERM "$pid" 2>/dev/null || true
  while kill -0 "$pid" 2>/dev/null && (( SECONDS < deadline )); do sleep 0.1; done
  kill -KILL "$pid" 2>/dev/null || true
  wait "$pid" || code=$?
  (( code == 0 )) || { daemon_failed "exit code $code after SIGTERM"; return 1; }
  rm -f "$daemon_log"
}

trap '[[ -z $daemon_pid ]] || stop_daemon || true' EXIT
