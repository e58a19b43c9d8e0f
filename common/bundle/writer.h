// Writes a tensor bundle.
//
//   ASSIGN_OR_RETURN(auto writer, BundleWriter::Open("dir/ckpt-1"));
//   RETURN_IF_ERROR(writer->Add("w", values));
//   RETURN_IF_ERROR(writer->Finish());
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/bundle/file.h"
#include "common/bundle/string_codec.h"
#include "common/host_tensor.h"

namespace eager::bundle {

struct WriterOptions {
  // A data file is not begun anew before it has tensors, and then where the next one would make it larger than this.
  // Tensors are never cut, so one that is larger has a file of its own. 0: all in one file.
  uint64_t max_shard_bytes = 0;
};

// What was under the prefix stays complete and readable until Finish() has replaced it, whenever the process or the
// machine dies, and when an error comes back; without Finish() nothing changes. Tensors lie in the file in the order in
// which they were added; no more than one chunk is in memory. The first error comes back from every later call. Not
// thread-safe; two writers of one prefix at once leave one of both.
class BundleWriter {
 public:
  // Makes the folder of the prefix where it is missing.
  static absl::StatusOr<std::unique_ptr<BundleWriter>> Open(std::string prefix, WriterOptions options = {});

  // A tensor in chunks: Begin, Append as often as needed, End. `num_bytes` are those of the layout of
  // common/host_tensor.h, which the chunks have, cut anywhere. INVALID_ARGUMENT, naming the key, for an empty key, one
  // that was there already, a dtype without values (resource, variant), or bytes that do not make the tensor.
  absl::Status Begin(const std::string& key, const TensorSpec& spec, uint64_t num_bytes);
  absl::Status Append(absl::string_view bytes);
  absl::Status End();
  // The three at once.
  absl::Status Add(const std::string& key, const HostTensor& tensor);

  // Waits until all is on the disk, and puts it in place.
  absl::Status Finish();

 private:
  struct Tensor {
    std::string key;
    TensorSpec spec;
    uint64_t offset = 0;
    uint64_t bytes_left = 0;
    uint32_t crc = 0;
    std::optional<StringEncoder> strings;
  };

  BundleWriter(std::string prefix, WriterOptions options) : prefix_(std::move(prefix)), options_(options) {}
  absl::Status NewShard();
  absl::Status Start(const std::string& key, const TensorSpec& spec, uint64_t num_bytes);
  absl::Status Write(absl::string_view bytes);
  absl::Status Complete();
  absl::Status Replace();
  absl::Status Keep(absl::Status status);

  const std::string prefix_;
  const WriterOptions options_;
  absl::Status status_;
  std::vector<std::unique_ptr<OutputFile>> shards_;
  std::map<std::string, std::string> rows_;  // of the index: key -> serialised entry
  std::optional<Tensor> tensor_;             // between Begin and End
};

}  // namespace eager::bundle
