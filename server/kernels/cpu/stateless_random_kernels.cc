// Random ops that are functions of a key and a counter or of seeds, and the generators that programs keep in variables.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/random_fill.h"
#include "server/kernels/variable.h"

namespace eager::server {
namespace {

constexpr int32_t kPhiloxAlg = 1;  // tensorflow/core/framework/rng_alg.h
constexpr int64_t kPhiloxStateSize = 3;
constexpr uint64_t kBlocksPerNumber = 256;

// By the two seeds in input `i`.
Philox BySeed(const KernelContext& k, int i) {
  const HostView seed = k.input(i).host_view();
  return Philox::FromStatelessSeeds(static_cast<uint64_t>(seed.int_at(0)), static_cast<uint64_t>(seed.int_at(1)));
}

// By key and counter in inputs 1 and 2. A counter may be one word short, and anything may follow it.
Philox ByKeyAndCounter(const KernelContext& k) {
  const uint64_t* counter = k.input(2).data<uint64_t>();
  return {*k.input(1).data<uint64_t>(), counter[0], k.input(2).num_elements() > 1 ? counter[1] : 0};
}

// Where the op's numbers start: V2 ops take (shape, key, counter, alg, …), the others (shape, seed, …).
Philox Start(const KernelContext& k) { return k.op().inputs[1].name == "key" ? ByKeyAndCounter(k) : BySeed(k, 1); }

// GCC 12 gives AddRows<K> external linkage even for a K of an unnamed namespace: names must differ from other files'.
template <class T>
struct StatelessUniform {
  static absl::Status Run(KernelContext& k) {
    FillUniform(Start(k), k.output(0).num_elements(), k.output(0).mutable_data<T>());
    return absl::OkStatus();
  }
};

template <class T>
struct StatelessNormal {
  static absl::Status Run(KernelContext& k) {
    FillNormal(Start(k), k.output(0).num_elements(), k.output(0).mutable_data<T>());
    return absl::OkStatus();
  }
};

template <class T>
struct StatelessTruncatedNormal {
  static absl::Status Run(KernelContext& k) {
    FillTruncatedNormal(Start(k), k.output(0).num_elements(), k.output(0).mutable_data<T>());
    return absl::OkStatus();
  }
};

template <class T>
struct StatelessIntegers {
  static absl::Status Run(KernelContext& k) {
    FillIntegers(Start(k), k.output(0).num_elements(), k.output(0).mutable_data<T>());
    return absl::OkStatus();
  }
};

// The bounds are the last two inputs.
template <class T>
struct StatelessUniformInt {
  static absl::Status Run(KernelContext& k) {
    const int64_t n = k.output(0).num_elements();
    if (n == 0) return absl::OkStatus();  // the bounds may be anything
    const int min = k.num_inputs() - 2;
    FillUniformInt(Start(k), *k.host(min).as<T>(), *k.host(min + 1).as<T>(), n, k.output(0).mutable_data<T>());
    return absl::OkStatus();
  }
};

absl::Status GetKeyCounter(KernelContext& k) {
  const Philox philox = BySeed(k, 0);
  *k.output(0).mutable_data<uint64_t>() = philox.key();
  k.output(1).mutable_data<uint64_t>()[0] = philox.counter_low();
  k.output(1).mutable_data<uint64_t>()[1] = philox.counter_high();
  if (k.num_outputs() > 2) *k.output(2).mutable_data<int32_t>() = kPhiloxAlg;
  return absl::OkStatus();
}

absl::Status GetAlg(KernelContext& k) {
  *k.output(0).mutable_data<int32_t>() = kPhiloxAlg;
  return absl::OkStatus();
}

// A generator's state is (counter's low half, its high half, key, …).
absl::Status ReadAndSkip(KernelContext& k) {
  Variable& variable = k.input(0).variable();
  const uint64_t delta = *k.host(2).as<uint64_t>();
  return variable.Update([&](TensorRef& value) -> absl::Status {
    if (!value) {
      return absl::FailedPreconditionError(absl::StrCat("the generator's state, variable '", variable.name(),
                                                        "', has no value: nothing was assigned to it yet"));
    }
    const uint64_t* state = value->data<uint64_t>();
    std::copy_n(state, kPhiloxStateSize, k.output(0).mutable_data<uint64_t>());
    Philox philox(state[2], state[0], state[1]);
    philox.Skip(delta * kBlocksPerNumber);
    if (!value->ExclusivelyOwned()) {  // somebody has read it, and keeps what was read
      ASSIGN_OR_RETURN(BufferRef buffer, k.device().Allocate(value->num_bytes()));
      TensorRef copy = MakeRef<Tensor>(value->spec(), std::move(buffer));
      std::copy_n(state, value->num_elements(), copy->mutable_data<uint64_t>());
      value = std::move(copy);
    }
    value->mutable_data<uint64_t>()[0] = philox.counter_low();
    value->mutable_data<uint64_t>()[1] = philox.counter_high();
    return absl::OkStatus();
  });
}

}  // namespace

std::vector<KernelRow> CpuStatelessRandomKernels() {
  std::vector<KernelRow> rows = {
      {"StatelessRandomGetKeyCounter", {DType::kInt32, DType::kInt64}, &GetKeyCounter},
      {"StatelessRandomGetKeyCounterAlg", {DType::kInt32, DType::kInt64}, &GetKeyCounter},
      {"StatelessRandomGetAlg", DTypeSet::All(), &GetAlg},
      {"RngReadAndSkip", DTypeSet::All(), &ReadAndSkip},
  };
  for (const absl::string_view op : {"StatelessRandomUniform", "StatelessRandomUniformV2"}) {
    AddFloatRows<StatelessUniform>(rows, op);
  }
  for (const absl::string_view op : {"StatelessRandomNormal", "StatelessRandomNormalV2"}) {
    AddFloatRows<StatelessNormal>(rows, op);
  }
  for (const absl::string_view op : {"StatelessTruncatedNormal", "StatelessTruncatedNormalV2"}) {
    AddFloatRows<StatelessTruncatedNormal>(rows, op);
  }
  for (const absl::string_view op : {"StatelessRandomUniformFullInt", "StatelessRandomUniformFullIntV2"}) {
    AddRows<StatelessIntegers, int32_t, int64_t, uint32_t, uint64_t>(rows, op);
  }
  AddRows<StatelessUniformInt, int32_t, int64_t>(rows, "StatelessRandomUniformInt");
  AddRows<StatelessUniformInt, int32_t, int64_t, uint32_t, uint64_t>(rows, "StatelessRandomUniformIntV2");
  return rows;
}

}  // namespace eager::server
