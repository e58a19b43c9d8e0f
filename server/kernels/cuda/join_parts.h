// Parts of a tensor side by side: where each one's elements lie in the whole. Index arithmetic of joining and cutting,
// shared by host and devices.
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "absl/types/span.h"
#include "server/kernels/cuda/fast_divide.h"

namespace eager::server::cuda {

// Parts of one launch: their table is a kernel's parameter, of at most 4 KiB; few have a short one.
inline constexpr int kMaxParts = 128, kFewParts = 8;

// A part has the whole's rows and `width` elements of each, from `first` on.
struct JoinPart {
  void* data = nullptr;
  int64_t width = 0;
  int64_t first = 0;
};

struct JoinPlan {
  int64_t rows = 1;
  int64_t row_step = 0;  // how long the whole's rows are
  void* whole = nullptr;
  std::vector<JoinPart> parts;  // none of them empty

  // Moves pieces of up to 16 bytes in place of elements of `size` where all parts are made of such. Gives their size.
  int64_t Widen(int64_t size) {
    uintptr_t addresses = reinterpret_cast<uintptr_t>(whole);
    uint64_t lengths = static_cast<uint64_t>(rows > 1 ? row_step : 0);
    for (const JoinPart& p : parts) {
      addresses |= reinterpret_cast<uintptr_t>(p.data);
      lengths |= static_cast<uint64_t>(p.width) | static_cast<uint64_t>(p.first);
    }
    int64_t wide = 16;
    while (wide > size &&
           (addresses % static_cast<uintptr_t>(wide) != 0 || lengths % static_cast<uint64_t>(wide / size) != 0)) {
      wide /= 2;
    }
    const int64_t ratio = wide / size;
    row_step /= ratio;
    for (JoinPart& p : parts) {
      p.width /= ratio;
      p.first /= ratio;
    }
    return wide;
  }
  // Whether 32 bits hold all indices, also where a thread steps beyond the end.
  bool Small() const { return rows * row_step < (int64_t{1} << 30); }
};

// Blocks for each part of a launch, each part being walked by as many. One that is much longer than the others gets
// fewer than it has elements for: its threads go on.
inline int64_t BlocksPerPart(absl::Span<const JoinPart> parts, int64_t rows, int64_t per_block) {
  constexpr int64_t kEnough = 1024;  // to fill any GPU
  int64_t longest = 0, all = 0;
  for (const JoinPart& p : parts) {
    const int64_t blocks = (rows * p.width + per_block - 1) / per_block;
    longest = std::max(longest, blocks);
    all += blocks;
  }
  const int64_t mean = all / static_cast<int64_t>(parts.size());
  return std::max<int64_t>(1, std::min({longest, std::max(2 * mean, kEnough), int64_t{1} << 18}));
}

// The table as a kernel takes it. Index is uint32_t where the plan is small, else int64_t.
template <class Index, int kMost>
struct JoinView {
  using Div = std::conditional_t<sizeof(Index) == 4, Divider, PlainDivider>;
  void* data[kMost];
  Div widths[kMost];
  Index firsts[kMost];
  void* whole;
  Index rows, row_step;

  JoinView(const JoinPlan& plan, absl::Span<const JoinPart> parts)
      : whole(plan.whole), rows(static_cast<Index>(plan.rows)), row_step(static_cast<Index>(plan.row_step)) {
    for (size_t i = 0; i < parts.size(); ++i) {
      data[i] = parts[i].data;
      widths[i] = Div(static_cast<Index>(parts[i].width));
      firsts[i] = static_cast<Index>(parts[i].first);
    }
  }
  EAGER_HOST_DEVICE Index NumElements(int part) const { return rows * static_cast<Index>(widths[part].divisor); }
  // Where element i of a part lies in the whole.
  EAGER_HOST_DEVICE Index Place(int part, Index i) const {
    const Index row = static_cast<Index>(widths[part].Divide(i));
    return row * row_step + firsts[part] + i - row * static_cast<Index>(widths[part].divisor);
  }
};

}  // namespace eager::server::cuda
