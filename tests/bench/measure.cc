#include "tests/bench/measure.h"

#include <algorithm>
#include <cstdio>
#include <thread>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace eager::bench {
namespace {

// Between two sides: OpenMP's threads spin for some milliseconds after their work, and the other side needs the cores.
constexpr std::chrono::milliseconds kSettle(50);

double RunOnce(const std::function<double()>& work) {
  std::this_thread::sleep_for(kSettle);
  return work();
}

// "<= 0.5x", "<= 1x + 1", "<= 200".
std::string Describe(const Benchmark& b) {
  const char* sign = b.higher_is_better() ? ">=" : "<=";
  std::string text;
  if (b.bar.ratio != 0) text = absl::StrCat(sign, " ", b.bar.ratio, "x");
  if (b.bar.plus != 0) absl::StrAppend(&text, " + ", b.bar.plus);
  if (b.bar.value != 0) absl::StrAppend(&text, text.empty() ? "" : ", ", sign, " ", b.bar.value);
  return text;
}

}  // namespace

bool Keeps(const Benchmark& b, const Result& r) {
  const double sign = b.higher_is_better() ? -1 : 1;
  return (b.bar.ratio == 0 || sign * r.ours <= sign * (b.bar.ratio * r.theirs + b.bar.plus)) &&
         (b.bar.value == 0 || sign * r.ours <= sign * b.bar.value);
}

Result Measure(const Benchmark& b, int rounds) {
  const auto better = [&](double x, double y) { return b.higher_is_better() ? std::max(x, y) : std::min(x, y); };
  double ours = 0;
  std::vector<double> theirs(b.comparators.size());
  for (int round = 0; round <= rounds; ++round) {
    const auto keep = [&](double& best, double now) { best = round <= 1 ? now : better(best, now); };
    keep(ours, RunOnce(b.ours));
    for (size_t i = 0; i < theirs.size(); ++i) keep(theirs[i], RunOnce(b.comparators[i].run));
    std::fprintf(stderr, "%s: round %d of %d: best so far %.4g %s", b.name.c_str(), round, rounds, ours, b.unit.c_str());
    for (size_t i = 0; i < theirs.size(); ++i) std::fprintf(stderr, ", %s %.4g", b.comparators[i].name.c_str(), theirs[i]);
    std::fprintf(stderr, "%s\n", round == 0 ? " (not counted)" : "");
  }
  if (theirs.empty()) return {ours, 0, ""};
  size_t best = 0;
  for (size_t i = 1; i < theirs.size(); ++i) {
    if (better(theirs[i], theirs[best]) == theirs[i]) best = i;
  }
  return {ours, theirs[best], b.comparators[best].name};
}

void Report::Add(const Benchmark& b, const Result& r) {
  const std::string bar = Describe(b);
  const bool keeps = Keeps(b, r);
  const char* verdict = bar.empty() ? "" : keeps ? "pass" : "FAIL";
  if (!keeps) ++missed_;
  if (json_) {
    std::printf(R"({"name":"%s","value":%.6g,"unit":"%s")", b.name.c_str(), r.ours, b.unit.c_str());
    if (!r.name.empty()) {
      std::printf(R"(,"comparator":"%s","comparator_value":%.6g,"ratio":%.6g)", r.name.c_str(), r.theirs, r.ratio());
    }
    if (!bar.empty()) std::printf(R"(,"bar":"%s","pass":%s)", bar.c_str(), keeps ? "true" : "false");
    std::printf("}\n");
  } else {
    Start();
    std::printf("%-28s %10.4g %-6s ", b.name.c_str(), r.ours, b.unit.c_str());
    if (r.name.empty()) {
      std::printf("%-18s %10s %8s  ", "", "", "");
    } else {
      std::printf("%-18s %10.4g %8.3f  ", r.name.c_str(), r.theirs, r.ratio());
    }
    std::printf("%-16s %s\n", bar.c_str(), verdict);
  }
  std::fflush(stdout);
}

void Report::AddFailure(const Benchmark& b, const std::string& why) {
  std::fprintf(stderr, "%s: %s\n", b.name.c_str(), why.c_str());
  if (const bool has_bar = !Describe(b).empty(); has_bar) ++missed_;
  if (json_) {
    std::printf(R"({"name":"%s","error":"%s"})" "\n", b.name.c_str(), absl::CEscape(why).c_str());
  } else {
    Start();
    std::printf("%-28s could not be run: %s\n", b.name.c_str(), why.c_str());
  }
  std::fflush(stdout);
}

void Report::Start() {
  if (started_) return;
  started_ = true;
  std::printf("Best of %d rounds, ours and the comparators in turns. ratio = ours / the best comparator.\n\n", rounds_);
  std::printf("%-28s %10s %-6s %-18s %10s %8s  %-16s\n", "name", "ours", "unit", "comparator", "theirs", "ratio", "bar");
}

}  // namespace eager::bench
