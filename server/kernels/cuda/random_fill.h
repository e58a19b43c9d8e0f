// Fills output 0 with random numbers on a GPU. The twin of cpu/random_fill.h.
#pragma once

#include "absl/status/status.h"
#include "server/kernels/cuda/random_groups.h"
#include "server/kernels/kernel.h"

namespace eager::server::cuda {

inline constexpr DTypeSet kRandomFloats = {DType::kFloat32, DType::kFloat64, DType::kFloat16, DType::kBFloat16};

// Output 0 is one of kRandomFloats.
absl::Status FillUniform(KernelContext& k, const PhiloxSource& from);
absl::Status FillNormal(KernelContext& k, const PhiloxSource& from);
absl::Status FillTruncatedNormal(KernelContext& k, const PhiloxSource& from);
// Output 0 is of 32 or 64 bits.
absl::Status FillIntegers(KernelContext& k, const PhiloxSource& from);
// The same, in [low, high): the host inputs `min_input` and the one behind it. Not read if there is nothing to fill.
absl::Status FillUniformInt(KernelContext& k, const PhiloxSource& from, int min_input);

}  // namespace eager::server::cuda
