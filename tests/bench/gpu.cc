// What ops on a GPU cost, beside CUDA and its libraries called directly, and PyTorch.

#include "tests/bench/gpu_direct.h"

#include <eager/eager.h>

#include <cstdio>
#include <memory>
#include <stdexcept>

#include "tests/bench/benchmarks.h"
#include "tests/bench/cnn.h"

namespace eager::bench {
namespace {

constexpr int kSize = 1000, kProducts = 200, kManyProducts = 2000;
constexpr int64_t kElements = 64 << 20;
constexpr int kSweeps = 50;
constexpr int kChain = 20000;
constexpr int64_t kUploadBytes = 256 << 20;
constexpr double kGiB = 1 << 30;

// Waits for all ops before it, by reading one element.
float First(const Tensor& t) {
  const int rank = t.shape().rank();
  return static_cast<float>(rank == 0 ? t : rank == 1 ? t[0] : t[{0, 0}]);
}

double MatMul(int products) {
  const Tensor x = random::uniform({kSize, kSize}, -1, 1);
  First(matmul(x, x));
  return Seconds([&] {
    Tensor y;
    for (int i = 0; i < products; ++i) y = matmul(x, x);
    First(y);
  });
}

// GiB/s read and written by an op that does nothing else.
double Sweep() {
  const Tensor x = random::uniform({kElements}, -1, 1);
  First(-x);
  const double seconds = Seconds([&] {
    Tensor y;
    for (int i = 0; i < kSweeps; ++i) y = -x;
    First(y);
  });
  return 2.0 * kElements * sizeof(float) * kSweeps / seconds / kGiB;
}

double AddChain() {
  Tensor a = constant(0.0f);
  const Tensor b = constant(1.0f);
  First(a + b);
  float sum = 0;
  const double seconds = Seconds([&] {
    for (int i = 0; i < kChain; ++i) a = a + b;
    sum = static_cast<float>(a);
  });
  if (sum != kChain) throw std::runtime_error("a chain of adds gave a wrong sum");
  return seconds / kChain * 1e6;
}

// GiB/s of an upload to a device.
double Upload(const char* name) {
  static const HostTensor values(TensorSpec{float32, Shape{kUploadBytes / 4}});
  const device scope(name);
  Context::Default().Sync();
  Tensor uploaded;
  return kUploadBytes / kGiB / Seconds([&] {
    uploaded = constant(values);
    Context::Default().Sync();
  });
}

}  // namespace

std::vector<Benchmark> GpuBenchmarks(const Setup& setup) {
  if (!HasGpu() || !is_gpu_available()) {
    std::fprintf(stderr, "gpu: left out; there is no GPU here, or the daemon has none\n");
    return {};
  }
  const auto copy = [] { return 2.0 * kElements * sizeof(float) * kSweeps / DirectCopy(kElements * sizeof(float), kSweeps) / kGiB; };
  return {
      {"gpu_matmul_1000_x200", "s", [] { return MatMul(kProducts); }, {{"cublaslt_direct", [] { return DirectMatMul(kSize, kProducts); }}}, {.ratio = 1.05}},
      // What the first does not show: how much of it is the one wait at the end.
      {"gpu_matmul_1000_x2000", "s", [] { return MatMul(kManyProducts); }, {{"cublaslt_direct", [] { return DirectMatMul(kSize, kManyProducts); }}}, {.ratio = 1.05}},
      {"gpu_neg_64Mi", "GiB/s", &Sweep, {{"copy_on_device", copy}}, {.ratio = 0.9}},
      {"gpu_dispatch_add", "us", &AddChain, {{"bare_launch", [] { return DirectLaunches(kChain) / kChain * 1e6; }}}, {.ratio = 1.2}},
      {"gpu_dispatch_add_torch", "us", &AddChain, Setup::Ask(setup.torch_gpu, "torch", "add_chain_us"), {.ratio = 1}},
      {"gpu_cnn_step", "ms", &CnnStep, Setup::Ask(setup.torch_gpu, "torch", "cnn_step_ms"), {.ratio = 0.6}},
      {"gpu_upload_256MiB", "GiB/s", [] { return Upload("/gpu:0"); }, {{"to_the_cpu", [] { return Upload("/cpu:0"); }}}, {.ratio = 0.9}},
  };
}

}  // namespace eager::bench
