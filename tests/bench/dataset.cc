// Batches of a shuffled dataset: gathered, cast and scaled on the server.

#include <eager/eager.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <random>
#include <stdexcept>

#include "tests/bench/benchmarks.h"

namespace eager::bench {
namespace {

constexpr int64_t kImages = 60000, kPixels = 28 * 28, kBatch = 32;
constexpr double kBatches = static_cast<double>(kImages) / kBatch;
constexpr double kMicroseconds = 1e6;

void CheckPixel(float pixel) {
  if (pixel < 0 || pixel > 1) throw std::runtime_error("a batch has a pixel outside of [0, 1]");
}

struct Work {
  Work() : images(Shape{kImages, 28, 28}, uint8) {
    const std::span<uint8_t> pixels = images.mutable_values<uint8_t>();
    for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<uint8_t>(i * 2654435761u >> 24);
  }

  double Ours() {
    if (!uploaded.valid()) uploaded = constant(images);
    const auto dataset = data::from_tensor_slices(uploaded).shuffle(kImages).batch(kBatch).map([](const Tensor& x) {
      return cast(x, float32) * (1 / 255.0f);
    });
    Context::Default().Sync();
    const double seconds = Seconds([&] {
      Tensor last;
      for (const Tensor& batch : dataset) last = batch;
      CheckPixel(last.numpy().values<float>()[0]);
    });
    return seconds / kBatches * kMicroseconds;
  }

  double Theirs() {
    const std::span<const uint8_t> pixels = images.values<uint8_t>();
    const double seconds = Seconds([&] {
      std::vector<int64_t> order(kImages);
      std::iota(order.begin(), order.end(), 0);
      std::shuffle(order.begin(), order.end(), std::mt19937(1));
      std::vector<float> last;
      for (int64_t first = 0; first < kImages; first += kBatch) {
        std::vector<float> batch(kBatch * kPixels);
        for (int64_t i = 0; i < kBatch; ++i) {
          const uint8_t* from = pixels.data() + order[static_cast<size_t>(first + i)] * kPixels;
          float* to = batch.data() + i * kPixels;
          for (int64_t p = 0; p < kPixels; ++p) to[p] = static_cast<float>(from[p]) * (1 / 255.0f);
        }
        last = std::move(batch);
      }
      CheckPixel(last[0]);
    });
    return seconds / kBatches * kMicroseconds;
  }

  NDArray images;
  Tensor uploaded;
};

}  // namespace

std::vector<Benchmark> DatasetBenchmarks(const Setup&) {
  const auto work = std::make_shared<Work>();
  return {{"dataset_batch", "us", [work] { return work->Ours(); }, {{"host_loop", [work] { return work->Theirs(); }}}, {}}};
}

}  // namespace eager::bench
