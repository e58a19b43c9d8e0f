#include "server/kernels/cpu/onednn_conv.h"

#include "common/status_macros.h"
#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/lru_cache.h"
#include "server/kernels/cpu/onednn.h"

namespace eager::server {
namespace {

using Desc = dnnl::memory::desc;
using Tag = dnnl::memory::format_tag;
constexpr auto kFloat = dnnl::memory::data_type::f32;
constexpr auto kDirect = dnnl::algorithm::convolution_direct;

// Below this many multiplications a pass is done before the compute thread's team would be awake.
constexpr double kSmallWork = 128.0 * 128.0 * 64.0;
// Enough for the layers of several large models.
constexpr size_t kMaxPrimitives = 1024;

struct Key {
  ConvPass pass;
  ConvDims dims;

  friend bool operator==(const Key&, const Key&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Key& k) {
    return H::combine(std::move(h), k.pass, k.dims);
  }
};

// How the images and the filter lie, and how oneDNN may have the filter instead: the images of a layer are the ones its
// neighbours work on, but a filter is small and worth a reorder.
struct Layouts {
  explicit Layouts(const ConvDims& d)
      : input({d.batch, d.in_channels, d.rows.in, d.columns.in}, kFloat, Tag::nhwc),
        output({d.batch, d.out_channels, d.rows.out, d.columns.out}, kFloat, Tag::nhwc) {
    const int64_t in = d.in_channels / d.groups, out = d.out_channels, rows = d.rows.size, columns = d.columns.size;
    dnnl::memory::dims extents = {out / d.groups, in, rows, columns};
    dnnl::memory::dims strides = {1, out, columns * in * out, in * out};
    if (d.groups > 1) {
      extents.insert(extents.begin(), d.groups);
      strides.insert(strides.begin(), out / d.groups);
    }
    filter = Desc(extents, kFloat, strides);
    any_filter = Desc(extents, kFloat, Tag::any);
  }
  Desc input, output, filter, any_filter;
};

dnnl::convolution_forward::primitive_desc DescribeForward(const ConvDims& d, const Layouts& l) {
  return {{dnnl::prop_kind::forward_training, kDirect, l.input, l.any_filter, l.output,
           {d.rows.stride, d.columns.stride}, {d.rows.dilation - 1, d.columns.dilation - 1},
           {d.rows.before, d.columns.before}, {d.rows.after, d.columns.after}},
          UserScratchpad(), OneDnnEngine()};
}

template <class Primitive>
typename Primitive::primitive_desc DescribeBackward(const ConvDims& d, const Desc& input, const Desc& filter,
                                                    const Layouts& l) {
  return {{kDirect, input, filter, l.output, {d.rows.stride, d.columns.stride},
           {d.rows.dilation - 1, d.columns.dilation - 1}, {d.rows.before, d.columns.before},
           {d.rows.after, d.columns.after}},
          UserScratchpad(), OneDnnEngine(), DescribeForward(d, l)};
}

std::shared_ptr<const OneDnnOp> MakeOp(const Key& key) {
  const ConvDims& d = key.dims;
  const Layouts l(d);
  switch (key.pass) {
    case ConvPass::kForward: {
      const auto desc = DescribeForward(d, l);
      return std::make_shared<OneDnnOp>(dnnl::convolution_forward(desc),
                                        std::vector<OneDnnOp::Operand>{
                                            {DNNL_ARG_SRC, l.input, desc.src_desc(), false},
                                            {DNNL_ARG_WEIGHTS, l.filter, desc.weights_desc(), false},
                                            {DNNL_ARG_DST, l.output, desc.dst_desc(), true}},
                                        desc.scratchpad_desc());
    }
    case ConvPass::kBackpropInput: {
      const auto desc = DescribeBackward<dnnl::convolution_backward_data>(d, l.input, l.any_filter, l);
      return std::make_shared<OneDnnOp>(dnnl::convolution_backward_data(desc),
                                        std::vector<OneDnnOp::Operand>{
                                            {DNNL_ARG_DIFF_SRC, l.input, desc.diff_src_desc(), true},
                                            {DNNL_ARG_WEIGHTS, l.filter, desc.weights_desc(), false},
                                            {DNNL_ARG_DIFF_DST, l.output, desc.diff_dst_desc(), false}},
                                        desc.scratchpad_desc());
    }
    case ConvPass::kBackpropFilter:
      break;
  }
  const auto desc = DescribeBackward<dnnl::convolution_backward_weights>(d, l.input, l.any_filter, l);
  return std::make_shared<OneDnnOp>(dnnl::convolution_backward_weights(desc),
                                    std::vector<OneDnnOp::Operand>{
                                        {DNNL_ARG_SRC, l.input, desc.src_desc(), false},
                                        {DNNL_ARG_DIFF_WEIGHTS, l.filter, desc.diff_weights_desc(), true},
                                        {DNNL_ARG_DIFF_DST, l.output, desc.diff_dst_desc(), false}},
                                    desc.scratchpad_desc());
}

// oneDNN wants the padding after the image to be what the windows reach, no more: a rest that no window sees is cut
// off as negative padding.
WindowAxis Exact(WindowAxis axis) {
  axis.after = (axis.out - 1) * axis.stride + axis.extent() - axis.in - axis.before;
  return axis;
}

}  // namespace

absl::Status OneDnnConvolve(ConvPass pass, const ConvDims& dims, const void* input, const void* filter,
                            const void* output, Device& device) {
  static auto* primitives = new LruCache<Key, OneDnnOp>(kMaxPrimitives);
  Key key{pass, dims};
  key.dims.rows = Exact(dims.rows);
  key.dims.columns = Exact(dims.columns);
  absl::Status status;
  const auto run = [&] {
    status = [&]() -> absl::Status {
      ASSIGN_OR_RETURN(const auto op, primitives->Get(key, [&]() -> absl::StatusOr<std::shared_ptr<const OneDnnOp>> {
        std::shared_ptr<const OneDnnOp> made;
        RETURN_IF_ERROR(OneDnnGuard([&] { made = MakeOp(key); }));
        return made;
      }));
      return op->Run({input, filter, output}, device);
    }();
  };
  dims.work() < kSmallWork ? RunSingleThreaded(run) : RunOnComputeThread(run);
  return status;
}

}  // namespace eager::server
