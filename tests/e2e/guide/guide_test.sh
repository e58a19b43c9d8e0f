#!/usr/bin/env bash
# guide_test.sh EAGERD EAGER_GUIDE: the sections of the guide, checked, on a daemon of their own; a short training.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../support/daemon.sh"

sections=()
if [[ ! -d /usr/share/datasets/fashion-mnist ]]; then
  echo "left out: train_model, training_step (needs Debian's dataset-fashion-mnist)"
  mapfile -t sections < <("$2" --list | grep -vxE 'train_model|training_step')
fi
start_daemon "$1"
files=$(mktemp -d)
"$2" --check --server "$address" --examples 640 --files "$files" "${sections[@]}"
rm -rf "$files"
stop_daemon
