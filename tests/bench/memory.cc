// What the daemon needs: memory for a scalar and for a session that does nothing, and time to start.

#include <eager/eager.h>

#include <memory>
#include <stdexcept>
#include <vector>

#include "tests/bench/benchmarks.h"
#include "tests/bench/child.h"

namespace eager::bench {
namespace {

constexpr int kScalars = 1 << 20;
constexpr int kSessions = 128;

// A daemon that nobody has used yet: what it takes from the system is for what is measured.
std::unique_ptr<ChildServer> FreshDaemon() {
  return std::make_unique<ChildServer>(std::vector<std::string>{OwnFolder("eagerd"), "--listen", "127.0.0.1:0"});
}

// Sets the default context aside while it lives.
class Elsewhere {
 public:
  explicit Elsewhere(const std::string& address) : here_(Context::Default()), there_(Context::Connect(address)) {
    Context::SetDefault(there_);
  }
  ~Elsewhere() {
    Context::SetDefault(here_);
    there_.Close();
  }
  Elsewhere(const Elsewhere&) = delete;

 private:
  const Context here_;
  Context there_;
};

// Bytes of the daemon per result of an op, a million of them alive.
double BytesPerScalar() {
  const std::unique_ptr<ChildServer> daemon = FreshDaemon();
  const Elsewhere there(daemon->address());
  const Tensor one = constant(1.0f);
  std::vector<Tensor> live(kScalars);
  Tensor warm = one + one;
  Context::Default().Sync();
  const int64_t before = daemon->ResidentBytes();
  for (Tensor& t : live) t = one + one;
  Context::Default().Sync();
  return static_cast<double>(daemon->ResidentBytes() - before) / kScalars;
}

// KiB of the daemon per session that has run an op and now waits for the next.
double KiBPerSession() {
  const std::unique_ptr<ChildServer> daemon = FreshDaemon();
  const auto open = [&] {
    Context session = Context::Connect(daemon->address());
    const Context before = Context::Default();
    Context::SetDefault(session);
    const Tensor one = constant(1.0f);
    const float two = static_cast<float>(one + one);
    Context::SetDefault(before);
    if (two != 2) throw std::runtime_error("a session adds wrongly");
    return session;
  };
  std::vector<Context> sessions = {open()};  // what all sessions share
  const int64_t before = daemon->ResidentBytes();
  for (int i = 0; i < kSessions; ++i) sessions.push_back(open());
  const double bytes = static_cast<double>(daemon->ResidentBytes() - before) / kSessions;
  for (Context& session : sessions) session.Close();
  return bytes / 1024;
}

double StartMilliseconds() { return FreshDaemon()->seconds_to_listen() * 1e3; }

}  // namespace

std::vector<Benchmark> MemoryBenchmarks(const Setup&) {
  return {{"memory_per_scalar", "B", &BytesPerScalar, {}, {.value = 200}},
          {"memory_per_session", "KiB", &KiBPerSession, {}, {.value = 256}},
          {"cold_start", "ms", &StartMilliseconds, {}, {.value = 150}}};
}

}  // namespace eager::bench
