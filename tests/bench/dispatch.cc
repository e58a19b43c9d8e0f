// What an op costs that does next to nothing.

#include <eager/eager.h>

#include <stdexcept>

#include "tests/bench/benchmarks.h"

namespace eager::bench {
namespace {

constexpr int kChain = 20000;
constexpr int kRoundTrips = 2000;
constexpr int kRawBatch = 64;
constexpr double kMicroseconds = 1e6;

void CheckSum(float sum, int n) {
  if (sum != static_cast<float>(n)) throw std::runtime_error("a chain of adds gave a wrong sum");
}

// Microseconds an op of n adds in flight, read at the end.
double AddChain(Tensor a, const Tensor& b) {
  float sum = 0;
  const double seconds = Seconds([&] {
    for (int i = 0; i < kChain; ++i) a = a + b;
    sum = static_cast<float>(a);
  });
  CheckSum(sum, kChain);
  return seconds / kChain * kMicroseconds;
}

double Chain() { return AddChain(constant(0.0f), constant(1.0f)); }

double TapedChain() {
  double result = 0;
  {
    const Tensor b = constant(1.0f);
    GradientTape tape;
    tape.watch(b);
    result = AddChain(constant(0.0f), b);
  }
  Context::Default().Sync();  // what the tape kept is freed before the next side starts
  return result;
}

double RoundTrips() {
  Tensor a = constant(0.0f);
  const Tensor b = constant(1.0f);
  float sum = 0;
  const double seconds = Seconds([&] {
    for (int i = 0; i < kRoundTrips; ++i) {
      a = a + b;
      sum = static_cast<float>(a);
    }
  });
  CheckSum(sum, kRoundTrips);
  return seconds / kRoundTrips * kMicroseconds;
}

}  // namespace

std::vector<Benchmark> DispatchBenchmarks(const Setup& setup) {
  RawClient* raw = &setup.raw;
  const auto raw_chain = [raw] {
    return Seconds([&] { raw->AddChain(kChain, kRawBatch); }) / kChain * kMicroseconds;
  };
  std::vector<Benchmark> list = {
      {"dispatch_add", "us", &Chain, {{"raw_grpc_batches", raw_chain}}, {.value = 1.0}},
      {"dispatch_add_tape", "us", &TapedChain, {{"dispatch_add", &Chain}}, {.value = 1.3}},
  };
  if (const auto torch = Setup::Ask(setup.torch, "torch", "add_chain_us"); !torch.empty()) {
    list.push_back({"dispatch_add_peer", "us", &Chain, torch, {.ratio = 0.5}});
  }
  return list;
}

std::vector<Benchmark> LatencyBenchmarks(const Setup& setup) {
  RawClient* raw = &setup.raw;
  const auto raw_round_trips = [raw] {
    const double seconds = Seconds([&] {
      for (int i = 0; i < kRoundTrips; ++i) raw->AddChain(1, 1);
    });
    return seconds / kRoundTrips * kMicroseconds;
  };
  return {{"latency_add_read", "us", &RoundTrips, {{"raw_grpc_pingpong", raw_round_trips}}, {.ratio = 1.15}}};
}

}  // namespace eager::bench
