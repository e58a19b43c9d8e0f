#include "client/constant.h"

#include "client/core/call.h"

namespace eager {

Tensor constant(const HostTensor& values, std::source_location where) { return internal::PutHost(values, where); }

Tensor constant(const std::string& value, std::source_location where) {
  return constant(HostTensor::Strings(Shape(), {value}), where);
}

Tensor constant(const char* value, std::source_location where) { return constant(std::string(value), where); }

}  // namespace eager
