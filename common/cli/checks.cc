#include "common/cli/checks.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace eager::cli {

CLI::Validator Seconds(double least, double most) {
  return CLI::Validator(
      [least, most](std::string& text) -> std::string {
        double seconds = 0;
        if (absl::SimpleAtod(text, &seconds) && seconds >= least && seconds <= most) return "";  // never for nan
        return absl::StrCat("expected seconds, ", least, " to ", most, ", got ", text.empty() ? "nothing" : text);
      },
      "");
}

}  // namespace eager::cli
