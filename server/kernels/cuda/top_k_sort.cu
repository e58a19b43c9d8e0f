// TopKV2 by sorting whole rows, many at a time: by value, and then, which keeps the order in a row, by row.
#include <cub/device/device_radix_sort.cuh>

#include "common/status_macros.h"
#include "server/kernels/cuda/launch.h"
#include "server/kernels/cuda/top_k.cuh"
#include "server/kernels/cuda/top_k.h"
#include "server/kernels/cuda/top_k_order.h"
#include "server/kernels/cuda/units.cuh"

namespace eager::server::cuda {
namespace {

constexpr int64_t kSortedAtOnce = 1 << 24;  // elements, if a row does not have more

template <class U, class Key>
struct MakeKeys {
  const U* in;
  RankOf rank;
  Key* keys;
  int32_t* places;
  __device__ void operator()(int64_t i) const {
    keys[i] = rank(in[i]);
    places[i] = static_cast<int32_t>(i);
  }
};

struct MakeRowKeys {
  const int32_t* places;
  int64_t columns;
  uint32_t* keys;
  __device__ void operator()(int64_t i) const { keys[i] = static_cast<uint32_t>(places[i] / columns); }
};

template <class U>
struct WriteFirst {
  const U* in;
  const int32_t* places;
  int64_t columns, k;
  TopKOutput<U> out;
  __device__ void operator()(int64_t i) const {
    const int64_t row = i / k, place = places[row * columns + i - row * k];
    out.Write(i, in[place], place - row * columns);
  }
};

// Memory for one call of sorts; pairs of arrays that they go back and forth between.
template <class Key>
struct Sorter {
  BufferRef memory[5];
  cub::DoubleBuffer<Key> keys;
  cub::DoubleBuffer<int32_t> places;
  size_t bytes = 0;

  absl::Status Allocate(const KernelContext& c, int64_t n) {
    for (int i = 0; i < 2; ++i) {
      ASSIGN_OR_RETURN(memory[i], Scratch(c, n * static_cast<int64_t>(sizeof(Key))));
      ASSIGN_OR_RETURN(memory[2 + i], Scratch(c, n * static_cast<int64_t>(sizeof(int32_t))));
    }
    keys = cub::DoubleBuffer<Key>(static_cast<Key*>(memory[0]->data()), static_cast<Key*>(memory[1]->data()));
    places = cub::DoubleBuffer<int32_t>(static_cast<int32_t*>(memory[2]->data()),
                                        static_cast<int32_t*>(memory[3]->data()));
    size_t more = 0;
    cub::DeviceRadixSort::SortPairs(nullptr, bytes, keys, places, n, 0, 8 * int{sizeof(Key)}, Stream(c));
    cub::DoubleBuffer<uint32_t> row_keys;
    cub::DeviceRadixSort::SortPairs(nullptr, more, row_keys, places, n, 0, 32, Stream(c));
    bytes = std::max(bytes, more);
    ASSIGN_OR_RETURN(memory[4], Scratch(c, static_cast<int64_t>(bytes)));
    return absl::OkStatus();
  }
  void Sort(const KernelContext& c, int64_t n, int bits) {
    cub::DeviceRadixSort::SortPairs(memory[4]->data(), bytes, keys, places, n, 0, bits, Stream(c));
  }
  // By row, of which there are `rows` of n / rows places; the keys are overwritten.
  void SortByRow(const KernelContext& c, int64_t n, int64_t rows) {
    cub::DoubleBuffer<uint32_t> row_keys(static_cast<uint32_t*>(memory[0]->data()),
                                         static_cast<uint32_t*>(memory[1]->data()));
    ForEachKernel<<<Blocks(n), kBlockThreads, 0, Stream(c)>>>(n, MakeRowKeys{places.Current(), n / rows,
                                                                             row_keys.Current()});
    int bits = 1;
    while ((int64_t{1} << bits) < rows) ++bits;
    cub::DeviceRadixSort::SortPairs(memory[4]->data(), bytes, row_keys, places, n, 0, bits, Stream(c));
  }
};

template <class U>
absl::Status SortRows(KernelContext& c, const TopK& top) {
  using Key = std::conditional_t<sizeof(U) == 8, uint64_t, uint32_t>;
  const int64_t rows_at_once = std::min(top.rows, std::max<int64_t>(1, kSortedAtOnce / top.columns));
  Sorter<Key> sorter;
  RETURN_IF_ERROR(sorter.Allocate(c, rows_at_once * top.columns));
  for (int64_t row = 0; row < top.rows; row += rows_at_once) {
    const int64_t rows = std::min(rows_at_once, top.rows - row), n = rows * top.columns;
    const U* const in = c.input(0).data<U>() + row * top.columns;
    const MakeKeys<U, Key> make{in, RankOf(c.input(0).dtype()), sorter.keys.Current(), sorter.places.Current()};
    ForEachKernel<<<Blocks(n), kBlockThreads, 0, Stream(c)>>>(n, make);
    sorter.Sort(c, n, 8 * int{sizeof(U)});
    if (rows > 1) sorter.SortByRow(c, n, rows);
    const Tensor& indices = c.output(1);
    const int64_t first = row * top.k;
    const TopKOutput<U> out{c.output(0).mutable_data<U>() + first,
                            indices.mutable_data<char>() + first * static_cast<int64_t>(SizeOf(indices.dtype())),
                            indices.dtype()};
    ForEachKernel<<<Blocks(rows * top.k), kBlockThreads, 0, Stream(c)>>>(
        rows * top.k, WriteFirst<U>{in, sorter.places.Current(), top.columns, top.k, out});
  }
  return Launched(c);
}

}  // namespace

absl::Status TopKBySorting(KernelContext& c, const TopK& top) {
  switch (SizeOf(c.input(0).dtype())) {
    case 1:
      return SortRows<uint8_t>(c, top);
    case 2:
      return SortRows<uint16_t>(c, top);
    case 4:
      return SortRows<uint32_t>(c, top);
    default:
      return SortRows<uint64_t>(c, top);
  }
}

}  // namespace eager::server::cuda
