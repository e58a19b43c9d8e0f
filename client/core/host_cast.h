// Elements of host arrays from one type to another.
#pragma once

#include "common/host_tensor.h"

namespace eager::internal {

// Whether elements of this type are numbers or bools, which CastHost takes and gives.
bool IsNumeric(DType dtype);

// The same array with elements of `dtype`, which is its own or both are numeric. Fractions are cut off toward zero;
// what an integer type cannot hold wraps around, or for NaN and numbers beyond 64 bits is what NumPy gives on x86; bool
// is "not zero"; a complex number's imaginary part is dropped.
HostTensor CastHost(const HostTensor& array, DType dtype);

}  // namespace eager::internal
