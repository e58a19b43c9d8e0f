#include "common/bundle/naming.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"

namespace eager::bundle {

std::string IndexPath(absl::string_view prefix) { return absl::StrCat(prefix, ".index"); }

std::string DataPath(absl::string_view prefix, int shard, int num_shards) {
  return absl::StrFormat("%s.data-%05d-of-%05d", prefix, shard, num_shards);
}

bool ParseDataName(absl::string_view name, absl::string_view base, int* shard, int* num_shards) {
  if (!absl::ConsumePrefix(&name, base) || !absl::ConsumePrefix(&name, ".data-")) return false;
  const size_t of = name.find("-of-");
  return of != absl::string_view::npos && absl::SimpleAtoi(name.substr(0, of), shard) &&
         absl::SimpleAtoi(name.substr(of + 4), num_shards);
}

std::string FolderOf(absl::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == absl::string_view::npos) return ".";
  return std::string(slash == 0 ? "/" : path.substr(0, slash));
}

std::string BaseOf(absl::string_view path) {
  const size_t slash = path.rfind('/');
  return std::string(slash == absl::string_view::npos ? path : path.substr(slash + 1));
}

void RemoveOtherData(const std::string& prefix, int num_shards) {
  const std::string base = BaseOf(prefix);
  std::error_code error;
  for (std::filesystem::directory_iterator it(FolderOf(prefix), error), end; !error && it != end; it.increment(error)) {
    int shard, of;
    std::error_code ignored;
    if (ParseDataName(it->path().filename().string(), base, &shard, &of) && of != num_shards) {
      std::filesystem::remove(it->path(), ignored);
    }
  }
}

void RemoveBundle(const std::string& prefix) {
  std::error_code ignored;
  std::filesystem::remove(IndexPath(prefix), ignored);
  RemoveOtherData(prefix, 0);
}

}  // namespace eager::bundle
