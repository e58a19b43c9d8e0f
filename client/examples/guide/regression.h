// y = 3x + 2 and noise, and the model of one weight and one bias that several sections train on it.
#pragma once

#include <eager/eager.h>

#include <functional>
#include <vector>

#include "client/examples/guide/guide.h"

namespace guide {

class Model : public eager::keras::Model {
 public:
  eager::Variable W{5.0f, {.name = "weight"}};
  eager::Variable B{10.0f, {.name = "bias"}};

  eager::Tensor call(const eager::Tensor& inputs, bool training) override { return inputs * W + B; }
  EAGER_TRACK(W, B)
};

struct Examples {
  eager::Tensor inputs, outputs;
};
Examples MakeExamples();

eager::Tensor Loss(Model& model, const Examples& examples);
std::vector<std::optional<eager::Tensor>> Grad(Model& model, const Examples& examples);

// 300 steps of gradient descent that print as the guide's do, and are compared with them. `after_step` gets the step's
// number and its loss.
void Train(Guide& guide, Model& model, const Examples& examples,
           const std::function<void(int step, const eager::Tensor& loss)>& after_step = {});

}  // namespace guide
