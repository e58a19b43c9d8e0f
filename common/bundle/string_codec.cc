#include "common/bundle/string_codec.h"

#include <algorithm>
#include <limits>

#include "common/bundle/varint.h"
#include "common/crc32c.h"
#include "common/status_macros.h"

namespace eager::bundle {
namespace {

// The checksum of lengths is taken over 32-bit numbers, and over 64-bit ones where they do not fit.
uint32_t ExtendByLength(uint32_t crc, uint64_t length) {
  std::string bytes;
  if (length <= std::numeric_limits<uint32_t>::max()) {
    AppendFixed(static_cast<uint32_t>(length), &bytes);
  } else {
    AppendFixed(length, &bytes);
  }
  return ExtendCrc32c(crc, bytes);
}

}  // namespace

absl::Status StringEncoder::Encode(absl::string_view bytes, std::string* out) {
  while (offsets_left_ > 0 && !bytes.empty()) {
    const size_t n = std::min(bytes.size(), sizeof(uint64_t) - part_.size());
    part_.append(bytes.data(), n);
    bytes.remove_prefix(n);
    if (part_.size() < sizeof(uint64_t)) break;
    const auto offset = LoadFixed<uint64_t>(part_.data());
    part_.clear();
    if (first_ ? offset != 0 : offset < end_)
      return absl::InvalidArgumentError("offsets of a string tensor are out of order");
    if (!first_) {
      AppendVarint(offset - end_, out);
      crc_ = ExtendByLength(crc_, offset - end_);
    }
    first_ = false;
    end_ = offset;
    if (--offsets_left_ > 0) continue;
    std::string masked;
    AppendFixed(MaskCrc32c(crc_), &masked);
    crc_ = ExtendCrc32c(crc_, masked);
    out->append(masked);
  }
  if (bytes.size() > end_ - sent_)
    return absl::InvalidArgumentError("a string tensor has more bytes than its offsets say");
  sent_ += bytes.size();
  crc_ = ExtendCrc32c(crc_, bytes);
  out->append(bytes.data(), bytes.size());
  return absl::OkStatus();
}

absl::Status StringEncoder::Finish() const {
  if (offsets_left_ == 0 && sent_ == end_) return absl::OkStatus();
  return absl::InvalidArgumentError("a string tensor has fewer bytes than its shape and offsets say");
}

absl::Status StringDecoder::EndLengths(std::string* out) {
  if (LoadFixed<uint32_t>(part_.data()) != MaskCrc32c(crc_))
    return absl::DataLossError("the checksum of its strings' lengths is wrong");
  if (end_ != bytes_left_) return absl::DataLossError("its strings' lengths do not add up to its size");
  crc_ = ExtendCrc32c(crc_, part_);
  in_elements_ = true;
  return absl::OkStatus();
}

absl::Status StringDecoder::Decode(absl::string_view bytes, std::string* out) {
  if (!started_) AppendFixed<uint64_t>(0, out);
  started_ = true;
  while (!in_elements_ && !bytes.empty()) {
    part_.push_back(bytes.front());
    bytes.remove_prefix(1);
    --bytes_left_;
    if (lengths_left_ == 0) {
      if (part_.size() == sizeof(uint32_t)) RETURN_IF_ERROR(EndLengths(out));
      continue;
    }
    if (static_cast<uint8_t>(part_.back()) >= 0x80 && part_.size() < 10) continue;
    absl::string_view varint(part_);
    uint64_t length;
    if (!ConsumeVarint(&varint, &length) || length > bytes_left_ || end_ + length > bytes_left_) {
      return absl::DataLossError("a length of its strings is broken");
    }
    crc_ = ExtendByLength(crc_, length);
    end_ += length;
    AppendFixed(end_, out);
    part_.clear();
    --lengths_left_;
  }
  bytes_left_ -= bytes.size();
  crc_ = ExtendCrc32c(crc_, bytes);
  out->append(bytes.data(), bytes.size());
  return absl::OkStatus();
}

absl::Status StringDecoder::Finish() const {
  return in_elements_ && bytes_left_ == 0 ? absl::OkStatus() : absl::DataLossError("it ends inside of its strings");
}

}  // namespace eager::bundle
