#include "tests/conformance/known.h"

#include <fstream>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace eager::conformance {
namespace {

// `*` is any text, all else itself.
bool Matches(absl::string_view pattern, absl::string_view text) {
  size_t p = 0, t = 0, star = absl::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++, resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p, ++t;
    } else if (star != absl::string_view::npos) {
      p = star + 1, t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace

absl::StatusOr<KnownDifferences> KnownDifferences::Read(const std::string& path) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat("there is no file of known differences at ", path));
  std::stringstream text;
  text << file.rdbuf();
  return Parse(text.str(), path);
}

absl::StatusOr<KnownDifferences> KnownDifferences::Parse(absl::string_view text, absl::string_view path) {
  KnownDifferences known;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line[0] == '#') continue;
    const size_t space = line.find_first_of(" \t");
    if (space == absl::string_view::npos) {
      return absl::InvalidArgumentError(absl::StrCat(path, ":", number, ": '", line, "' has no reason"));
    }
    known.lines_.push_back({std::string(line.substr(0, space)), std::string(absl::StripAsciiWhitespace(line.substr(space)))});
  }
  return known;
}

Outcome KnownDifferences::Judge(const CaseInfo& info, Outcome outcome) const {
  const std::string name = absl::StrCat(info.group, "/", info.id);
  for (const Line& line : lines_) {
    if (!Matches(line.pattern, name)) continue;
    if (outcome.verdict == Verdict::kFailed) return Known(absl::StrCat(line.reason, " (", outcome.why, ")"));
    if (outcome.verdict == Verdict::kPassed) {
      return Failed(absl::StrCat("passes, although known_differences lists it as ", line.pattern, ": ", line.reason));
    }
  }
  return outcome;
}

}  // namespace eager::conformance
