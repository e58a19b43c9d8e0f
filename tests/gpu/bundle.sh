#!/usr/bin/env bash
# Builds what tests/gpu/run.sh needs on a GPU machine that has CUDA and nothing else of ours, and packs it into
# build/gpu-bundle.tar.xz: programs, tests, and the shared libraries that such a machine lacks.
#   EAGERD_CUDA_ARCHITECTURES  the GPUs to build for (90: H100 and H200)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

export EAGERD_CUDA_ARCHITECTURES=${EAGERD_CUDA_ARCHITECTURES:-90}
build=build/release bundle=build/gpu-bundle limit_mib=64
programs=(eagerd eagerctl eager-conformance eager-guide eager-bench)
tests=(gpu_test)

cmake --preset release -DEAGERD_CUDA=ON -DEAGERD_CUDA_ARCHITECTURES="$EAGERD_CUDA_ARCHITECTURES"
cmake --build --preset release --target "${programs[@]}" "${tests[@]}"

rm -rf "$bundle"
mkdir -p "$bundle/bin" "$bundle/tests" "$bundle/lib"
for program in "${programs[@]}"; do strip -o "$bundle/bin/$program" "$build/bin/$program"; done
for test in "${tests[@]}"; do strip -o "$bundle/tests/$test" "$build/tests/$test"; done

# What the guide trains on where Debian's package of pictures is not installed.
cp "$(client/examples/datasets/fetch_digits.sh build/digits)" "$bundle/"

# CUDA's libraries and the C library are the machine's own.
for file in "$bundle"/bin/* "$bundle"/tests/*; do ldd "$file"; done | awk '/=> \// { print $3 }' | sort -u |
  grep -vE '/(libc|libm|libdl|librt|libpthread|libresolv|ld-linux[^/]*|libcuda|libcublas(Lt)?|libcudnn[^/]*|libcusolver|libcusparse|libnvJitLink)\.so' |
  while read -r library; do cp -L "$library" "$bundle/lib/"; done

# Programs share most of their bytes, so the dictionary must hold several.
XZ_OPT='--lzma2=preset=4,dict=256MiB' tar -cJf "$bundle.tar.xz" -C build gpu-bundle
size=$(stat -c %s "$bundle.tar.xz")
echo "bundle: $bundle.tar.xz, $((size >> 20)) MiB packed, $(du -sm "$bundle" | cut -f1) MiB unpacked"
(( size >> 20 < limit_mib )) || { echo "bundle: larger than $limit_mib MiB" >&2; exit 1; }
