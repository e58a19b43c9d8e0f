// Elements of every dtype that stand for whole numbers: for tests of what does not depend on the dtype.
#pragma once

#include <vector>

#include "common/host_tensor.h"

namespace eager::testing {

// Every dtype whose elements can be moved.
const std::vector<DType>& MovableDTypes();

// A tensor whose elements stand for the numbers of `int64s`, and the same for the same number: 0 for zero, false and
// "", up to 255 each for another one but in bool.
HostTensor Encode(const HostTensor& int64s, DType dtype);

// Whether both have the same spec and bytes.
bool Same(const HostTensor& a, const HostTensor& b);

}  // namespace eager::testing
