// eagerctl: asks a daemon from a shell. One file per subcommand; see README.md.

#include <grpc/support/log.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "client/tools/eagerctl/subcommands.h"
#include "common/cli/checks.h"
#include "common/cli/man_page.h"

namespace {

enum ExitCode { kDone = 0, kRefused = 1, kUsage = 2, kNoDaemon = 3 };

constexpr char kExitCodes[] =
    "Exit codes: 0 done; 1 the daemon refused, failed, or has no such thing; 2 wrong usage; 3 no daemon answers.";

constexpr char kExamples[] = R"(  eagerctl run AddV2 '[1, 2.5]' 10
  eagerctl run MatMul a.npy b.npy --attr transpose_b=true --out c.npy
  eagerctl run Sum '[[1, 2], [3, 4]]' 1 --attr keep_dims=true --device cpu:0
  eagerctl run Neg -- -2.5
  eagerctl top --once --json
  eagerctl variables put step 0 --dtype int64)";

constexpr char kValues[] =
    R"(An input is FILE.npy, a value as JSON, or DTYPE:VALUES. Whole numbers are int32 (int64 where they must be), other numbers float32; nan, inf and -inf are float32. Texts are '"text"' or string:text. A number that begins with a minus stands behind --, after all flags.)";

// gRPC's own lines would stand between ours; what matters of them comes back as a status.
void Drop(gpr_log_func_args*) {}

int Fail(const absl::Status& status, const std::string& server) {
  std::string message(status.message());
  if (!absl::IsUnavailable(status)) {
    std::cerr << "eagerctl: " << message << "\n";
    return kRefused;
  }
  if (message.find("--server") == std::string::npos) message += " (" + server + "; start one, or name another with --server or EAGERD_ADDRESS)";
  std::cerr << "eagerctl: " << message << "\n";
  return kNoDaemon;
}

int PrintManPage(const CLI::App& app) {
  eager::cli::ManText text;
  text.section = 1;
  text.version = EAGERCTL_VERSION;
  text.name = "look into an eagerd, and have it compute";
  text.synopsis = "[--server ADDRESS] [FLAG ...] COMMAND [ARGUMENT ...]";
  text.description = "Asks the daemon eagerd from a shell: what it has and does, single ops, named variables, sessions.\n\n"
                     "Tables are for people; --json of each command is for programs.";
  text.sections = {{"VALUES", kValues},
                   {"EXIT STATUS", "0: done.\n\n1: the daemon refused, failed, or has no such thing.\n\n2: wrong usage.\n\n3: no daemon answers."},
                   {"EXAMPLES", kExamples}};
  text.see_also = "eagerd(8)";
  std::cout << eager::cli::ManPage(app, text);
  return kDone;
}

}  // namespace

int main(int argc, char** argv) {
  gpr_set_log_function(&Drop);
  CLI::App app("Looks into an eagerd", "eagerctl");
  app.set_version_flag("--version", EAGERCTL_VERSION);
  app.footer(kExitCodes);
  app.require_subcommand(1);
  app.fallthrough();
  std::string server = "localhost:8470";
  double timeout = 10;
  app.add_option("--server", server, "Address of the daemon: host:port or unix:/path")->envname("EAGERD_ADDRESS")->type_name("ADDRESS")->capture_default_str();
  app.add_option("--timeout", timeout, "Seconds to wait for its answer")->check(eager::cli::Seconds(0.001, 1e6))->type_name("SECONDS")->capture_default_str();
  eager::ChannelOptions channel;
  app.add_option("--tls-ca", channel.ca, "PEM file of who signs the daemon's certificate; with it the connection is TLS")
      ->envname("EAGERD_TLS_CA")->type_name("FILE");
  app.add_option("--tls-cert", channel.cert, "PEM file of your certificate, for a daemon that asks for one")->envname("EAGERD_TLS_CERT")->type_name("FILE");
  app.add_option("--tls-key", channel.key, "PEM file of its key")->envname("EAGERD_TLS_KEY")->type_name("FILE");
  app.add_option("--tls-server-name", channel.server_name, "The name in the daemon's certificate, if it is not the address's")
      ->envname("EAGERD_TLS_SERVER_NAME");
  app.add_option("--token", channel.token, "Says who you are; rather in the environment, as others see the flags of programs")
      ->envname("EAGERD_TOKEN");
  app.add_flag("--token-in-plaintext", channel.token_in_plaintext, "Send it although others on the network can read it");
  eager::ctl::Run run;
  for (const auto add : {&eager::ctl::AddDevices, &eager::ctl::AddOps, &eager::ctl::AddProfile, &eager::ctl::AddRun, &eager::ctl::AddSessions, &eager::ctl::AddTensors,
                         &eager::ctl::AddVariables, &eager::ctl::AddTop, &eager::ctl::AddHealth, &eager::ctl::AddBench,
                         &eager::ctl::AddToken, &eager::ctl::AddVersion, &eager::ctl::AddCompletion}) {
    add(app, run);
  }
  if (argc == 2 && std::string(argv[1]) == "--man") return PrintManPage(app);  // for the build
  // CLI11 would take [1, 2] for two values. JSON is the same behind a space.
  std::vector<std::string> words(argv, argv + argc);
  std::vector<const char*> arguments;
  for (std::string& word : words) arguments.push_back((word[0] == '[' ? word.insert(0, " ") : word).c_str());
  try {
    app.parse(argc, arguments.data());
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? kDone : kUsage;
  }
  eager::ctl::Remote remote(server, timeout, channel);
  const absl::Status status = run(remote);
  return status.ok() ? kDone : Fail(status, server);
}
