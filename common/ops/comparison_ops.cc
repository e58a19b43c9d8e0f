#include "common/ops/op_table.h"

namespace eager {
absl::Span<const OpDef> ComparisonOps() { return {}; }
}  // namespace eager
