// Compares a layer with what Keras computed.
#pragma once

#include <memory>

#include "client/gradient_tape.h"
#include "client/math.h"
#include "tests/client/keras/values.h"
#include "tests/support/in_process.h"

namespace eager::keras {

struct Values {
  Shape shape;
  std::vector<float> values;
};

class LayerValuesTest : public ::testing::Test {
 protected:
  static void Check(Layer&& layer, const Shape& shape, bool training, const Values& y,
                    const std::vector<Values>& gradients, const std::vector<std::vector<float>>& fixed = {}) {
    const Tensor x = RampTensor(shape);
    layer.build_for(shape);
    SetRamps(layer);
    GradientTape tape;
    tape.watch(x);
    const Tensor result = layer(x, training);
    const Tensor target = reduce_sum(result * RampTensor(y.shape));
    ExpectValues(result, y.shape, y.values);
    std::vector<Source> sources{x};
    for (const Variable& v : layer.trainable_weights()) sources.emplace_back(v);
    const auto got = tape.gradient(target, sources);
    ASSERT_EQ(got.size(), gradients.size());
    for (size_t i = 0; i < got.size(); ++i) {
      SCOPED_TRACE(i);
      ASSERT_TRUE(got[i].has_value());
      ExpectValues(*got[i], gradients[i].shape, gradients[i].values, 1e-4f);
    }
    const std::vector<Variable> averages = layer.non_trainable_weights();
    ASSERT_EQ(averages.size(), fixed.size());
    for (size_t i = 0; i < fixed.size(); ++i) ExpectValues(averages[i].read_value(), averages[i].shape(), fixed[i]);
    EXPECT_EQ(layer.compute_output_shape(shape), PartialShape(y.shape));
  }

  std::unique_ptr<testing::InProcessServer> server_ = testing::InProcessServer::Make().value();
};

}  // namespace eager::keras
