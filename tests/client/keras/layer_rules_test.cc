// What layers are made of: names, weights, initializers, activations, and the errors of calls that do not fit. Numbers
// are those of tf_keras 2.21.
#include <cmath>
#include <numeric>

#include "client/gradient_tape.h"
#include "client/keras/layers.h"
#include "client/keras/model.h"
#include "client/math.h"
#include "client/op.h"
#include "client/random.h"
#include "tests/client/keras/values.h"
#include "tests/support/in_process.h"

namespace eager::keras {
namespace {

using layers::Dense;

class LayerRulesTest : public ::testing::Test {
 protected:
  LayerRulesTest() { clear_session(); }
  std::unique_ptr<testing::InProcessServer> server_ = testing::InProcessServer::Make().value();
};

std::vector<std::string> Names(const std::vector<Variable>& variables) {
  std::vector<std::string> names;
  for (const Variable& v : variables) names.push_back(v.name());
  return names;
}

TEST_F(LayerRulesTest, NamesAreNumberedByKind) {
  EXPECT_EQ(Dense(1).name(), "dense");
  EXPECT_EQ(Dense(1).name(), "dense_1");
  EXPECT_EQ(Dense(1, {.name = "mine"}).name(), "mine");
  EXPECT_EQ(Dense(1).name(), "dense_2");
  EXPECT_EQ(layers::Conv2D(1, 1).name(), "conv2d");
  EXPECT_EQ(layers::ReLU().name(), "re_lu");
  EXPECT_EQ(layers::GlobalAveragePooling2D().type(), "GlobalAveragePooling2D");
  class MyHTTPNet2D : public Model {};
  EXPECT_EQ(MyHTTPNet2D().name(), "my_http_net2d");
  clear_session();
  EXPECT_EQ(Dense(1).name(), "dense");
}

TEST_F(LayerRulesTest, BuiltByTheFirstCall) {
  Dense dense(3);
  EXPECT_FALSE(dense.built());
  EXPECT_TRUE(dense.weights().empty());
  EXPECT_ERROR(kFailedPrecondition, "\"dense\" has not been built", dense.count_params());
  EXPECT_ERROR(kFailedPrecondition, "no weight \"kernel\"", dense.kernel());
  int told = 0;
  dense.when_built([&](Module&) { ++told; });
  EXPECT_EQ(dense(RampTensor({2, 4})).shape(), (Shape{2, 3}));
  dense(RampTensor({5, 4}));
  EXPECT_EQ(told, 1);
  EXPECT_EQ(dense.count_params(), 15);
  EXPECT_EQ(Names(dense.weights()), (std::vector<std::string>{"dense/kernel:0", "dense/bias:0"}));
  EXPECT_EQ(dense.kernel().shape(), (Shape{4, 3}));
}

TEST_F(LayerRulesTest, BuildingIsNotRecorded) {
  Dense dense(1);
  const Tensor x = RampTensor({2, 2});
  GradientTape tape;
  tape.watch(x);
  const Tensor y = dense(x);
  const auto gradients = tape.gradient(y, {dense.kernel(), dense.bias(), x});
  for (const auto& gradient : gradients) EXPECT_TRUE(gradient.has_value());
  ExpectValues(*gradients[1], {1}, {2});
}

TEST_F(LayerRulesTest, FloatingInputsAreCast) {
  Dense wide(2, {.dtype = float64});
  EXPECT_EQ(wide(RampTensor({1, 2})).dtype(), float64);
  EXPECT_EQ(Dense(2)(constant({{1.0, 2.0}})).dtype(), float32);
  EXPECT_THROW(Dense(2)(constant({{1, 2}})), Error);  // integers are not, as in Keras
}

TEST_F(LayerRulesTest, FrozenWeightsAreNotTrainable) {
  layers::BatchNormalization norm;
  norm.build_for({None, 3});
  EXPECT_EQ(Names(norm.weights()),
            (std::vector<std::string>{"batch_normalization/gamma:0", "batch_normalization/beta:0",
                                      "batch_normalization/moving_mean:0", "batch_normalization/moving_variance:0"}));
  EXPECT_EQ(norm.trainable_weights().size(), 2u);
  norm.set_trainable(false);
  EXPECT_TRUE(norm.trainable_weights().empty());
  EXPECT_EQ(norm.non_trainable_weights().size(), 4u);
  SetRamps(norm);
  const std::vector<float> before = norm.weight("moving_mean").read<float>();
  norm(RampTensor({4, 3}), /*training=*/true);  // as if it were used
  EXPECT_EQ(norm.weight("moving_mean").read<float>(), before);
}

TEST_F(LayerRulesTest, WeightsAreSetTogetherOrNotAtAll) {
  Dense dense(2);
  dense.build_for({None, 2});
  dense.set_weights({constant({{1.f, 2.f}, {3.f, 4.f}}).numpy(), constant({5.f, 6.f}).numpy()});
  EXPECT_EQ(dense.get_weights()[1].values<float>()[1], 6);
  EXPECT_ERROR(kInvalidArgument, "has 2 weights, got 1", dense.set_weights({constant({1.f}).numpy()}));
  EXPECT_ERROR(kInvalidArgument, "dense/bias:0 of layer \"dense\" has shape (2,), got a value of shape (3,)",
               dense.set_weights({constant({{0.f, 0.f}, {0.f, 0.f}}).numpy(), constant({1.f, 2.f, 3.f}).numpy()}));
  EXPECT_EQ(dense.kernel().read<float>(), (std::vector<float>{1, 2, 3, 4}));
}

TEST_F(LayerRulesTest, InputsThatDoNotFit) {
  Dense dense(2);
  EXPECT_ERROR(kInvalidArgument,
               "Input 0 of layer \"dense\" is incompatible with the layer: expected min_ndim=2, found ndim=1. Full "
               "shape received: (3,)",
               dense(RampTensor({3})));
  dense(RampTensor({2, 4}));
  EXPECT_ERROR(kInvalidArgument,
               "expected axis -1 of input shape to have value 4, but received input with shape (2, 5)",
               dense(RampTensor({2, 5})));
  EXPECT_ERROR(kInvalidArgument, "expected ndim=4, found ndim=2", layers::Conv2D(1, 1)(RampTensor({2, 2})));
  EXPECT_ERROR(kInvalidArgument, "expected ndim=4, found ndim=2", layers::MaxPooling2D()(RampTensor({2, 2})));
  EXPECT_ERROR(kInvalidArgument, "should be defined, found None in (None, None)", Dense(1).build_for({None, None}));
  EXPECT_ERROR(kInvalidArgument, "expected an axis of the input's 2, got 3",
               layers::BatchNormalization({.axis = 3})(RampTensor({2, 2})));
  EXPECT_ERROR(kInvalidArgument, "an empty Tensor", dense(Tensor()));
  const Error error = ErrorOf([&] { dense(RampTensor({3})); });
  EXPECT_STREQ(error.where().file_name(), __FILE__);
}

TEST_F(LayerRulesTest, OptionsThatAreNotAllowed) {
  EXPECT_ERROR(kInvalidArgument, "positive number of units, got -1", Dense(-1));
  EXPECT_ERROR(kInvalidArgument, "unknown activation function 'foo'; known are elu, exponential",
               Dense(1, {.activation = "foo"}));
  EXPECT_ERROR(kInvalidArgument, "unknown initializer 'foo'; known are constant, glorot_normal",
               Dense(1, {.kernel_initializer = "foo"}));
  EXPECT_ERROR(kInvalidArgument, "positive number of filters, got 0", layers::Conv2D(0, 3));
  EXPECT_ERROR(kInvalidArgument, "positive window, got (0, 0)", layers::Conv2D(1, 0));
  EXPECT_ERROR(kInvalidArgument, "positive stride, got (1, 0)", layers::Conv2D(1, 1, {.strides = {1, 0}}));
  EXPECT_ERROR(kInvalidArgument, "padding is 'valid' or 'same', got 'foo'",
               layers::MaxPooling2D(2, {.padding = "foo"}));
  EXPECT_ERROR(kInvalidArgument, "do not go together", layers::Conv2D(1, 1, {.strides = 2, .dilation_rate = 2}));
  EXPECT_ERROR(kInvalidArgument, "4 filters cannot be divided evenly among 3 groups",
               layers::Conv2D(4, 1, {.groups = 3}));
  EXPECT_ERROR(kInvalidArgument, "expected a rate in [0, 1), got 1", layers::Dropout(1));
  EXPECT_ERROR(kInvalidArgument, "got -1 and 3", layers::Embedding(-1, 3));
  EXPECT_ERROR(kInvalidArgument, "max_value cannot be negative", layers::ReLU({.max_value = -1}));
  EXPECT_ERROR(kInvalidArgument, "at most one extent", layers::Reshape({-1, -1}));
}

TEST_F(LayerRulesTest, Activations) {
  const Tensor x = constant({{-3.f, -.5f, 0.f, .5f, 3.f}});
  const auto expect = [&](const char* name, const std::vector<float>& want) {
    SCOPED_TRACE(name);
    ExpectValues(ActivationFn(name)(x), {1, 5}, want);
  };
  expect("exponential", {0.04978707f, 0.6065307f, 1, 1.6487212f, 20.085537f});
  expect("hard_sigmoid", {0, 0.4f, 0.5f, 0.6f, 1});
  expect("linear", {-3, -.5f, 0, .5f, 3});
  expect("mish", {-0.14564747f, -0.22074378f, 0, 0.37524525f, 2.986535f});
  expect("relu", {0, 0, 0, .5f, 3});
  expect("sigmoid", {0.04742587f, 0.37754068f, 0.5f, 0.62245935f, 0.95257413f});
  expect("softplus", {0.04858735f, 0.47407699f, 0.6931472f, 0.9740770f, 3.0485873f});
  expect("swish", {-0.14227763f, -0.18877034f, 0, 0.31122968f, 2.8577223f});
  expect("tanh", {-0.9950547f, -0.46211714f, 0, 0.46211714f, 0.9950547f});
  ExpectValues(activations::gelu(x, true), {1, 5}, {-0.0036374331f, -0.154286f, 0, 0.345714f, 2.9963627f});
  ExpectValues(
      activations::relu(constant({-3.f, -.5f, 0.f, .5f, 3.f, 7.f}), {.alpha = 0.1, .max_value = 6, .threshold = 1}),
      {6}, {-0.4f, -0.15f, -0.1f, -0.05f, 3, 6});
  ExpectValues(layers::ReLU({.max_value = 2, .negative_slope = 0.5, .threshold = 1})(x), {1, 5},
               {-2, -0.75f, -0.5f, -0.25f, 2});
  EXPECT_FALSE(ActivationFn());
  ExpectValues(ActivationFn([](const Tensor& t) { return t * 2; })(x), {1, 5}, {-6, -1, 0, 1, 6});
  ExpectValues(layers::Activation("relu")(x), {1, 5}, {0, 0, 0, .5f, 3});
}

TEST_F(LayerRulesTest, FixedInitializers) {
  ExpectValues(Initializer("zeros")({2}), {2}, {0, 0});
  ExpectValues(Initializer("ones")({2}), {2}, {1, 1});
  ExpectValues(initializers::Constant(2.5)({2, 1}), {2, 1}, {2.5f, 2.5f});
  ExpectValues(initializers::Identity(2)({2, 3}), {2, 3}, {2, 0, 0, 0, 2, 0});
  EXPECT_EQ(Initializer("ones")({2}, int32).dtype(), int32);
  EXPECT_ERROR(kInvalidArgument, "shape of a matrix", Initializer("identity")({3}));
  ExpectValues(Initializer([](const Shape& shape, DType dtype) { return fill(shape, 3.f); })({2}), {2}, {3, 3});
  const auto q = initializers::Orthogonal({.gain = 2, .seed = 1})({2, 3});
  ExpectValues(matmul(q, q, {.transpose_b = true}), {2, 2}, {4, 0, 0, 4});
  const auto tall = initializers::Orthogonal({.seed = 1})({3, 2, 2});
  const Tensor rows = reshape(tall, {6, 2});
  ExpectValues(matmul(rows, rows, {.transpose_a = true}), {2, 2}, {1, 0, 0, 1});
}

// Fans of a (3, 3, 16, 32) kernel: 144 in, 288 out.
TEST_F(LayerRulesTest, RandomInitializersHaveTheirSpread) {
  const auto spread = [](const char* name) {
    const std::vector<float> v = Initializer(name)({3, 3, 16, 32}).read<float>();
    const double mean = std::accumulate(v.begin(), v.end(), 0.0) / static_cast<double>(v.size());
    double squares = 0;
    for (const float x : v) squares += (x - mean) * (x - mean);
    return std::sqrt(squares / static_cast<double>(v.size()));
  };
  random::set_seed(1);
  EXPECT_NEAR(spread("glorot_uniform"), std::sqrt(2.0 / 432), 0.0015);
  EXPECT_NEAR(spread("glorot_normal"), std::sqrt(2.0 / 432), 0.0015);
  EXPECT_NEAR(spread("he_normal"), std::sqrt(2.0 / 144), 0.0025);
  EXPECT_NEAR(spread("he_uniform"), std::sqrt(2.0 / 144), 0.0025);
  EXPECT_NEAR(spread("lecun_normal"), std::sqrt(1.0 / 144), 0.002);
  EXPECT_NEAR(spread("random_normal"), 0.05, 0.001);
  EXPECT_NEAR(spread("uniform"), 0.1 / std::sqrt(12), 0.0006);
  random::set_seed(1);
  const auto first = Initializer("he_normal")({4}).read<float>();
  random::set_seed(1);
  EXPECT_EQ(Initializer("he_normal")({4}).read<float>(), first);
  EXPECT_NE(Initializer("he_normal")({4}).read<float>(), first);
}

TEST_F(LayerRulesTest, DropoutDropsAsTensorFlowDoes) {
  random::set_seed(7);
  ExpectValues(layers::Dropout(.25)(RampTensor({2, 3}), true), {2, 3}, {-2.6666667f, 0, 1.28f, 0, -0.16f, 1.8133333f});
  layers::Dropout rows(.4, {.noise_shape = {None, 1}, .seed = 5});
  ExpectValues(rows(ones({4, 2}), true), {4, 2},
               {1.6666666f, 1.6666666f, 0, 0, 1.6666666f, 1.6666666f, 1.6666666f, 1.6666666f});
  const Tensor x = RampTensor({2});
  EXPECT_EQ(layers::Dropout(.5)(x).state(), x.state());  // nothing is done where it is not trained
}

TEST_F(LayerRulesTest, Embeddings) {
  layers::Embedding table(4, 2);
  table.build_for({None});
  SetRamps(table);
  ExpectValues(table(constant({{1, 3}, {0, 1}})), {2, 2, 2}, {0.96f, -1.6f, -1.2f, 0.28f, -2, -0.52f, 0.96f, -1.6f});
  ExpectValues(table(constant({3.f})), {1, 2}, {-1.2f, 0.28f});
  EXPECT_EQ(table.compute_output_shape({None, 3}), (PartialShape{None, 3, 2}));
}

TEST_F(LayerRulesTest, ShapesAreRearranged) {
  EXPECT_EQ(layers::Flatten()(RampTensor({2, 3, 4})).shape(), (Shape{2, 12}));
  EXPECT_EQ(layers::Flatten()(RampTensor({3})).shape(), (Shape{3, 1}));
  EXPECT_EQ(layers::Flatten()(zeros({0, 2, 2})).shape(), (Shape{0, 4}));
  EXPECT_EQ(layers::Flatten().compute_output_shape({None, None, 2}), (PartialShape{None, None}));
  EXPECT_EQ(layers::Reshape({3, -1})(RampTensor({2, 12})).shape(), (Shape{2, 3, 4}));
  EXPECT_EQ(layers::Reshape({3, -1}).compute_output_shape({None, 12}), (PartialShape{None, 3, 4}));
  EXPECT_THROW(layers::Reshape({5})(RampTensor({2, 12})), Error);
  EXPECT_ERROR(kInvalidArgument, "(12,) cannot become one of shape (5,)",
               layers::Reshape({5}).compute_output_shape({None, 12}));
}

TEST_F(LayerRulesTest, SeveralInputs) {
  const Tensor a = constant({{1.f, 2.f}}), b = constant({{10.f, 20.f}});
  ExpectValues(layers::Add()({a, b, a}), {1, 2}, {12, 24});
  ExpectValues(layers::Concatenate()({a, b}), {1, 4}, {1, 2, 10, 20});
  ExpectValues(layers::Concatenate({.axis = 0})({a, b}), {2, 2}, {1, 2, 10, 20});
  EXPECT_ERROR(kInvalidArgument, "incompatible shapes (1, 2), (1, 3)", layers::Add()({a, RampTensor({1, 3})}));
  EXPECT_ERROR(kInvalidArgument, "except along axis -1, got (1, 2), (3, 2)",
               layers::Concatenate()({a, RampTensor({3, 2})}));
  EXPECT_ERROR(kInvalidArgument, "empty list", layers::Add()(std::vector<Tensor>()));
  EXPECT_ERROR(kUnimplemented, "takes one input, got 2", Dense(1)({a, b}));
}

}  // namespace
}  // namespace eager::keras
