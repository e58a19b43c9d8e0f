// The families of benchmarks, one a subcommand.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/bench/measure.h"
#include "tests/bench/peer.h"
#include "tests/bench/raw_client.h"

namespace eager::bench {

// What benchmarks are made from; outlives them.
struct Setup {
  RawClient& raw;
  std::string address;        // of the daemon
  std::string local_address;  // of the same daemon over a unix socket; empty for one that was there already
  // TensorFlow, PyTorch and Arrow Flight, each in a Python of its own: they do not all load into one process. Null without
  // EAGERD_BENCH_PYTHON.
  std::shared_ptr<Peer> tensorflow;
  std::shared_ptr<Peer> torch;
  std::shared_ptr<Peer> flight;
  std::shared_ptr<Peer> torch_gpu;
  std::vector<std::string> only;  // of `kernels`: their names; empty: all

  // A peer's figure as a comparator; none if there is no such peer.
  static std::vector<Comparator> Ask(const std::shared_ptr<Peer>& peer, const std::string& label, const std::string& figure);
};

// They use the client's default context.
std::vector<Benchmark> ConvBenchmarks(const Setup& setup);
std::vector<Benchmark> DatasetBenchmarks(const Setup& setup);
std::vector<Benchmark> DispatchBenchmarks(const Setup& setup);
std::vector<Benchmark> FairnessBenchmarks(const Setup& setup);
std::vector<Benchmark> GpuBenchmarks(const Setup& setup);
std::vector<Benchmark> GuideBenchmarks(const Setup& setup);
std::vector<Benchmark> KernelBenchmarks(const Setup& setup);
std::vector<Benchmark> LatencyBenchmarks(const Setup& setup);
std::vector<Benchmark> MatMulBenchmarks(const Setup& setup);
std::vector<Benchmark> MemoryBenchmarks(const Setup& setup);
std::vector<Benchmark> RandomBenchmarks(const Setup& setup);
std::vector<Benchmark> SessionBenchmarks(const Setup& setup);
std::vector<Benchmark> TransferBenchmarks(const Setup& setup);

}  // namespace eager::bench
