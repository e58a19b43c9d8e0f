// Tensors as a shell writes and reads them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "common/attr.h"
#include "common/host_tensor.h"
#include "common/ops/op_spec.h"

namespace eager::ctl {

// What an argument stands for:
//   FILE.npy                    the array of that file
//   1.5  [1, 2]  [[true]]  "a"  JSON: whole numbers are int32 (int64 where they must be), others float32; nan, inf, -inf
//   DTYPE:VALUES                the same as that dtype; string:TEXT is TEXT as it stands
// INVALID_ARGUMENT, naming the argument, for anything else.
absl::StatusOr<HostTensor> ParseValue(const std::string& argument);

// NAME=VALUE as an attribute of the op: true, 2, 0.5, float32, text, [1, 2], by its kind there.
absl::StatusOr<NamedAttr> ParseAttr(const OpSpec& op, const std::string& argument);

// Nested lists of the values; what JSON has no number for is a string ("NaN"), and so are complex numbers.
nlohmann::json ToJson(const HostTensor& values);

}  // namespace eager::ctl
