#include "server/kernels/cuda/conv_layout.h"

#include <algorithm>
#include <cstdlib>

#include "server/kernels/cuda/launch.h"
#include "server/kernels/cuda/number.cuh"

namespace eager::server::cuda {
namespace {

constexpr int kTile = 32, kTileRows = 8;

// Tiles go through shared memory, so that reads and writes are both of whole lines.
template <class T>
__global__ void TransposeKernel(const T* from, int64_t rows, int64_t columns, int64_t tiles_down, int64_t tiles_across,
                                int64_t tiles, T* to) {
  __shared__ T tile[kTile][kTile + 1];
  const int x = static_cast<int>(threadIdx.x), y = static_cast<int>(threadIdx.y);
  for (int64_t t = blockIdx.x; t < tiles; t += gridDim.x) {
    const int64_t strip = t / tiles_across, matrix = strip / tiles_down;
    const int64_t column = (t - strip * tiles_across) * kTile, row = (strip - matrix * tiles_down) * kTile;
    const int64_t base = matrix * rows * columns;
    for (int i = y; i < kTile && row + i < rows; i += kTileRows) {
      if (column + x < columns) tile[i][x] = from[base + (row + i) * columns + column + x];
    }
    __syncthreads();
    for (int i = y; i < kTile && column + i < columns; i += kTileRows) {
      if (row + x < rows) to[base + (column + i) * rows + row + x] = tile[x][i];
    }
    __syncthreads();
  }
}

template <class T>
void Transpose(const KernelContext& k, const void* from, int64_t batch, int64_t rows, int64_t columns, void* to) {
  const int64_t down = (rows - 1) / kTile + 1, across = (columns - 1) / kTile + 1, tiles = batch * down * across;
  TransposeKernel<<<Blocks(tiles, 1), dim3(kTile, kTileRows), 0, Stream(k)>>>(
      static_cast<const T*>(from), rows, columns, down, across, tiles, static_cast<T*>(to));
}

// Unit is what one thread moves of a pixel.
template <class Unit, class Index>
struct FrameFn {
  Index units, from_rows, from_columns, to_rows, to_columns, front_rows, front_columns;
  const Unit* from;
  Unit* to;
  __device__ void operator()(Index i) const {
    const Index pixel = i / units, line = pixel / to_columns, image = line / to_rows;
    const Index row = line - image * to_rows - front_rows, column = pixel - line * to_columns - front_columns;
    Unit value = {};
    if (row >= 0 && row < from_rows && column >= 0 && column < from_columns) {
      value = from[((image * from_rows + row) * from_columns + column) * units + (i - pixel * units)];
    }
    to[i] = value;
  }
};

template <class Unit>
void CopyUnits(const KernelContext& k, const Frame& f, const void* from, void* to) {
  const int64_t units = f.pixel_bytes / static_cast<int64_t>(sizeof(Unit));
  const int64_t n = f.batch * f.to_rows * f.to_columns * units, read = f.batch * f.from_rows * f.from_columns * units;
  const auto launch = [&]<class Index>(Index) {
    const auto index = [](int64_t i) { return static_cast<Index>(i); };
    const FrameFn<Unit, Index> fn{
        index(units),          index(f.from_rows),  index(f.from_columns),  index(f.to_rows),
        index(f.to_columns),   index(f.front_rows), index(f.front_columns), static_cast<const Unit*>(from),
        static_cast<Unit*>(to)};
    ForEachKernel<<<Blocks(n), kBlockThreads, 0, Stream(k)>>>(index(n), fn);
  };
  // Extents are no larger than n or `read`.
  const int64_t most = std::max({n, read, std::abs(f.front_rows), std::abs(f.front_columns)});
  FitsIn32Bits(most) ? launch(int32_t()) : launch(int64_t());
}

}  // namespace

void TransposeMatrices(const KernelContext& k, const void* from, int64_t batch, int64_t rows, int64_t columns,
                       int element_bytes, void* to) {
  if (batch * rows * columns == 0) return;
  switch (element_bytes) {
    case 2:
      return Transpose<uint16_t>(k, from, batch, rows, columns, to);
    case 4:
      return Transpose<uint32_t>(k, from, batch, rows, columns, to);
    default:
      return Transpose<uint64_t>(k, from, batch, rows, columns, to);
  }
}

void CopyFramed(const KernelContext& k, const Frame& f, const void* from, void* to) {
  if (f.batch * f.to_rows * f.to_columns * f.pixel_bytes == 0) return;
  const auto fits = [&](int64_t bytes) {
    return (reinterpret_cast<uintptr_t>(from) | reinterpret_cast<uintptr_t>(to) |
            static_cast<uintptr_t>(f.pixel_bytes)) %
               static_cast<uintptr_t>(bytes) ==
           0;
  };
  if (fits(16)) return CopyUnits<uint4>(k, f, from, to);
  if (fits(8)) return CopyUnits<uint2>(k, f, from, to);
  if (fits(4)) return CopyUnits<uint32_t>(k, f, from, to);
  CopyUnits<uint16_t>(k, f, from, to);
}

}  // namespace eager::server::cuda
