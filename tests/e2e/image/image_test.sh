#!/usr/bin/env bash
# image_test.sh EAGERD EAGERCTL EAGER_GUIDE: makes the image's root file system by deploy/image/rootfs.sh, has buildah (where
# it is) make the image of it by the last stage of deploy/Dockerfile, and boots the daemon in it as Docker would: read-only,
# as the image's user, without capabilities, with the image's environment. Exits 77, skipped, where one may not do that. With EAGERD_IMAGE_LAYER
# set it says the size of the compressed layer too.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly deploy=$here/../../../deploy
readonly eagerd=$1 eagerctl=$2 guide=$3

skip() { echo "skipped: $*"; exit 77; }
(( EUID == 0 )) || skip "only root may make and boot a root file system"
unshare --mount true 2>/dev/null || skip "no mount namespaces here"

work=$(mktemp -d)
boot_pid=''
cleanup() {
  [[ -z $boot_pid ]] || kill -KILL "$boot_pid" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
fail() {
  echo "failed: $*" >&2
  [[ ! -s $work/log ]] || tail -n 30 "$work/log" >&2
  exit 1
}

"$deploy/image/rootfs.sh" "$(dirname "$eagerd")" "$work/context" || fail "rootfs.sh"
mkdir "$work/rootfs" && mv "$work/context" "$work/rootfs/rootfs"
root=$work/rootfs/rootfs
[[ $(dirname "$eagerd") == $(dirname "$eagerctl") ]] || fail "eagerd and eagerctl are in different folders"

# What the Dockerfile says in its last stage, one instruction a line.
last_stage_of() { sed '/\\$/{:a;N;s/\\\n *//;/\\$/ba}' "$deploy/$1" | sed -n '/^FROM scratch/,$p'; }
last_stage=$(last_stage_of Dockerfile)
[[ -n $last_stage ]] || fail "deploy/Dockerfile has no last stage FROM scratch"
said() { sed -n "s/^$1 //p" <<<"$last_stage"; }
mapfile -t environment < <(said ENV | tr ' ' '\n' | grep =)
user=$(said USER)
mapfile -t volumes < <(said VOLUME | grep -o '/[^"]*')

# The CUDA image differs in its libraries, not in how it is run.
same() { last_stage_of "$1" | grep -E '^(USER|VOLUME|EXPOSE|STOPSIGNAL|ENTRYPOINT|COPY)'; }
diff <(same Dockerfile) <(same Dockerfile.cuda) || fail "the Dockerfiles' last stages differ"

# --- what is in it
for name in sh bash dash busybox apt dpkg python3 perl curl; do
  [[ -z $(find "$root" -name "$name" ! -type d) ]] || fail "$name is in the image"
done
[[ -z $(find "$root" -perm /6000) ]] || fail "something in it is set-user-id"
unknown=$(find "$root" -xdev -type f -perm /111 ! -path '*/lib/*' ! -path '*/usr/bin/eagerd' ! -path '*/usr/bin/eagerctl')
[[ -z $unknown ]] || fail "other programs are in it: $unknown"
[[ -s $root/usr/share/doc/libc6/copyright || ! -e /usr/share/doc/libc6/copyright ]] || fail "no licence of libc6"
[[ $user =~ ^[1-9][0-9]*:[1-9][0-9]*$ ]] || fail "the user is not a number other than root's: $user"
grep -q "^eagerd:x:$user:" "$root/etc/passwd" || fail "$user has no name in it"
layer=''
[[ -z ${EAGERD_IMAGE_LAYER:-} ]] || layer="; $(tar -C "$root" -cf - . | gzip | wc -c | awk '{ printf "%d", $1 / 1048576 }') MiB as a compressed layer"
echo "root file system: $(du -sm --apparent-size "$root" | cut -f1) MiB, of which eagerd $(du -m --apparent-size "$root/usr/bin/eagerd" | cut -f1) MiB$layer"

# --- the image, by a builder of images
if command -v buildah >/dev/null && command -v python3 >/dev/null; then
  storage=(--root "$work/storage" --runroot "$work/run" --storage-driver vfs)
  # make_image DOCKERFILE CONTEXT TAG: its last stage, with that folder's rootfs/ in place of the stages before.
  make_image() {
    last_stage_of "$1" >"$work/Dockerfile"
    buildah "${storage[@]}" bud --isolation chroot --format docker --build-context "rootfs=$2" --build-arg VERSION=1.2.3 \
      -f "$work/Dockerfile" -t "$3" "$work" >"$work/log" 2>&1 || return
    buildah "${storage[@]}" inspect --type image "$3" >"$work/inspect.json"
    python3 "$here/inspect_image.py" "$work/inspect.json" || fail "the configuration of $1's image"
  }
  if make_image Dockerfile "$work/rootfs" eagerd-test; then
    container=$(buildah "${storage[@]}" from --pull-never eagerd-test)
    root=$(buildah "${storage[@]}" mount "$container")
    [[ $(stat -c %u:%g "$root/var/lib/eagerd") == "$user" ]] || fail "the state's folder is not the user's"
    mkdir -p "$work/nothing/rootfs/etc"  # CUDA's libraries need not be here
    make_image Dockerfile.cuda "$work/nothing" eagerd-test-cuda || fail "buildah, of Dockerfile.cuda"
    echo "images built by buildah; the rest is done in the first"
  elif grep -qE 'permission denied|not permitted|unknown flag' "$work/log"; then
    echo "left out: buildah cannot build here: $(tail -n 1 "$work/log")"
  else
    fail "buildah"
  fi
fi

# --- run it
# inside COMMAND...: in the image, as a container: read-only, the volumes apart, new namespaces but the network.
mkdir -p "$work/volumes"
for volume in "${volumes[@]}"; do
  mkdir -p "$work/volumes$volume"
  chown "$user" "$work/volumes$volume"
done
cat >"$work/inside" <<'IN'
set -euo pipefail
root=$1 volumes=$2 user=$3
shift 3
mount --make-rprivate /
mount --bind "$root" "$root"
for volume in $(cd "$volumes" && find . -mindepth 2 -maxdepth 3 -type d -empty -o -name eagerd -type d | sed 's/^\.//'); do
  mount --bind "$volumes$volume" "$root$volume"
done
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero random urandom; do touch "$root/dev/$device" && mount --bind "/dev/$device" "$root/dev/$device"; done
mount -o remount,bind,ro "$root"
exec setpriv --no-new-privs chroot --userspec="$user" "$root" "$@"
IN
inside() {
  exec unshare --mount --pid --fork --kill-child env -i "${environment[@]}" "${changed[@]}" PATH="$PATH" \
    bash "$work/inside" "$root" "$work/volumes" "$user" "$@"
}
changed=()

# Without TLS and tokens the image's own settings are refused, and say what to do.
code=0
(inside /usr/bin/eagerd) >"$work/log" 2>&1 || code=$?
(( code == 2 )) || fail "exit code $code, not 2, without TLS and tokens"
grep -q -- '--insecure' "$work/log" || fail "does not say what to do without TLS and tokens"
: >"$work/log"

# boot NAME=VALUE...: starts the daemon with the image's environment but for these, on a free port.
boot() {
  local deadline=$((SECONDS + 60))
  changed=(EAGERD_LISTEN=127.0.0.1:0,unix:/run/eagerd/eagerd.sock EAGERD_HTTP=off EAGERD_DEVICES=cpu "$@")
  (inside /usr/bin/eagerd) >"$work/log" 2>&1 </dev/null &
  boot_pid=$!
  until address=$(sed -n 's/.*event=listening .*address=\(127[^ ]*\).*/\1/p' "$work/log" | head -n 1) && [[ -n $address ]] &&
        (inside /usr/bin/eagerd --check unix:/run/eagerd/eagerd.sock) >/dev/null 2>&1; do
    kill -0 "$boot_pid" 2>/dev/null || { boot_pid=''; fail "ended before it was ready"; }
    (( SECONDS < deadline )) || fail "not healthy within 60 s"
    sleep 0.1
  done
}
# The daemon's own process: the one below unshare. SIGTERM to it is what an engine sends.
halt() {
  local code=0 pid=$boot_pid
  boot_pid=''
  kill -TERM "$(pgrep -P "$pid" | head -n 1)"
  wait "$pid" || code=$?
  (( code == 0 )) || fail "exit code $code after SIGTERM"
}

boot
daemon=$(pgrep -P "$boot_pid" | head -n 1)
grep -qE "^Uid:\s+${user%:*}\s+${user%:*}\s" "/proc/$daemon/status" || fail "does not run as $user"
grep -qE '^CapEff:\s+0+$' "/proc/$daemon/status" || fail "has capabilities"
grep -qE '^NoNewPrivs:\s+1$' "/proc/$daemon/status" || fail "may gain privileges"
inside_out=$(inside /usr/bin/eagerctl devices) || fail "eagerctl in the image"
[[ $inside_out == *CPU:0* ]] || fail "eagerctl devices says: $inside_out"
"$guide" --check --server "$address" tensors gradients >/dev/null || fail "eager-guide on the image's daemon"
(inside /usr/bin/eagerctl variables put kept '[1, 2, 3]') >/dev/null || fail "eagerctl variables put"
code=0
(inside /usr/bin/sh -c true) 2>/dev/null || code=$?
(( code == 127 )) || fail "a shell runs in it"
halt

# Its volume keeps the named variables for the next container.
boot
out=$(inside /usr/bin/eagerctl variables get kept)
[[ $out == *1,2,3* ]] || fail "the variable is gone: $out"
halt
if find "$root" -newer "$work/Dockerfile" -type f 2>/dev/null | grep .; then fail "something was written beside the volumes"; fi
echo "booted twice: read-only, as $user, without capabilities and shell; eagerctl, eager-guide and the health check answered; state kept"
