// Kernels of common/ops/top_k_ops.cc.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/number.h"
#include "server/kernels/cpu/wide_loop.h"

namespace eager::server {
namespace {

// Elements that one part of parallel work has about.
constexpr int64_t kGrain = 1 << 14;
// Up to here the best so far are kept in order by insertion.
constexpr int64_t kMostFew = 32;

// nan is larger than all else, so that this is an order.
template <class O>
bool Larger(O x, O y) {
  return (x > y) | ((x != x) & (y == y));
}

constexpr int64_t kBlock = 64;

// Whether one of kBlock elements is larger than y.
template <class O, class T>
EAGER_WIDE_LOOP bool AnyLarger(const T* x, O y) {
  int any = 0;
#pragma omp simd reduction(| : any)
  for (int64_t i = 0; i < kBlock; ++i) any |= Larger(Widen<O>(x[i]), y);
  return any != 0;
}

// The first k of `order`, the positions of a row, by value, the largest first; of equal ones the first. For a small k:
// most blocks of the row have none that is larger than the k-th up to there.
template <class O, class T>
void SelectFewLargest(const T* row, int64_t n, int64_t k, std::vector<O>& best, std::vector<int64_t>& order) {
  int64_t count = 0;
  for (int64_t block = 0; block < n; block += kBlock) {
    const int64_t end = std::min(n, block + kBlock);
    if (count == k && end - block == kBlock && !AnyLarger<O>(row + block, best[k - 1])) continue;
    for (int64_t i = block; i < end; ++i) {
      const O x = Widen<O>(row[i]);
      if (count == k && !Larger(x, best[k - 1])) continue;
      int64_t at = count < k ? count++ : k - 1;
      for (; at > 0 && Larger(x, best[at - 1]); --at) {
        best[at] = best[at - 1];
        order[at] = order[at - 1];
      }
      best[at] = x;
      order[at] = i;
    }
  }
}

// The same for any k.
template <class O>
void SelectLargest(const O* row, int64_t k, std::vector<int64_t>& order) {
  std::iota(order.begin(), order.end(), 0);
  const auto before = [row](int64_t a, int64_t b) {
    return Larger(row[a], row[b]) || (!Larger(row[b], row[a]) && a < b);
  };
  const auto kth = order.begin() + k;
  if (k < static_cast<int64_t>(order.size()) / 16) {  // few elements get into a heap of the best
    std::partial_sort(order.begin(), kth, order.end(), before);
    return;
  }
  if (kth != order.end()) std::nth_element(order.begin(), kth, order.end(), before);
  std::sort(order.begin(), kth, before);
}

template <class T>
struct TopKKernel {
  static absl::Status Run(KernelContext& c) {
    using O = Ordered<T>;
    const Shape& shape = c.input(0).shape();
    const int64_t k = c.ints(1)[0], columns = shape[shape.rank() - 1];
    if (c.output(0).num_elements() == 0) return absl::OkStatus();
    const int64_t rows = c.input(0).num_elements() / columns;
    const T* in = c.input(0).data<T>();
    T* values = c.output(0).mutable_data<T>();
    const DType index = c.output(1).dtype();
    if (index == DType::kInt16 && columns > INT16_MAX + 1) {
      return absl::InvalidArgumentError(absl::StrCat("int16 cannot count ", columns, " columns"));
    }
    const bool few = k <= kMostFew && k < columns / 16;
    ParallelFor(rows, std::max<int64_t>(1, kGrain / columns), [&](int64_t begin, int64_t end) {
      std::vector<O> row(static_cast<size_t>(columns));
      std::vector<int64_t> order(row.size());
      for (int64_t r = begin; r < end; ++r) {
        if (few) {
          SelectFewLargest(in + r * columns, columns, k, row, order);
        } else {
          for (int64_t i = 0; i < columns; ++i) row[i] = Widen<O>(in[r * columns + i]);
          SelectLargest(row.data(), k, order);
        }
        for (int64_t i = 0; i < k; ++i) {
          values[r * k + i] = in[r * columns + order[i]];
          if (index == DType::kInt32) {
            c.output(1).mutable_data<int32_t>()[r * k + i] = static_cast<int32_t>(order[i]);
          } else if (index == DType::kInt64) {
            c.output(1).mutable_data<int64_t>()[r * k + i] = order[i];
          } else {
            c.output(1).mutable_data<int16_t>()[r * k + i] = static_cast<int16_t>(order[i]);
          }
        }
      }
    });
    return absl::OkStatus();
  }
};

// Ties count in the target's favour: only what is larger pushes it out.
template <class T>
struct InTopKKernel {
  static absl::Status Run(KernelContext& c) {
    const int64_t rows = c.input(0).shape()[0], classes = c.input(0).shape()[1], k = c.ints(2)[0];
    const float* predictions = c.input(0).data<float>();
    const T* targets = c.input(1).data<T>();
    bool* out = c.output(0).mutable_data<bool>();
    for (int64_t r = 0; r < rows; ++r) {
      const float* row = predictions + r * classes;
      const bool known = targets[r] >= 0 && targets[r] < classes && std::isfinite(row[targets[r]]);
      int64_t larger = 0;
      bool finite = known;
      for (int64_t i = 0; i < classes && finite; ++i) {
        finite = std::isfinite(row[i]);
        larger += row[i] > row[targets[r]];
      }
      out[r] = finite && larger < k;
    }
    return absl::OkStatus();
  }
};

}  // namespace

std::vector<KernelRow> CpuTopKKernels() {
  std::vector<KernelRow> rows;
  AddNumberRows<TopKKernel>(rows, "TopKV2");
  AddRows<InTopKKernel, int32_t, int64_t>(rows, "InTopKV2");
  return rows;
}

}  // namespace eager::server
