#include "server/session/handle_table.h"

#include "absl/strings/str_cat.h"

namespace eager::server {

absl::StatusOr<TensorRef> HandleTable::Get(uint64_t handle) const {
  const auto it = entries_.find(handle);
  if (it == entries_.end()) {
    return absl::InvalidArgumentError(absl::StrCat("handle ", handle, " names no tensor: never made, or released"));
  }
  return it->second;
}

}  // namespace eager::server
