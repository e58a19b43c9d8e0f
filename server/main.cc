// eagerd: flags -> Server::Make -> wait for a signal -> drain.

#include <grpc/support/log.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <thread>

#include "server/http/front.h"
#include "server/http_flags.h"
#include "server/limit_flags.h"
#include "server/metrics/log_counts.h"
#include "server/metrics/monitor.h"
#include "server/rpc/health_check.h"
#include "server/rpc/server.h"
#include "server/rpc/version.h"
#include "server/security_flags.h"

namespace {

using eager::server::HttpFront;
using eager::server::Monitor;
using eager::server::Server;
using eager::server::ServerOptions;

struct Flags {
  ServerOptions server;
  eager::server::HttpOptions http;
  double grace_seconds = 10;
  double state_interval_seconds = 0;
  double session_grace_seconds = 60;
  std::string log_level = "info";
  std::string check;  // an address: act as a health check's client instead
};

void AddFlags(CLI::App& app, Flags& flags) {
  app.set_version_flag("--version", eager::server::kVersion);
  app.set_config("--config", "", "Read flags from this file (name=value lines)")->envname("EAGERD_CONFIG");
  app.add_option("--listen", flags.server.listen, "Addresses for gRPC: host:port (port 0: any free one) or unix:/path")
      ->envname("EAGERD_LISTEN")->delimiter(',')->allow_extra_args(false)->capture_default_str();
  eager::server::DeviceOptions& devices = flags.server.devices;
  app.add_option("--devices", devices.devices,
                 "Devices to serve, comma-separated: auto (every GPU there is, and the CPU), cpu, gpu, gpu:N; the first is the default")
      ->envname("EAGERD_DEVICES")->capture_default_str();
  app.add_option("--gpu-memory-limit", devices.gpu.memory_limit, "Most memory for tensors on each GPU, as 4GiB; 0: what is free")
      ->envname("EAGERD_GPU_MEMORY_LIMIT")->transform(CLI::AsSizeValue(false))->capture_default_str();
  app.add_option("--tf32", devices.gpu.tf32, "Let GPUs round operands of float32 products to 10 binary digits, as TensorFlow does")
      ->envname("EAGERD_TF32")->capture_default_str();
  app.add_option("--cpu-memory-limit", devices.cpu_memory_limit, "Most memory for tensors on the CPU, as 4GiB; 0: all")
      ->envname("EAGERD_CPU_MEMORY_LIMIT")->transform(CLI::AsSizeValue(false))->capture_default_str();
  app.add_option("--compute-threads", flags.server.compute_threads, "Threads for large kernels; 0: all cores")
      ->envname("EAGERD_COMPUTE_THREADS")->check(CLI::Range(0, 1024))->capture_default_str();
  app.add_flag("--fusion,!--no-fusion", flags.server.fusion, "Compute chains of elementwise ops on large tensors in one pass")
      ->envname("EAGERD_FUSION")->capture_default_str();
  app.add_option("--state", flags.server.state, "Folder where named variables are saved at SIGTERM and found at the start; empty: none")
      ->envname("EAGERD_STATE");
  app.add_option("--state-interval", flags.state_interval_seconds, "Save them every so many seconds as well; 0: only at the end")
      ->envname("EAGERD_STATE_INTERVAL")->check(CLI::NonNegativeNumber)->capture_default_str();
  app.add_option("--session-grace", flags.session_grace_seconds,
                 "Seconds that a session waits for its client when their link broke; 0: it ends at once")
      ->envname("EAGERD_SESSION_GRACE")->check(CLI::NonNegativeNumber)->capture_default_str();
  eager::server::AddLimitFlags(app, flags.server);
  eager::server::AddSecurityFlags(app, flags.server.security);
  eager::server::AddHttpFlags(app, flags.http);
  app.add_option("--grace", flags.grace_seconds, "Seconds that running work may take at SIGTERM")
      ->envname("EAGERD_GRACE")->check(CLI::NonNegativeNumber)->capture_default_str();
  app.add_option("--log-level", flags.log_level, "What to log")
      ->envname("EAGERD_LOG_LEVEL")->check(CLI::IsMember({"debug", "info", "warning", "error", "off"}))->capture_default_str();
  app.add_option("--check", flags.check, "Ask the daemon at this address whether it is healthy; exit 0 if it is, else 1");
}

// gRPC's own lines would stand between ours in another form; what matters of them comes back as a status.
void LogGrpc(gpr_log_func_args* args) { spdlog::debug("event=grpc message=\"{}\"", args->message); }

// A second signal means now: what is on the disk is the last complete save.
void LeaveAtTheNext(const sigset_t& signals) {
  std::thread([signals] {
    int received = 0;
    sigwait(&signals, &received);
    spdlog::warn("event=stopped_at_once signal={}", strsignal(received));
    _exit(128 + received);
  }).detach();
}

// What the daemon runs with, by the flags' names: paths and numbers, no secrets.
std::map<std::string, std::string> FlagValues(const CLI::App& app) {
  std::map<std::string, std::string> values;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_name() == "--help" || option->get_name() == "--version" || option->get_name() == "--check") continue;
    values[option->get_name()] = option->count() > 0 ? CLI::detail::join(option->results(), ",") : option->get_default_str();
  }
  return values;
}

int Serve(const Flags& flags, Monitor& monitor) {
  gpr_set_log_function(LogGrpc);
  // Blocked before any thread starts, so that only sigwait below sees them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  ServerOptions options = flags.server;
  options.state_interval = absl::Seconds(flags.state_interval_seconds);
  options.session_grace = absl::Seconds(flags.session_grace_seconds);
  // Answers from the first moment on: alive, not ready.
  absl::StatusOr<std::unique_ptr<HttpFront>> http = HttpFront::Start(flags.http, options.security.insecure, monitor);
  if (!http.ok()) {
    std::cerr << "eagerd: " << http.status().message() << "\n";
    return 2;
  }
  absl::StatusOr<std::unique_ptr<Server>> server = Server::Make(options);
  if (!server.ok()) {
    std::cerr << "eagerd: " << server.status().message() << "\n";
    return 2;
  }
  for (const std::string& address : (*server)->addresses()) spdlog::info("event=listening address={}", address);
  const eager::server::DeviceSet& devices = (*server)->devices();
  if (!devices.why_no_gpu().empty()) spdlog::info("event=no_gpu reason=\"{}\"", devices.why_no_gpu());
  for (const auto& device : devices.devices()) {
    const eager::server::DeviceAttributes& a = device->attributes();
    spdlog::info("event=device name={} memory_limit={} description=\"{}\"", a.name, a.memory_limit, a.physical_desc);
  }
  monitor.Watch(**server);
  spdlog::info("event=ready version={}", eager::server::kVersion);

  int received = 0;
  while (sigwait(&signals, &received) == 0 && received == SIGHUP) (*server)->Reload();
  spdlog::info("event=draining signal={} grace_seconds={}", strsignal(received), flags.grace_seconds);
  LeaveAtTheNext(signals);
  monitor.Drain();
  (*server)->Shutdown(absl::Seconds(flags.grace_seconds));
  http->reset();
  monitor.Forget();
  spdlog::info("event=stopped");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Flags flags;
  CLI::App app{"eagerd owns the devices of this host and runs eager ops on them for clients over gRPC.", "eagerd"};
  AddFlags(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {  // --help, --version
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    std::cerr << "eagerd: " << e.what() << " (see eagerd --help)\n";
    return 2;
  }
  spdlog::set_pattern("ts=%Y-%m-%dT%H:%M:%S.%eZ level=%l %v", spdlog::pattern_time_type::utc);
  spdlog::set_level(spdlog::level::from_str(flags.log_level));
  spdlog::flush_on(spdlog::level::info);
  if (!flags.check.empty()) return eager::server::CheckHealth(flags.check);
  eager::server::CountLogLines();
  Monitor monitor(FlagValues(app));
  return Serve(flags, monitor);
}
