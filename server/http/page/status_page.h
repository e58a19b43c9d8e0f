// The status page, as a browser gets it.
#pragma once

#include "absl/strings/string_view.h"

namespace eager::server {

// status.html, byte for byte: UTF-8, with all that it needs in it but /api/status, which it asks for every two seconds.
absl::string_view StatusPage();

}  // namespace eager::server
