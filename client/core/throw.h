// Where statuses become exceptions: the edge of the library.
#pragma once

#include <source_location>
#include <utility>

#include "absl/status/statusor.h"
#include "client/error.h"

namespace eager::internal {

inline void ThrowIfError(absl::Status status, std::source_location where) {
  if (!status.ok()) throw Error(std::move(status), where);
}

template <class T>
T ValueOrThrow(absl::StatusOr<T> value, std::source_location where) {
  if (!value.ok()) throw Error(value.status(), where);
  return *std::move(value);
}

}  // namespace eager::internal
