// Positions in batches of images, (batch, rows, columns, channels), as threads of a GPU compute them.
#pragma once

#include <cstdint>
#include <type_traits>

#include "server/kernels/cuda/fast_divide.h"

namespace eager::server::cuda {

// Neighbouring channels, moved as one.
template <class T, int n>
struct alignas(sizeof(T) * n) Lanes {
  T at[n];
};
// Whether all these may be moved as Lanes of 16 bytes.
template <class... T>
bool AlignedForLanes(const T*... pointers) {
  return ((reinterpret_cast<uintptr_t>(pointers) | ...) % 16) == 0;
}

// An extent that indices are divided by, from 1. Index is int32_t where all indices are below 2^30, else int64_t.
template <class Index>
struct Extent {
  using Unsigned = std::conditional_t<sizeof(Index) == 4, uint32_t, int64_t>;
  using Div = std::conditional_t<sizeof(Index) == 4, Divider, PlainDivider>;
  Index value;
  Div div;

  Extent(int64_t n) : value(static_cast<Index>(n)), div(static_cast<Unsigned>(n)) {}  // NOLINT: as a number
  EAGER_HOST_DEVICE Index Divide(Index i) const { return static_cast<Index>(div.Divide(static_cast<Unsigned>(i))); }
};

template <class Index>
struct Split {
  Index quotient, rest;
  EAGER_HOST_DEVICE Split(Index i, const Extent<Index>& by) : quotient(by.Divide(i)), rest(i - quotient * by.value) {}
};

// The pixel of a linear index.
template <class Index>
struct Pixel {
  Index image, row, column;

  EAGER_HOST_DEVICE Pixel(Index at, const Extent<Index>& rows, const Extent<Index>& columns) {
    const Split<Index> line(at, columns), place(line.quotient, rows);
    image = place.quotient;
    row = place.rest;
    column = line.rest;
  }
  // Goes on to the next one.
  EAGER_HOST_DEVICE void Step(Index rows, Index columns) {
    if (++column < columns) return;
    column = 0;
    if (++row < rows) return;
    row = 0;
    ++image;
  }
};

}  // namespace eager::server::cuda
