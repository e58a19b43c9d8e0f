// Quotients and remainders of integers on a GPU. Nobody looks at divisors on the host: by 0 all give 0.
#include "server/kernels/cuda/elementwise.cuh"
#include "server/kernels/cuda/elementwise_binary.h"

namespace eager::server::cuda {
namespace {

template <class F>
void AddForIntegers(std::vector<KernelRow>& rows, absl::string_view op) {
  AddBinary<F>(rows, op, SignedTypes());
  AddBinary<F>(rows, op, UnsignedTypes());
}

}  // namespace

void AddIntegerDivisions(std::vector<KernelRow>& rows) {
  AddForIntegers<TruncateDivFn>(rows, "Div");
  AddForIntegers<TruncateDivFn>(rows, "TruncateDiv");
  AddForIntegers<FloorDivFn>(rows, "FloorDiv");
  AddForIntegers<FloorModFn>(rows, "FloorMod");
  AddBinary<TruncateModFn>(rows, "TruncateMod", Types<int32_t, int64_t>());
}

}  // namespace eager::server::cuda
