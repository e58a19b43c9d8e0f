#!/usr/bin/env bash
# guide_test.sh EAGERD EAGER_GUIDE: the sections of the guide, checked, on a daemon of their own.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../support/daemon.sh"

start_daemon "$1"
"$2" --check --server "$address"
stop_daemon
