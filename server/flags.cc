#include "server/flags.h"

#include <map>

#include "server/config/checks.h"
#include "server/http_flags.h"
#include "server/limit_flags.h"
#include "server/rpc/version.h"
#include "server/security_flags.h"

namespace eager::server {
namespace {

void AddLogFlags(CLI::App& app, Flags& flags) {
  const std::map<std::string, LogLevel> levels = {{"debug", LogLevel::kDebug}, {"info", LogLevel::kInfo},
                                                  {"warning", LogLevel::kWarning}, {"error", LogLevel::kError}, {"off", LogLevel::kOff}};
  app.add_option("--log-level", flags.log_level, "The least that is logged: debug, info, warning, error or off")
      ->envname("EAGERD_LOG_LEVEL")->transform(OneOf(levels))->type_name("LEVEL")->default_str("info");
  const std::map<std::string, LogFormat> formats = {{"text", LogFormat::kText}, {"json", LogFormat::kJson}};
  app.add_option("--log-format", flags.log_format, "How a line is written: text (key=value) or json")
      ->envname("EAGERD_LOG_FORMAT")->transform(OneOf(formats))->type_name("text|json")->default_str("text");
  app.add_option("--log-rate", flags.log_rate, "Most lines of one event in a second, the others are counted; 0: all are written")
      ->envname("EAGERD_LOG_RATE")->check(CLI::Range(0, 1000000))->type_name("COUNT")->capture_default_str();
}

// What to do instead of serving, and where the rest is written.
void AddDeeds(CLI::App& app, Flags& flags) {
  app.add_option("--config", flags.config, "File of these settings, in TOML: listen = [\"127.0.0.1:8470\"]; read again at SIGHUP")
      ->envname("EAGERD_CONFIG")->type_name("FILE")->configurable(false);
  app.add_flag("--print-config", flags.print_config, "Print the settings in effect, as such a file that says where each came from, and exit")
      ->configurable(false);
  app.add_flag("--check-config", flags.check_config, "Only say whether the settings are right: exit 0 if they are, else 2")
      ->configurable(false);
  app.add_option("--check", flags.check, "Ask the daemon at this address whether it is healthy; exit 0 if it is, else 1")
      ->type_name("ADDRESS")->configurable(false);
}

}  // namespace

void AddFlags(CLI::App& app, Flags& flags) {
  app.set_version_flag("--version", kVersion);
  app.add_option("--listen", flags.server.listen, "Addresses for gRPC: host:port (port 0: any free one) or unix:/path")
      ->envname("EAGERD_LISTEN")->delimiter(',')->allow_extra_args(false)->type_name("ADDRESS,...")->capture_default_str();
  DeviceOptions& devices = flags.server.devices;
  app.add_option("--devices", devices.devices,
                 "Devices to serve, comma-separated: auto (every GPU there is, and the CPU), cpu, gpu, gpu:N; the first is the default")
      ->envname("EAGERD_DEVICES")->capture_default_str();
  app.add_option("--gpu-memory-limit", devices.gpu.memory_limit, "Most memory for tensors on each GPU, as 4GiB; 0: what is free")
      ->envname("EAGERD_GPU_MEMORY_LIMIT")->transform(ByteSize())->type_name("SIZE")->capture_default_str();
  app.add_option("--tf32", devices.gpu.tf32, "Let GPUs round operands of float32 products to 10 binary digits, as TensorFlow does")
      ->envname("EAGERD_TF32")->capture_default_str();
  app.add_option("--cpu-memory-limit", devices.cpu_memory_limit, "Most memory for tensors on the CPU, as 4GiB; 0: all")
      ->envname("EAGERD_CPU_MEMORY_LIMIT")->transform(ByteSize())->type_name("SIZE")->capture_default_str();
  app.add_option("--compute-threads", flags.server.compute_threads, "Threads for large kernels; 0: all cores")
      ->envname("EAGERD_COMPUTE_THREADS")->check(CLI::Range(0, 1024))->type_name("COUNT")->capture_default_str();
  app.add_flag("--fusion,!--no-fusion", flags.server.fusion, "Compute chains of elementwise ops on large tensors in one pass")
      ->envname("EAGERD_FUSION")->default_str("true");
  app.add_option("--tensorflow", flags.server.tensorflow, "Serve TensorFlow programs (tf.config.experimental_connect_to_host) on the same addresses")
      ->envname("EAGERD_TENSORFLOW")->type_name("on|off")->default_str("on");
  app.add_option("--state", flags.server.state, "Folder where named variables are saved at SIGTERM and found at the start; empty: none")
      ->envname("EAGERD_STATE")->type_name("FOLDER");
  app.add_option("--state-interval", flags.state_interval_seconds, "Save them every so many seconds as well; 0: only at the end")
      ->envname("EAGERD_STATE_INTERVAL")->check(Seconds())->type_name("SECONDS")->capture_default_str();
  app.add_option("--session-grace", flags.session_grace_seconds,
                 "Seconds that a session waits for its client when their link broke; 0: it ends at once")
      ->envname("EAGERD_SESSION_GRACE")->check(Seconds())->type_name("SECONDS")->capture_default_str();
  AddLimitFlags(app, flags.server);
  AddSecurityFlags(app, flags.server.security);
  AddHttpFlags(app, flags.http);
  app.add_option("--grace", flags.grace_seconds, "Seconds that running work may take at SIGTERM")
      ->envname("EAGERD_GRACE")->check(Seconds())->type_name("SECONDS")->capture_default_str();
  AddLogFlags(app, flags);
  AddDeeds(app, flags);
}

ServerOptions ToServerOptions(const Flags& flags) {
  ServerOptions options = flags.server;
  options.state_interval = absl::Seconds(flags.state_interval_seconds);
  options.session_grace = absl::Seconds(flags.session_grace_seconds);
  return options;
}

}  // namespace eager::server
