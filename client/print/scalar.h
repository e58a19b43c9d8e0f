// The text of tensors of rank 0, which NumPy and Python print as numbers of their own, not as arrays.
#pragma once

#include <string>

#include "common/host_tensor.h"

namespace eager::print {

// str of the NumPy scalar: the shortest digits of the element's own type, "0.1", "1e+06", "(1+2j)", "True", "b'a'".
std::string ScalarStr(const HostTensor& tensor);

// repr of the Python number that holds the value: floats show the digits of a double, "0.10000000149011612".
std::string ScalarRepr(const HostTensor& tensor);

}  // namespace eager::print
