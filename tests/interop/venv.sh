#!/usr/bin/env bash
# venv.sh FOLDER: prints the path of a Python with TensorFlow, tf_keras and TensorBoard; makes it in FOLDER where it is
# missing. Exits 77 with the reason where PyPI cannot be reached. EAGERD_INTEROP_PYTHON names a Python that has them.
set -euo pipefail

if [[ -n ${EAGERD_INTEROP_PYTHON:-} ]]; then
  echo "$EAGERD_INTEROP_PYTHON"
  exit
fi

readonly packages=(tensorflow-cpu==2.21.0 tf_keras==2.21.0 tensorboard==2.21.0 'setuptools<81')  # TensorBoard imports pkg_resources
readonly venv=$1/venv
mkdir -p "$1"
exec 9>"$venv.lock"
flock 9  # tests that run beside this one want it too

# The last thing written, so that a broken-off installation does not count.
if [[ $(cat "$venv/packages" 2>/dev/null) != "${packages[*]}" ]]; then
  python3 -m venv --clear "$venv" >&2
  if ! problem=$("$venv/bin/pip" install --quiet --retries 1 "${packages[@]}" 2>&1); then
    echo "skipped: no TensorFlow from PyPI: $(tail -n 1 <<<"$problem")" >&2
    exit 77
  fi
  echo "${packages[*]}" >"$venv/packages"
fi
echo "$venv/bin/python"
