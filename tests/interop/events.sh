#!/usr/bin/env bash
# events.sh WRITER FOLDER: real TensorBoard (from PyPI, in FOLDER/tensorboard) reads what WRITER (write_events) writes.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/venv.sh"

use_venv "$2/tensorboard" tensorboard.backend.event_processing.event_accumulator tensorboard 'setuptools<81'
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
"$python" "$here/events.py" "$1" "$logs/run"
