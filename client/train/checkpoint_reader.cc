#include "client/train/checkpoint_reader.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "client/core/throw.h"
#include "common/bundle/checkpoint_state.h"
#include "common/bundle/reader.h"

namespace eager::train {

using eager::internal::ValueOrThrow;

std::optional<std::string> latest_checkpoint(const std::string& folder, std::source_location where) {
  return ValueOrThrow(bundle::LatestCheckpoint(folder), where);
}

std::vector<std::string> CheckpointReader::keys() const {
  std::vector<std::string> keys;
  for (const auto& [key, entry] : reader_->entries()) keys.push_back(key);
  return keys;
}

bool CheckpointReader::has_tensor(const std::string& key) const { return reader_->Has(key); }

TensorSpec CheckpointReader::spec(const std::string& key, std::source_location where) const {
  return ValueOrThrow(reader_->Find(key), where)->spec;
}

HostTensor CheckpointReader::get_tensor(const std::string& key, std::source_location where) const {
  return ValueOrThrow(reader_->Read(key), where);
}

CheckpointReader load_checkpoint(const std::string& path, std::source_location where) {
  std::string prefix = path;
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    const std::optional<std::string> latest = latest_checkpoint(path, where);
    if (!latest.has_value())
      throw Error(absl::NotFoundError(absl::StrCat(path, ": the folder has no checkpoint")), where);
    prefix = *latest;
  }
  return CheckpointReader(ValueOrThrow(bundle::BundleReader::Open(prefix), where));
}

std::vector<CheckpointVariable> list_variables(const std::string& path, std::source_location where) {
  const CheckpointReader reader = load_checkpoint(path, where);
  std::vector<CheckpointVariable> variables;
  for (const std::string& key : reader.keys()) variables.push_back({key, reader.spec(key, where)});
  return variables;
}

}  // namespace eager::train
