// Any op of the table by its name: what every named function of the library comes down to.
#pragma once

#include <source_location>
#include <string>
#include <vector>

#include "client/tensor.h"
#include "common/attr.h"

namespace eager {

// op("MatMul", {a, b}, {{"transpose_a", true}}): TensorFlow's raw ops (tf.raw_ops), their inputs in order, a list input
// spread out in its place. Attributes at their default and those that follow from the inputs may be left out; integers
// are int64_t{…}. Throws NOT_FOUND for an unknown op, INVALID_ARGUMENT for what its inference refuses.
std::vector<Tensor> op(const std::string& name, const std::vector<Operand>& inputs, const NamedAttrs& attrs = {},
                       std::source_location where = std::source_location::current());

}  // namespace eager
