#include "server/device/cuda/nvml.h"

#include <dlfcn.h>

namespace eager::server {
namespace {

template <class F>
void Load(void* library, const char* name, F*& function) {
  function = reinterpret_cast<F*>(dlsym(library, name));
}

}  // namespace

const Nvml& Nvml::Get() {
  static const Nvml* nvml = new Nvml();
  return *nvml;
}

Nvml::Nvml() {
  void* library = dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return;
  int (*init)() = nullptr;
  Load(library, "nvmlInit_v2", init);
  if (init == nullptr || init() != 0) return;
  Load(library, "nvmlDeviceGetHandleByPciBusId_v2", by_bus_id_);
  Load(library, "nvmlDeviceGetUtilizationRates", utilization_);
  Load(library, "nvmlDeviceGetMemoryInfo", memory_);
  Load(library, "nvmlDeviceGetPowerUsage", power_);
  Load(library, "nvmlDeviceGetEnforcedPowerLimit", power_limit_);
  Load(library, "nvmlDeviceGetTemperature", temperature_);
  Load(library, "nvmlDeviceGetTotalEccErrors", ecc_);
}

HardwareStats Nvml::Read(const std::string& bus_id) const {
  HardwareStats stats;
  Handle device = nullptr;
  if (by_bus_id_ == nullptr || by_bus_id_(bus_id.c_str(), &device) != 0) return stats;
  constexpr int kGpuSensor = 0, kCorrected = 0, kUncorrected = 1, kSinceLoaded = 0;
  Utilization utilization;
  if (utilization_ != nullptr && utilization_(device, &utilization) == 0) {
    stats.utilization_percent = static_cast<int>(utilization.gpu);
    stats.memory_utilization_percent = static_cast<int>(utilization.memory);
  }
  Memory memory;
  if (memory_ != nullptr && memory_(device, &memory) == 0) {
    stats.memory_used_bytes = static_cast<int64_t>(memory.used);
    stats.memory_total_bytes = static_cast<int64_t>(memory.total);
  }
  unsigned value = 0;
  if (power_ != nullptr && power_(device, &value) == 0) stats.power_watts = value / 1000.0;
  if (power_limit_ != nullptr && power_limit_(device, &value) == 0) stats.power_limit_watts = value / 1000.0;
  if (temperature_ != nullptr && temperature_(device, kGpuSensor, &value) == 0) {
    stats.temperature_celsius = static_cast<int>(value);
  }
  unsigned long long errors = 0;
  if (ecc_ != nullptr && ecc_(device, kCorrected, kSinceLoaded, &errors) == 0) {
    stats.ecc_errors_corrected = static_cast<int64_t>(errors);
  }
  if (ecc_ != nullptr && ecc_(device, kUncorrected, kSinceLoaded, &errors) == 0) {
    stats.ecc_errors_uncorrected = static_cast<int64_t>(errors);
  }
  return stats;
}

}  // namespace eager::server
