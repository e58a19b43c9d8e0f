// A model of two variables, trained by gradient descent.

#include "client/examples/guide/regression.h"

namespace guide {

void Optimizer(Guide& guide) {
  Model model;
  Train(guide, model, MakeExamples());
}

}  // namespace guide
