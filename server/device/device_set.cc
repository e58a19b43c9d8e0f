#include "server/device/device_set.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/status_macros.h"
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

absl::StatusOr<std::unique_ptr<DeviceSet>> DeviceSet::Make(const DeviceOptions& options) {
  auto set = std::make_unique<DeviceSet>();
  for (absl::string_view word : absl::StrSplit(options.devices, ',', absl::SkipWhitespace())) {
    RETURN_IF_ERROR(set->Add(absl::StripAsciiWhitespace(word), options));
  }
  if (set->devices_.empty()) return absl::InvalidArgumentError("no device is named; try 'auto' or 'cpu'");
  if (set->host_ == nullptr) RETURN_IF_ERROR(set->AddCpu(options));
  return set;
}

absl::Status DeviceSet::Add(absl::string_view word, const DeviceOptions& options) {
  const std::string upper = absl::AsciiStrToUpper(word);
  if (upper == "AUTO" || upper == "GPU") {
    std::string why;
    const int gpus = CountGpus(&why);
    if (gpus == 0 && upper == "GPU") return absl::NotFoundError(absl::StrCat("device '", word, "': ", why));
    for (int ordinal = 0; ordinal < gpus; ++ordinal) RETURN_IF_ERROR(AddGpu(ordinal, options));
    if (upper == "GPU") return absl::OkStatus();
    why_no_gpu_ = why;
    return AddCpu(options);
  }
  const std::string name = Canonical(word);
  if (name == "CPU:0") return AddCpu(options);
  absl::string_view rest = name;
  int ordinal = -1;
  if (absl::ConsumePrefix(&rest, "GPU:") && absl::SimpleAtoi(rest, &ordinal)) return AddGpu(ordinal, options);
  return absl::InvalidArgumentError(absl::StrCat("unknown device '", word, "'; known are: auto, cpu, gpu, gpu:N"));
}

absl::Status DeviceSet::AddGpu(int ordinal, const DeviceOptions& options) {
  const std::string name = absl::StrCat("/device:GPU:", ordinal);
  for (const auto& device : devices_) {
    if (device->attributes().name == name) return absl::InvalidArgumentError(absl::StrCat("device '", name, "' is named twice"));
  }
  absl::StatusOr<std::unique_ptr<Device>> gpu = MakeGpu(ordinal, options.gpu);
  if (!gpu.ok()) return absl::Status(gpu.status().code(), absl::StrCat("device '", name, "': ", gpu.status().message()));
  devices_.push_back(*std::move(gpu));
  return absl::OkStatus();
}

absl::Status DeviceSet::AddCpu(const DeviceOptions& options) {
  if (host_ != nullptr) return absl::InvalidArgumentError("device 'cpu' is named twice");
  devices_.push_back(std::make_unique<CpuDevice>(0, options.cpu_memory_limit));
  host_ = devices_.back().get();
  return absl::OkStatus();
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
