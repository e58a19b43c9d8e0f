#include "server/kernels/random_generators.h"

#include <algorithm>
#include <numeric>
#include <random>

namespace eager::server {
namespace {

// Blocks that a run reserves for each number, whether it needs them or not.
constexpr uint64_t kBlocksPerNumber = 256;

// The generators of one signature. TensorFlow keeps one for each set of attributes, those that follow from the inputs
// included: a shape in int64 has another generator than one in int32.
struct Generators : KernelState {
  std::vector<std::pair<Attrs, Philox>> list;
};

Philox SeededPhilox(const KernelContext& k) {
  uint64_t seed = static_cast<uint64_t>(k.attr<int64_t>("seed"));
  uint64_t seed2 = static_cast<uint64_t>(k.attr<int64_t>("seed2"));
  if (seed == 0 && seed2 == 0) {
    std::random_device device;
    seed = (uint64_t{device()} << 32) | device();
    seed2 = (uint64_t{device()} << 32) | device();
  }
  return Philox::FromOpSeeds(seed, seed2);
}

}  // namespace

Philox Reserve(KernelContext& k, uint64_t blocks) {
  auto& list = k.state<Generators>([] { return std::make_unique<Generators>(); }).list;
  auto it = std::find_if(list.begin(), list.end(), [&](const auto& entry) { return entry.first == k.attrs(); });
  if (it == list.end()) it = list.emplace(list.end(), k.attrs(), SeededPhilox(k));
  const Philox now = it->second;
  it->second.Skip(blocks);
  return now;
}

Philox ReserveForOutput(KernelContext& k) {
  return Reserve(k, static_cast<uint64_t>(k.output(0).num_elements()) * kBlocksPerNumber);
}

// Fisher and Yates, from the front: place i changes with one of those from i on, chosen by the next 32 bits.
std::vector<int64_t> Permutation(Philox philox, int64_t size) {
  std::vector<int64_t> rows(static_cast<size_t>(size));
  std::iota(rows.begin(), rows.end(), 0);
  Philox::Block words{};
  for (int64_t i = 0; i + 1 < size; ++i) {
    if (i % 4 == 0) words = philox.Next();
    const int64_t other = i + words[static_cast<size_t>(i % 4)] % static_cast<uint32_t>(size - i);
    std::swap(rows[static_cast<size_t>(i)], rows[static_cast<size_t>(other)]);
  }
  return rows;
}

std::vector<int64_t> ShuffledRows(KernelContext& k, int64_t rows) {
  const uint64_t samples = static_cast<uint64_t>(rows - 1);
  return Permutation(Reserve(k, (samples + 3) / 4), rows);
}

}  // namespace eager::server
