// What NVIDIA's management library says of a GPU: load, power, temperature, errors.
#pragma once

#include <string>

#include "server/device/device.h"

namespace eager::server {

// Loaded from the driver when first asked for; without a driver everything is unknown. Thread-safe.
class Nvml {
 public:
  static const Nvml& Get();
  // The figures of the GPU at a PCI bus id, "0000:1b:00.0".
  HardwareStats Read(const std::string& bus_id) const;

 private:
  Nvml();
  // Of the library's C interface (its API reference, "Device Queries"): all give 0 for success.
  struct Utilization {
    unsigned gpu, memory;
  };
  struct Memory {
    unsigned long long total, free, used;
  };
  using Handle = void*;
  int (*by_bus_id_)(const char*, Handle*) = nullptr;
  int (*utilization_)(Handle, Utilization*) = nullptr;
  int (*memory_)(Handle, Memory*) = nullptr;
  int (*power_)(Handle, unsigned*) = nullptr;
  int (*power_limit_)(Handle, unsigned*) = nullptr;
  int (*temperature_)(Handle, int, unsigned*) = nullptr;
  int (*ecc_)(Handle, int, int, unsigned long long*) = nullptr;
};

}  // namespace eager::server
