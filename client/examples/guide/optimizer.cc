// A model of two variables, trained by gradient descent.

#include <eager/eager.h>

#include "client/examples/guide/guide.h"

namespace tf = eager;

namespace guide {
namespace {

struct Model {
  tf::Variable W{5.0f, {.name = "weight"}};
  tf::Variable B{10.0f, {.name = "bias"}};

  tf::Tensor operator()(const tf::Operand& inputs) const { return inputs * W + B; }
};

tf::Tensor Loss(const Model& model, const tf::Tensor& inputs, const tf::Tensor& targets) {
  tf::Tensor error = model(inputs) - targets;
  return tf::reduce_mean(tf::square(error));
}

std::vector<std::optional<tf::Tensor>> Grad(const Model& model, const tf::Tensor& inputs, const tf::Tensor& targets) {
  tf::GradientTape tape;
  tf::Tensor loss_value = Loss(model, inputs, targets);
  return tape.gradient(loss_value, {model.W, model.B});
}

}  // namespace

void Optimizer(Guide& guide) {
  std::ostream& out = guide.out();
  constexpr int kExamples = 2000;
  constexpr float kLearningRate = 0.01f;
  tf::Tensor training_inputs = tf::random::normal({kExamples});
  tf::Tensor noise = tf::random::normal({kExamples});
  tf::Tensor training_outputs = training_inputs * 3 + 2 + noise;

  Model model;
  const auto loss = [&] { return float(Loss(model, training_inputs, training_outputs)); };
  const float first = loss();
  out << "Initial loss: " << Fixed(first, 3) << "\n";

  std::vector<float> losses;
  for (int i = 0; i < 300; ++i) {
    const auto grads = Grad(model, training_inputs, training_outputs);
    tf::raw_ops::ResourceApplyGradientDescent(model.W, kLearningRate, *grads[0]);
    tf::raw_ops::ResourceApplyGradientDescent(model.B, kLearningRate, *grads[1]);
    if (i % 50 == 0) {
      losses.push_back(loss());
      out << "Loss at step " << (i < 10 ? "00" : i < 100 ? "0" : "") << i << ": " << Fixed(losses.back(), 3) << "\n";
    }
  }
  const float last = loss();
  out << "Final loss: " << Fixed(last, 3) << "\n";
  out << "W = " << model.W.numpy() << ", B = " << model.B.numpy() << "\n";
  out << "Model output(input = 1, Model=3x+2+noise) " << model(1.0f).numpy() << "\n";

  // The guide's losses; the data is random, so each has its range.
  const double expected[] = {66.8, 9.64, 2.15, 1.17, 1.04, 1.02};
  guide.ExpectNear("initial loss", first, 69, 5);
  for (size_t i = 0; i < losses.size(); ++i) {
    guide.ExpectNear("loss at step " + Text(i * 50), losses[i], expected[i], 0.1 * expected[i] + 0.2);
    guide.ExpectTrue("the loss falls", losses[i] < (i == 0 ? first : losses[i - 1]));
  }
  guide.ExpectNear("final loss", last, 1.0, 0.1);
  guide.ExpectNear("W", float(model.W), 3.0, 0.1);
  guide.ExpectNear("B", float(model.B), 2.0, 0.1);
  guide.ExpectNear("model(1)", float(model(1.0f)), 5.0, 0.15);
}

}  // namespace guide
