// The one exception of the client library.
#pragma once

#include <source_location>
#include <stdexcept>
#include <string>

#include "absl/status/status.h"

namespace eager {

// Thrown at once for what the client can see (dtypes, shapes, attributes), at the next call that waits for what only the
// execution can (a division by zero, a lost connection). what() is "INVALID_ARGUMENT: AddV2: Incompatible shapes: [2] vs.
// [3] (train.cc:12)".
class Error : public std::runtime_error {
 public:
  Error(absl::Status status, std::source_location where);

  // Canonical code, and the message without the place; the codes are TensorFlow's for the same mistake.
  const absl::Status& status() const { return status_; }
  absl::StatusCode code() const { return status_.code(); }
  // The op that failed: "AddV2". Empty where no op is to blame.
  const std::string& op() const { return op_; }
  // The line of the program that called the library.
  const std::source_location& where() const { return where_; }

 private:
  absl::Status status_;
  std::string op_;
  std::source_location where_;
};

}  // namespace eager
