// Between C++ values and wire messages.
#pragma once

#include "absl/status/statusor.h"
#include "common/attr.h"
#include "common/host_tensor.h"
#include "common/tensor_spec.h"
#include "eager/v1/tensor.pb.h"

namespace eager {

// INVALID_ARGUMENT for an unknown dtype, a negative extent or too many elements.
absl::StatusOr<TensorSpec> FromWire(const v1::TensorSpec& spec);
void ToWire(const TensorSpec& spec, v1::TensorSpec* out);

absl::StatusOr<AttrValue> FromWire(const v1::AttrValue& value);
void ToWire(const AttrValue& value, v1::AttrValue* out);

absl::Status FromWire(const v1::Status& status);
void ToWire(const absl::Status& status, v1::Status* out);

}  // namespace eager
