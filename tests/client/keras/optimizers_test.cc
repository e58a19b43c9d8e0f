// Optimizers' state, names and errors. Their numbers are in cases/optimizers.jsonl, which eager-conformance runs.

#include "client/keras/optimizers.h"

#include "client/context.h"
#include "client/gradient_tape.h"
#include "client/math.h"
#include "client/ops.h"
#include "tests/client/keras/cases.h"

namespace eager::keras {
namespace {

using optimizers::Optimizer;
using Gradients = std::vector<std::optional<Tensor>>;
using Optimizers = KerasTest;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

// The names of edges, lists opened: "_momentums/0".
std::vector<std::string> Names(const std::vector<Tracked>& edges) {
  std::vector<std::string> names;
  for (const Tracked& edge : edges) {
    if (const auto* list = std::get_if<std::vector<Tracked>>(&edge.part)) {
      for (const std::string& name : Names(*list)) names.push_back(edge.name + "/" + name);
    } else {
      names.push_back(edge.name);
    }
  }
  return names;
}

std::vector<std::string> NamesOfBuilt(Optimizer&& optimizer) {
  optimizer.build({Variable(constant({1.0f, 2.0f})), Variable(3.0f)});
  return Names(optimizer.tracked());
}

TEST_F(Optimizers, CountTheirSteps) {
  optimizers::SGD sgd({.learning_rate = 0.5});
  Variable w(2.0f);
  for (int i = 0; i < 3; ++i) sgd.apply({constant(1.0f)}, {w});
  EXPECT_EQ(sgd.iterations().read<int64_t>()[0], 3);
  EXPECT_EQ(float(w), 0.5f);
  sgd.apply({}, {});
  EXPECT_EQ(sgd.iterations().read<int64_t>()[0], 3);
}

TEST_F(Optimizers, TakePairsAndClosures) {
  optimizers::SGD sgd({.learning_rate = 0.5});
  Variable w(2.0f), b(1.0f, {.trainable = false});
  sgd.apply_gradients({{constant(1.0f), w}, {constant(2.0f), b}});
  EXPECT_EQ(float(w), 1.5f);
  EXPECT_EQ(float(b), 0.0f);
  sgd.minimize([&] { return w * w + b; }, {w, b});  // watches what no tape watches by itself
  EXPECT_EQ(float(w), 0.0f);
  EXPECT_EQ(float(b), -0.5f);
}

TEST_F(Optimizers, LeaveVariablesWithoutGradientAlone) {
  optimizers::Adam adam({.weight_decay = 0.5});
  Variable w(2.0f), b(1.0f);
  adam.apply({std::nullopt, constant(1.0f)}, {w, b});
  EXPECT_EQ(float(w), 2.0f);
  EXPECT_NE(float(b), 1.0f);
  adam.apply({constant(1.0f)}, {w});  // any of those that it was built with
  EXPECT_NE(float(w), 2.0f);
}

TEST_F(Optimizers, AreNotRecorded) {
  optimizers::SGD sgd;
  Variable w(2.0f);
  GradientTape tape;
  const Tensor before = w * 3;
  sgd.apply({constant(1.0f)}, {w});
  const Tensor y = before + w;
  EXPECT_EQ(float(*tape.gradient(y, w)), 4.0f);
}

TEST_F(Optimizers, CastGradientsToTheVariable) {
  optimizers::SGD sgd({.learning_rate = 0.5, .momentum = 0.5});
  Variable w(constant({2.0, 4.0})), half(cast(constant({2.0f}), DType::kFloat16));
  sgd.apply({constant({1.0f, 2.0f}), constant({1.0f})}, {w, half});
  EXPECT_EQ(w.read<double>(), (std::vector<double>{1.5, 3.0}));
  EXPECT_EQ(float(Tensor(half.read_value())), 1.5f);
}

TEST_F(Optimizers, CopiesAreTheSameOptimizer) {
  optimizers::Adam adam;
  optimizers::Adam copy = adam;
  Variable w(2.0f);
  adam.apply({constant(1.0f)}, {w});
  copy.apply({constant(1.0f)}, {w});
  EXPECT_EQ(adam.iterations().read<int64_t>()[0], 2);
  EXPECT_EQ(copy.tracked().size(), 4u);
}

TEST_F(Optimizers, LearningRates) {
  optimizers::SGD sgd({.learning_rate = 0.5});
  Variable w(2.0f);
  EXPECT_EQ(sgd.learning_rate(), 0.5f);
  sgd.set_learning_rate(0.25);
  EXPECT_EQ(sgd.learning_rate(), 0.25f);
  sgd.apply({constant(1.0f)}, {w});
  EXPECT_EQ(float(w), 1.75f);
  sgd.set_learning_rate([](int64_t step) { return step == 1 ? 0.5 : 1.0; });
  EXPECT_EQ(sgd.learning_rate(), 0.5f);
  sgd.apply({constant(1.0f)}, {w});
  EXPECT_EQ(float(w), 1.25f);
  sgd.apply({constant(1.0f)}, {w});
  EXPECT_EQ(float(w), 0.25f);
  ExpectError(kInvalid, "sgd: the learning rate is a schedule", [&] { sgd.set_learning_rate(0.1); });
  EXPECT_EQ(Names(sgd.tracked()), (std::vector<std::string>{"_iterations"}));
}

// What restoring a checkpoint does.
TEST_F(Optimizers, TakeUpAssignmentsToTheirVariables) {
  optimizers::Adam adam({.learning_rate = 0.1}), other({.learning_rate = 0.1});
  Variable w(2.0f), same(2.0f);
  for (int i = 0; i < 3; ++i) adam.apply({constant(1.0f)}, {w});
  other.build({same});
  const std::vector<Variable> from = adam.variables(), to = other.variables();
  ASSERT_EQ(from.size(), to.size());
  for (size_t i = 0; i < from.size(); ++i) Variable(to[i]).assign(from[i]);
  same.assign(w);
  adam.apply({constant(-0.5f)}, {w});
  other.apply({constant(-0.5f)}, {same});
  EXPECT_EQ(float(same), float(w));
  EXPECT_EQ(other.iterations().read<int64_t>()[0], 4);
  for (Tracked& edge : other.tracked()) {
    if (edge.name == "_learning_rate") std::get<Variable>(edge.part).assign(0.5f);
  }
  EXPECT_EQ(other.learning_rate(), 0.5f);
}

TEST_F(Optimizers, NameTheirStateAsKeras) {
  using List = std::vector<std::string>;
  EXPECT_EQ(NamesOfBuilt(optimizers::SGD()), (List{"_iterations", "_learning_rate"}));
  EXPECT_EQ(NamesOfBuilt(optimizers::SGD({.momentum = 0.9})), (List{"_iterations", "_learning_rate", "momentums/0", "momentums/1"}));
  EXPECT_EQ(NamesOfBuilt(optimizers::Adam({.amsgrad = true})),
            (List{"_iterations", "_learning_rate", "_momentums/0", "_momentums/1", "_velocities/0", "_velocities/1",
                  "_velocity_hats/0", "_velocity_hats/1"}));
  EXPECT_EQ(NamesOfBuilt(optimizers::RMSprop({.momentum = 0.9, .centered = true})),
            (List{"_iterations", "_learning_rate", "_velocities/0", "_velocities/1", "_momentums/0", "_momentums/1",
                  "_average_gradients/0", "_average_gradients/1"}));
  EXPECT_EQ(NamesOfBuilt(optimizers::Adagrad({.use_ema = true})),
            (List{"_iterations", "_learning_rate", "_accumulators/0", "_accumulators/1", "_model_variables_moving_average/0",
                  "_model_variables_moving_average/1"}));
  EXPECT_EQ(Names(optimizers::AdamW().checkpoint_edges()), (List{"_iterations", "_learning_rate", "iter", "learning_rate"}));
}

TEST_F(Optimizers, FindSlotsByTheirOldNames) {
  optimizers::Adam adam;
  const Variable w(constant({2.0f, 3.0f}), {.name = "dense/kernel"}), other(1.0f);
  bool built = false;
  adam.when_built([&](Module&) { built = true; });
  EXPECT_FALSE(adam.slot_variable(w, "m").has_value());
  adam.build({w});
  EXPECT_TRUE(built);
  EXPECT_TRUE(adam.built());
  ASSERT_TRUE(adam.slot_variable(w, "v").has_value());
  EXPECT_EQ(adam.slot_variable(w, "v")->name(), "adam/dense_kernel_velocity:0");
  EXPECT_EQ(adam.slot_variable(w, "v")->shape(), (Shape{2}));
  EXPECT_FALSE(adam.slot_variable(w, "vhat").has_value());
  EXPECT_FALSE(adam.slot_variable(other, "m").has_value());
  EXPECT_TRUE(adam.trainable_variables().empty());
}

TEST_F(Optimizers, RefuseWrongGradients) {
  optimizers::SGD sgd;
  Variable w(constant({1.0f, 2.0f}), {.name = "w"}), b(1.0f, {.name = "b"}), other(1.0f, {.name = "other"});
  sgd.build({w, b});
  const Tensor g = constant({1.0f, 1.0f});
  ExpectError(kInvalid, "sgd: got 1 gradients for 2 variables", [&] { sgd.apply({g}, {w, b}); });
  ExpectError(kInvalid, "sgd: no gradients provided for any variable", [&] { sgd.apply({std::nullopt, std::nullopt}, {w, b}); });
  ExpectError(kInvalid, "sgd: the gradient of variable 'b:0' must be float32", [&] { sgd.apply({g, g}, {w, b}); });
  ExpectError(kInvalid, "sgd: the gradient of variable 'w:0' must be float32", [&] { sgd.apply({constant({1, 1})}, {w}); });
  ExpectError(kInvalid, "'w:0' is an empty Tensor", [&] { sgd.apply({Tensor()}, {w}); });
  ExpectError(kInvalid, "sgd: unknown variable 'other:0'", [&] { sgd.apply({constant(1.0f)}, {other}); });
  EXPECT_EQ(w.read<float>(), (std::vector<float>{1, 2}));  // nothing of the wrong steps was done
  EXPECT_EQ(sgd.iterations().read<int64_t>()[0], 0);
}

TEST_F(Optimizers, RefuseWrongOptionsAndVariables) {
  ExpectError(kInvalid, "only one of", [] { optimizers::SGD({.clipnorm = 1, .clipvalue = 1}); });
  ExpectError(kInvalid, "momentum must be in the range [0, 1]", [] { optimizers::SGD({.momentum = 2}); });
  ExpectError(kInvalid, "ema_momentum", [] { optimizers::Adam({.use_ema = true, .ema_momentum = 1.5}); });
  ExpectError(kInvalid, "ema_overwrite_frequency", [] { optimizers::Adam({.use_ema = true, .ema_overwrite_frequency = 0}); });
  ExpectError(kInvalid, "cannot be trained", [] { optimizers::SGD().build({Variable(1)}); });
  ExpectError(kInvalid, "0.999 is 1 in bfloat16",
              [] { optimizers::Adam().build({Variable(cast(constant(1.0f), DType::kBFloat16))}); });
}

TEST_F(Optimizers, UpdateOpsRefuseWrongState) {
  Variable var(constant({1.0f, 2.0f})), accum(constant({0.0f, 0.0f})), other(constant({0.0f}));
  const Tensor g = constant({1.0f, 1.0f});
  ExpectError(kInvalid, "var and accum do not have the same dtype and shape",
              [&] { raw_ops::ResourceApplyMomentum(var, other, 0.1, g, 0.9); });
  ExpectError(kInvalid, "var and grad do not have the same shape",
              [&] { raw_ops::ResourceApplyMomentum(var, accum, 0.1, constant({1.0f}), 0.9); });
  ExpectError(kInvalid, "lr is not a scalar", [&] { raw_ops::ResourceApplyMomentum(var, accum, g, g, 0.9); });
  ExpectError(kInvalid, "var is float32[2], but lr is of dtype float64",  // as the gradient, whose dtype numbers take
              [&] { raw_ops::ResourceApplyMomentum(var, accum, 0.1, constant({1.0, 1.0}), 0.9); });
  // What only the server sees comes with the next wait.
  raw_ops::ResourceApplyMomentum(var, var, 0.1, g, 0.9);
  ExpectError(kInvalid, "var and accum are the same variable", [&] { Context::Default().Sync(); });
  raw_ops::DestroyResourceOp(accum.handle());
  raw_ops::ResourceApplyMomentum(var, accum, 0.1, g, 0.9);
  ExpectError(absl::StatusCode::kFailedPrecondition, "has no value", [&] { Context::Default().Sync(); });
  EXPECT_EQ(var.read<float>(), (std::vector<float>{1, 2}));
}

// A value that was read stays as it was, although steps write in place.
TEST_F(Optimizers, DoNotChangeWhatWasRead) {
  optimizers::SGD sgd({.learning_rate = 1, .momentum = 0.5});
  Variable w(constant({1.0f, 2.0f}));
  const Tensor before = w.read_value();
  sgd.apply({constant({1.0f, 1.0f})}, {w});
  sgd.apply({w.read_value()}, {w});  // the gradient is the variable's own value
  EXPECT_EQ(before.read<float>(), (std::vector<float>{1, 2}));
  EXPECT_EQ(w.read<float>(), (std::vector<float>{-0.5f, -0.5f}));
}

}  // namespace
}  // namespace eager::keras
