// The handles of NVIDIA's libraries that the kernels of one queue share, and their errors as statuses.
#pragma once

#include <cublasLt.h>
#include <cublas_v2.h>
#include <cudnn.h>
#include <cusolverDn.h>

#include "server/kernels/cuda/launch.h"

namespace eager::server::cuda {

// Each handle is made when it is first asked for, and works on the queue's stream (cuBLASLt's calls name it). Scalars
// are host pointers. cuBLAS and cuSOLVER compute in full precision: they solve; products are cuBLASLt's (products.h).
class CudaLibraries final : public QueueState {
 public:
  explicit CudaLibraries(CudaQueue& queue) : queue_(queue) {}
  ~CudaLibraries() override;
  CudaLibraries(const CudaLibraries&) = delete;
  CudaLibraries& operator=(const CudaLibraries&) = delete;

  absl::StatusOr<cublasLtHandle_t> cublasLt();
  absl::StatusOr<cublasHandle_t> cublas();
  absl::StatusOr<cusolverDnHandle_t> cusolver();
  absl::StatusOr<cudnnHandle_t> cudnn();

 private:
  CudaQueue& queue_;
  cublasLtHandle_t cublas_lt_ = nullptr;
  cublasHandle_t cublas_ = nullptr;
  cusolverDnHandle_t cusolver_ = nullptr;
  cudnnHandle_t cudnn_ = nullptr;
};

// Those of the kernel's queue. Owned by it.
CudaLibraries& Libraries(CudaQueue& queue);
inline absl::StatusOr<CudaLibraries*> Libraries(const KernelContext& k) { return &Libraries(Queue(k)); }

// OK, or the error with the library's name of it and `what` failed: RESOURCE_EXHAUSTED for memory, UNIMPLEMENTED for
// what the library does not do, else INTERNAL.
absl::Status FromLibrary(cublasStatus_t status, absl::string_view what);
absl::Status FromLibrary(cusolverStatus_t status, absl::string_view what);
absl::Status FromLibrary(cudnnStatus_t status, absl::string_view what);

// The same of a call within a kernel, where an error that ends the device's work is noted as the device's own.
template <class LibraryStatus>
absl::Status Check(CudaQueue& queue, LibraryStatus status, absl::string_view what) {
  absl::Status mine = FromLibrary(status, what);
  if (mine.ok()) return mine;
  absl::Status device = queue.CheckLaunch(what);
  return absl::IsUnavailable(device) || absl::IsResourceExhausted(device) ? device : mine;
}
template <class LibraryStatus>
absl::Status Check(const KernelContext& k, LibraryStatus status, absl::string_view what) {
  return Check(Queue(k), status, what);
}

}  // namespace eager::server::cuda
