// Convolutions and the kernels around them in networks.

#include <eager/eager.h>
#include <omp.h>

#include <algorithm>
#include <dnnl.hpp>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "tests/bench/benchmarks.h"

namespace eager::bench {
namespace {

using Desc = dnnl::memory::desc;
using Tag = dnnl::memory::format_tag;

// Images of (batch, size, size, in), a filter of (3, 3, in, out), padded to the same size or not at all.
struct Layer {
  int64_t batch, size, in, out;
  bool same;
  int64_t out_size() const { return same ? size : size - 2; }
};

std::vector<float> Values(int64_t n) {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> values(static_cast<size_t>(n));
  for (float& v : values) v = uniform(random);
  return values;
}

// The three passes by oneDNN itself, as a program without eagerd would do them: filters in the layout that it likes best,
// nothing reordered while the clock runs.
class DirectConv {
 public:
  explicit DirectConv(const Layer& l) {
    omp_set_num_threads(static_cast<int>(std::thread::hardware_concurrency()));
    constexpr auto kFloat = dnnl::memory::data_type::f32;
    constexpr auto kDirect = dnnl::algorithm::convolution_direct;
    const Desc src({l.batch, l.in, l.size, l.size}, kFloat, Tag::nhwc);
    const Desc dst({l.batch, l.out, l.out_size(), l.out_size()}, kFloat, Tag::nhwc);
    const Desc any({l.out, l.in, 3, 3}, kFloat, Tag::any);
    const dnnl::memory::dims stride = {1, 1}, pad = {l.same, l.same};
    const dnnl::convolution_forward::primitive_desc forward(
        {dnnl::prop_kind::forward_training, kDirect, src, any, dst, stride, pad, pad}, engine_);
    const dnnl::convolution_backward_data::primitive_desc to_input({kDirect, src, any, dst, stride, pad, pad}, engine_,
                                                                   forward);
    const dnnl::convolution_backward_weights::primitive_desc to_filter({kDirect, src, any, dst, stride, pad, pad},
                                                                       engine_, forward);
    const auto make = [&](const Desc& desc) {
      dnnl::memory m(desc, engine_);
      std::fill_n(static_cast<float*>(m.get_data_handle()), desc.get_size() / sizeof(float), 0.5f);
      return m;
    };
    const dnnl::memory x = make(src), y = make(dst), dx = make(src);
    Add(dnnl::convolution_forward(forward),
        {{DNNL_ARG_SRC, x}, {DNNL_ARG_WEIGHTS, make(forward.weights_desc())}, {DNNL_ARG_DST, y}});
    Add(dnnl::convolution_backward_data(to_input),
        {{DNNL_ARG_DIFF_SRC, dx}, {DNNL_ARG_WEIGHTS, make(to_input.weights_desc())}, {DNNL_ARG_DIFF_DST, y}});
    Add(dnnl::convolution_backward_weights(to_filter),
        {{DNNL_ARG_SRC, x}, {DNNL_ARG_DIFF_WEIGHTS, make(to_filter.diff_weights_desc())}, {DNNL_ARG_DIFF_DST, y}});
  }

  // The forward pass alone, or all three; microseconds each time.
  double Run(int times, bool backward) {
    return 1e6 / times * Seconds([&] {
      for (int i = 0; i < times; ++i) {
        for (size_t pass = 0; pass < (backward ? passes_.size() : 1); ++pass) {
          passes_[pass].first.execute(stream_, passes_[pass].second);
          stream_.wait();
        }
      }
    });
  }

 private:
  using Args = std::unordered_map<int, dnnl::memory>;
  void Add(dnnl::primitive primitive, Args args) { passes_.emplace_back(std::move(primitive), std::move(args)); }

  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
  std::vector<std::pair<dnnl::primitive, Args>> passes_;
};

struct Work {
  Work(const Layer& l, int times)
      : times(times), padding(l.same ? "SAME" : "VALID"),
        x(constant(Values(l.batch * l.size * l.size * l.in), Shape{l.batch, l.size, l.size, l.in})),
        w(constant(Values(9 * l.in * l.out), Shape{3, 3, l.in, l.out})), direct(l) {}

  // Reads one number at the end, which waits for all.
  double Forward() {
    return 1e6 / times * Seconds([&] {
      Tensor y;
      for (int i = 0; i < times; ++i) y = nn::conv2d(x, w, 1, padding);
      slice(y, {0, 0, 0, 0}, {1, 1, 1, 1}).numpy();
    });
  }
  double ForwardAndBackward() {
    return 1e6 / times * Seconds([&] {
      std::vector<std::optional<Tensor>> g;
      for (int i = 0; i < times; ++i) {
        GradientTape tape;
        tape.watch(x);
        tape.watch(w);
        g = tape.gradient(nn::conv2d(x, w, 1, padding), {x, w});
      }
      for (const auto& gradient : g) slice(gradient.value(), {0, 0, 0, 0}, {1, 1, 1, 1}).numpy();
    });
  }

  const int times;
  const std::string padding;
  const Tensor x, w;
  DirectConv direct;
};

}  // namespace

std::vector<Benchmark> ConvBenchmarks(const Setup&) {
  const auto small = std::make_shared<Work>(Layer{32, 26, 16, 16, true}, 50);
  const auto large = std::make_shared<Work>(Layer{8, 56, 64, 64, true}, 5);
  const auto forward = [](const char* name, std::shared_ptr<Work> work) {
    return Benchmark{name, "us", [work] { return work->Forward(); },
                     {{"onednn_direct", [work] { return work->direct.Run(work->times, false); }}}, {}};
  };
  const auto both = [](const char* name, std::shared_ptr<Work> work) {
    return Benchmark{name, "us", [work] { return work->ForwardAndBackward(); },
                     {{"onednn_direct", [work] { return work->direct.Run(work->times, true); }}}, {}};
  };
  return {forward("conv2d_32x26x26x16_3x3x16", small), forward("conv2d_8x56x56x64_3x3x64", large),
          both("conv2d_fwd_bwd_8x56x56x64", large), both("conv2d_fwd_bwd_32x26x26x16", small)};
}

}  // namespace eager::bench
