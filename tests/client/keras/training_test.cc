// compile, fit, evaluate and predict.
#include "client/keras/training.h"

#include <cmath>
#include <sstream>

#include "client/keras/layers.h"
#include "client/keras/progress_bar.h"
#include "client/keras/sequential.h"
#include "client/math.h"
#include "client/random.h"
#include "tests/client/keras/values.h"
#include "tests/support/in_process.h"

namespace eager::keras {
namespace {

using layers::Dense;

// y = 2 a - b + 0.5 for 40 points.
class TrainingTest : public ::testing::Test {
 protected:
  TrainingTest() {
    random::set_seed(3);
    x_ = RampTensor({40, 2});
    y_ = matmul(x_, constant({{2.f}, {-1.f}})) + 0.5;
  }
  static Sequential Line() {
    Sequential model({Dense(1, {.kernel_initializer = "zeros"})});
    model.compile(optimizers::SGD({.learning_rate = 0.1}), losses::MeanSquaredError(),
                  {metrics::MeanAbsoluteError("mae")});
    return model;
  }

  std::unique_ptr<testing::InProcessServer> server_ = testing::InProcessServer::Make().value();
  Tensor x_, y_;
  std::ostringstream out_;
};

TEST_F(TrainingTest, LearnsALine) {
  Sequential model = Line();
  const History history = model.fit(x_, y_, {.batch_size = 10, .epochs = 30, .verbose = Verbose::kSilent});
  EXPECT_EQ(history.epochs.size(), 30u);
  EXPECT_GT(history.of("loss").front(), 0.5);
  EXPECT_LT(history.of("loss").back(), 1e-4);
  EXPECT_LT(history.of("mae").back(), 1e-2);
  ExpectValues(model.layers()[0]->weights()[0].read_value(), {2, 1}, {2, -1}, 0.01f);
  const Logs logs = model.evaluate(x_, y_, {.verbose = Verbose::kSilent});
  EXPECT_LT(logs.at("loss"), 1e-4);
  EXPECT_ERROR(kInvalidArgument, "no figure is named 'acc'; there are loss, mae", logs.at("acc"));
  ExpectValues(model.predict(x_, 16), {40, 1}, y_.read<float>(), 0.05f);
}

// Without a step, the loss is the mean over all examples, whatever the batches are.
TEST_F(TrainingTest, TheLossCountsEveryExampleOnce) {
  Sequential model = Line();
  const double want = static_cast<double>(reduce_mean(square(y_)));
  EXPECT_NEAR(model.evaluate(x_, y_, {.batch_size = 7, .verbose = Verbose::kSilent}).at("loss"), want, 1e-4);
  EXPECT_NEAR(model.evaluate(x_, y_, {.batch_size = 64, .verbose = Verbose::kSilent}).at("loss"), want, 1e-4);
  std::vector<std::pair<Tensor, Tensor>> one_by_one;
  for (int64_t i = 0; i < 120; ++i) {
    one_by_one.emplace_back(slice(x_, {i % 40, 0}, {1, 2}), slice(y_, {i % 40, 0}, {1, 1}));
  }
  EXPECT_NEAR(model.evaluate(Batches(one_by_one), {.verbose = Verbose::kSilent}).at("loss"), want, 1e-4);
}

TEST_F(TrainingTest, RangesOfBatches) {
  Sequential model = Line();
  const std::vector<std::tuple<Tensor, Tensor, Tensor>> weighted{{x_, y_, zeros({40})}};
  model.fit(Batches(weighted), {.verbose = Verbose::kSilent});
  ExpectValues(model.layers()[0]->weights()[0].read_value(), {2, 1}, {0, 0});  // all weights are 0
  const std::vector<std::pair<Tensor, Tensor>> batches{{x_, y_}, {x_, y_}};
  EXPECT_LT(model.fit(batches, {.epochs = 40, .verbose = Verbose::kSilent}).of("loss").back(), 1e-2);
}

TEST_F(TrainingTest, ValidationData) {
  Sequential model = Line();
  const History split =
      model.fit(x_, y_, {.batch_size = 8, .epochs = 2, .verbose = Verbose::kSilent, .validation_split = 0.25});
  EXPECT_EQ(split.logs[0].values().size(), 4u);
  EXPECT_LT(split.of("val_loss")[1], split.of("val_loss")[0]);
  const History given = model.fit(x_, y_, {.verbose = Verbose::kSilent, .validation_data = Batches(x_, y_)});
  EXPECT_NEAR(given.of("val_loss")[0], model.evaluate(x_, y_, {.verbose = Verbose::kSilent}).at("loss"), 1e-6);
  EXPECT_ERROR(kInvalidArgument, "validation_split in [0, 1), got 2", model.fit(x_, y_, {.validation_split = 2}));
}

TEST_F(TrainingTest, AccuracyIsChosenByTheShapes) {
  Sequential model({Dense(3)});
  model.compile("adam", losses::SparseCategoricalCrossentropy({.from_logits = true}), {"accuracy"});
  const Tensor labels = constant(std::vector<int64_t>(40, 1));
  const History history = model.fit(x_, labels, {.epochs = 60, .verbose = Verbose::kSilent});
  EXPECT_GT(history.of("accuracy").back(), history.of("accuracy").front());
  Sequential yes({Dense(1, {.activation = "sigmoid"})});
  yes.compile("sgd", "binary_crossentropy", {"accuracy"});
  EXPECT_EQ(yes.fit(x_, ones({40, 1}), {.epochs = 50, .verbose = Verbose::kSilent}).logs[0].values()[1].first,
            "accuracy");
}

TEST_F(TrainingTest, TheSameSeedGivesTheSameTraining) {
  const auto train = [&] {
    random::set_seed(5);
    Sequential model({Dense(4, {.activation = "tanh"}), layers::Dropout(0.3), Dense(1)});
    model.compile("sgd", "mse");
    return model.fit(x_, y_, {.batch_size = 8, .epochs = 2, .verbose = Verbose::kSilent}).of("loss");
  };
  EXPECT_EQ(train(), train());
}

TEST_F(TrainingTest, CallbacksAndEarlyStopping) {
  Sequential model = Line();
  int batches = 0;
  std::vector<double> seen;
  Callback count;
  count.on_batch_end = [&](Model&, int64_t batch, const Logs&) { batches += batch == 3; };
  count.on_epoch_end = [&](Model&, int, const Logs& logs) { seen.push_back(logs.at("loss")); };
  const Callback stop = callbacks::EarlyStopping({.monitor = "loss", .min_delta = 1e9, .patience = 2});
  const History history =
      model.fit(x_, y_, {.batch_size = 10, .epochs = 20, .verbose = Verbose::kSilent, .callbacks = {count, stop}});
  EXPECT_EQ(history.epochs.size(), 3u);  // the first is better than nothing by more, the next two are not
  EXPECT_EQ(batches, 3);
  EXPECT_EQ(seen, history.of("loss"));
  const FitOptions wrong{.verbose = Verbose::kSilent, .callbacks = {callbacks::EarlyStopping({.monitor = "nothing"})}};
  EXPECT_ERROR(kFailedPrecondition, "no figure 'nothing'", model.fit(x_, y_, wrong));
}

TEST_F(TrainingTest, ALossThatIsNoNumberEndsTheTraining) {
  Sequential model = Line();
  int batches = 0;
  Callback count;
  count.on_batch_end = [&](Model&, int64_t, const Logs&) { ++batches; };
  std::vector<std::pair<Tensor, Tensor>> data(4, {constant(std::vector<std::vector<float>>{{1.0f}}), constant(std::vector<std::vector<float>>{{2.0f}})});
  data[1].second = constant(std::vector<std::vector<float>>{{std::nanf("")}});
  const History history = model.fit(
      data, {.epochs = 5, .verbose = Verbose::kSilent, .callbacks = {count, callbacks::TerminateOnNaN()}});
  EXPECT_EQ(batches, 2);
  EXPECT_EQ(history.epochs.size(), 1u);
  EXPECT_TRUE(std::isnan(history.of("loss")[0]));
}

TEST_F(TrainingTest, LinesWhereThereIsNoTerminal) {
  Sequential model = Line();
  model.fit(x_, y_, {.batch_size = 10, .epochs = 2, .out = &out_});
  const std::string text = out_.str();
  EXPECT_EQ(text.find("Epoch 1/2\n4/4 - 0s - loss: "), 0u) << text;
  EXPECT_NE(text.find(" - mae: "), std::string::npos);
  EXPECT_NE(text.find("/epoch - "), std::string::npos);
  EXPECT_NE(text.find("Epoch 2/2\n"), std::string::npos);
  EXPECT_EQ(text.find('\r'), std::string::npos);
}

TEST_F(TrainingTest, TheBarIsKeras2s) {
  ProgressBar bar(60, Verbose::kBar, out_);
  bar.Step(1, [] { return Logs::Values{{"loss", 0.5}}; });
  EXPECT_EQ(out_.str().find("\r 1/60 [..............................] - ETA: "), 0u) << out_.str();
  EXPECT_NE(out_.str().find(" - loss: 0.5000"), std::string::npos);
  out_.str("");
  bar.Finish(60, {{"loss", 0.0005}, {"accuracy", 1}});
  EXPECT_EQ(out_.str().find("\r60/60 [==============================] - 0s "), 0u) << out_.str();
  EXPECT_NE(out_.str().find("/step - loss: 5.0000e-04 - accuracy: 1.0000"), std::string::npos) << out_.str();
  EXPECT_EQ(out_.str().back(), '\n');
}

TEST_F(TrainingTest, WhatDoesNotFit) {
  Sequential model({Dense(1)});
  EXPECT_ERROR(kFailedPrecondition, "has not been compiled", model.fit(x_, y_));
  EXPECT_ERROR(kInvalidArgument, "unknown optimizer 'foo'; known are adagrad, adam", model.compile("foo", "mse"));
  EXPECT_ERROR(kInvalidArgument, "unknown loss 'foo'", model.compile("sgd", "foo"));
  EXPECT_ERROR(kInvalidArgument, "unknown metric 'foo'", model.compile("sgd", "mse", {"foo"}));
  model.compile("sgd", "mse");
  EXPECT_ERROR(kInvalidArgument, "x has 40 examples, y has shape (3,)", model.fit(x_, zeros({3})));
  EXPECT_ERROR(kInvalidArgument, "positive batch_size, got 0", model.fit(x_, y_, {.batch_size = 0}));
  EXPECT_ERROR(kInvalidArgument, "has no batch", model.fit(std::vector<std::pair<Tensor, Tensor>>(), {.out = &out_}));
  EXPECT_ERROR(kInvalidArgument, "there is no data", model.fit(Batches()));
}

TEST_F(TrainingTest, TheOptimizerIsInTheCheckpoint) {
  Sequential model = Line();
  model.train_on_batch({x_, y_});
  bool found = false;
  for (const Tracked& edge : model.checkpoint_edges()) found |= edge.name == "optimizer";
  EXPECT_TRUE(found);
  EXPECT_NEAR(Line().train_on_batch({x_, y_}).at("loss"), static_cast<double>(reduce_mean(square(y_))), 1e-4);
}

}  // namespace
}  // namespace eager::keras
