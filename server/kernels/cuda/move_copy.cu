// Copies of strided views, and transpositions in tiles.
#include "server/kernels/cuda/move.cuh"

namespace eager::server::cuda {
namespace {

constexpr int kTileRows = 8;  // that a block of threads moves at once

// Reads along the rows of the source, writes along the columns of the result; in between, a tile lies in shared memory,
// its rows longer than they are by one word, so that the elements of a column lie in different banks.
template <class E, class Index, int kSide>
__global__ void TileKernel(TileView<Index, kSide> view, const E* from, E* to) {
  constexpr int kPitch = kSide + (sizeof(E) < 4 ? 4 / sizeof(E) : 1);
  __shared__ E tile[kSide][kPitch];
  for (Index t = blockIdx.x; t < view.num_tiles; t += gridDim.x) {
    const auto at = view(t);
#pragma unroll
    for (int j = 0; j < kSide; j += kTileRows) {
#pragma unroll
      for (int i = 0; i < kSide; i += kTileSide) {
        const int y = threadIdx.y + j, x = threadIdx.x + i;
        const Index row = at.row + x, column = at.column + y;
        if (view.Inside(row, column)) tile[y][x] = from[view.Other(at, row, column)];
      }
    }
    __syncthreads();
#pragma unroll
    for (int j = 0; j < kSide; j += kTileRows) {
#pragma unroll
      for (int i = 0; i < kSide; i += kTileSide) {
        const int y = threadIdx.y + j, x = threadIdx.x + i;
        const Index row = at.row + y, column = at.column + x;
        if (view.Inside(row, column)) to[view.Walked(at, row, column)] = tile[x][y];
      }
    }
    __syncthreads();
  }
}

template <int kSide, class E, class Index>
void LaunchTilesOf(KernelContext& k, const TilePlan& plan, const void* from, void* to) {
  TileKernel<E, Index, kSide><<<Blocks(plan.num_tiles, 1), dim3(kTileSide, kTileRows), 0, Stream(k)>>>(
      TileView<Index, kSide>(plan), static_cast<const E*>(from), static_cast<E*>(to));
}

}  // namespace

void LaunchCopy(KernelContext& k, const MovePlan& plan, int64_t size, const void* from, void* to) {
  LaunchGatherKernel<false>(k, plan, size, from, to, nullptr, 0);
}

void LaunchTiles(KernelContext& k, const TilePlan& plan, bool small, int64_t size, const void* from, void* to) {
  const auto launch = [&]<class E, class Index>(E, Index) {
    if constexpr (sizeof(E) <= 2) {
      if (plan.side == kLargeTileSide) return LaunchTilesOf<kLargeTileSide, E, Index>(k, plan, from, to);
    }
    LaunchTilesOf<kTileSide, E, Index>(k, plan, from, to);
  };
  WithElement(size, [&](auto e) { WithIndex(small, [&](auto index) { launch(e, index); }); });
}

}  // namespace eager::server::cuda
