// Moves elements of any fixed size between dense tensors and views of others, on a GPU. The twin of cpu/strided_copy.h.
#pragma once

#include "server/kernels/cuda/move_plan.h"
#include "server/kernels/kernel.h"

namespace eager::server::cuda {

// Writes all of the dense tensor at `to`, whose axes these are, outermost first: the elements that belong there of the
// `from_elements` at `from`, and elsewhere the one at `filling`, on the device, or zeros. `size` is an element's.
absl::Status Gather(KernelContext& k, int64_t size, absl::Span<const MoveAxis> axes, int64_t origin, const void* from,
                    int64_t from_elements, void* to, const void* filling = nullptr);
// From input `i` to output 0.
absl::Status GatherInput(KernelContext& k, int i, absl::Span<const MoveAxis> axes, int64_t origin = 0,
                         const void* filling = nullptr);
// The reverse: each element of the dense tensor at `from` goes to its place among the `to_elements` at `to`; no two may
// have the same.
absl::Status Scatter(KernelContext& k, int64_t size, absl::Span<const MoveAxis> axes, int64_t origin, const void* from,
                     void* to, int64_t to_elements);

// The parts of the above: pieces of `size` bytes.
void LaunchCopy(KernelContext& k, const MovePlan& plan, int64_t size, const void* from, void* to);
void LaunchTiles(KernelContext& k, const TilePlan& plan, bool small, int64_t size, const void* from, void* to);
void LaunchGather(KernelContext& k, const MovePlan& plan, int64_t size, const void* from, void* to, const void* filling,
                  int64_t filling_size);
void LaunchScatter(KernelContext& k, const MovePlan& plan, int64_t size, const void* from, void* to);

}  // namespace eager::server::cuda
