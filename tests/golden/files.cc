// Finding, reading and unzipping the golden files.
#include <zlib.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/status_macros.h"
#include "tests/golden/golden.h"

namespace eager::golden {
namespace {

namespace fs = std::filesystem;

constexpr absl::string_view kZipped = ".gz";

fs::path Join(const fs::path& folder, absl::string_view name) { return folder / std::string(name); }

absl::StatusOr<std::string> ReadPlain(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  if (!in) return absl::DataLossError(absl::StrCat(path.string(), ": cannot be read"));
  return content.str();
}

absl::StatusOr<std::string> ReadZipped(const fs::path& path) {
  const gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) return absl::DataLossError(absl::StrCat(path.string(), ": cannot be opened"));
  std::string content, chunk(1 << 16, '\0');
  int n;
  while ((n = gzread(file, chunk.data(), static_cast<unsigned>(chunk.size()))) > 0) content.append(chunk, 0, n);
  // gzclose tells of a stream that ends too early, gzread of one that is wrong. gzread takes a file without the gzip
  // header for plain text, which is an error here.
  const bool plain = gzdirect(file) != 0;
  const bool closed = gzclose(file) == Z_OK;
  if (n < 0 || plain || !closed) return absl::DataLossError(absl::StrCat(path.string(), ": not a whole gzip file"));
  return content;
}

absl::StatusOr<std::string> ReadEither(const fs::path& path) {
  return absl::EndsWith(path.string(), kZipped) ? ReadZipped(path) : ReadPlain(path);
}

absl::StatusOr<Json> ParseJson(absl::string_view text, absl::string_view where) {
  try {
    return Json::parse(text.begin(), text.end());
  } catch (const Json::exception& e) {
    return absl::InvalidArgumentError(absl::StrCat(where, ": ", e.what()));
  }
}

}  // namespace

absl::StatusOr<fs::path> FindFolder(absl::string_view given) {
  fs::path folder(EAGERD_GOLDEN_DIR);
  if (const char* env = std::getenv("EAGERD_GOLDEN"); env != nullptr && *env != '\0') folder = env;
  if (!given.empty()) folder = std::string(given);
  std::error_code error;
  if (fs::is_directory(folder, error)) return folder;
  return absl::NotFoundError(absl::StrCat("golden folder ", folder.string(), " is not there"));
}

absl::StatusOr<std::string> ReadFile(const fs::path& folder, absl::string_view name) {
  std::error_code error;
  for (const absl::string_view suffix : {absl::string_view(), kZipped}) {
    const fs::path path = Join(folder, absl::StrCat(name, suffix));
    if (fs::is_regular_file(path, error)) return ReadEither(path);
  }
  return absl::NotFoundError(absl::StrCat("golden file ", name, " is not in ", folder.string()));
}

absl::StatusOr<Json> ReadJson(const fs::path& folder, absl::string_view name) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(folder, name));
  return ParseJson(text, name);
}

absl::StatusOr<std::vector<Case>> ReadCases(const fs::path& folder, absl::string_view name) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(folder, name));
  std::vector<Case> cases;
  int line = 0;
  for (const absl::string_view entry : absl::StrSplit(text, '\n')) {
    const std::string where = absl::StrCat(name, ":", ++line);
    if (absl::StripAsciiWhitespace(entry).empty()) continue;
    ASSIGN_OR_RETURN(Json json, ParseJson(entry, where));
    if (!json.is_object()) return absl::InvalidArgumentError(absl::StrCat(where, ": not a JSON object"));
    cases.push_back({where, std::move(json)});
  }
  return cases;
}

absl::Status CopyFolder(const fs::path& folder, absl::string_view name, const fs::path& to) {
  const fs::path from = Join(folder, name);
  std::error_code error;
  fs::create_directories(to, error);
  fs::recursive_directory_iterator entries(from, error);
  if (error) return absl::NotFoundError(absl::StrCat(from.string(), ": ", error.message()));
  for (const fs::directory_entry& entry : entries) {
    if (!entry.is_regular_file(error)) continue;
    ASSIGN_OR_RETURN(const std::string content, ReadEither(entry.path()));
    fs::path target = to / entry.path().lexically_relative(from);
    if (target.extension() == std::string(kZipped)) target.replace_extension();
    fs::create_directories(target.parent_path(), error);
    std::ofstream out(target, std::ios::binary);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    if (!out.flush()) return absl::UnknownError(absl::StrCat(target.string(), ": cannot be written"));
  }
  return absl::OkStatus();
}

}  // namespace eager::golden
