#include "server/kernels/variable.h"

#include "absl/strings/str_cat.h"

namespace eager::server {

absl::Status Variable::NoValue() const {
  return absl::FailedPreconditionError(
      absl::StrCat("variable '", name_, "' (", spec_.ToString(), ") has no value: nothing was assigned to it yet"));
}

Variable& Tensor::variable() const { return static_cast<Variable&>(*variable_); }

}  // namespace eager::server
