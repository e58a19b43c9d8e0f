// eagerctl: asks a daemon from a shell. One file per subcommand; see README.md.

#include <grpc/support/log.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "client/tools/eagerctl/subcommands.h"

namespace {

enum ExitCode { kDone = 0, kRefused = 1, kUsage = 2, kNoDaemon = 3 };

constexpr char kFooter[] =
    "Exit codes: 0 done; 1 the daemon refused, or has no such thing; 2 wrong usage; 3 no daemon answers.";

// gRPC's own lines would stand between ours; what matters of them comes back as a status.
void Drop(gpr_log_func_args*) {}

int Fail(const absl::Status& status) {
  std::cerr << "eagerctl: " << status.message() << "\n";
  return absl::IsUnavailable(status) ? kNoDaemon : kRefused;
}

}  // namespace

int main(int argc, char** argv) {
  gpr_set_log_function(&Drop);
  CLI::App app("Looks into an eagerd", "eagerctl");
  app.footer(kFooter);
  app.require_subcommand(1);
  app.fallthrough();
  std::string server = "localhost:8470";
  double timeout = 10;
  app.add_option("--server", server, "Address of the daemon: host:port or unix:/path")->envname("EAGERD_ADDRESS")->capture_default_str();
  app.add_option("--timeout", timeout, "Seconds to wait for its answer")->check(CLI::PositiveNumber)->capture_default_str();
  eager::ctl::Run run;
  eager::ctl::AddDevices(app, run);
  eager::ctl::AddOps(app, run);
  eager::ctl::AddVariables(app, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? kDone : kUsage;
  }
  eager::ctl::Remote remote(server, timeout);
  const absl::Status status = run(remote);
  return status.ok() ? kDone : Fail(status);
}
