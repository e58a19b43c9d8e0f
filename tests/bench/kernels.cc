// One kernel a benchmark, at the sizes that people compare libraries by.

#include <eager/eager.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>

#include "tests/bench/benchmarks.h"

namespace eager::bench {
namespace {

constexpr double kRoundSeconds = 0.08;
constexpr int kMostCalls = 20000;

struct Kernel {
  const char* name;
  // Makes the inputs, once and only if the kernel is run; gives the call.
  std::function<std::function<Tensor()>()> make;
};

Tensor Normal(const Shape& shape) { return random::normal(shape); }

// Kernels of one tensor.
std::function<std::function<Tensor()>()> Of(Shape shape, std::function<Tensor(const Tensor&)> call) {
  return [shape, call] { return [x = Normal(shape), call] { return call(x); }; };
}

std::function<std::function<Tensor()>()> Of(Shape a, Shape b, std::function<Tensor(const Tensor&, const Tensor&)> call) {
  return [a, b, call] { return [x = Normal(a), y = Normal(b), call] { return call(x, y); }; };
}

Tensor Convolve(const Tensor& x, const Tensor& w) { return nn::conv2d(x, w, 1, "SAME"); }

// The sum of the gradients' first elements' carriers: the input's gradient; the filter's is computed as well.
Tensor ConvolveAndBack(const Tensor& x, const Tensor& w) {
  GradientTape tape;
  tape.watch(x);
  tape.watch(w);
  return *tape.gradient(reduce_sum(Convolve(x, w)), {x, w})[0];
}

std::vector<Kernel> AllKernels() {
  const Shape matrix{4096, 1024}, million{1000000};
  const auto add = [](const Tensor& x) { return x + x; };
  const auto sum = [](std::optional<int64_t> axis) {
    return [axis](const Tensor& x) { return axis.has_value() ? reduce_sum(x, *axis) : reduce_sum(x); };
  };
  return {
      {"add_scalar", Of({}, add)},
      {"add_1k", Of({1000}, add)},
      {"add_1m", Of(million, add)},
      {"add_16m", Of({16 * 1024 * 1024}, add)},
      {"add_row_4096x1024", Of(matrix, {1024}, [](const Tensor& x, const Tensor& y) { return x + y; })},
      {"exp_1m", Of(million, [](const Tensor& x) { return exp(x); })},
      {"tanh_1m", Of(million, [](const Tensor& x) { return tanh(x); })},
      {"relu_1m", Of(million, [](const Tensor& x) { return nn::relu(x); })},
      {"gelu_1m", Of(million, [](const Tensor& x) { return nn::gelu(x); })},
      {"where_1m", Of(million, [](const Tensor& x) { return where(x > 0, x, -x); })},
      {"cast_f32_f64_1m", Of(million, [](const Tensor& x) { return cast(x, float64); })},
      {"matmul_32", Of({32, 32}, {32, 32}, [](const Tensor& x, const Tensor& y) { return matmul(x, y); })},
      {"matmul_256", Of({256, 256}, [](const Tensor& x) { return matmul(x, x); })},
      {"matmul_1000", Of({1000, 1000}, [](const Tensor& x) { return matmul(x, x); })},
      {"batch_matmul_32x128x64x128",
       Of({32, 128, 64}, {32, 64, 128}, [](const Tensor& x, const Tensor& y) { return matmul(x, y); })},
      {"conv2d_8x56x56x64_3x3x64", Of({8, 56, 56, 64}, {3, 3, 64, 64}, &Convolve)},
      {"conv2d_32x26x26x16_3x3x16", Of({32, 26, 26, 16}, {3, 3, 16, 16}, &Convolve)},
      {"conv2d_fwd_bwd_8x56x56x64", Of({8, 56, 56, 64}, {3, 3, 64, 64}, &ConvolveAndBack)},
      {"max_pool_8x56x56x64", Of({8, 56, 56, 64}, [](const Tensor& x) { return nn::max_pool2d(x, 2, 2, "VALID"); })},
      {"batch_norm_8x56x56x64",
       [] {
         return [x = Normal({8, 56, 56, 64}), g = Normal({64}), b = Normal({64})] {
           return nn::fused_batch_norm(x, g, b, std::nullopt, std::nullopt, {.is_training = true}).y;
         };
       }},
      {"softmax_4096x1024", Of(matrix, [](const Tensor& x) { return nn::softmax(x); })},
      {"cross_entropy_4096x1024",
       [matrix] {
         return [x = Normal(matrix), y = cast(random::uniform({4096}, 0, 1024), int64)] {
           return nn::sparse_softmax_cross_entropy_with_logits(y, x);
         };
       }},
      {"sum_0_4096x1024", Of(matrix, sum(0))},
      {"sum_1_4096x1024", Of(matrix, sum(1))},
      {"sum_all_4096x1024", Of(matrix, sum(std::nullopt))},
      {"argmax_4096x1024", Of(matrix, [](const Tensor& x) { return argmax(x, 1); })},
      {"cumsum_4096x1024", Of(matrix, [](const Tensor& x) { return cumsum(x, 1); })},
      {"top10_4096x1024", Of(matrix, [](const Tensor& x) { return nn::top_k(x, 10).values; })},
      {"transpose_4096x1024", Of(matrix, [](const Tensor& x) { return transpose(x); })},
      {"slice_4096x512", Of(matrix, [](const Tensor& x) { return slice(x, {0, 1}, {-1, 512}); })},
      {"concat_2x4096x1024", Of(matrix, [](const Tensor& x) { return concat({x, x}, 0); })},
      {"gather_4096_rows",
       [matrix] {
         return [x = Normal(matrix), i = cast(random::uniform({4096}, 0, 4096), int64)] { return gather(x, i); };
       }},
      {"random_normal_1m", [] { return [] { return random::normal({1000000}); }; }},
  };
}

// Calls in flight, their results dropped, and one wait at the end: microseconds a call.
class Timed {
 public:
  explicit Timed(const Kernel& kernel) : kernel_(kernel) {}
  double Run() {
    if (call_ == nullptr) {
      call_ = kernel_.make();
      Calls(2);
      double seconds = Calls(calls_);
      while (seconds < kRoundSeconds / 4 && calls_ < kMostCalls) {  // of few calls the wait at the end is the most
        calls_ = std::min(4 * calls_, kMostCalls);
        seconds = Calls(calls_);
      }
      calls_ = std::clamp(static_cast<int>(kRoundSeconds / seconds * calls_), 1, kMostCalls);
    }
    return Calls(calls_) / calls_ * 1e6;
  }

 private:
  double Calls(int n) {
    return Seconds([&] {
      Tensor last;
      for (int i = 0; i < n; ++i) last = call_();
      Context::Default().Sync();
    });
  }

  const Kernel kernel_;
  std::function<Tensor()> call_;
  int calls_ = 3;
};

}  // namespace

std::vector<Benchmark> KernelBenchmarks(const Setup& setup) {
  std::vector<Benchmark> list;
  if (setup.torch == nullptr) {
    std::fprintf(stderr, "kernels: without comparators; EAGERD_BENCH_PYTHON must name a Python with tensorflow and torch\n");
  }
  for (const Kernel& kernel : AllKernels()) {
    if (!setup.only.empty() && std::find(setup.only.begin(), setup.only.end(), kernel.name) == setup.only.end()) continue;
    std::vector<Comparator> peers = Setup::Ask(setup.tensorflow, "tensorflow", kernel.name);
    for (Comparator& torch : Setup::Ask(setup.torch, "torch", kernel.name)) peers.push_back(std::move(torch));
    const Bar bar = peers.empty() ? Bar{} : Bar{.ratio = 1, .plus = 1};
    list.push_back({kernel.name, "us", [timed = std::make_shared<Timed>(kernel)] { return timed->Run(); }, std::move(peers), bar});
  }
  return list;
}

}  // namespace eager::bench
