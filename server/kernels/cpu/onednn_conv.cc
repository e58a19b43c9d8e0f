#include "server/kernels/cpu/onednn_conv.h"

#include <algorithm>
#include <vector>

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

absl::StatusOr<std::shared_ptr<const OneDnnOp>> FindOp(ConvPass pass, const ConvDims& dims) {
  static auto* primitives = new LruCache<Key, OneDnnOp>(kMaxPrimitives);
  Key key{pass, dims};
  key.dims.rows = Exact(dims.rows);
  key.dims.columns = Exact(dims.columns);
  return primitives->Get(key, [&]() -> absl::StatusOr<std::shared_ptr<const OneDnnOp>> {
    std::shared_ptr<const OneDnnOp> made;
    RETURN_IF_ERROR(OneDnnGuard([&] { made = MakeOp(key); }));
    return made;
  });
}

// The gradient of a filter is a sum over all output pixels, which oneDNN would cut by the number of threads. So that
// the result does not depend on it, the sum is cut here, by the shapes alone, into runs of images or, where those are
// few, of an image's rows; each is added up by one thread.
class FilterGradient {
 public:
  explicit FilterGradient(const ConvDims& d) : d_(d) {
    // A part costs a call and a pass over the filter, which so many pixels are worth; and it keeps sums short.
    constexpr int64_t kFewPixels = 512, kManyPixels = 8192, kParts = 32, kMostParts = 256, kMostSums = 1 << 20;
    const int64_t pixels = d.batch * d.rows.out * d.columns.out;
    const int64_t most = std::max(kParts, std::min(kMostParts, kMostSums / filter_size()));
    const int64_t parts = std::clamp<int64_t>(pixels / (d.work() < kSmallWork ? kManyPixels : kFewPixels), 1, most);
    if (parts == 1) {
      Add(0, d.batch, 0, d.rows.out);
    } else if (parts <= d.batch) {
      for (int64_t i = 0; i < parts; ++i) Add(d.batch * i / parts, d.batch * (i + 1) / parts, 0, d.rows.out);
    } else {
      const int64_t cuts = std::min(d.rows.out, parts / d.batch);
      for (int64_t image = 0; image < d.batch; ++image) {
        for (int64_t i = 0; i < cuts; ++i) Add(image, image + 1, d.rows.out * i / cuts, d.rows.out * (i + 1) / cuts);
      }
    }
  }

  absl::Status Run(const float* input, float* filter, const float* output, Device& device) {
    absl::Status status;
    // One thread's, wherever they will run.
    const auto make = [&] {
      for (Part& part : parts_) {
        absl::StatusOr<std::shared_ptr<const OneDnnOp>> op = FindOp(ConvPass::kBackpropFilter, part.dims);
        if (!op.ok()) return void(status = op.status());
        part.op = *std::move(op);
      }
    };
    RunSingleThreaded(make);
    RETURN_IF_ERROR(status);
    const auto count = static_cast<int64_t>(parts_.size());
    const int64_t size = filter_size();
    BufferRef sums;
    if (count > 1) {
      ASSIGN_OR_RETURN(sums, device.Allocate(static_cast<size_t>(count * size) * sizeof(float)));
    }
    float* const partial = count > 1 ? static_cast<float*>(sums->data()) : filter;
    std::vector<absl::Status> statuses(parts_.size());
    ParallelFor(count, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const Part& part = parts_[i];
        RunSingleThreaded([&] {
          statuses[i] = part.op->Run({input + part.input, partial + i * size, output + part.output}, device);
        });
      }
    });
    for (absl::Status& s : statuses) RETURN_IF_ERROR(std::move(s));
    if (count == 1) return absl::OkStatus();
    ParallelFor(size, 1 << 14, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        double sum = 0;
        for (int64_t p = 0; p < count; ++p) sum += partial[p * size + i];
        filter[i] = static_cast<float>(sum);
      }
    });
    return absl::OkStatus();
  }

 private:
  struct Part {
    ConvDims dims;
    int64_t input, output;  // where its images begin
    std::shared_ptr<const OneDnnOp> op;
  };

  int64_t filter_size() const {
    return d_.rows.size * d_.columns.size * (d_.in_channels / d_.groups) * d_.out_channels;
  }

  // The output rows [from, to) of the images [first, last). Rows of several images are taken whole.
  void Add(int64_t first, int64_t last, int64_t from, int64_t to) {
    Part part{d_, 0, (first * d_.rows.out + from) * d_.columns.out * d_.out_channels, nullptr};
    part.dims.batch = last - first;
    int64_t row = 0;
    if (to - from < d_.rows.out) {
      WindowAxis& rows = part.dims.rows;
      const int64_t begin = from * rows.stride - rows.before,
                    end = (to - 1) * rows.stride - rows.before + rows.extent();
      row = std::max<int64_t>(0, begin);
      rows.in = std::min(d_.rows.in, end) - row;
      if (rows.in <= 0) return;  // padding alone
      rows.out = to - from;
      rows.before = row - begin;  // what is behind follows: Exact()
    }
    part.input = (first * d_.rows.in + row) * d_.columns.in * d_.in_channels;
    parts_.push_back(std::move(part));
  }

  const ConvDims d_;
  std::vector<Part> parts_;
};

}  // namespace

absl::Status OneDnnConvolve(ConvPass pass, const ConvDims& dims, const void* input, const void* filter,
                            const void* output, Device& device) {
  if (pass == ConvPass::kBackpropFilter) {
    return FilterGradient(dims).Run(static_cast<const float*>(input), static_cast<float*>(const_cast<void*>(filter)),
                                    static_cast<const float*>(output), device);
  }
  absl::Status status;
  const auto run = [&] {
    status = [&]() -> absl::Status {
      ASSIGN_OR_RETURN(const auto op, FindOp(pass, dims));
      return op->Run({input, filter, output}, device);
    }();
  };
  dims.work() < kSmallWork ? RunSingleThreaded(run) : RunOnComputeThread(run);
  return status;
}

}  // namespace eager::server
