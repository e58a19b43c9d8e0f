// Kernels of common/ops/conv_ops.cc: oneDNN for floats, products of matrices for double and int32.
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/kernels/conv_roles.h"
#include "server/kernels/cpu/conv_loops.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/number.h"
#include "server/kernels/cpu/onednn_conv.h"

namespace eager::server {
namespace {

absl::Status OnlyNhwc(const ConvRoles& r, absl::string_view format) {
  if (r.depthwise) {
    return absl::UnimplementedError("Depthwise convolution on CPU is only supported for NHWC format");
  }
  if (r.pass == ConvPass::kForward) {
    return absl::UnimplementedError(absl::StrCat(
        "The Conv2D op currently only supports the NHWC tensor format on the CPU. The op was given the format: ",
        format));
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "Conv2DCustomBackprop", r.pass == ConvPass::kBackpropInput ? "Input" : "Filter", "Op only supports NHWC."));
}

// float by oneDNN, 16-bit floats through copies as float.
template <class T>
absl::Status Convolve(KernelContext& k, const ConvRoles& r, const ConvDims& dims) {
  if constexpr (std::is_same_v<T, float>) {
    return OneDnnConvolve(r.pass, dims, r.input->raw(), r.filter->raw(), r.output->raw(), k.device());
  } else if constexpr (kIsHalf<T>) {
    const Tensor* tensors[] = {r.input, r.filter, r.output};
    BufferRef wide[3];
    for (int i = 0; i < 3; ++i) {
      const int64_t n = tensors[i]->num_elements();
      ASSIGN_OR_RETURN(wide[i], k.device().Allocate(static_cast<size_t>(n) * sizeof(float)));
      if (tensors[i] == &k.output(0)) continue;
      ParallelFor(n, 1 << 16, [&](int64_t begin, int64_t end) {
        LoadHalves(tensors[i]->data<T>() + begin, static_cast<float*>(wide[i]->data()) + begin, end - begin);
      });
    }
    RETURN_IF_ERROR(
        OneDnnConvolve(r.pass, dims, wide[0]->data(), wide[1]->data(), wide[2]->data(), k.device()));
    const int result_at = r.pass == ConvPass::kForward ? 2 : r.pass == ConvPass::kBackpropInput ? 0 : 1;
    const auto* result = static_cast<const float*>(wide[result_at]->data());
    ParallelFor(k.output(0).num_elements(), 1 << 16, [&](int64_t begin, int64_t end) {
      StoreHalves(result + begin, k.output(0).mutable_data<T>() + begin, end - begin);
    });
  } else {
    using W = Wide<T>;
    const ConvLoops<W> loops(dims);
    auto *input = r.input->mutable_data<W>(), *filter = r.filter->mutable_data<W>(),
         *output = r.output->mutable_data<W>();
    if (r.pass == ConvPass::kForward) {
      loops.Forward(input, filter, output);
    } else if (r.pass == ConvPass::kBackpropInput) {
      loops.BackpropInput(input, filter, output);
    } else {
      loops.BackpropFilter(input, filter, output);
    }
  }
  return absl::OkStatus();
}

template <class T>
struct ConvKernel {
  static absl::Status Run(KernelContext& k) {
    const ConvRoles r = ConvRoles::Of(k);
    const std::string& format = k.attr<std::string>("data_format");
    if (format != "NHWC") return OnlyNhwc(r, format);
    ASSIGN_OR_RETURN(const ConvDims dims,
                     ConvDims::Make(k.attrs(), r.input->shape(), r.filter->shape(), r.depthwise));
    const Tensor& result = k.output(0);
    if (result.num_elements() == 0) return absl::OkStatus();
    for (const Tensor* t : {r.input, r.filter, r.output}) {
      if (t->num_elements() != 0) continue;
      std::memset(result.raw(), 0, result.num_bytes());  // sums of nothing
      return absl::OkStatus();
    }
    return Convolve<T>(k, r, dims);
  }
};

}  // namespace

std::vector<KernelRow> CpuConvKernels() {
  std::vector<KernelRow> rows;
  for (absl::string_view op : {"Conv2D", "Conv2DBackpropInput", "Conv2DBackpropFilter", "DepthwiseConv2dNative",
                               "DepthwiseConv2dNativeBackpropInput", "DepthwiseConv2dNativeBackpropFilter"}) {
    AddFloatRows<ConvKernel>(rows, op);
  }
  AddRows<ConvKernel, int32_t>(rows, "Conv2D");
  AddRows<ConvKernel, int32_t>(rows, "Conv2DBackpropInput");
  return rows;
}

}  // namespace eager::server
