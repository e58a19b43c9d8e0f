#include "server/config/checks.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/cli/checks.h"

namespace eager::server {
namespace {

std::string ParseSize(std::string& text) {
  const size_t digits = std::min(text.size(), text.find_first_not_of("0123456789"));
  const std::string unit = absl::AsciiStrToLower(absl::StripAsciiWhitespace(absl::string_view(text).substr(digits)));
  int shift = -1;
  if (unit.empty() || unit == "b") {
    shift = 0;
  } else if (const size_t power = absl::string_view("kmgtpe").find(unit[0]); power != absl::string_view::npos) {
    const absl::string_view rest = absl::string_view(unit).substr(1);
    if (rest.empty() || rest == "b" || rest == "i" || rest == "ib") shift = 10 * (static_cast<int>(power) + 1);
  }
  int64_t number = 0;
  if (digits == 0 || shift < 0 || !absl::SimpleAtoi(absl::string_view(text).substr(0, digits), &number) ||
      number > std::numeric_limits<int64_t>::max() >> shift) {
    return absl::StrCat("expected a size such as 4GiB, 0 or more, got ", text.empty() ? "nothing" : text);
  }
  text = absl::StrCat(number << shift);
  return "";
}

// How many letters must be put in, taken out or exchanged.
size_t Distance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t exchanged = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, exchanged}));
    }
  }
  return row.back();
}

}  // namespace

CLI::Validator Seconds() { return cli::Seconds(0, 1e9); }
CLI::Validator ByteSize() { return CLI::Validator(&ParseSize, ""); }

std::string Nearest(absl::string_view wrong, const std::vector<std::string>& names) {
  if (wrong.size() > 64) return "";
  std::string plain = absl::AsciiStrToLower(wrong);
  std::replace(plain.begin(), plain.end(), '_', '-');
  std::string nearest;
  size_t least = std::max<size_t>(2, plain.size() / 4) + 1;
  for (const std::string& name : names) {
    const size_t distance = Distance(plain, name);
    if (distance < least && distance < name.size()) {
      least = distance;
      nearest = name;
    }
  }
  return nearest;
}

std::string DidYouMean(absl::string_view wrong, const std::vector<std::string>& names) {
  const std::string nearest = Nearest(wrong, names);
  return nearest.empty() ? "" : absl::StrCat(", did you mean '", nearest, "'?");
}

}  // namespace eager::server
