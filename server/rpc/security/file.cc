#include "server/rpc/security/file.h"

#include "common/channel/read_file.h"
#include "common/status_macros.h"
#include "server/log/log.h"

namespace eager::server {

absl::StatusOr<std::vector<std::string>> ReadFiles(const std::vector<std::string>& paths) {
  std::vector<std::string> contents;
  for (const std::string& path : paths) {
    std::string& text = contents.emplace_back();
    if (path.empty()) continue;
    ASSIGN_OR_RETURN(text, ReadFile(path));
  }
  return contents;
}

void LogReload(absl::string_view what, const absl::Status& status) {
  if (status.ok()) {
    Log(LogLevel::kInfo, "file_reloaded", {{"what", what}});
  } else {
    Log(LogLevel::kError, "reload_failed", {{"what", what}, {"reason", status.message()}, {"kept", "previous"}});
  }
}

}  // namespace eager::server
