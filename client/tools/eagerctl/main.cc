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
  eager::ChannelOptions channel;
  app.add_option("--tls-ca", channel.ca, "PEM file of who signs the daemon's certificate; with it the connection is TLS")
      ->envname("EAGERD_TLS_CA");
  app.add_option("--tls-cert", channel.cert, "PEM file of your certificate, for a daemon that asks for one")->envname("EAGERD_TLS_CERT");
  app.add_option("--tls-key", channel.key, "PEM file of its key")->envname("EAGERD_TLS_KEY");
  app.add_option("--tls-server-name", channel.server_name, "The name in the daemon's certificate, if it is not the address's")
      ->envname("EAGERD_TLS_SERVER_NAME");
  app.add_option("--token", channel.token, "Says who you are; rather in the environment, as others see the flags of programs")
      ->envname("EAGERD_TOKEN");
  app.add_flag("--token-in-plaintext", channel.token_in_plaintext, "Send it although others on the network can read it");
  eager::ctl::Run run;
  eager::ctl::AddDevices(app, run);
  eager::ctl::AddOps(app, run);
  eager::ctl::AddSessions(app, run);
  eager::ctl::AddProfile(app, run);
  eager::ctl::AddToken(app, run);
  eager::ctl::AddVariables(app, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? kDone : kUsage;
  }
  eager::ctl::Remote remote(server, timeout, channel);
  const absl::Status status = run(remote);
  return status.ok() ? kDone : Fail(status);
}
