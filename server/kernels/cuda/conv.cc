// Kernels of common/ops/conv_ops.cc on a GPU: cuDNN, or our own kernels for depthwise convolutions and integers.
#include "common/status_macros.h"
#include "server/kernels/conv_roles.h"
#include "server/kernels/cpu/lru_cache.h"
#include "server/kernels/cuda/conv_direct.h"
#include "server/kernels/cuda/conv_frame.h"
#include "server/kernels/cuda/conv_layout.h"
#include "server/kernels/cuda/conv_plan.h"
#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/libraries.h"

namespace eager::server::cuda {
namespace {

// Plans for the shapes that one signature is called with.
struct ConvState : KernelState {
  static constexpr size_t kMostPlans = 64;
  LruCache<ConvPlanKey, ConvPlan> plans{kMostPlans};
};

// Images are (batch, rows, columns, channels) from here on; the one that the pass computes is written.
struct Operands {
  const void *input = nullptr, *filter = nullptr, *output = nullptr;
};

// A step with cuDNN: what it does not take as it is lies in memory of our own meanwhile.
class CudnnConv {
 public:
  CudnnConv(KernelContext& k, ConvPass pass, const ConvDims& dims, DType dtype)
      : k_(k),
        pass_(pass),
        dims_(dims),
        conv_(dims),
        dtype_(dtype),
        element_bytes_(static_cast<int64_t>(SizeOf(dtype))) {}

  // False if cuDNN has no engine for it.
  absl::StatusOr<bool> Find() {
    ASSIGN_OR_RETURN(CudaLibraries* const libraries, Libraries(k_));
    ASSIGN_OR_RETURN(handle_, libraries->cudnn());
    auto& plans = k_.state<ConvState>([] { return std::make_unique<ConvState>(); }).plans;
    const bool tf32 = Queue(k_).device().options().tf32;
    ASSIGN_OR_RETURN(plan_, plans.Get(ConvPlanKey{pass_, dtype_, conv_.dims}, [&] {
      return ConvPlan::Make(handle_, ConvPlanKey{pass_, dtype_, conv_.dims}, tf32);
    }));
    return plan_->CanRun();
  }

  absl::Status Run(Operands o) {
    const Operands given = o;
    const int64_t filter_rows = dims_.rows.size * dims_.columns.size * (dims_.in_channels / dims_.groups);
    ASSIGN_OR_RETURN(const BufferRef filter, Scratch(k_, filter_rows * dims_.out_channels * element_bytes_));
    o.filter = filter->data();
    if (pass_ != ConvPass::kBackpropFilter) {
      TransposeMatrices(k_, given.filter, 1, filter_rows, dims_.out_channels, static_cast<int>(element_bytes_),
                        filter->data());
    }
    BufferRef framed, aligned_input, aligned_output;
    if (conv_.framed) {
      ASSIGN_OR_RETURN(framed, Scratch(k_, ImageBytes(conv_.dims)));
      o.input = framed->data();
      if (pass_ != ConvPass::kBackpropInput) CopyFramed(k_, FrameAround(), given.input, framed->data());
    } else if (pass_ != ConvPass::kBackpropInput) {
      RETURN_IF_ERROR(Align(ImageBytes(dims_), o.input, aligned_input));
    }
    if (pass_ != ConvPass::kForward) {
      const int64_t bytes = dims_.batch * dims_.rows.out * dims_.columns.out * dims_.out_channels * element_bytes_;
      RETURN_IF_ERROR(Align(bytes, o.output, aligned_output));
    }
    RETURN_IF_ERROR(plan_->Run(k_, handle_, o.input, o.filter, o.output));
    if (pass_ == ConvPass::kBackpropFilter) {
      TransposeMatrices(k_, filter->data(), 1, dims_.out_channels, filter_rows, static_cast<int>(element_bytes_),
                        const_cast<void*>(given.filter));
    } else if (pass_ == ConvPass::kBackpropInput && conv_.framed) {
      CopyFramed(k_, FrameOff(), framed->data(), const_cast<void*>(given.input));
    }
    return Launched(k_);
  }

 private:
  int64_t ImageBytes(const ConvDims& d) const {
    return d.batch * d.rows.in * d.columns.in * d.in_channels * element_bytes_;
  }
  Frame FrameAround() const {
    return {dims_.batch,           dims_.rows.in,    dims_.columns.in,    conv_.dims.rows.in,
            conv_.dims.columns.in, conv_.front_rows, conv_.front_columns, dims_.in_channels * element_bytes_};
  }
  Frame FrameOff() const {
    return {dims_.batch,      conv_.dims.rows.in, conv_.dims.columns.in, dims_.rows.in,
            dims_.columns.in, -conv_.front_rows,  -conv_.front_columns,  dims_.in_channels * element_bytes_};
  }
  // Operands may be views that begin anywhere; plans are for aligned ones.
  absl::Status Align(int64_t bytes, const void*& operand, BufferRef& copy) {
    if (reinterpret_cast<uintptr_t>(operand) % ConvPlan::kAlignment == 0) return absl::OkStatus();
    ASSIGN_OR_RETURN(copy, Scratch(k_, bytes));
    const cudaError_t error =
        cudaMemcpyAsync(copy->data(), operand, static_cast<size_t>(bytes), cudaMemcpyDeviceToDevice, Stream(k_));
    operand = copy->data();
    return Queue(k_).device().Note(error, "cudaMemcpyAsync");
  }

  KernelContext& k_;
  const ConvPass pass_;
  const ConvDims& dims_;
  const FramedConv conv_;
  const DType dtype_;
  const int64_t element_bytes_;
  cudnnHandle_t handle_ = nullptr;
  std::shared_ptr<const ConvPlan> plan_;
};

absl::Status Convolve(KernelContext& k, const ConvRoles& r, const ConvDims& dims, const Operands& o) {
  const DType dtype = k.output(0).dtype();
  if (!r.depthwise && dtype != DType::kInt32) {
    CudnnConv conv(k, r.pass, dims, dtype);
    ASSIGN_OR_RETURN(const bool found, conv.Find());
    if (found) return conv.Run(o);
  }
  return ConvolveDirectly(k, r.pass, dims, dtype, o.input, o.filter, o.output);
}

// Images whose channels lie outermost are transposed on the way in and out.
absl::Status ConvolveTransposed(KernelContext& k, const ConvRoles& r, const ConvDims& d) {
  const int bytes = static_cast<int>(SizeOf(k.output(0).dtype()));
  const int64_t in_pixels = d.rows.in * d.columns.in, out_pixels = d.rows.out * d.columns.out;
  ASSIGN_OR_RETURN(const BufferRef input, Scratch(k, d.batch * in_pixels * d.in_channels * bytes));
  ASSIGN_OR_RETURN(const BufferRef output, Scratch(k, d.batch * out_pixels * d.out_channels * bytes));
  if (r.pass != ConvPass::kBackpropInput) {
    TransposeMatrices(k, r.input->raw(), d.batch, d.in_channels, in_pixels, bytes, input->data());
  }
  if (r.pass != ConvPass::kForward) {
    TransposeMatrices(k, r.output->raw(), d.batch, d.out_channels, out_pixels, bytes, output->data());
  }
  RETURN_IF_ERROR(Convolve(k, r, d, {input->data(), r.filter->raw(), output->data()}));
  if (r.pass == ConvPass::kBackpropInput) {
    TransposeMatrices(k, input->data(), d.batch, in_pixels, d.in_channels, bytes, r.input->raw());
  } else if (r.pass == ConvPass::kForward) {
    TransposeMatrices(k, output->data(), d.batch, out_pixels, d.out_channels, bytes, r.output->raw());
  }
  return Launched(k);
}

absl::Status ConvKernel(KernelContext& k) {
  const ConvRoles r = ConvRoles::Of(k);
  ASSIGN_OR_RETURN(const ConvDims dims, ConvDims::Make(k.attrs(), r.input->shape(), r.filter->shape(), r.depthwise));
  const Tensor& result = k.output(0);
  if (result.num_elements() == 0) return absl::OkStatus();
  for (const Tensor* t : {r.input, r.filter, r.output}) {
    if (t->num_elements() != 0) continue;
    // Sums of nothing.
    return Queue(k).device().Note(cudaMemsetAsync(result.raw(), 0, result.num_bytes(), Stream(k)), "cudaMemsetAsync");
  }
  if (k.attr<std::string>("data_format") == "NCHW") return ConvolveTransposed(k, r, dims);
  return Convolve(k, r, dims, {r.input->raw(), r.filter->raw(), r.output->raw()});
}

}  // namespace

std::vector<KernelRow> ConvKernels() {
  const DTypeSet floats = {DType::kFloat32, DType::kFloat64, DType::kFloat16, DType::kBFloat16};
  std::vector<KernelRow> rows;
  for (absl::string_view op : {"Conv2D", "Conv2DBackpropInput", "Conv2DBackpropFilter", "DepthwiseConv2dNative",
                               "DepthwiseConv2dNativeBackpropInput", "DepthwiseConv2dNativeBackpropFilter"}) {
    rows.push_back({op, floats, &ConvKernel});
  }
  for (absl::string_view op : {"Conv2D", "Conv2DBackpropInput"}) rows.push_back({op, {DType::kInt32}, &ConvKernel});
  return rows;
}

}  // namespace eager::server::cuda
