#include "client/constant.h"

#include "client/core/call.h"

namespace eager {

Tensor constant(const HostTensor& values, std::source_location where) { return internal::PutHost(values, where); }

Tensor constant(const std::string& value, std::source_location where) {
  return constant(HostTensor::Strings(Shape(), {value}), where);
}

Tensor constant(std::initializer_list<internal::Literal> list, std::source_location where) {
  return constant(internal::FromLiterals(list, where), where);
}

Tensor constant(const NDArray& array, std::source_location where) { return constant(array.host(), where); }
Tensor constant(const NDArray& array, DType dtype, std::source_location where) {
  return constant(array.dtype() == dtype ? array : array.astype(dtype, where), where);
}

Tensor constant(const char* value, std::source_location where) { return constant(std::string(value), where); }

}  // namespace eager
