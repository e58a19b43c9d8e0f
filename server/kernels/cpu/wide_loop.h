// Loops compiled once for each generation of processors.
#pragma once

// Before a function: it is compiled for AVX-512, for AVX2 and for any x86-64, and the first call picks what this processor
// has. What it calls must be inlined to take part. Results are the same in all three: nothing is contracted to fused
// multiply-adds (CMakeLists.txt), and lanes are counted in the source.
//
// Not under sanitizers, which are not ready yet when the choice is made, nor with compilers other than GCC.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define EAGER_WIDE_LOOP [[gnu::target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")]]
#else
#define EAGER_WIDE_LOOP
#endif
