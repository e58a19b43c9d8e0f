// eagerctl sessions and kill: who uses a daemon, and ending that.

#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
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

struct KillOptions {
  std::string id;
  bool json = false;
};

void PrintTable(const v1::ListSessionsResponse& list) {
  Table table({"id", "tenant", "client", ">age", ">ops", ">tensors", ">bytes", "peer"});
  for (const v1::SessionInfo& s : list.sessions()) {
    int64_t bytes = 0;
    for (const v1::DeviceBytes& memory : s.memory()) bytes += memory.bytes();
    table.Add({s.id(), s.tenant(), s.client(), Age(s.age_seconds()), absl::StrCat(s.ops()), absl::StrCat(s.handles()), Bytes(bytes), s.peer()});
  }
  table.Print(std::cout);
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

absl::Status Kill(const std::string& id, bool json, Remote& remote) {
  v1::KillSessionRequest request;
  request.set_id(id);
  RETURN_IF_ERROR(remote.Call(&Stub::KillSession, request).status());
  if (json) return PrintJson({{"ended", id}});
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

  auto kill_options = std::make_shared<KillOptions>();
  CLI::App* kill = app.add_subcommand("kill", "End a session: its client gets an error, and its tensors are freed");
  kill->add_option("ID", kill_options->id, "As `eagerctl sessions` lists it")->required();
  kill->add_flag("--json", kill_options->json, "As JSON");
  kill->callback([kill_options, &run] {
    run = [kill_options](Remote& remote) { return Kill(kill_options->id, kill_options->json, remote); };
  });
}

}  // namespace eager::ctl
