#include "server/kernels/variable.h"

namespace eager::server {

Variable& Tensor::variable() const { return static_cast<Variable&>(*variable_); }

}  // namespace eager::server
