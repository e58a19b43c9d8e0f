#include "server/kernels/cuda/libraries.h"

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace eager::server::cuda {
namespace {

// Calls make() for a handle's library. What it lacks memory for it may find where free blocks were kept.
template <class Make>
absl::Status MakeHandle(CudaQueue& queue, absl::string_view what, Make make) {
  absl::Status status = Check(queue, make(), what);
  if (status.ok()) return status;
  queue.device().Trim();
  return Check(queue, make(), what);
}

absl::string_view CusolverName(cusolverStatus_t status) {
  switch (status) {
    case CUSOLVER_STATUS_NOT_INITIALIZED:
      return "CUSOLVER_STATUS_NOT_INITIALIZED";
    case CUSOLVER_STATUS_ALLOC_FAILED:
      return "CUSOLVER_STATUS_ALLOC_FAILED";
    case CUSOLVER_STATUS_INVALID_VALUE:
      return "CUSOLVER_STATUS_INVALID_VALUE";
    case CUSOLVER_STATUS_ARCH_MISMATCH:
      return "CUSOLVER_STATUS_ARCH_MISMATCH";
    case CUSOLVER_STATUS_EXECUTION_FAILED:
      return "CUSOLVER_STATUS_EXECUTION_FAILED";
    case CUSOLVER_STATUS_INTERNAL_ERROR:
      return "CUSOLVER_STATUS_INTERNAL_ERROR";
    case CUSOLVER_STATUS_NOT_SUPPORTED:
      return "CUSOLVER_STATUS_NOT_SUPPORTED";
    default:
      return "an error of cuSOLVER";
  }
}

enum class Kind { kMemory, kUnsupported, kOther };
absl::Status MakeStatus(Kind kind, absl::string_view what, absl::string_view name, int code) {
  const std::string text = absl::StrCat(what, ": ", name, " (", code, ")");
  switch (kind) {
    case Kind::kMemory:
      return absl::ResourceExhaustedError(text);
    case Kind::kUnsupported:
      return absl::UnimplementedError(text);
    default:
      return absl::InternalError(text);
  }
}

}  // namespace

CudaLibraries::~CudaLibraries() {
  if (cudnn_ != nullptr) cudnnDestroy(cudnn_);
  if (cusolver_ != nullptr) cusolverDnDestroy(cusolver_);
  if (cublas_ != nullptr) cublasDestroy(cublas_);
  if (cublas_lt_ != nullptr) cublasLtDestroy(cublas_lt_);
}

absl::StatusOr<cublasLtHandle_t> CudaLibraries::cublasLt() {
  if (cublas_lt_ == nullptr) {
    RETURN_IF_ERROR(MakeHandle(queue_, "cublasLtCreate", [&] { return cublasLtCreate(&cublas_lt_); }));
  }
  return cublas_lt_;
}

absl::StatusOr<cublasHandle_t> CudaLibraries::cublas() {
  if (cublas_ != nullptr) return cublas_;
  cublasHandle_t handle = nullptr;
  RETURN_IF_ERROR(MakeHandle(queue_, "cublasCreate", [&] { return cublasCreate(&handle); }));
  cublas_ = handle;
  RETURN_IF_ERROR(Check(queue_, cublasSetStream(handle, queue_.stream()), "cublasSetStream"));
  return handle;
}

absl::StatusOr<cusolverDnHandle_t> CudaLibraries::cusolver() {
  if (cusolver_ != nullptr) return cusolver_;
  cusolverDnHandle_t handle = nullptr;
  RETURN_IF_ERROR(MakeHandle(queue_, "cusolverDnCreate", [&] { return cusolverDnCreate(&handle); }));
  cusolver_ = handle;
  RETURN_IF_ERROR(Check(queue_, cusolverDnSetStream(handle, queue_.stream()), "cusolverDnSetStream"));
  return handle;
}

absl::StatusOr<cudnnHandle_t> CudaLibraries::cudnn() {
  if (cudnn_ != nullptr) return cudnn_;
  cudnnHandle_t handle = nullptr;
  RETURN_IF_ERROR(MakeHandle(queue_, "cudnnCreate", [&] { return cudnnCreate(&handle); }));
  cudnn_ = handle;
  RETURN_IF_ERROR(Check(queue_, cudnnSetStream(handle, queue_.stream()), "cudnnSetStream"));
  return handle;
}

CudaLibraries& Libraries(CudaQueue& queue) {
  if (!queue.state()) queue.state() = std::make_unique<CudaLibraries>(queue);
  return static_cast<CudaLibraries&>(*queue.state());
}

absl::Status FromLibrary(cublasStatus_t status, absl::string_view what) {
  if (status == CUBLAS_STATUS_SUCCESS) return absl::OkStatus();
  const Kind kind = status == CUBLAS_STATUS_ALLOC_FAILED    ? Kind::kMemory
                    : status == CUBLAS_STATUS_NOT_SUPPORTED ? Kind::kUnsupported
                                                            : Kind::kOther;
  return MakeStatus(kind, what, cublasGetStatusString(status), static_cast<int>(status));
}

absl::Status FromLibrary(cusolverStatus_t status, absl::string_view what) {
  if (status == CUSOLVER_STATUS_SUCCESS) return absl::OkStatus();
  const Kind kind = status == CUSOLVER_STATUS_ALLOC_FAILED    ? Kind::kMemory
                    : status == CUSOLVER_STATUS_NOT_SUPPORTED ? Kind::kUnsupported
                                                              : Kind::kOther;
  return MakeStatus(kind, what, CusolverName(status), static_cast<int>(status));
}

absl::Status FromLibrary(cudnnStatus_t status, absl::string_view what) {
  if (status == CUDNN_STATUS_SUCCESS) return absl::OkStatus();
  // The thousands are the category, cuDNN's 3000 being what it does not support.
  const int code = static_cast<int>(status);
  const bool memory = status == CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED ||
                      status == CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED;
  const Kind kind = memory ? Kind::kMemory : code / 1000 == 3 ? Kind::kUnsupported : Kind::kOther;
  return MakeStatus(kind, what, cudnnGetErrorString(status), code);
}

}  // namespace eager::server::cuda
