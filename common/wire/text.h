// Texts that protobuf's strings and gRPC's statuses can carry.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace eager {

// Whether protobuf takes it for a string: a reader rejects a whole message for one that is not UTF-8.
bool IsUtf8(absl::string_view text);

// An error's text as it can be sent: bytes that are no UTF-8 as "\xff", and not more than some 2 KiB, because errors name
// what the client sent, which may be megabytes, and gRPC drops a status that does not fit into its headers.
std::string ErrorText(absl::string_view text);

}  // namespace eager
