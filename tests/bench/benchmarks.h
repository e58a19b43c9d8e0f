// The families of benchmarks, one a subcommand.
#pragma once

#include <vector>

#include "tests/bench/measure.h"
#include "tests/bench/raw_client.h"

namespace eager::bench {

// They use the client's default context. `raw` must outlive them.
std::vector<Benchmark> ConvBenchmarks(RawClient& raw);
std::vector<Benchmark> DispatchBenchmarks(RawClient& raw);
std::vector<Benchmark> GuideBenchmarks(RawClient& raw);
std::vector<Benchmark> MatMulBenchmarks(RawClient& raw);
std::vector<Benchmark> RandomBenchmarks(RawClient& raw);
std::vector<Benchmark> DatasetBenchmarks(RawClient& raw);
std::vector<Benchmark> TransferBenchmarks(RawClient& raw);

}  // namespace eager::bench
