// What kernels of TopKV2 write.
#pragma once

#include "common/dtype.h"

namespace eager::server::cuda {

// A row's values, and their places in it as integers of any of the op's types.
template <class U>
struct TopKOutput {
  U* values;
  void* indices;
  DType index;

  __device__ void Write(int64_t at, U value, int64_t place) const {
    values[at] = value;
    if (index == DType::kInt32) {
      static_cast<int32_t*>(indices)[at] = static_cast<int32_t>(place);
    } else if (index == DType::kInt64) {
      static_cast<int64_t*>(indices)[at] = place;
    } else {
      static_cast<int16_t*>(indices)[at] = static_cast<int16_t>(place);
    }
  }
};

}  // namespace eager::server::cuda
