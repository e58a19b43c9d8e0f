// Loops over the elements of a reduction, whatever its axes are.
//
// Axes of extent 1 vanish and neighbours of one kind become one axis, so that few forms are left, told apart by the
// innermost axis: reduced (sum the rows) or kept (add rows to a row of totals). A reduction policy R says what is
// computed (see reduce_kernels.cc). Results do not depend on the number of threads: parts follow from the shapes alone.
#pragma once

#include <algorithm>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "common/shape.h"
#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/number.h"
#include "server/kernels/cpu/prefetch.h"
#include "server/kernels/cpu/wide_loop.h"

namespace eager::server {

// Axes that are walked one index at a time, outermost first.
struct Grid {
  struct Axis {
    int64_t extent;
    int64_t stride;  // in elements
  };
  absl::InlinedVector<Axis, 4> axes;
  int64_t count = 1;

  void Push(int64_t extent, int64_t stride) {
    axes.push_back({extent, stride});
    count *= extent;
  }
  // Where point `i` begins.
  int64_t Offset(int64_t i) const {
    int64_t offset = 0;
    for (size_t a = axes.size(); a-- > 1;) {
      offset += i % axes[a].extent * axes[a].stride;
      i /= axes[a].extent;
    }
    return axes.empty() ? 0 : offset + i * axes[0].stride;
  }
};

struct ReduceLayout {
  Grid kept, reduced;  // without the innermost axis
  int64_t inner = 1;   // extent of the innermost axis, whose stride is 1
  bool inner_reduced = false;
  int64_t num_reduced = 1;  // elements that make one result
  int64_t num_results = 1;
};

// `axes` were checked by the op's inference.
ReduceLayout MakeReduceLayout(const Shape& shape, absl::Span<const int64_t> axes);

// Elements that one part of parallel work has about.
inline constexpr int64_t kReduceGrain = 1 << 17;

inline constexpr int kReduceLanes = 32;

// Folds `n` neighbours. Lanes let the compiler use vector registers; blocks keep long sums of floats accurate. Not
// inlined: there are many reductions, and their callers would each get a copy.
template <class R, class T>
[[gnu::noinline]] EAGER_WIDE_LOOP typename R::Acc FoldRow(const T* x, int64_t n) {
  using Lane = typename R::Lane;
  using Acc = typename R::Acc;
  constexpr int kLanes = kReduceLanes;
  constexpr int64_t kBlock = 16 * kLanes;
  Acc totals[kLanes];
  for (int j = 0; j < kLanes; ++j) totals[j] = R::Identity();
  int64_t i = 0;
  while (n - i >= kLanes) {
    const int64_t end = std::min(n, i + kBlock);
    Lane lanes[kLanes];
    for (int j = 0; j < kLanes; ++j) lanes[j] = R::Identity();
    for (; i + kLanes <= end; i += kLanes) {
      PrefetchAhead(x + i, kLanes * sizeof(T));
#pragma omp simd
      for (int j = 0; j < kLanes; ++j) lanes[j] = R::Fold(lanes[j], Widen<Lane>(x[i + j]));
    }
#pragma omp simd
    for (int j = 0; j < kLanes; ++j) totals[j] = R::Merge(totals[j], lanes[j]);
  }
  for (int half = kLanes / 2; half > 0; half /= 2) {
#pragma omp simd
    for (int j = 0; j < half; ++j) totals[j] = R::Merge(totals[j], totals[j + half]);
  }
  for (; i < n; ++i) totals[0] = R::Merge(totals[0], Widen<Lane>(x[i]));
  return totals[0];
}

// Innermost axis reduced. A result's elements are `reduced.count` rows, each cut into segments; a part is a run of
// them.
template <class R, class T>
void ReduceRows(const ReduceLayout& l, const T* in, T* out) {
  using Acc = typename R::Acc;
  const int64_t segment = std::min(l.inner, kReduceGrain);
  const int64_t segments = (l.inner - 1) / segment + 1;
  const int64_t units = l.reduced.count * segments;
  const int64_t units_per_part = std::min(units, std::max<int64_t>(1, kReduceGrain / segment));
  const int64_t parts = (units - 1) / units_per_part + 1;
  const auto fold = [&](int64_t result, int64_t part) {
    const T* base = in + l.kept.Offset(result);
    Acc acc = R::Identity();
    const int64_t end = std::min(units, (part + 1) * units_per_part);
    for (int64_t u = part * units_per_part; u < end; ++u) {
      const int64_t row = segments == 1 ? u : u / segments, begin = segments == 1 ? 0 : u % segments * segment;
      const T* x = base + l.reduced.Offset(row) + begin;
      const int64_t n = std::min(segment, l.inner - begin);
      if (n >= kReduceLanes) {
        acc = R::Merge(acc, FoldRow<R>(x, n));
      } else {  // without a call, which would cost more than the row
        for (int64_t i = 0; i < n; ++i) acc = R::Merge(acc, Widen<typename R::Lane>(x[i]));
      }
    }
    return acc;
  };
  const int64_t grain = std::max<int64_t>(1, kReduceGrain / (units_per_part * segment));
  if (parts == 1) {
    return ParallelFor(l.num_results, grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) out[i] = R::Final(fold(i, 0), l.num_reduced);
    });
  }
  std::vector<Acc> partial(static_cast<size_t>(l.num_results * parts));
  ParallelFor(l.num_results * parts, grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) partial[i] = fold(i / parts, i % parts);
  });
  for (int64_t i = 0; i < l.num_results; ++i) {
    Acc acc = R::Identity();
    for (int64_t p = 0; p < parts; ++p) acc = R::Merge(acc, partial[i * parts + p]);
    out[i] = R::Final(acc, l.num_reduced);
  }
}

// Folds a row into a row of totals.
template <class R, class T>
[[gnu::noinline]] EAGER_WIDE_LOOP void FoldEach(const T* x, typename R::Acc* acc, int64_t n) {
#pragma GCC ivdep
  for (int64_t i = 0; i < n; ++i) acc[i] = R::Merge(acc[i], Widen<typename R::Lane>(x[i]));
}

// Innermost axis kept. A part folds a run of rows into a block of totals, one for each column.
template <class R, class T>
void ReduceColumns(const ReduceLayout& l, const T* in, T* out) {
  using Acc = typename R::Acc;
  constexpr int64_t kWidth = 512;
  const int64_t width = std::min(l.inner, kWidth);
  const int64_t blocks = (l.inner - 1) / width + 1;
  const int64_t rows = l.reduced.count;
  const int64_t rows_per_part = std::min(rows, std::max<int64_t>(1, kReduceGrain / width));
  const int64_t parts = (rows - 1) / rows_per_part + 1;
  std::vector<Acc> partial(parts == 1 ? 0 : static_cast<size_t>(l.num_results * parts));
  const auto fold = [&](int64_t item) {
    const int64_t part = item % parts, block = item / parts % blocks, outer = item / parts / blocks;
    const int64_t begin = block * width, n = std::min(width, l.inner - begin);
    const T* base = in + l.kept.Offset(outer) + begin;
    Acc acc[kWidth];
    std::fill_n(acc, n, R::Identity());
    const int64_t end = std::min(rows, (part + 1) * rows_per_part);
    for (int64_t row = part * rows_per_part; row < end; ++row) {
      FoldEach<R>(base + l.reduced.Offset(row), acc, n);
    }
    const int64_t to = outer * l.inner + begin;
    if (parts == 1) {
      for (int64_t i = 0; i < n; ++i) out[to + i] = R::Final(acc[i], l.num_reduced);
    } else {
      std::copy_n(acc, n, partial.begin() + part * l.num_results + to);
    }
  };
  const int64_t grain = std::max<int64_t>(1, kReduceGrain / (rows_per_part * width));
  ParallelFor(l.kept.count * blocks * parts, grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) fold(i);
  });
  if (parts == 1) return;
  for (int64_t i = 0; i < l.num_results; ++i) {
    Acc acc = R::Identity();
    for (int64_t p = 0; p < parts; ++p) acc = R::Merge(acc, partial[p * l.num_results + i]);
    out[i] = R::Final(acc, l.num_reduced);
  }
}

template <class R, class T>
void Reduce(const ReduceLayout& l, const T* in, T* out) {
  if (l.num_results == 0) return;
  if (l.num_reduced == 0) {
    std::fill_n(out, l.num_results, R::Final(R::Identity(), 0));
  } else if (l.inner_reduced) {
    ReduceRows<R>(l, in, out);
  } else {
    ReduceColumns<R>(l, in, out);
  }
}

}  // namespace eager::server
