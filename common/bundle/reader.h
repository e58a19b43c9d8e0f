// Reads a tensor bundle.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "common/bundle/file.h"
#include "common/host_tensor.h"

namespace eager::bundle {

struct Entry {
  TensorSpec spec;  // dtype kInvalid for a number that is no dtype here
  int shard = 0;
  uint64_t offset = 0, size = 0;  // in the data file
  uint32_t crc = 0;               // not masked
  std::string unreadable;         // why the values cannot be read here; empty if they can
};

// An open bundle. Its files stay readable while somebody replaces or removes them. Thread-safe.
//
// Errors name the file and the key: DATA_LOSS for what was cut off, changed, or is no checkpoint; NOT_FOUND for a
// missing file or key; UNIMPLEMENTED for a newer version, big-endian files, tensors in slices, dtypes that this project
// lacks.
class BundleReader {
 public:
  // Reads the index and looks at everything but the values: every tensor's bytes are in their data file.
  static absl::StatusOr<std::unique_ptr<BundleReader>> Open(const std::string& prefix);

  const std::string& prefix() const { return prefix_; }
  // In the order of the keys.
  const std::map<std::string, Entry>& entries() const { return entries_; }
  bool Has(const std::string& key) const { return entries_.count(key) > 0; }
  absl::StatusOr<const Entry*> Find(const std::string& key) const;

  // The values in chunks of about a MiB, in the layout of common/host_tensor.h. The checksum is known at the end only:
  // `sink` must not rely on what it got before this returns OK. An error of `sink` ends the reading and comes back.
  absl::Status Read(const std::string& key, absl::FunctionRef<absl::Status(absl::string_view)> sink) const;
  // All of them at once.
  absl::StatusOr<HostTensor> Read(const std::string& key) const;
  // Only whether they can be read and the checksum is right.
  absl::Status Verify(const std::string& key) const;

 private:
  explicit BundleReader(std::string prefix) : prefix_(std::move(prefix)) {}
  absl::Status AddRow(absl::string_view key, absl::string_view value);
  absl::Status AddHeader(absl::string_view value);
  absl::Status CheckPlace(const std::string& key, const Entry& entry);
  std::string Where(const std::string& key) const;

  const std::string prefix_;
  int num_shards_ = 0;
  std::map<std::string, Entry> entries_;
  std::map<int, std::unique_ptr<InputFile>> shards_;  // those that hold tensors
};

}  // namespace eager::bundle
