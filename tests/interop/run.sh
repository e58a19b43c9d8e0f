#!/usr/bin/env bash
# run.sh SCRIPT FOLDER PROGRAM: SCRIPT, of this folder, with the real TensorFlow against PROGRAM, in FOLDER.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

readonly script=$1 folder=$2 program=$3
python=$("$here/venv.sh" "$folder") || exit $?
export TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES='' TF_ENABLE_ONEDNN_OPTS=0
work=$(mktemp -d "$folder/work.XXXXXX")
trap 'rm -rf "$work"' EXIT
"$python" "$here/$script" "$program" "$work"
