// An index as the StridedSlice op takes it.
#pragma once

#include <string>

#include "absl/types/span.h"
#include "client/indexing.h"
#include "common/attr.h"
#include "common/host_tensor.h"

namespace eager::internal {

struct StridedIndex {
  HostTensor begin, end, strides;  // int64 vectors
  NamedAttrs masks;
};
StridedIndex ToStridedIndex(absl::Span<const Index> index);

// "[0:2, -1]"
std::string ToString(absl::Span<const Index> index);

}  // namespace eager::internal
