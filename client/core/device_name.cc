#include "client/core/device_name.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status_macros.h"

namespace eager::internal {
namespace {

absl::Status Senseless(absl::string_view text, absl::string_view part, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("'", text, "' names no device: ", why, " '", part,
                                                 "'; \"/cpu:0\" or \"", kWorkerPrefix, "/device:GPU:0\" would"));
}

bool IsDeviceType(absl::string_view type) {
  constexpr absl::string_view kTypes[] = {"CPU", "GPU", "TPU", "XLA_CPU", "XLA_GPU"};
  return std::find(std::begin(kTypes), std::end(kTypes), type) != std::end(kTypes);
}

bool ParseIndex(absl::string_view text, int& index) {
  const bool digits = !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
  return digits && absl::SimpleAtoi(text, &index);
}

// "GPU", "GPU:0", "GPU:*"
absl::Status ParseDevice(absl::string_view text, absl::string_view part, const std::vector<absl::string_view>& words,
                         DeviceName& name) {
  const std::string type = absl::AsciiStrToUpper(words[0]);
  if (!IsDeviceType(type)) return Senseless(text, part, "there is no type of device in");
  if (!name.type.empty()) return Senseless(text, part, "a second device is named by");
  name.type = type;
  const bool any = words.size() < 2 || words[1] == "*";
  if (words.size() > 2 || (!any && !ParseIndex(words[1], name.index))) {
    return Senseless(text, part, "there is no index in");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<DeviceName> DeviceName::Parse(absl::string_view text) {
  DeviceName name;
  for (absl::string_view part : absl::StrSplit(text, '/', absl::SkipEmpty())) {
    std::vector<absl::string_view> words = absl::StrSplit(part, ':');
    const std::string key = absl::AsciiStrToLower(words[0]);
    int number = 0;
    if (key == "job" && words.size() == 2 && !words[1].empty()) {
      name.other_host |= words[1] != "worker" && words[1] != "localhost";
    } else if (key == "replica" || key == "task") {
      if (words.size() != 2 || !ParseIndex(words[1], number)) return Senseless(text, part, "there is no number in");
      name.other_host |= number != 0;
    } else {
      if (key == "device" && words.size() > 1) words.erase(words.begin());
      RETURN_IF_ERROR(ParseDevice(text, part, words, name));
    }
  }
  return name;
}

}  // namespace eager::internal
