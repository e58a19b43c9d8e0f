// What became of the cases, and its printing.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace eager::conformance {

enum class Verdict {
  kPassed,
  kFailed,
  kSkipped,   // the table does not have the op
  kNoKernel,  // skipped as well: the server has no kernel for the dtype
  kKnown,     // a failure that known_differences names
};

struct Outcome {
  Verdict verdict = Verdict::kPassed;
  std::string why;  // of a failure, the first difference
};
inline Outcome Passed() { return {}; }
inline Outcome Failed(std::string why) { return {Verdict::kFailed, std::move(why)}; }
inline Outcome Known(std::string why) { return {Verdict::kKnown, std::move(why)}; }
inline Outcome Skipped(std::string why) { return {Verdict::kSkipped, std::move(why)}; }

// One case, as the report groups it.
struct CaseInfo {
  std::string group;  // the op, or what stands for it in files without one
  std::string id;
  std::set<std::string> dtypes;
  bool gradient = false;
  bool second = false;
};

class Report {
 public:
  explicit Report(bool verbose) : verbose_(verbose) {}

  void Add(const CaseInfo& info, const Outcome& outcome);
  // Prints a line a group, with its failures, and starts the next file.
  void PrintFile(absl::string_view file);
  // "N passed, N failed, N skipped", and "N known" if there are some.
  void PrintSum() const;
  bool failed() const { return failed_ > 0; }
  int cases() const { return passed_ + failed_ + skipped_ + known_; }

 private:
  struct Group {
    int passed = 0, failed = 0, skipped = 0, no_kernel = 0, known = 0;
    int gradients = 0, seconds = 0;  // of those that passed
    std::set<std::string> dtypes;
    std::vector<std::string> messages;
  };
  void PrintGroup(const std::string& name, const Group& group) const;

  const bool verbose_;
  std::map<std::string, Group> groups_;  // of the current file
  int passed_ = 0, failed_ = 0, skipped_ = 0, known_ = 0;
};

}  // namespace eager::conformance
