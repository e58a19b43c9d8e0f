// Images and filters brought into the order in which a convolution is computed.
#pragma once

#include <cstdint>

#include "server/kernels/kernel.h"

namespace eager::server::cuda {

// Transposes `batch` matrices of rows × columns elements of 2, 4 or 8 bytes.
void TransposeMatrices(const KernelContext& k, const void* from, int64_t batch, int64_t rows, int64_t columns,
                       int element_bytes, void* to);

// Where images of from_rows × from_columns pixels lie in ones of to_rows × to_columns: pixel (y, x) of the result is
// (y - front_rows, x - front_columns) of the source, or 0 where it has none.
struct Frame {
  int64_t batch = 0, from_rows = 0, from_columns = 0, to_rows = 0, to_columns = 0;
  int64_t front_rows = 0, front_columns = 0;
  int64_t pixel_bytes = 0;  // a multiple of 2
};
void CopyFramed(const KernelContext& k, const Frame& frame, const void* from, void* to);

}  // namespace eager::server::cuda
