#include "server/kernels/cpu/strided_copy.h"

#include <algorithm>
#include <cstring>

#include "server/device/cpu/compute.h"

namespace eager::server {
namespace {

// What one turn of a thread copies; smaller copies stay on the caller's thread.
constexpr int64_t kGrainBytes = 128 << 10;
constexpr int64_t kCacheLine = 64;
// Axes shorter than this are not worth a tile.
constexpr int64_t kNarrow = 4;

// One axis of a copy; strides in bytes.
struct Axis {
  int64_t extent;
  int64_t src;
  int64_t dst;
};
using Axes = absl::InlinedVector<Axis, 8>;

// The axes of a copy without those of extent 1, neighbours that are evenly spaced as one.
Axes Merge(int64_t size, absl::Span<const int64_t> extents, absl::Span<const int64_t> src,
           absl::Span<const int64_t> dst) {
  Axes axes;
  for (size_t i = 0; i < extents.size(); ++i) {
    if (extents[i] == 1) continue;
    const Axis axis{extents[i], src[i] * size, dst[i] * size};
    if (!axes.empty() && axes.back().src == axis.extent * axis.src && axes.back().dst == axis.extent * axis.dst) {
      axes.back() = {axes.back().extent * axis.extent, axis.src, axis.dst};
    } else {
      axes.push_back(axis);
    }
  }
  return axes;
}

// Walks over all indices of some axes in row-major order.
class Cursor {
 public:
  Cursor(const Axes& axes, int64_t position, const char* src, char* dst)
      : axes_(axes), index_(axes.size(), 0), src_(src), dst_(dst) {
    for (size_t a = axes.size(); a-- > 0;) {
      index_[a] = position % axes[a].extent;
      position /= axes[a].extent;
      src_ += index_[a] * axes[a].src;
      dst_ += index_[a] * axes[a].dst;
    }
  }
  void Next() {
    for (size_t a = axes_.size(); a-- > 0;) {
      src_ += axes_[a].src;
      dst_ += axes_[a].dst;
      if (++index_[a] < axes_[a].extent) return;
      src_ -= axes_[a].extent * axes_[a].src;
      dst_ -= axes_[a].extent * axes_[a].dst;
      index_[a] = 0;
    }
  }
  int64_t index(size_t axis) const { return index_[axis]; }
  const char* src() const { return src_; }
  char* dst() const { return dst_; }

 private:
  const Axes& axes_;
  absl::InlinedVector<int64_t, 8> index_;
  const char* src_;
  char* dst_;
};

// Calls body(cursor) at each index of `axes`, each standing for about `unit_bytes` of work.
template <class Body>
void ForEach(const Axes& axes, int64_t unit_bytes, const char* src, char* dst, Body body) {
  int64_t units = 1;
  for (const Axis& a : axes) units *= a.extent;
  ParallelFor(units, std::max<int64_t>(1, kGrainBytes / std::max<int64_t>(1, unit_bytes)),
              [&](int64_t begin, int64_t end) {
                Cursor cursor(axes, begin, src, dst);
                for (int64_t i = begin; i < end; ++i, cursor.Next()) body(cursor);
              });
}

// Copies n elements of N bytes; memcpy of a known size is a load and a store.
template <size_t N>
void CopyLine(const Axis& line, int64_t n, const char* src, char* dst) {
  constexpr int64_t kSize = N;
  if (line.src == kSize && line.dst == kSize) {
    std::memcpy(dst, src, static_cast<size_t>(n) * N);
  } else if (line.src == 0 && line.dst == kSize) {
    char value[N];
    std::memcpy(value, src, N);
    for (int64_t i = 0; i < n; ++i) std::memcpy(dst + i * kSize, value, N);
  } else {
    for (int64_t i = 0; i < n; ++i) std::memcpy(dst + i * line.dst, src + i * line.src, N);
  }
}

template <size_t N>
void CopyLines(Axes axes, const char* src, char* dst) {
  constexpr int64_t kSize = N;
  const Axis line = axes.back();
  const int64_t chunk = std::min(line.extent, kGrainBytes / kSize);  // long lines go in pieces
  axes.back() = {(line.extent + chunk - 1) / chunk, chunk * line.src, chunk * line.dst};
  const size_t last = axes.size() - 1;
  ForEach(axes, chunk * kSize, src, dst, [&](const Cursor& at) {
    CopyLine<N>(line, std::min(chunk, line.extent - at.index(last) * chunk), at.src(), at.dst());
  });
}

// Four lines of four elements of four bytes, in registers: the size that is met most.
inline void TransposeFour(const void* line0, const void* line1, const void* line2, const void* line3, void* dst, size_t dst_stride) {
  using Line __attribute__((vector_size(16))) = uint32_t;
  Line a, b, c, d;
  std::memcpy(&a, line0, sizeof(a));
  std::memcpy(&b, line1, sizeof(b));
  std::memcpy(&c, line2, sizeof(c));
  std::memcpy(&d, line3, sizeof(d));
  const Line ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5), cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  const Line ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7), cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  const Line columns[4] = {__builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5), __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7),
                           __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5), __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7)};
  for (size_t i = 0; i < 4; ++i) std::memcpy(static_cast<char*>(dst) + i * dst_stride, &columns[i], sizeof(Line));
}

// Transposes a tile of `rows` x `columns`: src is dense along rows, dst along columns. A whole tile reads and writes
// whole cache lines and goes through a buffer, so that rows which are a power of two apart do not evict each other.
template <size_t N>
void CopyTile(int64_t rows, int64_t columns, const char* src, int64_t src_stride, char* dst, int64_t dst_stride) {
  constexpr int64_t kSize = N, kSide = std::max<int64_t>(kCacheLine / kSize, 4);
  struct Element {
    char bytes[N];
  };
  if (rows < kSide || columns < kSide) {
    for (int64_t r = 0; r < rows; ++r) {
      for (int64_t c = 0; c < columns; ++c) {
        std::memcpy(dst + r * dst_stride + c * kSize, src + c * src_stride + r * kSize, N);
      }
    }
    return;
  }
  Element from[kSide][kSide], to[kSide][kSide];
  for (int64_t c = 0; c < kSide; ++c) std::memcpy(from[c], src + c * src_stride, kSide * N);
  if constexpr (N == 4) {
    for (int64_t r = 0; r < kSide; r += 4) {
      for (int64_t c = 0; c < kSide; c += 4) TransposeFour(from[c] + r, from[c + 1] + r, from[c + 2] + r, from[c + 3] + r, &to[r][c], kSide * N);
    }
  } else {
    for (int64_t r = 0; r < kSide; ++r) {
      for (int64_t c = 0; c < kSide; ++c) to[r][c] = from[c][r];
    }
  }
  for (int64_t r = 0; r < kSide; ++r) std::memcpy(dst + r * dst_stride, to[r], kSide * N);
}

// For copies that are dense along one axis of src (`row`) and along the last, another, of dst. Tiles are taken block by block: lines
// of src, and of dst, are often a page or more apart, and each page found once then serves several tiles.
template <size_t N>
void CopyTiles(Axes axes, size_t row, const char* src, char* dst) {
  constexpr int64_t kSize = N, kSide = std::max<int64_t>(kCacheLine / kSize, 4), kBlock = 8 * kSide;
  const Axis rows = axes[row], columns = axes.back();
  axes.erase(axes.begin() + static_cast<std::ptrdiff_t>(row));
  axes.back() = {(rows.extent + kBlock - 1) / kBlock, kBlock * rows.src, kBlock * rows.dst};
  axes.push_back({(columns.extent + kBlock - 1) / kBlock, kBlock * columns.src, kBlock * columns.dst});
  const size_t last = axes.size() - 1;
  const int64_t block_bytes = std::min(kBlock, rows.extent) * std::min(kBlock, columns.extent) * kSize;
  ForEach(axes, block_bytes, src, dst, [&](const Cursor& at) {
    const int64_t height = std::min(kBlock, rows.extent - at.index(last - 1) * kBlock);
    const int64_t width = std::min(kBlock, columns.extent - at.index(last) * kBlock);
    for (int64_t c = 0; c < width; c += kSide) {
      for (int64_t r = 0; r < height; r += kSide) {
        // The next tile, while this one is moved: the processor does not foresee lines that are so far apart.
        const int64_t next = r + kSide;
        for (int64_t i = c; next < height && i < std::min(c + kSide, width); ++i) __builtin_prefetch(at.src() + next * rows.src + i * columns.src);
        for (int64_t i = next; i < std::min(next + kSide, height); ++i) __builtin_prefetch(at.dst() + i * rows.dst + c * columns.dst, 1);
        CopyTile<N>(std::min(kSide, height - r), std::min(kSide, width - c), at.src() + r * rows.src + c * columns.src, columns.src,
                    at.dst() + r * rows.dst + c * columns.dst, rows.dst);
      }
    }
  });
}

template <size_t N>
void Copy(Axes axes, const char* src, char* dst) {
  constexpr int64_t kSize = N;
  if (axes.empty()) {
    std::memcpy(dst, src, N);
    return;
  }
  if (axes.back().extent < kNarrow) {  // many short lines: better few long ones, though they are not dense
    std::iter_swap(axes.end() - 1, std::max_element(axes.begin(), axes.end(),
                                                    [](const Axis& a, const Axis& b) { return a.extent < b.extent; }));
  }
  if (axes.back().dst == kSize && axes.back().src != kSize && axes.back().src != 0 && axes.back().extent >= kNarrow) {
    for (size_t a = 0; a + 1 < axes.size(); ++a) {
      if (axes[a].src == kSize && axes[a].extent >= kNarrow) return CopyTiles<N>(axes, a, src, dst);
    }
  }
  CopyLines<N>(axes, src, dst);
}

template <size_t N>
void Fill(const char* value, char* dst, int64_t n) {
  constexpr int64_t kSize = N;
  ParallelFor(n, kGrainBytes / kSize, [&](int64_t begin, int64_t end) {
    CopyLine<N>({end - begin, 0, kSize}, end - begin, value, dst + begin * kSize);
  });
}

}  // namespace

Strides DenseStrides(absl::Span<const int64_t> extents) {
  Strides strides(extents.size());
  int64_t stride = 1;
  for (size_t a = extents.size(); a-- > 0;) {
    strides[a] = stride;
    stride *= extents[a];
  }
  return strides;
}

void StridedCopy(size_t element_size, absl::Span<const int64_t> extents, const void* src,
                 absl::Span<const int64_t> src_strides, void* dst, absl::Span<const int64_t> dst_strides) {
  for (int64_t e : extents) {
    if (e == 0) return;
  }
  const Axes axes = Merge(static_cast<int64_t>(element_size), extents, src_strides, dst_strides);
  const char* from = static_cast<const char*>(src);
  char* to = static_cast<char*>(dst);
  switch (element_size) {
    case 1:
      return Copy<1>(axes, from, to);
    case 2:
      return Copy<2>(axes, from, to);
    case 4:
      return Copy<4>(axes, from, to);
    case 8:
      return Copy<8>(axes, from, to);
    default:
      return Copy<16>(axes, from, to);
  }
}

void FillElements(size_t element_size, const void* value, void* dst, int64_t n) {
  const char* from = static_cast<const char*>(value);
  char* to = static_cast<char*>(dst);
  switch (element_size) {
    case 1:
      return Fill<1>(from, to, n);
    case 2:
      return Fill<2>(from, to, n);
    case 4:
      return Fill<4>(from, to, n);
    case 8:
      return Fill<8>(from, to, n);
    default:
      return Fill<16>(from, to, n);
  }
}

}  // namespace eager::server
