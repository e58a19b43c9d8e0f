// The devices of a context's server, listed and chosen.

#include <ostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/context.h"
#include "client/core/context_state.h"
#include "client/core/throw.h"

namespace eager {

std::vector<DeviceInfo> Context::devices() const {
  std::vector<DeviceInfo> devices;
  for (const auto& d : state_->session().server().devices()) {
    devices.push_back({d.name(), d.type(), d.memory_limit(), d.incarnation(), d.physical_desc()});
  }
  return devices;
}

std::vector<DeviceInfo> list_local_devices(std::source_location where) { return Context::Default(where).devices(); }

std::vector<PhysicalDevice> list_physical_devices(const std::string& device_type, std::source_location where) {
  std::vector<PhysicalDevice> list;
  for (const DeviceInfo& d : list_local_devices(where)) {
    if (!device_type.empty() && d.type != device_type) continue;
    list.push_back({absl::StrCat("/physical_", d.name.substr(1)), d.type});
  }
  return list;
}

bool is_gpu_available(std::source_location where) { return !list_physical_devices("GPU", where).empty(); }

std::string ToString(const DeviceInfo& d) {
  std::string text =
      absl::StrCat("name: \"", d.name, "\"\ndevice_type: \"", d.type, "\"\nmemory_limit: ", d.memory_limit,
                   "\nlocality {\n}\nincarnation: ", d.incarnation, "\n");
  if (!d.physical_desc.empty()) absl::StrAppend(&text, "physical_device_desc: \"", d.physical_desc, "\"\n");
  return text;
}

std::string ToString(const PhysicalDevice& d) {
  return absl::StrCat("PhysicalDevice(name='", d.name, "', device_type='", d.device_type, "')");
}

std::ostream& operator<<(std::ostream& out, const DeviceInfo& device) { return out << ToString(device); }
std::ostream& operator<<(std::ostream& out, const PhysicalDevice& device) { return out << ToString(device); }

namespace {

template <class T>
std::ostream& PrintList(std::ostream& out, const std::vector<T>& list) {
  return out << "[" << absl::StrJoin(list, ", ", [](std::string* s, const T& d) { s->append(ToString(d)); }) << "]";
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const std::vector<DeviceInfo>& list) { return PrintList(out, list); }
std::ostream& operator<<(std::ostream& out, const std::vector<PhysicalDevice>& list) { return PrintList(out, list); }

device::device(const std::string& name, std::source_location where) : outer_(internal::ThreadDevice()) {
  internal::ValueOrThrow(internal::DefaultState(where)->FindDevice(name), where);
  internal::ThreadDevice() = name;
}

device::~device() { internal::ThreadDevice() = outer_; }

}  // namespace eager
