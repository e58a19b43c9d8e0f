# source venv.sh: use_venv FOLDER MODULE PACKAGE... sets $python to that of a virtual environment in FOLDER in which the
# Python module can be imported, made of the packages from PyPI if need be. Exits 77, which ctest counts as skipped, where
# PyPI cannot be reached. Several scripts may share the folder, also at the same time.
use_venv() {
  local venv=$1 module=$2 problem
  shift 2
  python=$venv/bin/python
  mkdir -p "$(dirname "$venv")"
  exec {venv_lock}>"$venv.lock"
  flock "$venv_lock"
  if ! "$python" -c "import $module" >/dev/null 2>&1; then
    [[ -x $python ]] || python3 -m venv --clear "$venv"
    if ! problem=$("$python" -m pip install --quiet --retries 1 "$@" 2>&1); then
      echo "skipped: no $* from PyPI: $(tail -n 1 <<<"$problem")"
      exit 77
    fi
  fi
  exec {venv_lock}>&-
}
