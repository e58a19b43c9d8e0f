// Bulk values through memory that a server of this host shares: eager.v1's Exchange.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "common/host_tensor.h"
#include "common/mutex.h"
#include "eager/v1/service.grpc.pb.h"

namespace eager::internal {

// Thread-safe; one transfer at a time.
class LocalExchange {
 public:
  // Smaller values are not worth its messages.
  static constexpr size_t kMinBytes = 1 << 20;

  explicit LocalExchange(v1::TensorService::Stub& stub) : stub_(stub) {}
  ~LocalExchange();

  // Waits as SessionStream's Upload and Download do. Null where the server's memory cannot be had: then, and from then on,
  // values must go another way. What ends a call is given as gRPC has it.
  std::optional<grpc::Status> Upload(const v1::UploadHeader& header, absl::string_view bytes);
  // The status of `values` is that of bytes that do not fit their spec.
  std::optional<grpc::Status> Download(const v1::DownloadRequest& request, absl::StatusOr<HostTensor>* values);
  // Ends the transfer that runs and all later ones.
  void Close();

 private:
  // Opens a call and maps its memory where that has not happened; whether both are there.
  bool Open(const std::string& session) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool Map(const v1::SharedMemory& memory) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool UploadSlots(const v1::UploadHeader& header, absl::string_view bytes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool DownloadSlots(const v1::DownloadRequest& request, HostTensor* values) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // For a server that does not keep to the order of a transfer: cancels the call. False.
  bool Broken();
  // Ends the call; why it broke.
  grpc::Status End() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  char* Slot(uint64_t i) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return memory_ + i % slots_ * slot_bytes_; }

  v1::TensorService::Stub& stub_;
  Mutex mu_;
  bool given_up_ ABSL_GUARDED_BY(mu_) = false;
  std::unique_ptr<grpc::ClientReaderWriter<v1::ExchangeRequest, v1::ExchangeReply>> call_ ABSL_GUARDED_BY(mu_);
  char* memory_ ABSL_GUARDED_BY(mu_) = nullptr;
  size_t mapped_bytes_ ABSL_GUARDED_BY(mu_) = 0;
  uint64_t slot_bytes_ ABSL_GUARDED_BY(mu_) = 0;
  uint64_t slots_ ABSL_GUARDED_BY(mu_) = 0;

  Mutex context_mu_;  // taken after mu_; never held while the call is used
  std::unique_ptr<grpc::ClientContext> context_ ABSL_GUARDED_BY(context_mu_);
  bool closed_ ABSL_GUARDED_BY(context_mu_) = false;
};

}  // namespace eager::internal
