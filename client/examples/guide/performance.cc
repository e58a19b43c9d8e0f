// The same work on the CPU and on a GPU.

#include <eager/eager.h>

#include <chrono>
#include <cmath>

#include "client/examples/guide/guide.h"

namespace tf = eager;

namespace guide {
namespace {

double Measure(tf::Tensor x, int steps) {
  tf::matmul(x, x).numpy();  // warm
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < steps; ++i) x = tf::matmul(x, x);
  x.numpy();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Whether products on the current device are right: (x x) of a small x against the host's.
bool Multiplies() {
  const std::vector<float> x = {1, 2, 3, 4};
  return tf::matmul(tf::constant(x, {2, 2}), tf::constant(x, {2, 2})).read<float>() == std::vector<float>{7, 10, 15, 22};
}

}  // namespace

void Performance(Guide& guide) {
  constexpr int kSteps = 200;
  const tf::Shape shape = {1000, 1000};
  guide.out() << "Time to multiply a " << shape.ToTuple() << " matrix by itself " << kSteps << " times:\n";
  const auto run = [&](const char* label, const char* name) {
    tf::device scope(name);
    const double seconds = Measure(tf::random::normal(shape), kSteps);
    guide.out() << label << ": " << seconds << " s\n";
    guide.ExpectTrue(std::string(label) + " products are right", Multiplies());
    guide.ExpectTrue(std::string(label) + " takes time", std::isfinite(seconds) && seconds > 0);
  };
  run("CPU", "/cpu:0");
  if (tf::is_gpu_available()) run("GPU", "/gpu:0");
}

}  // namespace guide
