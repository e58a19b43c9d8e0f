// CUDA's error codes as statuses.
#pragma once

#include <cuda_runtime_api.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace eager::server {

// OK for cudaSuccess; RESOURCE_EXHAUSTED for memory; INTERNAL, with CUDA's name of the error and `what` failed, for the
// rest. Takes an error that only belongs to one call off the runtime's record, so that no later call reports it.
absl::Status FromCuda(cudaError_t error, absl::string_view what);

// Whether an error ends the device's context: everything that is asked of it from then on fails.
bool IsSticky(cudaError_t error);

}  // namespace eager::server

#define RETURN_IF_CUDA_ERROR(call)                                                                   \
  do {                                                                                               \
    if (const cudaError_t _e = (call); _e != cudaSuccess) return ::eager::server::FromCuda(_e, #call); \
  } while (false)
