// eagerctl health and version: whether a daemon serves, and which one it is.

#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "client/tools/eagerctl/print.h"
#include "client/tools/eagerctl/subcommands.h"
#include "common/status_macros.h"

namespace eager::ctl {
namespace {

using Stub = v1::TensorService::Stub;

absl::Status Health(bool json, Remote& remote) {
  ASSIGN_OR_RETURN(const bool serving, remote.Serving());
  // Who may call at all hears what is amiss as well.
  const absl::StatusOr<v1::ListDevicesResponse> list = remote.Call(&Stub::ListDevices, v1::ListDevicesRequest());
  nlohmann::json devices = nlohmann::json::array();
  std::string failed;
  if (list.ok()) {
    for (const v1::DeviceInfo& d : list->devices()) {
      devices.push_back({{"name", d.name()}, {"healthy", d.failure().empty()}, {"failure", d.failure()}});
      if (!d.failure().empty()) absl::StrAppend(&failed, failed.empty() ? "" : "; ", d.name(), ": ", d.failure());
    }
  }
  if (json) {
    RETURN_IF_ERROR(PrintJson({{"serving", serving}, {"address", remote.address()}, {"devices", devices}}));
  } else if (serving) {
    std::cout << remote.address() << " serves\n";
  }
  if (serving) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      remote.address(), " does not serve: ", failed.empty() ? "it is starting or shutting down" : failed));
}

absl::Status Version(bool json, Remote& remote) {
  v1::HelloRequest request;
  request.set_min_version(1);
  request.set_max_version(1);
  request.set_client("eagerctl");
  const absl::StatusOr<v1::HelloResponse> hello = remote.Call(&Stub::Hello, request);
  if (json) {
    nlohmann::json versions = {{"client", EAGERCTL_VERSION}, {"server", nullptr}, {"address", remote.address()}};
    if (hello.ok()) {
      versions["server"] = hello->server_version();
      versions["protocol"] = hello->version();
    }
    RETURN_IF_ERROR(PrintJson(versions));
  } else {
    std::cout << "eagerctl " << EAGERCTL_VERSION << "\n";
    if (hello.ok()) std::cout << "eagerd   " << hello->server_version() << "  at " << remote.address() << ", protocol " << hello->version() << "\n";
  }
  return hello.status();
}

void Add(CLI::App& app, Run& run, const char* name, const char* what, absl::Status (*deed)(bool, Remote&)) {
  auto json = std::make_shared<bool>(false);
  CLI::App* sub = app.add_subcommand(name, what);
  sub->add_flag("--json", *json, "As JSON");
  sub->callback([json, deed, &run] { run = [json, deed](Remote& remote) { return deed(*json, remote); }; });
}

}  // namespace

void AddHealth(CLI::App& app, Run& run) { Add(app, run, "health", "Ask whether the daemon serves: exit 0 if it does, 1 if not, 3 without one", &Health); }
void AddVersion(CLI::App& app, Run& run) { Add(app, run, "version", "Versions of this tool and of the daemon", &Version); }

}  // namespace eager::ctl
