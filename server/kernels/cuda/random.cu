// Stateful random ops on a GPU: the generators are the host's (random_generators.h), so that a program has the same
// numbers on every device.
#include "common/status_macros.h"
#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/fast_divide.h"
#include "server/kernels/cuda/launch.h"
#include "server/kernels/cuda/number.cuh"
#include "server/kernels/cuda/random_fill.h"
#include "server/kernels/random_generators.h"

namespace eager::server::cuda {
namespace {

absl::Status Uniform(KernelContext& k) { return FillUniform(k, PhiloxSource::At(ReserveForOutput(k))); }
absl::Status Normal(KernelContext& k) { return FillNormal(k, PhiloxSource::At(ReserveForOutput(k))); }
absl::Status TruncatedNormal(KernelContext& k) { return FillTruncatedNormal(k, PhiloxSource::At(ReserveForOutput(k))); }

absl::Status UniformInt(KernelContext& k) {
  if (k.output(0).num_elements() == 0) return absl::OkStatus();  // nothing is reserved either
  return FillUniformInt(k, PhiloxSource::At(ReserveForOutput(k)), 1);
}

// Row r of `out` is row from[r] of `in`; a row is `width` units.
template <class Unit, class Index, class Div>
struct TakeRows {
  const Unit* in;
  const int64_t* from;
  Unit* out;
  Div width;
  __device__ void operator()(Index i) const {
    const Index row = static_cast<Index>(width.Divide(i));
    const int64_t column = static_cast<int64_t>(i) - static_cast<int64_t>(row) * width.divisor;
    out[i] = in[from[row] * static_cast<int64_t>(width.divisor) + column];
  }
};

template <class Unit>
void Take(cudaStream_t stream, const void* in, const int64_t* from, void* out, int64_t bytes, int64_t row_bytes) {
  const int64_t n = bytes / static_cast<int64_t>(sizeof(Unit)), width = row_bytes / static_cast<int64_t>(sizeof(Unit));
  const auto run = [&]<class Index, class Div>(Index count, Div divider) {
    const TakeRows<Unit, Index, Div> take{static_cast<const Unit*>(in), from, static_cast<Unit*>(out), divider};
    ForEachKernel<<<Blocks(n), kBlockThreads, 0, stream>>>(count, take);
  };
  if (FitsIn32Bits(n)) {
    run(static_cast<uint32_t>(n), Divider(static_cast<uint32_t>(width)));
  } else {
    run(n, PlainDivider(width));
  }
}

// The order is the host's, which knows the number of rows, and is sent after the op.
absl::Status Shuffle(KernelContext& k) {
  const Tensor& in = k.input(0);
  const int64_t rows = in.shape().rank() == 0 ? 1 : in.shape()[0];
  if (in.num_elements() <= 1 || rows <= 1) {
    k.set_output(0, MakeRef<Tensor>(in.spec(), in.buffer(), in.offset()));
    return absl::OkStatus();
  }
  const std::vector<int64_t> order = ShuffledRows(k, rows);
  const size_t order_bytes = order.size() * sizeof(int64_t);
  ASSIGN_OR_RETURN(const BufferRef from, Scratch(k, static_cast<int64_t>(order_bytes)));
  RETURN_IF_ERROR(k.device().CopyFromHost(order.data(), order_bytes, *from, 0));
  const int64_t bytes = static_cast<int64_t>(in.num_bytes()), row_bytes = bytes / rows;
  const int64_t* at = static_cast<const int64_t*>(from->data());
  void* out = k.output(0).raw();
  const uint64_t unit = reinterpret_cast<uintptr_t>(in.raw()) | static_cast<uint64_t>(row_bytes);
  const cudaStream_t stream = Stream(k);
  if (unit % 16 == 0) {
    Take<Pack<uint32_t, 4>>(stream, in.raw(), at, out, bytes, row_bytes);
  } else if (unit % 8 == 0) {
    Take<uint64_t>(stream, in.raw(), at, out, bytes, row_bytes);
  } else if (unit % 4 == 0) {
    Take<uint32_t>(stream, in.raw(), at, out, bytes, row_bytes);
  } else if (unit % 2 == 0) {
    Take<uint16_t>(stream, in.raw(), at, out, bytes, row_bytes);
  } else {
    Take<uint8_t>(stream, in.raw(), at, out, bytes, row_bytes);
  }
  return Launched(k);
}

constexpr DTypeSet kShuffled = {DType::kFloat32,  DType::kFloat64,   DType::kInt32,     DType::kUint8,
                                DType::kInt16,    DType::kInt8,      DType::kInt64,     DType::kBool,
                                DType::kUint16,   DType::kUint32,    DType::kUint64,    DType::kFloat16,
                                DType::kBFloat16, DType::kComplex64, DType::kComplex128};

}  // namespace

std::vector<KernelRow> RandomKernels() {
  return {
      {"RandomShuffle", kShuffled, &Shuffle},
      {"RandomUniform", kRandomFloats, &Uniform},
      {"RandomStandardNormal", kRandomFloats, &Normal},
      {"TruncatedNormal", kRandomFloats, &TruncatedNormal},
      {"RandomUniformInt", {DType::kInt32, DType::kInt64}, &UniformInt},
  };
}

}  // namespace eager::server::cuda
