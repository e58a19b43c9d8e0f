// Quotients and remainders of floating numbers on a GPU.
#include "server/kernels/cuda/elementwise.cuh"
#include "server/kernels/cuda/elementwise_binary.h"

namespace eager::server::cuda {
namespace {

template <class H>
struct RoundedTo {
  __device__ float operator()(float x) const {
    H rounded;
    Store<H>(x, rounded);
    return Load(rounded);
  }
};

template <class WholePart>
void AddHalfDivision(std::vector<KernelRow>& rows, absl::string_view op) {
  AddBinary<WholeQuotientFn<WholePart, RoundedTo<Float16>>>(rows, op, Types<Float16>());
  AddBinary<WholeQuotientFn<WholePart, RoundedTo<BFloat16>>>(rows, op, Types<BFloat16>());
}

}  // namespace

void AddFloatDivisions(std::vector<KernelRow>& rows) {
  AddBinary<DivFn>(rows, "RealDiv", FloatTypes());
  AddBinary<DivFn>(rows, "Div", FloatTypes());
  AddBinary<FloorDivFn>(rows, "FloorDiv", Types<float, double>());
  AddHalfDivision<FloorFn>(rows, "FloorDiv");
  AddBinary<TruncateDivFn>(rows, "TruncateDiv", Types<float, double>());
  AddHalfDivision<TruncFn>(rows, "TruncateDiv");
  AddBinary<FloorModFn>(rows, "FloorMod", FloatTypes());
  AddBinary<TruncateModFn>(rows, "TruncateMod", FloatTypes());
  AddBinary<DivNoNanFn>(rows, "DivNoNan", FloatTypes());
  AddBinary<XdivyFn>(rows, "Xdivy", FloatTypes());
}

}  // namespace eager::server::cuda
