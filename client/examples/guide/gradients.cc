// Gradients of variables; persistent tapes.

#include <eager/eager.h>

#include "client/examples/guide/guide.h"

namespace tf = eager;

namespace guide {

void Gradients(Guide& guide) {
  std::ostream& out = guide.out();

  tf::Variable w(tf::constant({{1.0f}}));
  tf::GradientTape once;
  tf::Tensor loss = w * w;
  std::optional<tf::Tensor> grad = once.gradient(loss, w);
  out << *grad << "\n";

  // A tape that is not persistent gives one set of gradients.
  std::string second;
  try {
    once.gradient(loss, w);
  } catch (const tf::Error& error) {
    second = std::string(error.status().message());
  }

  w = tf::Variable(tf::constant({{3.0f}}));
  tf::GradientTape tape({.persistent = true});
  tape.watch(w);
  loss = w * w;
  tf::Tensor loss2 = loss * loss;
  tape.stop();
  std::optional<tf::Tensor> grad1 = tape.gradient(loss, w);
  std::optional<tf::Tensor> grad2 = tape.gradient(loss2, w);
  out << *grad1 << "\n" << *grad2 << "\n";

  guide.ExpectText("d w*w / d w at 1", Text(*grad), "tf.Tensor([[2.]], shape=(1, 1), dtype=float32)");
  guide.ExpectTrue("the second gradient of a tape that is not persistent is an error that says so",
                   second.find("not persistent") != std::string::npos);
  guide.ExpectText("d w*w / d w at 3", Text(*grad1), "tf.Tensor([[6.]], shape=(1, 1), dtype=float32)");
  guide.ExpectText("d w^4 / d w at 3", Text(*grad2), "tf.Tensor([[108.]], shape=(1, 1), dtype=float32)");
}

}  // namespace guide
