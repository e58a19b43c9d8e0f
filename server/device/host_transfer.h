// Bulk values in memory that the host reaches itself: the pieces are the buffer's own bytes.
#pragma once

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/device/device.h"

namespace eager::server {

class HostUpload final : public UploadBuffer {
 public:
  explicit HostUpload(BufferRef buffer) : buffer_(std::move(buffer)) {}
  size_t size() const override { return buffer_->size(); }
  absl::StatusOr<char*> Room(size_t n) override {
    if (n > buffer_->size() - received_) return TooMany(buffer_->size());
    received_ += n;
    return static_cast<char*>(buffer_->data()) + received_ - n;
  }
  absl::StatusOr<BufferRef> Finish() override {
    if (received_ != buffer_->size()) return Missing(received_, buffer_->size());
    return std::move(buffer_);
  }

  // What every kind of upload says.
  static absl::Status TooMany(size_t size) {
    return absl::InvalidArgumentError(absl::StrCat("more bytes came than the ", size, " that were announced"));
  }
  static absl::Status Missing(size_t received, size_t size) {
    return absl::InvalidArgumentError(absl::StrCat(received, " of ", size, " bytes came before the end"));
  }

 private:
  BufferRef buffer_;
  size_t received_ = 0;
};

class HostDownload final : public DownloadBuffer {
 public:
  HostDownload(BufferRef buffer, size_t offset, size_t bytes)
      : buffer_(std::make_shared<BufferRef>(std::move(buffer))), at_(offset), left_(bytes) {}
  absl::StatusOr<HostPiece> Next(size_t n) override {
    n = std::min(n, left_);
    HostPiece piece{static_cast<const char*>((*buffer_)->data()) + at_, n, buffer_};
    at_ += n;
    left_ -= n;
    return piece;
  }

 private:
  std::shared_ptr<BufferRef> buffer_;
  size_t at_;
  size_t left_;
};

}  // namespace eager::server
