#include "tests/conformance/report.h"

#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace eager::conformance {
namespace {

constexpr size_t kMessagesAGroup = 3;  // unless --verbose

}  // namespace

void Report::Add(const CaseInfo& info, const Outcome& outcome) {
  Group& group = groups_[info.group];
  group.dtypes.insert(info.dtypes.begin(), info.dtypes.end());
  switch (outcome.verdict) {
    case Verdict::kPassed:
      ++passed_, ++group.passed;
      group.gradients += info.gradient;
      group.seconds += info.second;
      return;
    case Verdict::kFailed:
      ++failed_, ++group.failed;
      group.messages.push_back(absl::StrCat("FAILED ", info.id, ": ", outcome.why));
      return;
    case Verdict::kKnown:
      ++known_, ++group.known;
      group.messages.push_back(absl::StrCat("known ", info.id, ": ", outcome.why));
      return;
    case Verdict::kSkipped:
      ++skipped_, ++group.skipped;
      break;
    case Verdict::kNoKernel:
      ++skipped_, ++group.skipped, ++group.no_kernel;
      break;
  }
  if (verbose_) group.messages.push_back(absl::StrCat("skipped ", info.id, ": ", outcome.why));
}

void Report::PrintGroup(const std::string& name, const Group& group) const {
  std::string line = absl::StrFormat("%-38s %4d passed %4d failed %4d skipped", name, group.passed, group.failed, group.skipped);
  if (group.no_kernel > 0) absl::StrAppend(&line, " (", group.no_kernel, " without a kernel)");
  if (group.known > 0) absl::StrAppend(&line, " ", group.known, " known");
  const auto count = [](int n) { return n == 0 ? std::string("no") : absl::StrCat(n); };
  std::cout << line << absl::StrFormat("  gradient %-4s second %-4s ", count(group.gradients), count(group.seconds))
            << absl::StrJoin(group.dtypes, " ") << "\n";
  size_t shown = 0;
  for (const std::string& message : group.messages) {
    if (!verbose_ && shown == kMessagesAGroup) {
      std::cout << "    and " << group.messages.size() - shown << " more (--verbose)\n";
      break;
    }
    std::cout << "    " << message << "\n";
    ++shown;
  }
}

void Report::PrintFile(absl::string_view file) {
  if (groups_.empty()) return;
  std::cout << "== " << file << "\n";
  for (const auto& [name, group] : groups_) PrintGroup(name, group);
  std::cout << std::flush;
  groups_.clear();
}

void Report::PrintSum() const {
  std::cout << passed_ << " passed, " << failed_ << " failed, " << skipped_ << " skipped";
  if (known_ > 0) std::cout << ", " << known_ << " known";
  std::cout << std::endl;
}

}  // namespace eager::conformance
