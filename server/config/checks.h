// What flags may be, beyond what CLI11 knows; their texts say what was expected.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace eager::server {

// A number of seconds from 0 up to some 30 years.
CLI::Validator Seconds();
// A size from 0 as 1048576, 64MiB or 4GiB, turned into bytes.
CLI::Validator ByteSize();
// One of these words, turned into the number of what it stands for. (CLI11's own takes the numbers as well.)
template <class T>
CLI::Validator OneOf(const std::map<std::string, T>& words) {
  return CLI::Validator(
      [words](std::string& text) {
        const auto found = words.find(text);
        if (found == words.end()) {
          std::string expected;
          for (const auto& [word, value] : words) expected += (expected.empty() ? "expected one of " : ", ") + word;
          return expected + ", got " + (text.empty() ? "nothing" : text);
        }
        text = std::to_string(static_cast<int>(found->second));
        return std::string();
      },
      "");
}

// The one of `names` that somebody who wrote `wrong` may have meant; "" if none is near.
std::string Nearest(absl::string_view wrong, const std::vector<std::string>& names);
// ", did you mean 'NAME'?", or "".
std::string DidYouMean(absl::string_view wrong, const std::vector<std::string>& names);

}  // namespace eager::server
