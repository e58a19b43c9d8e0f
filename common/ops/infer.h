// Checks one call of an op and tells the dtypes and shapes of its outputs: the same function on both sides.
#pragma once

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "common/ops/shape_context.h"

namespace eager {

struct Inferred {
  absl::InlinedVector<DType, 2> dtypes;  // one per output
  absl::InlinedVector<Shape, 2> shapes;  // one per output, if shapes_known
  bool shapes_known = false;             // false: an input's shape or a `host` input's value is not known here
};

// Completes `attrs` (type and number attributes that follow from the inputs) and checks arity and dtypes.
// INVALID_ARGUMENT "AddV2: input 1 (y) must be float32 as input 0 (x) is, got int32".
absl::Status InferTypes(const OpSpec& op, absl::Span<const InferInput> inputs, Attrs& attrs,
                        absl::InlinedVector<DType, 2>& output_dtypes);

// InferTypes and, where all that it reads is known, the row's shape function.
absl::Status Infer(const OpSpec& op, absl::Span<const InferInput> inputs, Attrs& attrs, Inferred& out);

}  // namespace eager
