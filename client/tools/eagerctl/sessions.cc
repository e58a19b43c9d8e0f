// eagerctl sessions and kill: who uses a daemon, and ending that.

#include <algorithm>
#include <iostream>
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
  std::string tenant;
  bool json = false;
};

void PrintTable(const v1::ListSessionsResponse& list) {
  size_t tenant = 6, client = 6;
  for (const v1::SessionInfo& s : list.sessions()) {
    tenant = std::max(tenant, s.tenant().size());
    client = std::max(client, s.client().size());
  }
  const auto line = [&](const auto& id, const auto& of, const auto& by, const auto& age, const auto& ops, const auto& tensors,
                        const auto& peer) {
    std::cout << absl::StrFormat("%-12s  %-*s  %-*s  %8s  %12s  %9s  %s\n", id, static_cast<int>(tenant), of,
                                 static_cast<int>(client), by, age, ops, tensors, peer);
  };
  line("id", "tenant", "client", "age", "ops", "tensors", "peer");
  for (const v1::SessionInfo& s : list.sessions()) {
    line(s.id(), s.tenant(), s.client(), absl::StrFormat("%.0f s", s.age_seconds()), absl::StrCat(s.ops()),
         absl::StrCat(s.handles()), s.peer());
  }
  std::cout << list.sessions_size() << (list.sessions_size() == 1 ? " session\n" : " sessions\n");
}

absl::Status Show(const Options& options, Remote& remote) {
  v1::ListSessionsRequest request;
  request.set_tenant(options.tenant);
  ASSIGN_OR_RETURN(const v1::ListSessionsResponse list, remote.Call(&Stub::ListSessions, request));
  if (options.json) return PrintJson(list);
  PrintTable(list);
  return absl::OkStatus();
}

absl::Status Kill(const std::string& id, Remote& remote) {
  v1::KillSessionRequest request;
  request.set_id(id);
  RETURN_IF_ERROR(remote.Call(&Stub::KillSession, request).status());
  std::cout << "ended " << id << "\n";
  return absl::OkStatus();
}

}  // namespace

void AddSessions(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  CLI::App* sessions = app.add_subcommand("sessions", "List your sessions; as an admin, everybody's");
  sessions->add_option("--tenant", options->tenant, "Only those of this tenant");
  sessions->add_flag("--json", options->json, "The daemon's answer as JSON");
  sessions->callback([options, &run] { run = [options](Remote& remote) { return Show(*options, remote); }; });

  auto id = std::make_shared<std::string>();
  CLI::App* kill = app.add_subcommand("kill", "End a session: its client gets an error, and its tensors are freed");
  kill->add_option("ID", *id, "As `eagerctl sessions` lists it")->required();
  kill->callback([id, &run] { run = [id](Remote& remote) { return Kill(*id, remote); }; });
}

}  // namespace eager::ctl
