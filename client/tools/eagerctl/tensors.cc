// eagerctl tensors: how many there are and what they take, by session and device.

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/tools/eagerctl/print.h"
#include "client/tools/eagerctl/subcommands.h"
#include "common/status_macros.h"

namespace eager::ctl {
namespace {

using Stub = v1::TensorService::Stub;

struct Options {
  std::string session;
  bool json = false;
};

struct Lists {
  v1::ListSessionsResponse sessions;
  v1::ListDevicesResponse devices;
};

void PrintTable(const Lists& lists) {
  Table table({"session", "tenant", "client", ">tensors", "device", ">bytes"});
  for (const v1::SessionInfo& s : lists.sessions.sessions()) {
    std::string tensors = absl::StrCat(s.handles());
    if (s.memory().empty()) table.Add({s.id(), s.tenant(), s.client(), tensors, "-", Bytes(0)});
    for (const v1::DeviceBytes& memory : s.memory()) {
      table.Add({s.id(), s.tenant(), s.client(), tensors, memory.device(), Bytes(memory.bytes())});
      tensors.clear();  // once a session
    }
  }
  table.Print(std::cout);
  for (const v1::DeviceInfo& d : lists.devices.devices()) {
    std::cout << d.name() << ": " << Bytes(d.bytes_in_use()) << " in " << d.live_buffers()
              << " buffers, those of named variables and of sessions that are not yours included\n";
  }
}

absl::Status PrintAsJson(const Lists& lists) {
  nlohmann::json sessions = nlohmann::json::array(), devices = nlohmann::json::array();
  for (const v1::SessionInfo& s : lists.sessions.sessions()) {
    nlohmann::json memory = nlohmann::json::array();
    for (const v1::DeviceBytes& m : s.memory()) memory.push_back({{"device", m.device()}, {"bytes", m.bytes()}});
    sessions.push_back({{"id", s.id()}, {"tenant", s.tenant()}, {"client", s.client()}, {"tensors", s.handles()}, {"memory", memory}});
  }
  for (const v1::DeviceInfo& d : lists.devices.devices()) {
    devices.push_back({{"name", d.name()}, {"bytes_in_use", d.bytes_in_use()}, {"buffers", d.live_buffers()}});
  }
  return PrintJson({{"sessions", sessions}, {"devices", devices}});
}

absl::Status Show(const Options& options, Remote& remote) {
  Lists lists;
  ASSIGN_OR_RETURN(const v1::ListSessionsResponse all, remote.Call(&Stub::ListSessions, v1::ListSessionsRequest()));
  for (const v1::SessionInfo& s : all.sessions()) {
    if (options.session.empty() || s.id() == options.session) *lists.sessions.add_sessions() = s;
  }
  if (!options.session.empty() && lists.sessions.sessions().empty()) {
    return absl::NotFoundError(absl::StrCat("there is no session '", options.session, "'; see eagerctl sessions"));
  }
  ASSIGN_OR_RETURN(lists.devices, remote.Call(&Stub::ListDevices, v1::ListDevicesRequest()));
  if (options.json) return PrintAsJson(lists);
  PrintTable(lists);
  return absl::OkStatus();
}

}  // namespace

void AddTensors(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  CLI::App* tensors = app.add_subcommand("tensors", "Count tensors and their bytes by session and device");
  tensors->add_option("SESSION", options->session, "Only this one, as `eagerctl sessions` lists it");
  tensors->add_flag("--json", options->json, "As JSON");
  tensors->callback([options, &run] { run = [options](Remote& remote) { return Show(*options, remote); }; });
}

}  // namespace eager::ctl
