#include "common/bundle/checkpoint_state.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "bundle/checkpoint_state.pb.h"
#include "common/bundle/file.h"
#include "common/bundle/naming.h"
#include "common/status_macros.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"

namespace eager::bundle {
namespace {

namespace fs = std::filesystem;

std::string Join(const std::string& folder, const std::string& path) {
  return folder.empty() || fs::path(path).is_absolute() ? path
                                                        : absl::StrCat(folder, folder.back() == '/' ? "" : "/", path);
}

// As Python's os.path.relpath(path, folder), but for a last slash, which is the prefix whose base name is empty.
std::string Relative(const std::string& folder, const std::string& path) {
  const fs::path from = fs::absolute(folder.empty() ? "." : folder).lexically_normal() / "";
  return fs::absolute(path).lexically_normal().lexically_relative(from.parent_path()).string();
}

// Protobuf's errors go into the status instead of the log.
class FirstError final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int /*column*/, const std::string& message) override {
    if (text.empty()) text = absl::StrCat("line ", line + 1, ": ", message);
  }
  std::string text;
};

}  // namespace

std::string StatePath(const std::string& folder) { return Join(folder, "checkpoint"); }

absl::StatusOr<std::optional<CheckpointState>> ReadState(const std::string& folder) {
  absl::StatusOr<std::unique_ptr<InputFile>> file = InputFile::Open(StatePath(folder));
  if (absl::IsNotFound(file.status())) return std::nullopt;
  RETURN_IF_ERROR(file.status());
  constexpr uint64_t kMost = 64 << 20;
  if ((*file)->size() > kMost)
    return absl::DataLossError(absl::StrCat(StatePath(folder), ": is too large for a list of checkpoints"));
  std::string text((*file)->size(), '\0');
  RETURN_IF_ERROR((*file)->ReadAt(0, text.data(), text.size()));

  pb::CheckpointState parsed;
  google::protobuf::TextFormat::Parser parser;
  FirstError error;
  parser.RecordErrorsTo(&error);
  parser.AllowUnknownField(true);  // of newer versions
  parser.SetRecursionLimit(32);    // there is no end to it otherwise, but to that of the stack
  if (!parser.ParseFromString(text, &parsed) || parsed.model_checkpoint_path().empty()) {
    return absl::DataLossError(
        absl::StrCat(StatePath(folder), ": is no list of checkpoints", error.text.empty() ? "" : ": ", error.text));
  }
  CheckpointState state;
  state.latest = Join(folder, parsed.model_checkpoint_path());
  for (const std::string& path : parsed.all_model_checkpoint_paths()) state.all.push_back(Join(folder, path));
  const auto& timestamps = parsed.all_model_checkpoint_timestamps();
  if (timestamps.size() == parsed.all_model_checkpoint_paths_size())
    state.timestamps.assign(timestamps.begin(), timestamps.end());
  state.last_preserved = parsed.last_preserved_timestamp();
  return state;
}

absl::Status WriteState(const std::string& folder, const CheckpointState& state) {
  pb::CheckpointState written;
  written.set_model_checkpoint_path(Relative(folder, state.latest));
  for (const std::string& path : state.all) written.add_all_model_checkpoint_paths(Relative(folder, path));
  for (const double time : state.timestamps) written.add_all_model_checkpoint_timestamps(time);
  written.set_last_preserved_timestamp(state.last_preserved);
  std::string text;
  if (!google::protobuf::TextFormat::PrintToString(written, &text))
    return absl::InternalError("a list of checkpoints cannot be printed");
  return ReplaceFile(StatePath(folder), text);
}

absl::StatusOr<std::optional<std::string>> LatestCheckpoint(const std::string& folder) {
  ASSIGN_OR_RETURN(const std::optional<CheckpointState> state, ReadState(folder));
  std::error_code error;
  if (!state.has_value() || !fs::exists(IndexPath(state->latest), error)) return std::nullopt;
  return state->latest;
}

}  // namespace eager::bundle
