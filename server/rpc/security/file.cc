#include "server/rpc/security/file.h"

#include <spdlog/spdlog.h>

#include "common/channel/read_file.h"
#include "common/status_macros.h"

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
    spdlog::info("event=reloaded what=\"{}\"", std::string(what));
  } else {
    spdlog::error("event=reload_failed what=\"{}\" reason=\"{}\" kept=previous", std::string(what), std::string(status.message()));
  }
}

}  // namespace eager::server
