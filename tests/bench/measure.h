// Two pieces of work in turns: ours and a comparator of the same shape.
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace eager::bench {

// One line of the report.
struct Benchmark {
  std::string name;
  std::string unit;  // a time ("us", "s": lower is better) or a rate ("GiB/s": higher is better)
  std::string comparator;
  // Each runs once and returns its figure in `unit`; throws if the result is wrong. Leaves nothing running behind.
  std::function<double()> ours;
  std::function<double()> theirs;

  bool higher_is_better() const { return unit.ends_with("/s"); }
};

struct Result {
  double ours = 0;
  double theirs = 0;
  double ratio() const { return ours / theirs; }
};

// The best of `rounds` rounds of each, in turns, after one that is not counted. Says on stderr how far it is.
Result Measure(const Benchmark& benchmark, int rounds);

// Prints results to stdout as they come: a table, or one JSON object a line.
class Report {
 public:
  Report(bool json, int rounds) : json_(json), rounds_(rounds) {}
  void Add(const Benchmark& benchmark, const Result& result);

 private:
  const bool json_;
  const int rounds_;
  bool started_ = false;
};

// Seconds that `work` takes.
template <class Work>
double Seconds(Work work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace eager::bench
