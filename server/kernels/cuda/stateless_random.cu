// Random ops that are functions of a key and a counter or of seeds, on a GPU, which reads those itself; and the
// generators that programs keep in variables.
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/launch.h"
#include "server/kernels/cuda/random_fill.h"
#include "server/kernels/variable.h"

namespace eager::server::cuda {
namespace {

constexpr int32_t kPhiloxAlg = 1;  // tensorflow/core/framework/rng_alg.h
constexpr uint64_t kBlocksPerNumber = 256;

// By the two seeds in input `i`.
PhiloxSource BySeed(const KernelContext& k, int i) {
  return PhiloxSource::BySeeds(k.input(i).raw(), k.input(i).dtype() == DType::kInt64);
}

// Where the op's numbers start: V2 ops take (shape, key, counter, alg, …), the others (shape, seed, …).
PhiloxSource Start(const KernelContext& k) {
  if (k.op().inputs[1].name != "key") return BySeed(k, 1);
  return PhiloxSource::ByKeyAndCounter(k.input(1).data<uint64_t>(), k.input(2).data<uint64_t>(),
                                       k.input(2).num_elements());
}

absl::Status Uniform(KernelContext& k) { return FillUniform(k, Start(k)); }
absl::Status Normal(KernelContext& k) { return FillNormal(k, Start(k)); }
absl::Status TruncatedNormal(KernelContext& k) { return FillTruncatedNormal(k, Start(k)); }
absl::Status Integers(KernelContext& k) { return FillIntegers(k, Start(k)); }
// The bounds are the last two inputs.
absl::Status UniformInt(KernelContext& k) { return FillUniformInt(k, Start(k), k.num_inputs() - 2); }

// The algorithm's number is read where it decides about kernels: on the host.
absl::StatusOr<TensorRef> AlgOnHost(const KernelContext& k) {
  ASSIGN_OR_RETURN(BufferRef buffer, k.host_device().Allocate(sizeof(int32_t)));
  TensorRef alg = MakeRef<Tensor>(TensorSpec{DType::kInt32, Shape()}, std::move(buffer));
  *alg->mutable_data<int32_t>() = kPhiloxAlg;
  return alg;
}

__global__ void KeyCounterKernel(PhiloxSource source, uint64_t* key, uint64_t* counter) {
  const Philox philox = source.Start();
  *key = philox.key();
  counter[0] = philox.counter_low();
  counter[1] = philox.counter_high();
}

absl::Status GetKeyCounter(KernelContext& k) {
  if (k.num_outputs() > 2) {
    ASSIGN_OR_RETURN(TensorRef alg, AlgOnHost(k));
    k.set_output(2, std::move(alg));
  }
  KeyCounterKernel<<<1, 1, 0, Stream(k)>>>(BySeed(k, 0), k.output(0).mutable_data<uint64_t>(),
                                           k.output(1).mutable_data<uint64_t>());
  return Launched(k);
}

absl::Status GetAlg(KernelContext& k) {
  ASSIGN_OR_RETURN(TensorRef alg, AlgOnHost(k));
  k.set_output(0, std::move(alg));
  return absl::OkStatus();
}

// A generator's state is (counter's low half, its high half, key, …). `from` may be `to`.
__global__ void ReadAndSkipKernel(const uint64_t* from, uint64_t* to, int64_t size, uint64_t blocks, uint64_t* out) {
  const uint64_t low = from[0], high = from[1], key = from[2];
  out[0] = low;
  out[1] = high;
  out[2] = key;
  const Philox next = Philox(key, low, high).At(blocks);
  to[0] = next.counter_low();
  to[1] = next.counter_high();
  if (to == from) return;
  for (int64_t i = 2; i < size; ++i) to[i] = from[i];
}

absl::Status ReadAndSkip(KernelContext& k) {
  Variable& variable = k.input(0).variable();
  const uint64_t blocks = *k.host(2).as<uint64_t>() * kBlocksPerNumber;
  return variable.Update([&](TensorRef& value) -> absl::Status {
    if (!value) {
      return absl::FailedPreconditionError(absl::StrCat("the generator's state, variable '", variable.name(),
                                                        "', has no value: nothing was assigned to it yet"));
    }
    TensorRef next;                    // null: write over the value
    if (!value->ExclusivelyOwned()) {  // somebody has read it, and keeps what was read
      ASSIGN_OR_RETURN(BufferRef buffer, k.device().Allocate(value->num_bytes()));
      next = MakeRef<Tensor>(value->spec(), std::move(buffer));
    }
    ReadAndSkipKernel<<<1, 1, 0, Stream(k)>>>(value->data<uint64_t>(), (next ? next : value)->mutable_data<uint64_t>(),
                                              value->num_elements(), blocks, k.output(0).mutable_data<uint64_t>());
    RETURN_IF_ERROR(Launched(k));
    if (next) value = std::move(next);
    return absl::OkStatus();
  });
}

}  // namespace

std::vector<KernelRow> StatelessRandomKernels() {
  constexpr DTypeSet kSeeds = {DType::kInt32, DType::kInt64};
  constexpr DTypeSet kIntegers = {DType::kInt32, DType::kInt64, DType::kUint32, DType::kUint64};
  return {
      {"StatelessRandomGetKeyCounter", kSeeds, &GetKeyCounter},
      {"StatelessRandomGetKeyCounterAlg", kSeeds, &GetKeyCounter},
      {"StatelessRandomGetAlg", DTypeSet::All(), &GetAlg, /*in_place=*/false, /*makes_outputs=*/true},
      {"RngReadAndSkip", DTypeSet::All(), &ReadAndSkip},
      {"StatelessRandomUniform", kRandomFloats, &Uniform},
      {"StatelessRandomUniformV2", kRandomFloats, &Uniform},
      {"StatelessRandomNormal", kRandomFloats, &Normal},
      {"StatelessRandomNormalV2", kRandomFloats, &Normal},
      {"StatelessTruncatedNormal", kRandomFloats, &TruncatedNormal},
      {"StatelessTruncatedNormalV2", kRandomFloats, &TruncatedNormal},
      {"StatelessRandomUniformFullInt", kIntegers, &Integers},
      {"StatelessRandomUniformFullIntV2", kIntegers, &Integers},
      {"StatelessRandomUniformInt", kSeeds, &UniformInt},
      {"StatelessRandomUniformIntV2", kIntegers, &UniformInt},
  };
}

}  // namespace eager::server::cuda
