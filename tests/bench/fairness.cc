// A small session beside large ones.

#include <eager/eager.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/bench/benchmarks.h"

namespace eager::bench {
namespace {

constexpr int kRoundTrips = 400;
constexpr int kInFlight = 8;  // large ops between two waits
constexpr int64_t kSide = 1000;
constexpr int64_t kLarge = 4 << 20;

// Runs work in a session of its own, again and again, as long as it lives.
class Flood {
 public:
  // `make` is called once in the session and gives what is called again and again.
  Flood(const std::string& address, std::function<void()> (*make)()) : context_(Context::Connect(address)) {
    const Context before = Context::Default();
    Context::SetDefault(context_);
    work_ = make();
    Context::SetDefault(before);
    work_();  // the daemon has begun
    thread_ = std::thread([this] {
      while (!stop_.load(std::memory_order_relaxed)) work_();
    });
  }
  ~Flood() {
    stop_ = true;
    thread_.join();
    work_ = nullptr;
    context_.Close();
  }
  Flood(const Flood&) = delete;

 private:
  Context context_;
  std::function<void()> work_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

std::function<void()> MatMuls() {
  const Tensor a = ones({kSide, kSide});
  return [a] {
    Tensor last;
    for (int i = 0; i < kInFlight; ++i) last = matmul(a, a);
    if (static_cast<float>(last[{0, 0}]) != static_cast<float>(kSide)) throw std::runtime_error("a product is wrong");
  };
}

std::function<void()> Sweeps() {
  const Tensor a = ones({kLarge});
  return [a] {
    Tensor last;
    for (int i = 0; i < kInFlight; ++i) last = sqrt(a);
    if (static_cast<float>(last[0]) != 1) throw std::runtime_error("a root is wrong");
  };
}

// A percentile of add and read back, in milliseconds, in the default session.
double SmallLatency(int percent) {
  Tensor sum = constant(0.0f);
  const Tensor one = constant(1.0f);
  std::vector<double> ms;
  for (int i = 0; i < kRoundTrips; ++i) {
    ms.push_back(1e3 * Seconds([&] {
      sum = sum + one;
      if (static_cast<float>(sum) != static_cast<float>(i + 1)) throw std::runtime_error("a sum is wrong");
    }));
  }
  const auto at = ms.begin() + kRoundTrips * percent / 100;
  std::nth_element(ms.begin(), at, ms.end());
  return *at;
}

double BesideFloods(const std::string& address, int percent) {
  const Flood products(address, &MatMuls);
  const Flood sweeps(address, &Sweeps);
  return SmallLatency(percent);
}

}  // namespace

std::vector<Benchmark> FairnessBenchmarks(const Setup& setup) {
  const auto beside = [address = setup.address](int percent) {
    return [address, percent] { return BesideFloods(address, percent); };
  };
  return {{"fair_add_read_p50", "ms", beside(50), {{"alone", [] { return SmallLatency(50); }}}, {}},
          {"fair_add_read_p99", "ms", beside(99), {{"alone", [] { return SmallLatency(99); }}}, {.value = 20}}};
}

}  // namespace eager::bench
