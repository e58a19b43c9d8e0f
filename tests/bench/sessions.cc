// Many clients of one daemon at once.

#include <eager/eager.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/bench/benchmarks.h"

namespace eager::bench {
namespace {

constexpr int kOps = 640000;  // of all sessions together
constexpr int kRoundTrips = 4000;
constexpr int kMostlyIdle = 64;
constexpr std::chrono::milliseconds kIdle(1000);  // between two reads of a session that is mostly idle

// A session with what a chain of adds needs.
struct Client {
  explicit Client(const std::string& address) : context(Context::Connect(address)) {
    const Context before = Context::Default();
    Context::SetDefault(context);
    sum = constant(0.0f);
    one = constant(1.0f);
    Context::SetDefault(before);
    Add(1);  // the daemon knows the session now
  }
  ~Client() { context.Close(); }
  Client(const Client&) = delete;

  // Adds n times in flight, then reads.
  void Add(int n) {
    for (int i = 0; i < n; ++i) sum = sum + one;
    total += n;
    if (static_cast<float>(sum) != static_cast<float>(total)) throw std::runtime_error("a session's sum is wrong");
  }

  Context context;
  Tensor sum, one;
  int total = 0;
};

using Clients = std::vector<std::unique_ptr<Client>>;

Clients MakeClients(const std::string& address, int n) {
  Clients clients;
  for (int i = 0; i < n; ++i) clients.push_back(std::make_unique<Client>(address));
  return clients;
}

// Runs work(i) for every i below n, each in a thread of its own; throws what one of them threw.
void AtOnce(size_t n, const std::function<void(size_t)>& work) {
  std::vector<std::exception_ptr> errors(n);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < n; ++i) {
    threads.emplace_back([&, i] {
      try {
        work(i);
      } catch (...) {
        errors[i] = std::current_exception();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::exception_ptr& error : errors) {
    if (error != nullptr) std::rethrow_exception(error);
  }
}

// Million ops a second of n sessions together.
double Rate(const std::string& address, int n) {
  const Clients clients = MakeClients(address, n);
  return kOps / 1e6 / Seconds([&] { AtOnce(clients.size(), [&](size_t i) { clients[i]->Add(kOps / n); }); });
}

// The 99th percentile of add and read back, in microseconds, of one among n sessions; the others do the same now and then,
// not all at one moment.
double TailLatency(const std::string& address, int n) {
  const Clients clients = MakeClients(address, n);
  std::mutex mu;
  std::condition_variable changed;
  bool done = false;
  std::vector<double> us;
  const auto measure = [&] {
    for (int i = 0; i < kRoundTrips; ++i) us.push_back(Seconds([&] { clients[0]->Add(1); }) * 1e6);
  };
  const auto idle = [&](size_t i) {
    std::unique_lock lock(mu);
    changed.wait_for(lock, kIdle * i / n, [&] { return done; });
    while (!done) {
      lock.unlock();
      clients[i]->Add(1);
      lock.lock();
      changed.wait_for(lock, kIdle, [&] { return done; });
    }
  };
  AtOnce(clients.size(), [&](size_t i) {
    if (i != 0) return idle(i);
    std::exception_ptr error;
    try {
      measure();
    } catch (...) {
      error = std::current_exception();
    }
    const std::lock_guard lock(mu);
    done = true;
    changed.notify_all();
    if (error != nullptr) std::rethrow_exception(error);
  });
  const auto tail = us.begin() + kRoundTrips * 99 / 100;
  std::nth_element(us.begin(), tail, us.end());
  return *tail;
}

}  // namespace

std::vector<Benchmark> SessionBenchmarks(const Setup& setup) {
  const auto rate = [address = setup.address](int n) { return [address, n] { return Rate(address, n); }; };
  const auto tail = [address = setup.address](int n) { return [address, n] { return TailLatency(address, n); }; };
  return {{"sessions_8", "M/s", rate(8), {{"sessions_1", rate(1)}}, {.ratio = 1}},
          {"sessions_64", "M/s", rate(64), {{"sessions_1", rate(1)}}, {.ratio = 1}},
          {"sessions_64_idle_p99", "us", tail(kMostlyIdle), {{"sessions_1_p99", tail(1)}}, {.ratio = 2}}};
}

}  // namespace eager::bench
