// Stateful random ops: each signature keeps a generator, and a run takes its next numbers.
#include <cstring>

#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cpu/random_fill.h"
#include "server/kernels/cpu/string_moves.h"
#include "server/kernels/random_generators.h"

namespace eager::server {
namespace {

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

absl::Status ShuffleKernel(KernelContext& k) {
  const Tensor& in = k.input(0);
  const int64_t rows = in.shape().rank() == 0 ? 1 : in.shape()[0];
  if (in.num_elements() <= 1 || rows <= 1) {
    k.set_output(0, MakeRef<Tensor>(in.spec(), in.buffer(), in.offset()));
    return absl::OkStatus();
  }
  const std::vector<int64_t> from = ShuffledRows(k, rows);
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
