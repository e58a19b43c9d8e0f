// Errors as TensorFlow's clients expect them.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace eager::server::tf {

// "AddV2: Incompatible shapes: …" as "Incompatible shapes: … [Op:AddV2]", which is where a TensorFlow program looks for the op; what
// would not fit into a client's message is cut.
absl::Status ForClient(const absl::Status& status, absl::string_view op);

}  // namespace eager::server::tf
