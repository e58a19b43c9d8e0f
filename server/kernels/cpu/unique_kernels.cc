// Kernels of common/ops/unique_ops.cc.
#include <algorithm>
#include <cstring>

#include "common/ops/unique.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cpu/string_moves.h"

namespace eager::server {
namespace {

// Which slice of x stands at each place of y, and each slice's number into idx.
std::vector<int64_t> Number(KernelContext& k, const SliceView& view) {
  UniqueSlices unique = FindUnique(k.host(0), view);
  const Tensor& idx = k.output(1);
  if (idx.dtype() == DType::kInt32) {
    std::copy(unique.number.begin(), unique.number.end(), idx.mutable_data<int32_t>());
  } else {
    std::copy(unique.number.begin(), unique.number.end(), idx.mutable_data<int64_t>());
  }
  return std::move(unique.first);
}

absl::Status UniqueKernel(KernelContext& k) {
  const Tensor &x = k.input(0), &y = k.output(0), &idx = k.output(1);
  if (x.num_elements() == 0) {  // of slices without elements each equals the first
    std::memset(idx.raw(), 0, idx.num_bytes());
    return x.dtype() == DType::kString ? SetStrings(k, 0, [](int64_t) { return absl::string_view(); })
                                       : absl::OkStatus();
  }
  const HostInts axes = k.num_inputs() > 1 ? k.ints(1) : HostInts();
  const int64_t axis = axes.empty() ? 0 : axes[0] < 0 ? axes[0] + x.shape().rank() : axes[0];
  const SliceView view = SlicesAlong(x.shape(), static_cast<int>(axis));
  const std::vector<int64_t> first = Number(k, view);
  const int64_t n = static_cast<int64_t>(first.size());
  if (x.dtype() == DType::kString) {
    return SetStrings(k, 0, [&](int64_t i) {
      const int64_t row = i / view.inner;
      return StringAt(x, (row / n * view.n + first[static_cast<size_t>(row % n)]) * view.inner + i % view.inner);
    });
  }
  const size_t bytes = static_cast<size_t>(view.inner) * SizeOf(x.dtype());
  char* to = y.mutable_data<char>();
  for (int64_t o = 0; o < view.outer; ++o) {
    for (int64_t slice : first) {
      std::memcpy(to, x.data<char>() + static_cast<size_t>(o * view.n + slice) * bytes, bytes);
      to += bytes;
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<KernelRow> CpuUniqueKernels() {
  constexpr DTypeSet kTypes = kFixedSizeTypes | DTypeSet{DType::kString};
  return {{"Unique", kTypes, &UniqueKernel}, {"UniqueV2", kTypes, &UniqueKernel}};
}

}  // namespace eager::server
