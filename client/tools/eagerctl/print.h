// What several subcommands print alike.
#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "absl/status/status.h"

namespace eager::ctl {

// A daemon's answer as JSON on stdout.
absl::Status PrintJson(const google::protobuf::Message& message);

// "1.5 GiB", "512 B".
std::string Bytes(int64_t bytes);

}  // namespace eager::ctl
