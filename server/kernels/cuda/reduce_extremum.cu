// Max, Min, All and Any on a GPU.
#include "server/kernels/cuda/reduce.cuh"
#include "server/kernels/cuda/reduce.h"

namespace eager::server::cuda {
namespace {

template <bool kLeast>
absl::Status Extremum(KernelContext& k) {
  const bool is_signed = IsSignedInteger(k.input(0).dtype());
  return ReduceAxes(k, [&]<class T>() { return ExtremumFn<Compute<T>>(kLeast, is_signed); });
}

// Of bytes that are 0 or 1.
template <bool kAll>
absl::Status Every(KernelContext& k) {
  const ExtremumFn<uint8_t> fold(KeyOf<uint8_t>(/*least=*/kAll, /*is_signed=*/false), /*nothing=*/kAll);
  return Reduce<uint8_t>(k, ReduceDims::Of(k.input(0).shape(), k.ints(1)), fold, k.input(0).raw(),
                         ElementSink<uint8_t>{k.output(0).mutable_data<uint8_t>()});
}

}  // namespace

void AddExtremumRows(std::vector<KernelRow>& rows) {
  rows.push_back({"Max", kNumbers, &Extremum<false>});
  rows.push_back({"Min", kNumbers, &Extremum<true>});
  rows.push_back({"All", DTypeSet::All(), &Every<true>});
  rows.push_back({"Any", DTypeSet::All(), &Every<false>});
}

}  // namespace eager::server::cuda
