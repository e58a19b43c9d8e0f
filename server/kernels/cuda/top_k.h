// TopKV2 on a GPU, in parts that are compiled apart.
#pragma once

#include <cstdint>

#include "server/kernels/kernel.h"

namespace eager::server::cuda {

// Rows of up to so many columns, and selections of up to so many elements, are sorted in a block's own memory.
inline constexpr int kMaxBlockSort = 1024;

// What a call is about: input 0 has `rows` of `columns`, of which the largest `k` go to outputs 0 and 1.
struct TopK {
  int64_t rows, columns, k;
};

// Sorts all elements of every row. For any k; slower than selecting where that is small.
absl::Status TopKBySorting(KernelContext& c, const TopK& top);

}  // namespace eager::server::cuda
