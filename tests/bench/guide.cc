// The guide's two training steps, beside TensorFlow's and PyTorch's own.

#include <eager/eager.h>

#include <cmath>
#include <cstdio>
#include <stdexcept>

#include "tests/bench/benchmarks.h"
#include "tests/bench/cnn.h"

namespace eager::bench {
namespace {

constexpr int kLinearSteps = 300;
constexpr int kCnnSteps = 100;

struct Cnn {
  keras::Sequential model{
      keras::layers::Conv2D(16, 3, {.activation = "relu", .input_shape = {28, 28, 1}}),
      keras::layers::Conv2D(16, 3, {.activation = "relu"}),
      keras::layers::GlobalAveragePooling2D(),
      keras::layers::Dense(10),
  };
  keras::optimizers::Adam optimizer;
  keras::losses::SparseCategoricalCrossentropy loss{{.from_logits = true}};
  Tensor images = random::uniform({32, 28, 28, 1});
  Tensor labels = cast(random::uniform({32}, 0, 10), DType::kInt64);

  Tensor Step() {
    GradientTape tape;
    const Tensor value = loss(labels, model(images, true));
    const std::vector<Variable> variables = model.trainable_variables();
    optimizer.apply(tape.gradient(value, variables), variables);
    return value;
  }
};

void CheckLoss(float loss) {
  if (!std::isfinite(loss)) throw std::runtime_error("the loss is no number");
}

// Microseconds a step of y = 3x + 2 on 2,000 examples by SGD; reading the last loss waits for all of them.
double LinearStep() {
  const Tensor x = random::normal({2000});
  const Tensor y = x * 3 + 2 + random::normal({2000});
  Variable w(5.0f), b(10.0f);
  keras::optimizers::SGD optimizer({.learning_rate = 0.01});
  optimizer.build({w, b});
  float last = 0;
  const double seconds = Seconds([&] {
    Tensor loss;
    for (int i = 0; i < kLinearSteps; ++i) {
      GradientTape tape;
      loss = reduce_mean(square(x * w + b - y));
      optimizer.apply(tape.gradient(loss, {w, b}), {w, b});
    }
    last = static_cast<float>(loss);
  });
  CheckLoss(last);
  return seconds / kLinearSteps * 1e6;
}

}  // namespace

double CnnStep() {
  Cnn cnn;
  CheckLoss(static_cast<float>(cnn.Step()));  // makes the weights and what kernels keep
  float last = 0;
  const double seconds = Seconds([&] {
    Tensor value;
    for (int i = 0; i < kCnnSteps; ++i) value = cnn.Step();
    last = static_cast<float>(value);
  });
  CheckLoss(last);
  return seconds / kCnnSteps * 1e3;
}

std::vector<Benchmark> GuideBenchmarks(const Setup& setup) {
  if (setup.torch == nullptr) {
    std::fprintf(stderr, "guide: left out; EAGERD_BENCH_PYTHON must name a Python with tensorflow and torch\n");
    return {};
  }
  std::vector<Comparator> cnn = Setup::Ask(setup.tensorflow, "tf_function", "cnn_step_function_ms");
  cnn.push_back(Setup::Ask(setup.torch, "torch", "cnn_step_ms")[0]);
  return {{"cnn_step", "ms", &CnnStep, cnn, {.ratio = 0.6}},
          {"cnn_step_eager", "ms", &CnnStep, Setup::Ask(setup.tensorflow, "tf_eager", "cnn_step_eager_ms"), {.ratio = 0.6}},
          {"linear_step", "us", &LinearStep, Setup::Ask(setup.torch, "torch", "linear_step_us"), {.ratio = 0.35}}};
}

}  // namespace eager::bench
