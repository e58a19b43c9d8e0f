#!/usr/bin/env bash
# rootfs.sh BIN ROOT [LIBRARY...]: makes ROOT, the whole root file system of eagerd's image: eagerd and eagerctl out of
# BIN, the shared libraries that they need, certificate authorities, names of one user. No shell, no package manager.
# LIBRARY...: libraries that are opened at run time and that no program names, with what they need. Wants to be root,
# so that what is made belongs to the right users. Both Dockerfiles and tests/e2e/image use it.
set -euo pipefail

if (( $# < 2 )); then
  sed -n '2,5s/^# //p' "${BASH_SOURCE[0]}" >&2
  exit 2
fi
readonly bin=$1 root=$2
shift 2
readonly user=8470 programs=(eagerd eagerctl)
say() { echo "rootfs: $*" >&2; }

if [[ -e $root ]]; then say "$root is there already"; exit 1; fi
for program in "${programs[@]}"; do
  [[ -x $bin/$program ]] || { say "no $bin/$program"; exit 1; }
done

readonly lib=/usr/lib/$(gcc -print-multiarch 2>/dev/null || dpkg-architecture -qDEB_HOST_MULTIARCH)
mkdir -p "$root"/{dev,etc/eagerd,etc/ssl/certs,proc,sys,usr/bin,usr/sbin,usr/lib64,usr/share/doc} "$root$lib" "$root"/var/lib/dpkg/status.d
ln -s usr/bin "$root/bin"
ln -s usr/sbin "$root/sbin"
ln -s usr/lib "$root/lib"
ln -s usr/lib64 "$root/lib64"
mkdir -m 1777 "$root/tmp"
mkdir -m 0700 "$root/var/lib/eagerd"
mkdir -p "$root/run" && mkdir -m 0755 "$root/run/eagerd"

for program in "${programs[@]}"; do
  install -m 0755 "$bin/$program" "$root/usr/bin/$program"
  strip --strip-unneeded "$root/usr/bin/$program"
done

# Lines "NAME PATH" of the libraries that the files need, down to the last.
needed() { ldd "$@" | awk '$2 == "=>" && $3 ~ /^\// { print $1, $3 } $2 == "=>" && $3 == "not" { print $1, "MISSING" }' | sort -u; }

libraries=$(needed "$bin/eagerd" "$bin/eagerctl" "$@")
if grep MISSING <<<"$libraries" >&2; then say "these libraries are not here"; exit 1; fi
packages=''
# keep NAME PATH: copies a library under the name that the loader looks for, and notes the package that it is from.
keep() {
  local real package
  real=$(readlink -f "$2")
  [[ -e $root$lib/$1 ]] || install -m 0755 "$real" "$root$lib/$1"
  # dpkg may know the file by its name before /lib became /usr/lib.
  package=$({ dpkg-query --search "$real" || dpkg-query --search "${real#/usr}" || true; } 2>/dev/null | head -n 1 | cut -d: -f1)
  packages+=$package$'\n'
}
while read -r name path; do keep "$name" "$path"; done <<<"$libraries"
for path in "$@"; do keep "$(basename "$path")" "$path"; done

# The loader, where the programs' headers say that it is.
loader=$(readelf --program-headers --wide "$bin/eagerd" | sed -n 's/.*interpreter: \(.*\)].*/\1/p')
keep "$(basename "$loader")" "$loader"
[[ $(readlink -m "$root$loader") == "$root$lib"/* ]] || ln -s "$lib/$(basename "$loader")" "$root/usr$loader"

# Whose these libraries are: licences go with them, and scanners find names and versions where distroless images have them.
for package in $(sort -u <<<"$packages") ca-certificates; do
  [[ ! -f /usr/share/doc/$package/copyright ]] ||
    install -D -m 0644 "/usr/share/doc/$package/copyright" "$root/usr/share/doc/$package/copyright"
  dpkg-query --status "$package" 2>/dev/null | sed '/^Conffiles:/,/^[A-Z]/{/^[ C]/d}' >"$root/var/lib/dpkg/status.d/$package"
done

cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
# NVIDIA's container runtime looks at debian_version to know where libraries go, and at ld.so.conf when it adds the driver's.
for file in debian_version os-release; do cp -L "/etc/$file" "$root/etc/$file"; done
echo "$lib" >"$root/etc/ld.so.conf"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
printf 'root:x:0:0:root:/:/usr/sbin/nologin\neagerd:x:%s:%s:eagerd:/var/lib/eagerd:/usr/sbin/nologin\n' $user $user >"$root/etc/passwd"
printf 'root:x:0:\neagerd:x:%s:\n' $user >"$root/etc/group"
ldconfig -r "$root" -X

if (( EUID == 0 )); then
  chown -R 0:0 "$root"
  chown $user:$user "$root/run/eagerd" "$root/var/lib/eagerd"
fi
# The same inputs give the same bytes.
rm -f "$root"/var/cache/ldconfig/aux-cache
find "$root" -exec touch --no-dereference --date="@${SOURCE_DATE_EPOCH:-0}" {} +
say "$(du -sm --apparent-size "$root" | cut -f1) MiB, $(wc -l <<<"$libraries") libraries: $root"
