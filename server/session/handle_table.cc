#include "server/session/handle_table.h"

#include "absl/strings/str_cat.h"

namespace eager::server {

absl::StatusOr<TensorRef> HandleTable::Get(uint64_t handle) const {
  if (const auto it = tensors_.find(handle); it != tensors_.end()) return it->second;
  if (const auto it = errors_.find(handle); it != errors_.end()) return it->second;
  return absl::InvalidArgumentError(absl::StrCat("handle ", handle, " names no tensor: never made, or released"));
}

}  // namespace eager::server
