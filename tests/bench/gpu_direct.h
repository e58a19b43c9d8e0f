// CUDA and its libraries called directly, as a program without eagerd would: what GPU benchmarks are measured beside.
#pragma once

#include <cstddef>

namespace eager::bench {

// Whether this process can use a GPU.
bool HasGpu();

// All on GPU 0, in one stream, warmed up before the clock starts; throw what CUDA says of a failure.

// Seconds for `times` products of float32 (n, n) by cuBLASLt, operands rounded to TF32, of which only the last is waited for.
double DirectMatMul(int n, int times);
// Seconds for `times` copies of `bytes` within the GPU's memory.
double DirectCopy(size_t bytes, int times);
// Seconds for `times` launches of a kernel that adds two scalars.
double DirectLaunches(int times);

}  // namespace eager::bench
