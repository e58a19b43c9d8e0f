// Values of op attributes.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "common/dtype.h"
#include "common/shape.h"

namespace eager {

// monostate: not set. The other forms are TensorFlow's AttrValue kinds that ops here use.
using AttrValue = std::variant<std::monostate, int64_t, float, bool, DType, std::string, Shape, std::vector<int64_t>,
                               std::vector<float>, std::vector<DType>>;

// "true", "[1,2]", "float32": for messages and listings.
std::string ToString(const AttrValue& value);

size_t HashAttr(const AttrValue& value);

// Attributes by name, as a caller gives them; the op's row puts them in order and fills in the rest.
struct NamedAttr {
  absl::string_view name;
  AttrValue value;
};
using NamedAttrs = std::vector<NamedAttr>;

}  // namespace eager
