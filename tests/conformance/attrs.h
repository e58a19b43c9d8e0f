// Attributes as the golden files write them, as the client takes them.
#pragma once

#include "common/attr.h"
#include "nlohmann/json.hpp"

namespace eager {
struct OpSpec;
}

namespace eager::conformance {

// JSON has fewer kinds than ops: "float32" is a type or a string, [1, 2] a shape or a list. The op's row decides; where
// the row has no such attribute, or one of a kind that this JSON cannot be, the value goes on as what it looks like, for
// the client to refuse. `op` may be null. The names point into `attrs`.
NamedAttrs AttrsFromJson(const nlohmann::json& attrs, const OpSpec* op);

}  // namespace eager::conformance
