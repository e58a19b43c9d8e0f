// Checkpoints that Keras 2 wrote of its models and optimizers, in the models and optimizers here.

#include "client/gradient_tape.h"
#include "client/keras/layers.h"
#include "client/keras/optimizers.h"
#include "client/keras/sequential.h"
#include "tests/client/train/support.h"
#include "tests/golden/golden.h"

namespace eager::train {
namespace {

namespace layers = keras::layers;
namespace optimizers = keras::optimizers;

class KerasTest : public WithServer {
 protected:
  // Unpacks a golden folder, whose checkpoint is then At(its latest).
  golden::Json Unpack(const std::string& name) {
    const auto golden = golden::FindFolder();
    EXPECT_TRUE(golden.ok()) << golden.status();
    EXPECT_TRUE(golden::CopyFolder(*golden, "checkpoints/" + name, folder_.path()).ok());
    return *golden::ReadJson(*golden, "checkpoints/" + name + "/expected.json");
  }

  static void ExpectExample(keras::Model& model, const golden::Json& example) {
    const Tensor input = constant(*golden::ParseTensor(example.at("input")));
    std::string why;
    EXPECT_TRUE(
        golden::Close(model(Operand(input)).numpy(), *golden::ParseTensor(example.at("output")), 1e-5, 1e-6, &why))
        << why;
  }

  // Restores a model and its optimizer, which may both be built before, takes the step that is told, and compares:
  // right only if the optimizer's state was restored as well.
  void ExpectNextStep(const std::string& name, std::unique_ptr<optimizers::Optimizer> optimizer, bool built) {
    const golden::Json expected = Unpack(name);
    keras::Sequential model({layers::Dense(4, {.activation = "tanh"}), layers::Dense(2)});
    if (built) {
      model.build({keras::None, 3});
      optimizer->build(model.trainable_variables());
    }
    Checkpoint ckpt({{"model", model}, {"optimizer", *optimizer}});
    const CheckpointLoadStatus status = ckpt.restore(latest_checkpoint(folder_.path().string())).expect_partial();
    if (!built) {
      model.build({keras::None, 3});
      optimizer->build(model.trainable_variables());
    }
    status.assert_existing_objects_matched();
    EXPECT_EQ(int64_t(optimizer->iterations()), 3);

    const golden::Json& step = expected.at("next_step");
    std::vector<std::optional<Tensor>> gradients;
    for (const auto& gradient : step.at("gradients")) gradients.push_back(constant(*golden::ParseTensor(gradient)));
    const std::vector<Variable> variables = model.trainable_variables();
    optimizer->apply(gradients, variables);
    for (size_t i = 0; i < variables.size(); ++i) {
      std::string why;
      EXPECT_TRUE(golden::Close(variables[i].numpy(), *golden::ParseTensor(step.at("weights")[i]), step.at("rtol"),
                                step.at("atol"), &why))
          << name << ", variable " << i << ": " << why;
    }
  }
};

TEST_F(KerasTest, Adam) {
  for (const bool built : {true, false}) {
    ExpectNextStep("keras_adam", std::make_unique<optimizers::Adam>(optimizers::AdamOptions{.learning_rate = 0.01}),
                   built);
  }
}

TEST_F(KerasTest, LegacyAdam) {
  for (const bool built : {true, false}) {
    ExpectNextStep("keras_legacy_adam",
                   std::make_unique<optimizers::Adam>(optimizers::AdamOptions{.learning_rate = 0.01}), built);
  }
}

TEST_F(KerasTest, LegacyMomentum) {
  for (const bool built : {true, false}) {
    ExpectNextStep("keras_legacy_momentum",
                   std::make_unique<optimizers::SGD>(optimizers::SGDOptions{.learning_rate = 0.01, .momentum = 0.9}),
                   built);
  }
}

keras::Sequential Cnn() {
  return keras::Sequential({layers::Conv2D(4, 3, {.activation = "relu"}), layers::MaxPooling2D(2),
                            layers::Conv2D(6, 3, {.activation = "relu"}), layers::BatchNormalization(),
                            layers::GlobalAveragePooling2D(), layers::Dense(10)});
}

TEST_F(KerasTest, WeightsOfACnn) {
  const golden::Json expected = Unpack("keras_cnn");
  for (const bool built : {true, false}) {
    keras::Sequential model = Cnn();
    if (built) model.build({keras::None, 12, 12, 1});
    const CheckpointLoadStatus status = load_weights(model, At("weights"));
    ExpectExample(model, expected.at("example"));
    status.assert_consumed();
  }
}

TEST_F(KerasTest, WeightsOfASubclass) {
  const golden::Json expected = Unpack("keras_subclass");
  class LineModel : public keras::Model {
   public:
    Variable W = Var({0}, "weight"), B{constant(0.0f), {.name = "bias"}};
    LineModel() { W = Variable(constant(0.0f), {.name = "weight"}); }
    EAGER_TRACK(W, B)
    Tensor call(const Tensor& x, bool training) override { return x * W + B; }
  } model;
  load_weights(model, At("weights")).assert_consumed();
  ExpectExample(model, expected.at("example"));
}

// A model in training goes on as if it had not been interrupted.
TEST_F(KerasTest, TrainingGoesOn) {
  const Tensor images = constant(HostTensor(TensorSpec{DType::kFloat32, Shape{2, 12, 12, 1}})) + 0.5f;
  const auto train = [&](keras::Sequential& model, optimizers::Adam& optimizer) {
    GradientTape tape;
    const Tensor y = model(Operand(images), true);
    const Tensor loss = y * y;
    const std::vector<Variable> variables = model.trainable_variables();
    optimizer.apply(tape.gradient(loss, std::vector<Source>(variables.begin(), variables.end())), variables);
  };
  keras::Sequential model = Cnn();
  optimizers::Adam optimizer;
  Checkpoint ckpt({{"model", model}, {"optimizer", optimizer}});
  train(model, optimizer);
  ckpt.save(At("ckpt"));
  train(model, optimizer);

  keras::Sequential fresh = Cnn();
  optimizers::Adam fresh_optimizer;
  Checkpoint fresh_ckpt({{"model", fresh}, {"optimizer", fresh_optimizer}});
  const CheckpointLoadStatus status = fresh_ckpt.restore(At("ckpt-1"));
  train(fresh, fresh_optimizer);
  status.assert_consumed();
  const std::vector<Variable> want = model.variables(), got = fresh.variables();
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < want.size(); ++i) EXPECT_EQ(got[i].numpy().bytes(), want[i].numpy().bytes()) << want[i].name();
}

}  // namespace
}  // namespace eager::train
