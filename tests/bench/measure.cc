#include "tests/bench/measure.h"

#include <algorithm>
#include <cstdio>
#include <thread>

namespace eager::bench {
namespace {

// Between two sides: OpenMP's threads spin for some milliseconds after their work, and the other side needs the cores.
constexpr std::chrono::milliseconds kSettle(50);

double RunOnce(const std::function<double()>& work) {
  std::this_thread::sleep_for(kSettle);
  return work();
}

}  // namespace

Result Measure(const Benchmark& b, int rounds) {
  const auto better = [&](double x, double y) { return b.higher_is_better() ? std::max(x, y) : std::min(x, y); };
  Result best;
  for (int round = 0; round <= rounds; ++round) {
    const Result now{RunOnce(b.ours), RunOnce(b.theirs)};
    std::fprintf(stderr, "%s: round %d of %d: %.4g %s, %s %.4g%s\n", b.name.c_str(), round, rounds, now.ours,
                 b.unit.c_str(), b.comparator.c_str(), now.theirs, round == 0 ? " (not counted)" : "");
    best = round <= 1 ? now : Result{better(best.ours, now.ours), better(best.theirs, now.theirs)};
  }
  return best;
}

void Report::Add(const Benchmark& b, const Result& r) {
  if (json_) {
    std::printf(R"({"name":"%s","value":%.6g,"unit":"%s","comparator":"%s","comparator_value":%.6g,"ratio":%.6g})" "\n",
                b.name.c_str(), r.ours, b.unit.c_str(), b.comparator.c_str(), r.theirs, r.ratio());
  } else {
    if (!started_) {
      std::printf("Best of %d rounds, ours and the comparator in turns. ratio = ours / comparator.\n\n", rounds_);
      std::printf("%-20s %10s %-6s %-20s %10s %8s  %s\n", "name", "ours", "unit", "comparator", "theirs", "ratio",
                  "better is");
    }
    std::printf("%-20s %10.4g %-6s %-20s %10.4g %8.3f  %s\n", b.name.c_str(), r.ours, b.unit.c_str(),
                b.comparator.c_str(), r.theirs, r.ratio(), b.higher_is_better() ? "higher" : "lower");
  }
  started_ = true;
  std::fflush(stdout);
}

}  // namespace eager::bench
