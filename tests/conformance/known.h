// Where results are known to differ from TensorFlow's, and why: tests/ops/known_differences.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/conformance/report.h"

namespace eager::conformance {

// A line is "PATTERN  REASON": the op (or what the report groups by) and the case's id with a slash between them, where
// `*` stands for any text, then why it differs. Empty lines and those that start with # say nothing.
class KnownDifferences {
 public:
  // NOT_FOUND without the file, INVALID_ARGUMENT for a line without a reason.
  static absl::StatusOr<KnownDifferences> Read(const std::string& path);
  static absl::StatusOr<KnownDifferences> Parse(absl::string_view text, absl::string_view path);

  // A failure that a line names is a known one, with the line's reason. A named case that passes is a failure: the line
  // is out of date.
  Outcome Judge(const CaseInfo& info, Outcome outcome) const;

 private:
  struct Line {
    std::string pattern, reason;
  };
  std::vector<Line> lines_;
};

}  // namespace eager::conformance
