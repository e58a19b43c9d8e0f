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

// Element i of a string tensor.
inline absl::string_view HostString(const HostView& strings, int64_t i) {
  const uint64_t* offsets = strings.as<uint64_t>();
  const char* chars = strings.as<char>() + (strings.num_elements() + 1) * static_cast<int64_t>(sizeof(uint64_t));
  return absl::string_view(chars + offsets[i], offsets[i + 1] - offsets[i]);
}

}  // namespace eager
