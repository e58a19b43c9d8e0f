#!/usr/bin/env bash
# package_test.sh BUILD FOLDER CPACK CMAKE: makes the Debian packages of BUILD, looks at them with lintian, installs eagerd into a
# clean Debian and runs it there as its own user, and builds a program against libeager-dev. Exits with 77, and says why, where
# this host cannot do that.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here build=$1 folder=$2 cpack=$3 cmake=$4
readonly root=$folder/root

skip() { echo "skipped: $*"; exit 77; }
fail() { echo "package_test: $*" >&2; exit 1; }
quietly() { "$@" >"$folder/log" 2>&1 || { cat "$folder/log" >&2; fail "failed: $*"; }; }

(( EUID == 0 )) || skip "making a root needs root"
for tool in mmdebstrap dpkg-deb dpkg-shlibdeps; do command -v "$tool" >/dev/null || skip "there is no $tool"; done
rm -rf "$folder"
mkdir -p "$folder/debs" "$folder/tmp"
cleanup() {
  if [[ -n ${daemon:-} ]]; then kill "$daemon" 2>/dev/null || true; fi
  mountpoint -q "$root/proc" && umount "$root/proc" || true
  rm -rf --one-file-system "$root"
}
trap cleanup EXIT

# 1. The packages, and what is in them.
quietly "$cpack" --config "$build/CPackConfig.cmake" -G DEB -B "$folder/debs"
eagerd=$(echo "$folder"/debs/eagerd_*.deb) dev=$(echo "$folder"/debs/libeager-dev_*.deb)
[[ -f $eagerd && -f $dev ]] || fail "expected eagerd and libeager-dev, got: $(ls "$folder/debs")"
files=$(dpkg-deb --contents "$eagerd" | awk '{print $6}')
for file in usr/bin/eagerd usr/bin/eagerctl etc/eagerd/eagerd.toml lib/systemd/system/eagerd.service lib/sysusers.d/eagerd.conf \
            share/man/man8/eagerd.8 share/man/man1/eagerctl.1 bash-completion/completions/eagerctl zsh/vendor-completions/_eagerctl \
            fish/vendor_completions.d/eagerctl.fish share/doc/eagerd/copyright; do
  grep -q "$file" <<<"$files" || fail "eagerd lacks $file"
done
depends=$(dpkg-deb --field "$eagerd" Depends)
[[ $depends == *libgrpc++* && $depends == *libc6* && $depends == *libdnnl* ]] || fail "eagerd depends on: $depends"
[[ $(dpkg-deb --info "$eagerd" conffiles) == /etc/eagerd/eagerd.toml ]] || fail "the settings are no conffile"
grep -q 'usr/include/eager/eager.h' <<<"$(dpkg-deb --contents "$dev")" || fail "libeager-dev lacks its header"

# 2. A program against libeager-dev, with this host's compiler.
dpkg-deb --extract "$dev" "$folder/dev"
quietly "$cmake" -S "$here/../install/app" -B "$folder/app" -G Ninja -DCMAKE_PREFIX_PATH="$folder/dev/usr"
quietly "$cmake" --build "$folder/app"

# 3. A clean Debian.
! ldd "$build/bin/eagerd" | grep -q libcu || skip "the rest: CUDA's libraries, which this build needs, are not in Debian"
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
export TMPDIR=$folder/tmp
if ! mmdebstrap --quiet --variant=apt --include=passwd "$suite" "$root" >"$folder/log" 2>&1; then
  grep -qiE 'resolve|connect|timed out|not available|Failed to fetch|unable to download|Could not' "$folder/log" && skip "no Debian packages can be reached: $(tail -n 1 "$folder/log")"
  cat "$folder/log" >&2
  fail "mmdebstrap"
fi
cp /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || true
cp /etc/apt/apt.conf.d/*proxy* /etc/apt/apt.conf.d/99* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
mkdir -p "$root/debs"
cp "$eagerd" "$dev" "$root/debs/"
quietly chroot "$root" apt-get update  # a clean root has no lists
quietly chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "/debs/${eagerd##*/}"
chroot "$root" getent passwd eagerd >/dev/null || fail "installing eagerd made no user eagerd"
quietly chroot "$root" apt-get install --simulate --no-install-recommends "/debs/${dev##*/}"  # all that it needs can be had
chroot "$root" eagerd --config /etc/eagerd/eagerd.toml --check-config || fail "the packaged settings are refused"

# As the unit would: its folders, its user.
mount -t proc proc "$root/proc" 2>/dev/null || true
chroot "$root" install -d -o eagerd -g eagerd /run/eagerd /var/lib/eagerd
chroot --userspec=eagerd:eagerd "$root" /usr/bin/eagerd --config /etc/eagerd/eagerd.toml --listen unix:/run/eagerd/eagerd.sock \
  >"$folder/daemon.log" 2>&1 &
daemon=$!
ctl() { chroot "$root" eagerctl --server unix:/run/eagerd/eagerd.sock "$@"; }
for (( i = 0; i < 300; ++i )); do
  ctl health >/dev/null 2>&1 && break
  kill -0 "$daemon" 2>/dev/null || { cat "$folder/daemon.log" >&2; fail "the daemon ended"; }
  sleep 0.1
done
ctl health || { cat "$folder/daemon.log" >&2; fail "the daemon does not serve"; }
[[ $(ctl run AddV2 '[1, 2]' 40) == 'tf.Tensor([41 42], shape=(2,), dtype=int32)' ]] || fail "1 + 40 is not 41"
ctl variables put step 7 --dtype int64 >/dev/null
EAGERD_ADDRESS=unix:$root/run/eagerd/eagerd.sock "$folder/app/app" | diff -u "$here/../install/app/expected.txt" - || fail "a program against libeager-dev"
kill -TERM "$daemon"
wait "$daemon" || { cat "$folder/daemon.log" >&2; fail "the daemon did not end with 0"; }
daemon=''
[[ -e $root/var/lib/eagerd/tenants/default/checkpoint ]] || fail "nothing was saved"

# 4. What is changed stays, what is removed goes.
echo '# mine' >>"$root/etc/eagerd/eagerd.toml"
quietly chroot "$root" dpkg --remove eagerd
grep -q '# mine' "$root/etc/eagerd/eagerd.toml" || fail "removing took the settings"
[[ ! -e $root/usr/bin/eagerd ]] || fail "removing left the program"
quietly chroot "$root" dpkg --purge eagerd
[[ ! -e $root/etc/eagerd/eagerd.toml && ! -e $root/var/lib/eagerd ]] || fail "purging left settings or state"

# 5. What Debian itself finds amiss.
if command -v lintian >/dev/null; then
  lintian --fail-on error --suppress-tags "$(paste -sd, <(sed '/^#/d;s/ .*//' "$here/lintian_tags.txt"))" "$eagerd" "$dev" ||
    fail "lintian found errors"
else
  echo "without lintian"
fi
echo "eagerd $(dpkg-deb --field "$eagerd" Version): $(stat -c %s "$eagerd") bytes, libeager-dev $(stat -c %s "$dev") bytes; installed, run, removed"
