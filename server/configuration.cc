#include "server/configuration.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status_macros.h"
#include "server/rpc/version.h"

namespace eager::server {
namespace {

// What Reload changes; everything else is read at the start alone. Of certificates and tokens the files are read again, but their
// names are of the start.
constexpr const char* kReloaded[] = {"grace", "limit", "limits", "log-level", "log-rate", "max-sessions"};

std::string VariableOf(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Configuration>> Configuration::Read(CLI::App& app, int argc, const char* const* argv) {
  auto read = std::make_unique<Configuration>();
  AddFlags(app, read->flags_);
  RETURN_IF_ERROR(read->layers_.Parse(app, argc, argv, &VariableOf));
  return read;
}

std::map<std::string, std::string> Configuration::Values() const {
  std::map<std::string, std::string> values;
  for (const Effective& e : layers_.effective()) values["--" + e.name] = absl::StrJoin(e.values, ",");
  return values;
}

std::string Configuration::ToFile() const {
  return absl::StrCat("# What eagerd ", kVersion, " goes by, as a file for --config.\n", layers_.ToFile());
}

void Configuration::Reload(std::unique_ptr<Configuration>& current, int argc, const char* const* argv, Server& server) {
  absl::StatusOr<std::unique_ptr<Configuration>> read = absl::InternalError("");
  CLI::App app;
  try {
    read = Read(app, argc, argv);
  } catch (const CLI::ParseError& e) {
    read = absl::InvalidArgumentError(e.what());
  }
  absl::Status status = read.status();
  if (status.ok()) status = server.SetLimits(ToServerOptions((*read)->flags()));
  if (!status.ok()) {
    Log(LogLevel::kError, "reload_refused", {{"reason", status.message()}, {"kept", "previous"}});
    return;
  }
  std::vector<std::string> now, later;
  for (const std::string& name : Changed(current->layers_, (*read)->layers_)) {
    const bool reloaded = std::find(std::begin(kReloaded), std::end(kReloaded), name) != std::end(kReloaded);
    (reloaded ? now : later).push_back(name);
  }
  server.Reload();
  // What needs a restart is what it was: log_format among it.
  Flags flags = current->flags_;
  const Flags& fresh = (*read)->flags_;
  flags.grace_seconds = fresh.grace_seconds;
  flags.log_level = fresh.log_level;
  flags.log_rate = fresh.log_rate;
  current->flags_ = flags;
  SetUpLog(flags);
  Log(LogLevel::kInfo, "reloaded", {{"file", fresh.config}, {"changed", absl::StrJoin(now, ",")}, {"limits", fresh.server.limits_file}});
  if (!later.empty()) Log(LogLevel::kWarning, "restart_needed", {{"changed", absl::StrJoin(later, ",")}});
  current->layers_.Take((*read)->layers_, {std::begin(kReloaded), std::end(kReloaded)});
}

void SetUpLog(const Flags& flags) { SetUpLog(LogOptions{flags.log_level, flags.log_format, flags.log_rate}); }

}  // namespace eager::server
