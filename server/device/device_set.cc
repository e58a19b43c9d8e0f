#include "server/device/device_set.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/device/cpu/cpu_device.h"

namespace eager::server {
namespace {

// "/job:worker/replica:0/task:0/device:CPU:0", "/cpu:0", "CPU:0", "cpu" -> "CPU:0"
std::string Canonical(absl::string_view name) {
  std::string upper = absl::AsciiStrToUpper(name);
  absl::string_view rest = upper;
  if (const size_t at = rest.rfind('/'); at != absl::string_view::npos) rest.remove_prefix(at + 1);
  absl::ConsumePrefix(&rest, "DEVICE:");
  return absl::StrContains(rest, ':') ? std::string(rest) : absl::StrCat(rest, ":0");
}

}  // namespace

absl::StatusOr<std::unique_ptr<DeviceSet>> DeviceSet::Make(absl::string_view devices, int64_t cpu_memory_limit) {
  auto set = std::make_unique<DeviceSet>();
  for (absl::string_view word : absl::StrSplit(devices, ',', absl::SkipWhitespace())) {
    word = absl::StripAsciiWhitespace(word);
    const std::string name = Canonical(word);
    if (absl::StartsWith(name, "GPU:") || absl::StartsWith(name, "CUDA:")) {
      return absl::NotFoundError(absl::StrCat("device '", word, "': this build of eagerd has no CUDA"));
    }
    if (name != "CPU:0") {
      return absl::InvalidArgumentError(absl::StrCat("unknown device '", word, "'; known are: cpu, gpu:N"));
    }
    if (set->host_ != nullptr) return absl::InvalidArgumentError(absl::StrCat("device '", word, "' is named twice"));
    set->devices_.push_back(std::make_unique<CpuDevice>(0, cpu_memory_limit));
    set->host_ = set->devices_.back().get();
  }
  if (set->devices_.empty()) return absl::InvalidArgumentError("no device is named; try 'cpu'");
  return set;
}

absl::StatusOr<Device*> DeviceSet::Find(absl::string_view name) const {
  if (name.empty()) return &default_device();
  const std::string wanted = Canonical(name);
  for (const auto& device : devices_) {
    if (Canonical(device->attributes().name) == wanted) return device.get();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("unknown device '", name, "'; available are: ",
                   absl::StrJoin(devices_, ", ", [](std::string* s, const auto& d) { absl::StrAppend(s, d->attributes().name); })));
}

}  // namespace eager::server
