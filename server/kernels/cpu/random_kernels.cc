// Stateful random ops: each signature keeps a generator, and a run takes its next numbers.
#include <algorithm>
#include <cstring>
#include <numeric>
#include <random>

#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cpu/random_fill.h"
#include "server/kernels/cpu/string_moves.h"

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

// The place of this run's numbers; `blocks` are reserved for it.
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

template <class T>
struct UniformKernel {
  static absl::Status Run(KernelContext& k) {
    FillUniform(ReserveForOutput(k), k.output(0).num_elements(), k.output(0).mutable_data<T>());
    return absl::OkStatus();
  }
};

template <class T>
struct UniformIntKernel {
  static absl::Status Run(KernelContext& k) {
    const int64_t n = k.output(0).num_elements();
    if (n == 0) return absl::OkStatus();  // the range may be empty
    FillUniformInt(ReserveForOutput(k), *k.host(1).as<T>(), *k.host(2).as<T>(), n, k.output(0).mutable_data<T>());
    return absl::OkStatus();
  }
};

template <class T>
struct NormalKernel {
  static absl::Status Run(KernelContext& k) {
    FillNormal(ReserveForOutput(k), k.output(0).num_elements(), k.output(0).mutable_data<T>());
    return absl::OkStatus();
  }
};

template <class T>
struct TruncatedNormalKernel {
  static absl::Status Run(KernelContext& k) {
    FillTruncatedNormal(ReserveForOutput(k), k.output(0).num_elements(), k.output(0).mutable_data<T>());
    return absl::OkStatus();
  }
};

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

absl::Status ShuffleKernel(KernelContext& k) {
  const Tensor& in = k.input(0);
  const int64_t rows = in.shape().rank() == 0 ? 1 : in.shape()[0];
  if (in.num_elements() <= 1 || rows <= 1) {
    k.set_output(0, MakeRef<Tensor>(in.spec(), in.buffer(), in.offset()));
    return absl::OkStatus();
  }
  const uint64_t samples = static_cast<uint64_t>(rows - 1);
  const std::vector<int64_t> from = Permutation(Reserve(k, (samples + 3) / 4), rows);
  if (in.dtype() == DType::kString) {
    const int64_t width = in.num_elements() / rows;
    return SetStrings(k, 0, [&](int64_t i) {
      return StringAt(in, from[static_cast<size_t>(i / width)] * width + i % width);
    });
  }
  const int64_t bytes = static_cast<int64_t>(in.num_bytes()) / rows;
  char* to = k.output(0).mutable_data<char>();
  ParallelFor(rows, MoveGrain(bytes), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      std::memcpy(to + r * bytes, in.data<char>() + from[static_cast<size_t>(r)] * bytes, static_cast<size_t>(bytes));
    }
  });
  return absl::OkStatus();
}

}  // namespace

std::vector<KernelRow> CpuRandomKernels() {
  std::vector<KernelRow> rows = {
      {"RandomShuffle", kFixedSizeTypes | DTypeSet{DType::kString}, &ShuffleKernel}};
  AddFloatRows<UniformKernel>(rows, "RandomUniform");
  AddFloatRows<NormalKernel>(rows, "RandomStandardNormal");
  AddFloatRows<TruncatedNormalKernel>(rows, "TruncatedNormal");
  AddRows<UniformIntKernel, int32_t, int64_t>(rows, "RandomUniformInt");
  return rows;
}

}  // namespace eager::server
