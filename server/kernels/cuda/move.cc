#include "server/kernels/cuda/move.h"

#include "common/status_macros.h"
#include "server/kernels/cuda/launch.h"

namespace eager::server::cuda {
namespace {

constexpr int64_t kLargeBytes = 1 << 20;  // worth CUDA's own copy, which takes longer to start than a kernel

}  // namespace

absl::Status Gather(KernelContext& k, int64_t size, absl::Span<const MoveAxis> axes, int64_t origin, const void* from,
                    int64_t from_elements, void* to, const void* filling) {
  ASSIGN_OR_RETURN(MovePlan plan, MovePlan::Make(axes, origin, from_elements));
  if (plan.num_elements == 0) return absl::OkStatus();
  if (plan.Dense() && plan.num_elements * size >= kLargeBytes) {
    cudaMemcpyAsync(to, static_cast<const char*>(from) + plan.origin * size,
                    static_cast<size_t>(plan.num_elements * size), cudaMemcpyDeviceToDevice, Stream(k));
  } else if (const std::optional<TilePlan> tiles = TilePlan::Make(plan, size)) {
    LaunchTiles(k, *tiles, plan.Small(), size, from, to);
  } else {
    const int64_t wide = plan.Widen(size, reinterpret_cast<uintptr_t>(to), reinterpret_cast<uintptr_t>(from));
    if (plan.plain) {
      LaunchCopy(k, plan, wide, from, to);
    } else {
      LaunchGather(k, plan, wide, from, to, filling, size);
    }
  }
  return Launched(k);
}

absl::Status GatherInput(KernelContext& k, int i, absl::Span<const MoveAxis> axes, int64_t origin,
                         const void* filling) {
  const Tensor& in = k.input(i);
  return Gather(k, static_cast<int64_t>(SizeOf(in.dtype())), axes, origin, in.raw(), in.num_elements(),
                k.output(0).raw(), filling);
}

absl::Status Scatter(KernelContext& k, int64_t size, absl::Span<const MoveAxis> axes, int64_t origin, const void* from,
                     void* to, int64_t to_elements) {
  ASSIGN_OR_RETURN(MovePlan plan, MovePlan::Make(axes, origin, to_elements));
  if (plan.num_elements == 0) return absl::OkStatus();
  const int64_t wide = plan.Widen(size, reinterpret_cast<uintptr_t>(from), reinterpret_cast<uintptr_t>(to));
  LaunchScatter(k, plan, wide, from, to);
  return Launched(k);
}

}  // namespace eager::server::cuda
