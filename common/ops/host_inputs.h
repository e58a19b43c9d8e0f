// Reads the `host` inputs that shape functions go by: axes, shapes, sizes. Errors name the input and what was expected.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/ops/shape_context.h"

namespace eager {

// INVALID_ARGUMENT with the parts, joined, as its text.
template <class... Parts>
absl::Status Invalid(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(parts...));
}

// How much looser than "a scalar" an input may be: TensorFlow's ops differ.
enum class ScalarForm { kScalar, kVectorOfOne, kAnyOfOne };

// The value of input `i`. INVALID_ARGUMENT "axis must be a scalar, got shape [2]".
absl::StatusOr<int64_t> HostScalar(const ShapeContext& c, int i, ScalarForm form = ScalarForm::kScalar);

// The values of input `i`. INVALID_ARGUMENT "perm must be a vector, got shape [1,2]".
absl::StatusOr<HostInts> HostVector(const ShapeContext& c, int i);

// The shape that the vector in input `i` spells out.
absl::StatusOr<Shape> HostShape(const ShapeContext& c, int i);

}  // namespace eager
