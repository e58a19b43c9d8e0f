#!/usr/bin/env bash
# Installs the Debian packages of deploy/packages.txt that are missing; needs neither root nor a network if none is.
#   deploy/install-packages.sh [SECTION ...]      sections of packages.txt (build, tests); all of them without one
set -euo pipefail

list="$(dirname "${BASH_SOURCE[0]}")/packages.txt"
say() { echo "install-packages: $*" >&2; }

for section in "$@"; do
  grep -qxF "[$section]" "$list" || { say "no section [$section] in deploy/packages.txt"; exit 2; }
done

# Names of the packages in the sections asked for.
mapfile -t wanted < <(awk -v sections="$*" '
  { sub(/#.*/, "") }
  /^\[/ { section = substr($1, 2, length($1) - 2); next }
  NF && (sections == "" || index(" " sections " ", " " section " ")) { print $1 }' "$list")

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  say "this is not a Debian-like system. Install what these Debian 12 packages hold, then use --no-install:"
  say "${wanted[*]}"
  exit 1
fi

# dpkg-query fails for names it never heard of; what it does not list as installed is missing.
installed=$(dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null || true)
missing=()
for package in "${wanted[@]}"; do
  grep -qxF "installed $package" <<<"$installed" || missing+=("$package")
done
(( ${#missing[@]} )) || exit 0

if (( EUID != 0 )); then
  say "missing: ${missing[*]}"
  say "run it once as root: sudo deploy/install-packages.sh $*"
  exit 1
fi
say "installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get -q -o DPkg::Lock::Timeout=300 update
apt-get -q -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "${missing[@]}"
