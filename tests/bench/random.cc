// A million normal numbers: the generator and its logarithms and sines.

#include <eager/eager.h>

#include <algorithm>
#include <random>
#include <stdexcept>
#include <thread>

#include "tests/bench/benchmarks.h"

namespace eager::bench {
namespace {

constexpr int64_t kNumbers = 1'000'000;
constexpr int kCalls = 50;

// Milliseconds a call, in flight; reading one element waits for all of them.
double Ours() {
  float last = 0;
  const double seconds = Seconds([&] {
    Tensor x;
    for (int i = 0; i < kCalls; ++i) x = random::normal({kNumbers});
    last = static_cast<float>(reshape(slice(x, {kNumbers - 1}, {1}), Shape()));
  });
  if (!(last > -8 && last < 8)) throw std::runtime_error("no normal number");
  return seconds / kCalls * 1e3;
}

// The standard library's generator and distribution on all cores, a thread for each.
double Theirs() {
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  std::vector<float> numbers(kNumbers);
  const double seconds = Seconds([&] {
    std::vector<std::thread> threads;
    for (unsigned c = 0; c < cores; ++c) {
      threads.emplace_back([&, c] {
        std::mt19937 random(c);
        std::normal_distribution<float> normal;
        for (int64_t i = kNumbers * c / cores; i < kNumbers * (c + 1) / cores; ++i) numbers[i] = normal(random);
      });
    }
    for (std::thread& t : threads) t.join();
  });
  return seconds * 1e3;
}

}  // namespace

std::vector<Benchmark> RandomBenchmarks(const Setup&) {
  return {{"random_normal_1m", "ms", &Ours, {{"std_normal", &Theirs}}, {.ratio = 1}}};
}

}  // namespace eager::bench
