// A build without CUDA has nothing to measure GPUs beside.
#include "tests/bench/benchmarks.h"

namespace eager::bench {

std::vector<Benchmark> GpuBenchmarks(const Setup&) {
  std::fprintf(stderr, "gpu: left out; this build has no CUDA\n");
  return {};
}

}  // namespace eager::bench
