// Single elements of a tensor in host memory: reading them by type, and the texts that no neighbour has a say in.
#pragma once

#include <complex>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "client/print/decimal.h"
#include "common/host_tensor.h"

namespace eager::print {

// Of a float16, float32 or float64, and of the parts of a complex number.
FloatKind KindOf(DType dtype);

// Element i of a floating tensor.
double FloatAt(const HostTensor& tensor, int64_t i);

// Element i of a complex tensor.
std::complex<double> ComplexAt(const HostTensor& tensor, int64_t i);

// Element i of a bool tensor.
bool BoolAt(const HostTensor& tensor, int64_t i);

// Element i of an integer tensor, in decimal.
std::string IntegerText(const HostTensor& tensor, int64_t i);

// A bfloat16 as C++ streams write it: six digits, "0.333984", "1e+09", "1".
std::string BFloat16Text(double value);

// "nan", "inf" or "-inf", for a value that is not finite.
std::string NonFiniteText(double value);

// The repr of a Python bytes object: b'it\x00', b"it's".
std::string BytesRepr(absl::string_view bytes);

}  // namespace eager::print
