#include "server/limit_flags.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace eager::server {

void AddLimitFlags(CLI::App& app, ServerOptions& options) {
  const auto set = [&options](const std::vector<std::string>& settings) {
    for (const std::string& setting : settings) {
      const size_t equals = setting.find('=');
      if (equals == std::string::npos) throw CLI::ValidationError("--limit", "expected NAME=VALUE, got " + setting);
      const absl::Status status = SetLimit(setting.substr(0, equals), setting.substr(equals + 1), options.limits);
      if (!status.ok()) throw CLI::ValidationError("--limit", std::string(status.message()));
    }
  };
  std::string limits = "A limit of every tenant and its sessions, as cpu-memory=4GiB; may be given several times:";
  for (const LimitKey& key : LimitKeys()) absl::StrAppend(&limits, "\n", key.name, ": ", key.doc);
  app.add_option_function<std::vector<std::string>>("--limit", set, limits)
      ->envname("EAGERD_LIMIT")->delimiter(',')->allow_extra_args(false)->type_name("NAME=VALUE");
  app.add_option("--limits", options.limits_file,
                 "File of limits: 'name = value' lines under [default] or [tenant NAME]; read again at SIGHUP")
      ->envname("EAGERD_LIMITS")->type_name("FILE");
  app.add_option("--max-sessions", options.max_sessions, "Most sessions of all tenants together")
      ->envname("EAGERD_MAX_SESSIONS")->check(CLI::Range(1, 100000))->type_name("COUNT")->capture_default_str();
}

}  // namespace eager::server
