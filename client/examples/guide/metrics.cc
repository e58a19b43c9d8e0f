// A metric as an object: the mean of all losses of a training.

#include "client/examples/guide/regression.h"

namespace tf = eager;

namespace guide {

void Metrics(Guide& guide) {
  Model model;
  tf::keras::metrics::Mean m("loss");
  Train(guide, model, MakeExamples(), [&](int, const tf::Tensor& loss) { m(loss); });
  guide.out() << m.result() << "\n" << m.result().numpy() << "\n";
  guide.ExpectNear("mean of the losses", float(m.result()), 6.5, 0.5);
}

}  // namespace guide
