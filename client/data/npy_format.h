// The bytes of a .npy file.
#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/ndarray.h"

namespace eager::data::internal {

// Where a .npy comes from: a file, or an entry of an archive in memory.
struct NpySource {
  std::string name;  // for messages
  absl::FunctionRef<absl::Status(void* to, size_t n)> read;      // exactly n bytes
  absl::FunctionRef<absl::Status(uint64_t n)> check_plausible;   // whether n more bytes can be there
};
absl::StatusOr<NDArray> ReadNpy(const NpySource& source);

// Header and values. Row-major.
absl::StatusOr<std::string> NpyHeader(const HostTensor& values);
// What follows the header: for strings padded, else the values as they are (then `padded` stays empty).
absl::string_view NpyBody(const HostTensor& values, std::string& padded);

}  // namespace eager::data::internal
