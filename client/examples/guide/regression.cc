#include "client/examples/guide/regression.h"

namespace tf = eager;

namespace guide {

Examples MakeExamples() {
  constexpr int kExamples = 2000;
  tf::Tensor inputs = tf::random::normal({kExamples});
  tf::Tensor noise = tf::random::normal({kExamples});
  return {inputs, inputs * 3 + 2 + noise};
}

tf::Tensor Loss(Model& model, const Examples& examples) {
  tf::Tensor error = model(examples.inputs) - examples.outputs;
  return tf::reduce_mean(tf::square(error));
}

std::vector<std::optional<tf::Tensor>> Grad(Model& model, const Examples& examples) {
  tf::GradientTape tape;
  tf::Tensor loss_value = Loss(model, examples);
  return tape.gradient(loss_value, {model.W, model.B});
}

void Train(Guide& guide, Model& model, const Examples& examples,
           const std::function<void(int step, const tf::Tensor& loss)>& after_step) {
  std::ostream& out = guide.out();
  tf::keras::optimizers::SGD optimizer({.learning_rate = 0.01});
  const float first = float(Loss(model, examples));
  out << "Initial loss: " << Fixed(first, 3) << "\n";

  std::vector<float> losses;
  for (int i = 0; i < 300; ++i) {
    optimizer.apply(Grad(model, examples), {model.W, model.B});
    tf::Tensor loss = Loss(model, examples);
    if (i % 50 == 0) {
      losses.push_back(float(loss));
      out << "Loss at step " << (i < 10 ? "00" : i < 100 ? "0" : "") << i << ": " << Fixed(losses.back(), 3) << "\n";
    }
    if (after_step) after_step(i, loss);
  }
  const float last = float(Loss(model, examples));
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
