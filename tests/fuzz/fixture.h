// The server under a fuzzed program, and how a finding is told.
#pragma once

#include <cstdio>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/device/device_set.h"

namespace eager::fuzz {

// Little enough that what a program can allocate is soon computed, more than any tensor that it uploads.
inline constexpr int64_t kMemoryLimit = 2 << 20;

// One CPU device for all programs. Made at the first call; kernels run on the caller's thread.
const server::DeviceSet& Devices();

// Ends the process as a crash, so that a fuzzer keeps the input.
[[noreturn]] void Fail(absl::string_view what);

// Ends the process for codes that say that the server itself is wrong.
inline void CheckCode(const absl::Status& status) {
  // The one INTERNAL that TensorFlow gives for a caller's mistake: TruncateDiv and TruncateMod by 0.
  if (absl::EndsWith(status.message(), "Integer division by zero")) return;
  if (status.code() == absl::StatusCode::kInternal || status.code() == absl::StatusCode::kUnknown) {
    Fail(status.ToString());
  }
}

// Ends the process if a tensor is still held. To be called when no session is left.
void CheckNothingIsHeld();

}  // namespace eager::fuzz
