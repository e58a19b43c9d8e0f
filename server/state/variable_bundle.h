// Named variables as a tensor bundle: a key for each, as TensorFlow's tf.train.load_checkpoint reads it.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/host_tensor.h"
#include "server/session/named_variables.h"

namespace eager::server {

// Variables with their values at one moment, in the order of their names; those without a value are left out.
struct VariableMoments {
  std::vector<NamedVariables::Listed> variables;
  std::vector<Variable::Moment> moments;

  static VariableMoments Take(const NamedVariables& variables);
};

struct BundleSize {
  int64_t variables = 0;
  int64_t bytes = 0;
};

// Replaces the bundle `prefix` whole, or leaves it as it was. Lets go of each value when it is written: an update meanwhile
// needs memory for the new one.
absl::StatusOr<BundleSize> WriteBundle(const std::string& prefix, VariableMoments moments);

using NamedValues = std::vector<std::pair<std::string, HostTensor>>;
// All of a bundle but the object graph of a program's checkpoint, every checksum looked at. DATA_LOSS and others as
// BundleReader's; INVALID_ARGUMENT for a key that can be no variable's name.
absl::StatusOr<NamedValues> ReadBundle(const std::string& prefix);

}  // namespace eager::server
