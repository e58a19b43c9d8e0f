// What the shape functions of random ops share.
#pragma once

#include "absl/status/status.h"
#include "common/ops/shape_context.h"

namespace eager {

// Output 0 has the shape that the vector in input 0 spells out.
absl::Status RandomShape(ShapeContext& c);

// Inputs `min_input` and the one behind it, the bounds of a range of integers, are scalars.
absl::Status CheckBoundsAreScalars(const ShapeContext& c, int min_input);

// RandomShape for integers: where any number is asked for, the bounds must be scalars and the lower one below the
// upper.
absl::Status RandomIntShape(ShapeContext& c, int min_input);

}  // namespace eager
