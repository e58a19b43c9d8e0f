// eagerd: flags -> Server::Make -> wait for a signal -> drain.

#include <grpc/support/log.h>
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <thread>

#include "absl/synchronization/mutex.h"
#include "common/cli/man_page.h"
#include "server/configuration.h"
#include "server/http/front.h"
#include "server/log/log.h"
#include "server/metrics/monitor.h"
#include "server/rpc/health_check.h"
#include "server/rpc/server.h"
#include "server/rpc/version.h"

namespace {

using eager::server::Configuration;
using eager::server::HttpFront;
using eager::server::Log;
using eager::server::LogLevel;
using eager::server::Monitor;
using eager::server::Server;
using eager::server::ServerOptions;

// gRPC's own lines would stand between ours in another form; what matters of them comes back as a status.
void LogGrpc(gpr_log_func_args* args) { Log(LogLevel::kDebug, "grpc", {{"message", args->message}}); }

// A second signal means now: what is on the disk is the last complete save.
void LeaveAtTheNext(const sigset_t& signals) {
  std::thread([signals] {
    int received = 0;
    sigwait(&signals, &received);
    Log(LogLevel::kWarning, "stopped_at_once", {{"signal", strsignal(received)}});
    _exit(128 + received);
  }).detach();
}

// Whether a start would find nothing wrong with the settings and the files that they name. Touches no port and no device.
int CheckConfig(const eager::server::Flags& flags) {
  const absl::Status status = Server::Check(ToServerOptions(flags));
  if (status.ok()) return 0;
  std::cerr << "eagerd: " << status.message() << "\n";
  return 2;
}

int Serve(std::unique_ptr<Configuration> configuration, int argc, char** argv) {
  gpr_set_log_function(LogGrpc);
  // Blocked before any thread starts, so that only sigwait below sees them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const ServerOptions options = ToServerOptions(configuration->flags());
  // Answers from the first moment on: alive, not ready.
  Monitor monitor(configuration->Values());
  absl::StatusOr<std::unique_ptr<HttpFront>> http = HttpFront::Start(configuration->flags().http, options.security.insecure, monitor);
  if (!http.ok()) {
    std::cerr << "eagerd: " << http.status().message() << "\n";
    return 2;
  }
  absl::StatusOr<std::unique_ptr<Server>> server = Server::Make(options);
  if (!server.ok()) {
    std::cerr << "eagerd: " << server.status().message() << "\n";
    return 2;
  }
  for (const std::string& address : (*server)->addresses()) Log(LogLevel::kInfo, "listening", {{"address", address}});
  const eager::server::DeviceSet& devices = (*server)->devices();
  if (!devices.why_no_gpu().empty()) Log(LogLevel::kInfo, "no_gpu", {{"reason", devices.why_no_gpu()}});
  for (const auto& device : devices.devices()) {
    const eager::server::DeviceAttributes& a = device->attributes();
    Log(LogLevel::kInfo, "device", {{"name", a.name}, {"memory_limit", a.memory_limit}, {"description", a.physical_desc}});
  }
  monitor.Watch(**server);
  Log(LogLevel::kInfo, "ready", {{"version", eager::server::kVersion}});

  int received = 0;
  while (sigwait(&signals, &received) == 0 && received == SIGHUP) Configuration::Reload(configuration, argc, argv, **server);
  const double grace = configuration->flags().grace_seconds;
  Log(LogLevel::kInfo, "draining", {{"signal", strsignal(received)}, {"grace_seconds", grace}});
  LeaveAtTheNext(signals);
  monitor.Drain();
  (*server)->Shutdown(absl::Seconds(grace));
  http->reset();
  monitor.Forget();
  eager::server::FlushLog();
  Log(LogLevel::kInfo, "stopped");
  return 0;
}

int PrintManPage() {
  CLI::App app("", "eagerd");
  eager::server::Flags flags;
  AddFlags(app, flags);
  eager::cli::ManText text;
  text.section = 8;
  text.version = eager::server::kVersion;
  text.name = "own the devices of a host and run eager tensor ops for clients";
  text.synopsis = "[FLAG ...]";
  text.description = "A daemon that holds tensors and variables in the memory of a host's devices, and runs ops and tape-based gradients that\n"
                     "clients ask for over gRPC.\n\n"
                     "Every flag is also a variable of the environment, and a key of the file of --config. A flag counts before its variable,\n"
                     "that before the file, that before the default. --print-config tells what is in effect, and where it came from.";
  text.sections = {
      {"FILES", "/etc/eagerd/eagerd.toml: the settings of the packaged service, in TOML. The keys are the names of the flags:\n\n"
                "  listen = [\"127.0.0.1:8470\", \"unix:/run/eagerd/eagerd.sock\"]\n  session-grace = 60\n  cpu-memory-limit = \"32GiB\"\n"
                "  state = \"/var/lib/eagerd\"\n\n  [limit]\n  session-handles = 100000\n\n"
                "What is unknown or wrong is refused with its line."},
      {"SIGNALS", "SIGTERM, SIGINT: become not ready, let running work take --grace seconds, save named variables, exit with 0. A second one:\n"
                  "exit at once.\n\n"
                  "SIGHUP: read the settings, limits, tokens and certificates again. Limits, --max-sessions, --grace and what is logged change at\n"
                  "once; what needs a restart is named in the log. If anything is wrong, nothing changes."},
      {"EXIT STATUS", "0: stopped by a signal. 1: --check found no healthy daemon. 2: wrong settings, or a start that failed."}};
  text.see_also = "eagerctl(1)";
  std::cout << eager::cli::ManPage(app, text);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string(argv[1]) == "--man") return PrintManPage();  // for the build
  CLI::App app{"eagerd owns the devices of this host and runs eager ops on them for clients over gRPC.", "eagerd"};
  absl::StatusOr<std::unique_ptr<Configuration>> configuration = absl::InternalError("");
  try {
    configuration = Configuration::Read(app, argc, argv);
  } catch (const CLI::Success& e) {  // --help, --version
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    std::cerr << "eagerd: " << e.what() << " (see eagerd --help)\n";
    return 2;
  }
  if (!configuration.ok()) {
    std::cerr << "eagerd: " << configuration.status().message() << "\n";
    return 2;
  }
  const eager::server::Flags& flags = (*configuration)->flags();
  if (flags.print_config) {
    std::cout << (*configuration)->ToFile();
    return std::cout.flush() ? 0 : 1;
  }
  if (!flags.check.empty()) return eager::server::CheckHealth(flags.check);
  eager::server::SetUpLog(flags);
  // Debian builds abseil with its search for deadlocks, which every mutex of gRPC then pays for.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  if (flags.check_config) return CheckConfig(flags);
  return Serve(*std::move(configuration), argc, argv);
}
