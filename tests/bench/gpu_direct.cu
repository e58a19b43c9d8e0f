#include "tests/bench/gpu_direct.h"

#include <cublasLt.h>
#include <cuda_runtime.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/bench/measure.h"

namespace eager::bench {
namespace {

void Check(cudaError_t error) {
  if (error != cudaSuccess) throw std::runtime_error(std::string("CUDA: ") + cudaGetErrorString(error));
}
void Check(cublasStatus_t status) {
  if (status != CUBLAS_STATUS_SUCCESS) throw std::runtime_error(std::string("cuBLASLt: ") + cublasLtGetStatusString(status));
}

struct Freed {
  void operator()(void* p) const { cudaFree(p); }
};
using Memory = std::unique_ptr<void, Freed>;
Memory Allocate(size_t bytes) {
  void* p = nullptr;
  Check(cudaMalloc(&p, bytes));
  return Memory(p);
}

struct Stream {
  Stream() { Check(cudaStreamCreateWithFlags(&get, cudaStreamNonBlocking)); }
  ~Stream() { cudaStreamDestroy(get); }
  cudaStream_t get = nullptr;
};

// Seconds of `work` and of all that it asked the stream for.
template <class Work>
double Timed(const Stream& stream, Work work) {
  Check(cudaStreamSynchronize(stream.get));
  return Seconds([&] {
    work();
    Check(cudaStreamSynchronize(stream.get));
  });
}

__global__ void Fill(float* x, size_t n) {
  const size_t i = blockIdx.x * static_cast<size_t>(blockDim.x) + threadIdx.x;
  if (i < n) x[i] = static_cast<float>(i * 2654435761u % 1000003u) / 500001.5f - 1;
}

__global__ void AddScalars(const float* x, const float* y, float* sum) { *sum = *x + *y; }

}  // namespace

bool HasGpu() {
  int count = 0;
  return cudaGetDeviceCount(&count) == cudaSuccess && count > 0;
}

double DirectMatMul(int n, int times) {
  const Stream stream;
  const size_t elements = static_cast<size_t>(n) * static_cast<size_t>(n);
  const Memory x = Allocate(elements * sizeof(float)), y = Allocate(elements * sizeof(float));
  Fill<<<static_cast<unsigned>((elements + 255) / 256), 256, 0, stream.get>>>(static_cast<float*>(x.get()), elements);
  constexpr size_t kWorkspace = 32 << 20;
  const Memory workspace = Allocate(kWorkspace);
  cublasLtHandle_t handle = nullptr;
  Check(cublasLtCreate(&handle));
  cublasLtMatmulDesc_t product = nullptr;
  Check(cublasLtMatmulDescCreate(&product, CUBLAS_COMPUTE_32F_FAST_TF32, CUDA_R_32F));
  cublasLtMatrixLayout_t layout = nullptr;
  Check(cublasLtMatrixLayoutCreate(&layout, CUDA_R_32F, static_cast<uint64_t>(n), static_cast<uint64_t>(n), n));
  cublasLtMatmulPreference_t preference = nullptr;
  Check(cublasLtMatmulPreferenceCreate(&preference));
  Check(cublasLtMatmulPreferenceSetAttribute(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &kWorkspace, sizeof(kWorkspace)));
  cublasLtMatmulHeuristicResult_t algorithm{};
  int found = 0;
  Check(cublasLtMatmulAlgoGetHeuristic(handle, product, layout, layout, layout, layout, preference, 1, &algorithm, &found));
  if (found == 0) throw std::runtime_error("cuBLASLt has no algorithm for this product");
  const float one = 1, zero = 0;
  const auto run = [&] {
    Check(cublasLtMatmul(handle, product, &one, x.get(), layout, x.get(), layout, &zero, y.get(), layout, y.get(), layout,
                         &algorithm.algo, workspace.get(), kWorkspace, stream.get));
  };
  for (int i = 0; i < 3; ++i) run();
  const double seconds = Timed(stream, [&] {
    for (int i = 0; i < times; ++i) run();
  });
  cublasLtMatmulPreferenceDestroy(preference);
  cublasLtMatrixLayoutDestroy(layout);
  cublasLtMatmulDescDestroy(product);
  cublasLtDestroy(handle);
  return seconds;
}

double DirectCopy(size_t bytes, int times) {
  const Stream stream;
  const Memory from = Allocate(bytes), to = Allocate(bytes);
  Check(cudaMemsetAsync(from.get(), 1, bytes, stream.get));
  const auto run = [&] { Check(cudaMemcpyAsync(to.get(), from.get(), bytes, cudaMemcpyDeviceToDevice, stream.get)); };
  run();
  return Timed(stream, [&] {
    for (int i = 0; i < times; ++i) run();
  });
}

double DirectLaunches(int times) {
  const Stream stream;
  const Memory values = Allocate(3 * sizeof(float));
  auto* v = static_cast<float*>(values.get());
  Check(cudaMemsetAsync(v, 0, 3 * sizeof(float), stream.get));
  AddScalars<<<1, 1, 0, stream.get>>>(v, v + 1, v + 2);
  const double seconds = Timed(stream, [&] {
    for (int i = 0; i < times; ++i) AddScalars<<<1, 1, 0, stream.get>>>(v, v + 1, v + 2);
  });
  Check(cudaGetLastError());
  return seconds;
}

}  // namespace eager::bench
