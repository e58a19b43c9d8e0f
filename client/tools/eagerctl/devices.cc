// eagerctl devices: what a daemon's devices are and do, and bringing a failed one back.

#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "client/tools/eagerctl/print.h"
#include "client/tools/eagerctl/subcommands.h"
#include "common/status_macros.h"

namespace eager::ctl {
namespace {

struct Options {
  std::string reset;
  bool json = false;
};

std::string HardwareLine(const v1::HardwareInfo& h) {
  std::string line;
  const auto add = [&](const std::string& part) { absl::StrAppend(&line, line.empty() ? "" : ", ", part); };
  if (h.has_utilization_percent()) add(absl::StrCat("busy ", h.utilization_percent(), " %"));
  if (h.has_memory_used_bytes()) {
    add(absl::StrCat("memory of all processes ", Bytes(h.memory_used_bytes()), " of ", Bytes(h.memory_total_bytes())));
  }
  if (h.has_power_watts()) add(absl::StrCat(h.power_watts(), " W of ", h.power_limit_watts(), " W"));
  if (h.has_temperature_celsius()) add(absl::StrCat(h.temperature_celsius(), " °C"));
  if (h.has_ecc_errors_uncorrected()) {
    add(absl::StrCat("ECC errors ", h.ecc_errors_corrected(), " corrected, ", h.ecc_errors_uncorrected(), " not"));
  }
  return line;
}

void PrintDevice(const v1::DeviceInfo& d) {
  std::cout << d.name() << "  " << d.physical_desc() << "\n";
  if (!d.failure().empty()) std::cout << "  FAILED: " << d.failure() << "\n";
  std::cout << "  tensors: " << Bytes(d.bytes_in_use()) << " in " << d.live_buffers() << " buffers, at most "
            << Bytes(d.peak_bytes_in_use()) << "; pool " << Bytes(d.bytes_reserved()) << " of " << Bytes(d.memory_limit()) << "\n";
  if (const std::string line = HardwareLine(d.hardware()); !line.empty()) std::cout << "  hardware: " << line << "\n";
}

absl::Status Show(const Options& options, Remote& remote) {
  using Stub = v1::TensorService::Stub;
  if (!options.reset.empty()) {
    v1::ResetDeviceRequest request;
    request.set_device(options.reset);
    ASSIGN_OR_RETURN(const v1::DeviceInfo device, remote.Call(&Stub::ResetDevice, request));
    if (options.json) return PrintJson(device);
    PrintDevice(device);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const v1::ListDevicesResponse list, remote.Call(&Stub::ListDevices, v1::ListDevicesRequest()));
  if (options.json) return PrintJson(list);
  for (const v1::DeviceInfo& device : list.devices()) PrintDevice(device);
  std::cout << "copied for ops: " << Bytes(static_cast<int64_t>(list.bytes_copied_to_devices())) << " to devices, "
            << Bytes(static_cast<int64_t>(list.bytes_copied_to_host())) << " to the host, "
            << Bytes(static_cast<int64_t>(list.bytes_copied_between_devices())) << " between devices\n";
  return absl::OkStatus();
}

}  // namespace

void AddDevices(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  CLI::App* devices = app.add_subcommand("devices", "List the devices: memory, load, temperature, failures");
  devices->add_option("--reset", options->reset, "Bring this failed device back; what lies on it is lost");
  devices->add_flag("--json", options->json, "The daemon's answer as JSON");
  devices->callback([options, &run] { run = [options](Remote& remote) { return Show(*options, remote); }; });
}

}  // namespace eager::ctl
