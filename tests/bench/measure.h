// Pieces of work in turns: ours and comparators of the same shape.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace eager::bench {

// What ours is measured beside.
struct Comparator {
  std::string name;
  std::function<double()> run;  // once; its figure in the benchmark's unit
};

// What the project promises. All zero: nothing.
struct Bar {
  double ratio = 0;  // of the best comparator: at most for times, at least for rates
  double plus = 0;   // beside the ratio: times may be so much more, in the benchmark's unit
  double value = 0;  // the figure itself: at most for times, at least for rates
};

// One line of the report.
struct Benchmark {
  std::string name;
  std::string unit;  // a time ("us", "s") or a size ("B"): lower is better; or a rate ("GiB/s", "M/s"): higher is better
  // Runs once and returns its figure in `unit`; throws if the result is wrong. Leaves nothing running behind.
  std::function<double()> ours;
  std::vector<Comparator> comparators;  // at least one, unless the bar is a value
  Bar bar;

  bool higher_is_better() const { return unit.ends_with("/s"); }
};

struct Result {
  double ours = 0;
  double theirs = 0;   // of the best comparator; 0 if there is none
  std::string name;    // of that comparator
  double ratio() const { return ours / theirs; }
};

// Whether a result keeps what the bar says; true for no bar.
bool Keeps(const Benchmark& benchmark, const Result& result);

// The best of `rounds` rounds of each, in turns, after one that is not counted. Says on stderr how far it is.
Result Measure(const Benchmark& benchmark, int rounds);

// Prints results to stdout as they come: a table, or one JSON object a line.
class Report {
 public:
  Report(bool json, int rounds) : json_(json), rounds_(rounds) {}
  void Add(const Benchmark& benchmark, const Result& result);
  // A benchmark that could not be run misses its bar.
  void AddFailure(const Benchmark& benchmark, const std::string& why);
  // How many bars were missed so far.
  int missed() const { return missed_; }

 private:
  void Start();

  const bool json_;
  const int rounds_;
  bool started_ = false;
  int missed_ = 0;
};

// Seconds that `work` takes.
template <class Work>
double Seconds(Work work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace eager::bench
