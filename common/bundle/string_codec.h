// String tensors on their way between memory (common/host_tensor.h: n+1 offsets, then all bytes) and a bundle's data
// file (n lengths as varints, their checksum, then all bytes), chunk by chunk, cut anywhere.
//
// Source: WriteStringTensor in tensorflow/core/util/tensor_bundle/tensor_bundle.cc.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace eager::bundle {

class StringEncoder {
 public:
  explicit StringEncoder(uint64_t num_elements) : offsets_left_(num_elements + 1) {}

  // Appends to `out` what the next bytes of the tensor become. INVALID_ARGUMENT for offsets out of order.
  absl::Status Encode(absl::string_view bytes, std::string* out);
  // INVALID_ARGUMENT if the tensor is not complete.
  absl::Status Finish() const;
  uint32_t crc() const { return crc_; }  // of the data file's bytes, not masked

 private:
  uint64_t offsets_left_;
  std::string part_;  // of an offset that a chunk cut
  bool first_ = true;
  uint64_t end_ = 0;   // the last offset
  uint64_t sent_ = 0;  // bytes of elements
  uint32_t crc_ = 0;   // of the lengths, as fixed-width numbers; then of everything
};

class StringDecoder {
 public:
  // Of `num_bytes` in the file.
  StringDecoder(uint64_t num_elements, uint64_t num_bytes) : lengths_left_(num_elements), bytes_left_(num_bytes) {}

  // Appends to `out` what the next bytes of the file become. DATA_LOSS for bytes that are no string tensor.
  absl::Status Decode(absl::string_view bytes, std::string* out);
  absl::Status Finish() const;
  uint32_t crc() const { return crc_; }

 private:
  absl::Status EndLengths(std::string* out);

  uint64_t lengths_left_;
  uint64_t bytes_left_;  // of the file's
  bool started_ = false, in_elements_ = false;
  std::string part_;  // of a length, or of the checksum
  uint64_t end_ = 0;
  uint32_t crc_ = 0;
};

}  // namespace eager::bundle
