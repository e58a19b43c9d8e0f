// A product large enough that only the kernel should show.

#include <eager/eager.h>
#include <omp.h>

#include <cmath>
#include <dnnl.hpp>
#include <memory>
#include <random>
#include <stdexcept>
#include <thread>

#include "tests/bench/benchmarks.h"

namespace eager::bench {
namespace {

constexpr int64_t kSize = 1000;
constexpr int kProducts = 200;

// The product by oneDNN itself, as a program without eagerd would do it.
class DirectMatMul {
 public:
  explicit DirectMatMul(const std::vector<float>& x) : x_(x), y_(x.size()) {
    omp_set_num_threads(static_cast<int>(std::thread::hardware_concurrency()));
    const dnnl::memory::desc matrix({kSize, kSize}, dnnl::memory::data_type::f32, dnnl::memory::format_tag::ab);
    primitive_ = dnnl::matmul(dnnl::matmul::primitive_desc(dnnl::matmul::desc(matrix, matrix, matrix), engine_));
    const dnnl::memory x_memory(matrix, engine_, x_.data());
    const dnnl::memory y_memory(matrix, engine_, y_.data());
    args_ = {{DNNL_ARG_SRC, x_memory}, {DNNL_ARG_WEIGHTS, x_memory}, {DNNL_ARG_DST, y_memory}};
  }

  double Run() {
    return Seconds([&] {
      for (int i = 0; i < kProducts; ++i) {
        primitive_.execute(stream_, args_);
        stream_.wait();
      }
    });
  }
  const std::vector<float>& result() const { return y_; }

 private:
  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
  std::vector<float> x_, y_;
  dnnl::matmul primitive_;
  std::unordered_map<int, dnnl::memory> args_;
};

struct Work {
  explicit Work(const std::vector<float>& values) : x(constant(values, Shape{kSize, kSize})), direct(values) {}

  double RunOurs() {
    return Seconds([&] {
      Tensor y;
      for (int i = 0; i < kProducts; ++i) y = matmul(x, x);
      result = y.numpy();
    });
  }
  double RunTheirs() {
    const double seconds = direct.Run();
    for (size_t i = 0; i < direct.result().size(); ++i) {
      // Sums of a thousand products of numbers below 1, in another order.
      if (std::abs(direct.result()[i] - result.values<float>()[i]) > 1e-2f) {
        throw std::runtime_error("matmul and oneDNN do not agree");
      }
    }
    return seconds;
  }

  Tensor x;
  HostTensor result;
  DirectMatMul direct;
};

}  // namespace

std::vector<Benchmark> MatMulBenchmarks(const Setup&) {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> values(kSize * kSize);
  for (float& v : values) v = uniform(random);
  const auto work = std::make_shared<Work>(values);
  return {{"matmul_1000_x200", "s", [work] { return work->RunOurs(); }, {{"onednn_direct", [work] { return work->RunTheirs(); }}},
           {.ratio = 1.03}}};
}

}  // namespace eager::bench
