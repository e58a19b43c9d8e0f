// Random numbers as TensorFlow makes them: a tensor is cut into groups of as many numbers as one Philox block gives, so
// that groups can be made in any order and on any thread.
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <random>

#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/number.h"
#include "server/kernels/philox.h"

namespace eager::server {
namespace {

// Blocks that a run reserves for each number, whether it needs them or not.
constexpr uint64_t kBlocksPerNumber = 256;
// Blocks that a truncated normal reserves for each number of a group, since it draws again what lies too far out.
constexpr uint64_t kTruncatedBlocksPerNumber = 64;
constexpr int64_t kGroupsPerPart = 1 << 13;

struct Generator : KernelState {
  Philox philox;
};

// The generator for this run; the signature's own moves on to the next run's numbers.
Philox Reserve(KernelContext& k) {
  Generator& g = k.state<Generator>([&] {
    auto made = std::make_unique<Generator>();
    uint64_t seed = static_cast<uint64_t>(k.attr<int64_t>("seed"));
    uint64_t seed2 = static_cast<uint64_t>(k.attr<int64_t>("seed2"));
    if (seed == 0 && seed2 == 0) {
      std::random_device device;
      seed = (uint64_t{device()} << 32) | device();
      seed2 = (uint64_t{device()} << 32) | device();
    }
    made->philox = Philox(seed, seed2);
    return made;
  });
  const Philox now = g.philox;
  g.philox.Skip(static_cast<uint64_t>(k.output(0).num_elements()) * kBlocksPerNumber);
  return now;
}

// Calls make(generator at its group, where to write kGroup numbers) for every group of the output.
template <int kGroup, class T, class Make>
void FillGroups(KernelContext& k, uint64_t blocks_per_group, Make make) {
  const Philox base = Reserve(k);
  const int64_t n = k.output(0).num_elements();
  T* out = k.output(0).mutable_data<T>();
  ParallelFor((n + kGroup - 1) / kGroup, kGroupsPerPart, [&](int64_t begin, int64_t end) {
    for (int64_t group = begin; group < end; ++group) {
      Philox philox = base;
      philox.Skip(static_cast<uint64_t>(group) * blocks_per_group);
      T* to = out + group * kGroup;
      if (n - group * kGroup >= kGroup) {
        make(philox, to);
      } else {
        T last[kGroup];
        make(philox, last);
        std::copy_n(last, n - group * kGroup, to);
      }
    }
  });
}

template <class T>
inline constexpr int kGroupOf = sizeof(T) == 8 ? 2 : 4;

template <class T>
struct UniformKernel {
  static absl::Status Run(KernelContext& k) {
    FillGroups<kGroupOf<T>, T>(k, 1, [](Philox& philox, T* to) {
      const Philox::Block b = philox.Next();
      for (int i = 0; i < kGroupOf<T>; ++i) {
        if constexpr (std::is_same_v<T, double>) to[i] = UnitDouble(b[2 * i], b[2 * i + 1]);
        if constexpr (std::is_same_v<T, float>) to[i] = UnitFloat(b[i]);
        if constexpr (std::is_same_v<T, Float16>) to[i] = Narrow<T>(UnitHalf(b[i]));
        if constexpr (std::is_same_v<T, BFloat16>) to[i] = Narrow<T>(UnitBFloat16(b[i]));
      }
    });
    return absl::OkStatus();
  }
};

template <class T>
struct UniformIntKernel {
  static absl::Status Run(KernelContext& k) {
    using U = std::make_unsigned_t<T>;
    const U low = static_cast<U>(*k.host(1).as<T>()), range = static_cast<U>(*k.host(2).as<T>()) - low;
    FillGroups<kGroupOf<T>, T>(k, 1, [=](Philox& philox, T* to) {
      const Philox::Block b = philox.Next();
      for (int i = 0; i < kGroupOf<T>; ++i) {
        U bits;
        if constexpr (sizeof(T) == 8) {
          bits = b[2 * i] | static_cast<U>(b[2 * i + 1]) << 32;
        } else {
          bits = b[i];
        }
        to[i] = static_cast<T>(low + bits % range);
      }
    });
    return absl::OkStatus();
  }
};

// Two normally distributed numbers from two equally distributed ones (Box and Muller).
inline void BoxMuller(uint32_t x0, uint32_t x1, float* to) {
  const float u = std::max(UnitFloat(x0), 1.0e-7f);
  const float angle = static_cast<float>(2.0 * M_PI * UnitFloat(x1));
  const float radius = std::sqrt(-2.0f * std::log(u));
  to[0] = std::sin(angle) * radius;
  to[1] = std::cos(angle) * radius;
}
inline void BoxMuller(const uint32_t* x, double* to) {
  const double u = std::max(UnitDouble(x[0], x[1]), 1.0e-7);
  const double angle = 2.0 * M_PI * UnitDouble(x[2], x[3]);
  const double radius = std::sqrt(-2.0 * std::log(u));
  to[0] = std::sin(angle) * radius;
  to[1] = std::cos(angle) * radius;
}

// Blocks of a part at a time, so that Eigen's vectorised functions do the costly steps.
template <class T>
void FillNormals(Philox philox, int64_t groups, int64_t n, T* out) {
  constexpr int64_t kGroups = 128;
  Eigen::Array<float, 2 * kGroups, 1> radius, angle, sine, cosine;
  for (int64_t first = 0; first < groups; first += kGroups) {
    const int64_t count = std::min(kGroups, groups - first);
    for (int64_t g = 0; g < count; ++g) {
      const Philox::Block b = philox.Next();
      for (int64_t i = 0; i < 2; ++i) {
        radius[2 * g + i] = std::max(UnitFloat(b[2 * i]), 1.0e-7f);
        angle[2 * g + i] = static_cast<float>(2.0 * M_PI * UnitFloat(b[2 * i + 1]));
      }
    }
    const Eigen::Index m = 2 * count;
    radius.head(m) = (-2.0f * radius.head(m).log()).sqrt();
    sine.head(m) = angle.head(m).sin() * radius.head(m);
    cosine.head(m) = angle.head(m).cos() * radius.head(m);
    const int64_t at = 4 * first, end = std::min(n, at + 4 * count);
    for (int64_t i = at; i < end; ++i) out[i] = Narrow<T>((i & 1) == 0 ? sine[(i - at) / 2] : cosine[(i - at) / 2]);
  }
}

template <class T>
struct NormalKernel {
  static absl::Status Run(KernelContext& k) {
    if constexpr (std::is_same_v<T, double>) {
      FillGroups<2, double>(k, 1, [](Philox& philox, double* to) { BoxMuller(philox.Next().data(), to); });
    } else {
      const Philox base = Reserve(k);
      const int64_t n = k.output(0).num_elements();
      T* out = k.output(0).mutable_data<T>();
      ParallelFor((n + 3) / 4, kGroupsPerPart, [&](int64_t begin, int64_t end) {
        Philox philox = base;
        philox.Skip(static_cast<uint64_t>(begin));
        FillNormals(philox, end - begin, n - 4 * begin, out + 4 * begin);
      });
    }
    return absl::OkStatus();
  }
};

template <class T>
struct TruncatedNormalKernel {
  static constexpr int kGroup = kGroupOf<T>;
  static absl::Status Run(KernelContext& k) {
    FillGroups<kGroup, T>(k, kGroup * kTruncatedBlocksPerNumber, [](Philox& philox, T* to) {
      int found = 0;
      const auto take = [&](auto x) {
        if (std::abs(x) < 2 && found < kGroup) to[found++] = Narrow<T>(x);
      };
      while (found < kGroup) {
        const Philox::Block b = philox.Next();
        if constexpr (std::is_same_v<T, double>) {
          double pair[2];
          BoxMuller(b.data(), pair);
          take(pair[0]), take(pair[1]);
        } else {
          float four[4];
          BoxMuller(b[0], b[1], four);
          BoxMuller(b[2], b[3], four + 2);
          for (float x : four) take(x);
        }
      }
    });
    return absl::OkStatus();
  }
};

}  // namespace

std::vector<KernelRow> CpuRandomKernels() {
  std::vector<KernelRow> rows;
  AddFloatRows<UniformKernel>(rows, "RandomUniform");
  AddFloatRows<NormalKernel>(rows, "RandomStandardNormal");
  AddFloatRows<TruncatedNormalKernel>(rows, "TruncatedNormal");
  AddRows<UniformIntKernel, int32_t, int64_t>(rows, "RandomUniformInt");
  return rows;
}

}  // namespace eager::server
