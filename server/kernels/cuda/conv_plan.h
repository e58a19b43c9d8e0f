// How cuDNN computes one convolution: the engine that its heuristics name first for the shapes and the GPU.
#pragma once

#include <cudnn.h>

#include <memory>

#include "server/kernels/cuda/conv_frame.h"

namespace eager::server::cuda {

// Immutable. Images are (batch, rows, columns, channels), filters (out channel, row, column, channel of the group); all
// are aligned to kAlignment bytes.
class ConvPlan {
 public:
  static constexpr int64_t kAlignment = 16;

  // Never an engine whose results differ from run to run; one that rounds float32 operands to TF32 only if `tf32`.
  // A plan that cannot run where cuDNN has no engine.
  static absl::StatusOr<std::shared_ptr<const ConvPlan>> Make(cudnnHandle_t handle, const ConvPlanKey& key, bool tf32);
  ~ConvPlan();

  bool CanRun() const { return plan_ != nullptr; }
  // Asks the handle's stream for the pass, with memory of the kernel's device to work in.
  absl::Status Run(const KernelContext& k, cudnnHandle_t handle, const void* input, const void* filter,
                   const void* output) const;

 private:
  ConvPlan() = default;

  cudnnBackendDescriptor_t plan_ = nullptr, config_ = nullptr;  // the plan's engine and settings
  int64_t workspace_bytes_ = 0;
};

}  // namespace eager::server::cuda
