#!/usr/bin/env bash
# Installs what is missing, builds everything and runs the tests. Exits 0 only if all of them passed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'TXT'
usage: tests/run.sh [--preset release|debug|asan|tsan] [--werror] [--no-install] [arguments of ctest]
  --preset P    build and test in build/P (release)
  --werror      warnings are errors; so they are when CI=true
  --no-install  do not install Debian packages
  --help        show this
The rest goes to ctest: `-R tape`, `-L fast`, `--repeat until-fail:10`.
TXT
}

preset=release install=true werror=OFF
[[ ${CI:-} != true ]] || werror=ON
arguments=()
while (( $# )); do
  case $1 in
    --preset) preset=${2:-}; shift ;;
    --preset=*) preset=${1#*=} ;;
    --werror) werror=ON ;;
    --no-install) install=false ;;
    --help | -h) usage; exit 0 ;;
    *) arguments+=("$1") ;;
  esac
  shift || true
done

case $preset in
  release | debug) ;;
  asan) export UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1:${UBSAN_OPTIONS:-}" ;;
  # Debian's libraries are not instrumented: without the first option each of gRPC's own hand-overs counts as a race.
  tsan) export TSAN_OPTIONS="ignore_noninstrumented_modules=1:halt_on_error=1:suppressions=$PWD/tests/ci/tsan.supp:${TSAN_OPTIONS:-}" ;;
  *) usage >&2; exit 2 ;;
esac

if $install; then deploy/install-packages.sh; fi
options=(-DEAGERD_TESTS=ON -DEAGERD_WERROR="$werror")
if [[ $preset == release || $preset == debug ]]; then
  options+=(-DEAGERD_CUDA=AUTO)
  # Without a GPU the kernels are only compiled: for one architecture, in place of all.
  if [[ -z ${EAGERD_CUDA_ARCHITECTURES:-} ]] && ! nvidia-smi --list-gpus >/dev/null 2>&1; then EAGERD_CUDA_ARCHITECTURES=90; fi
  options+=(-DEAGERD_CUDA_ARCHITECTURES="${EAGERD_CUDA_ARCHITECTURES:-}")
fi
# What ccache keeps serves any clone, wherever it lies.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=true
cmake --preset "$preset" "${options[@]}"
cmake --build --preset "$preset"
ctest --test-dir "build/$preset" --output-on-failure --no-tests=error -j "${CTEST_PARALLEL_LEVEL:-2}" "${arguments[@]}"
