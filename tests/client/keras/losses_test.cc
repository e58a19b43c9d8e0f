// Losses against Keras's, values and gradients.

#include "client/keras/losses.h"

#include "client/gradient_tape.h"
#include "tests/client/keras/cases.h"

namespace eager::keras {
namespace {

using golden::Json;
using losses::Loss;
using losses::Reduction;
using Losses = KerasTest;

Reduction ReductionOf(const Json& options) {
  const std::string name = options.value("reduction", "sum_over_batch_size");
  if (name == "sum") return Reduction::kSum;
  if (name == "none") return Reduction::kNone;
  if (name == "mean_with_sample_weight") return Reduction::kMeanWithSampleWeight;
  return Reduction::kSumOverBatchSize;
}

Loss MakeLoss(const std::string& name, const Json& o) {
  const Reduction reduction = ReductionOf(o);
  const bool from_logits = o.value("from_logits", false);
  const double smoothing = o.value("label_smoothing", 0.0);
  const int64_t axis = o.value("axis", -1);
  if (name == "SparseCategoricalCrossentropy") {
    return losses::SparseCategoricalCrossentropy({.from_logits = from_logits, .reduction = reduction});
  }
  if (name == "CategoricalCrossentropy") {
    return losses::CategoricalCrossentropy(
        {.from_logits = from_logits, .label_smoothing = smoothing, .axis = axis, .reduction = reduction});
  }
  if (name == "BinaryCrossentropy") {
    return losses::BinaryCrossentropy(
        {.from_logits = from_logits, .label_smoothing = smoothing, .axis = axis, .reduction = reduction});
  }
  if (name == "Huber") return losses::Huber({.delta = o.value("delta", 1.0), .reduction = reduction});
  if (name == "CosineSimilarity") return losses::CosineSimilarity({.axis = axis, .reduction = reduction});
  const losses::LossOptions plain{.reduction = reduction};
  if (name == "MeanSquaredError") return losses::MeanSquaredError(plain);
  if (name == "MeanAbsoluteError") return losses::MeanAbsoluteError(plain);
  if (name == "MeanAbsolutePercentageError") return losses::MeanAbsolutePercentageError(plain);
  if (name == "MeanSquaredLogarithmicError") return losses::MeanSquaredLogarithmicError(plain);
  if (name == "LogCosh") return losses::LogCosh(plain);
  if (name == "Poisson") return losses::Poisson(plain);
  if (name == "KLDivergence") return losses::KLDivergence(plain);
  if (name == "Hinge") return losses::Hinge(plain);
  throw std::runtime_error("no loss " + name);
}

TEST_F(Losses, AreKeras) {
  const std::vector<golden::Case> cases = ReadCases("losses");
  ASSERT_GT(cases.size(), 100u);
  for (const golden::Case& it : cases) {
    const Json& c = it.json;
    SCOPED_TRACE(c.at("id").get<std::string>());
    const Loss loss = MakeLoss(c.at("loss"), c.at("options"));
    const Tensor y_true = Upload(c.at("y_true")), y_pred = Upload(c.at("y_pred"));
    GradientTape tape;
    tape.watch(y_pred);
    const Tensor value = loss(y_true, y_pred, UploadIfThere(c, "sample_weight"));
    const std::optional<Tensor> gradient = tape.gradient(value, y_pred);
    ExpectClose(value, c.at("result"), c);
    ASSERT_TRUE(gradient.has_value());
    ExpectClose(*gradient, c.at("gradient"), c);
  }
}

TEST_F(Losses, FunctionsGiveAValueASample) {
  const Tensor y_true = constant({{1.0f, 0.0f}, {2.0f, 4.0f}}), y_pred = constant({{0.0f, 0.0f}, {2.0f, 1.0f}});
  EXPECT_EQ(losses::mean_squared_error(y_true, y_pred).read<float>(), (std::vector<float>{0.5f, 4.5f}));
  EXPECT_EQ(losses::mean_absolute_error(y_true, y_pred).read<float>(), (std::vector<float>{0.5f, 1.5f}));
}

TEST_F(Losses, OneOfOnesOwn) {
  const Loss loss("difference", [](const Operand& t, const Operand& p) { return t - p; }, Reduction::kSum);
  EXPECT_EQ(loss.name(), "difference");
  EXPECT_EQ(float(loss(constant({3.0f, 5.0f}), constant({1.0f, 1.0f}))), 6.0f);
}

TEST_F(Losses, NamesAndDTypes) {
  EXPECT_EQ(losses::MeanSquaredError().name(), "mean_squared_error");
  EXPECT_EQ(losses::Huber({.name = "mine"}).name(), "mine");
  EXPECT_EQ(losses::MeanSquaredError()(constant({1, 2}), constant({1.5, 2.5})).dtype(), DType::kFloat64);
  EXPECT_EQ(losses::MeanSquaredError()(constant({1, 2}), constant({3, 2})).dtype(), DType::kFloat32);
}

TEST_F(Losses, Errors) {
  const auto code = absl::StatusCode::kInvalidArgument;
  const Tensor logits = constant({{1.0f, 2.0f, 3.0f}, {1.0f, 2.0f, 3.0f}});
  ExpectError(code, "sparse_categorical_crossentropy: y_true must have y_pred's shape without the classes",
              [&] { losses::SparseCategoricalCrossentropy({.from_logits = true})(constant({1, 2, 0}), logits); });
  ExpectError(code, "categorical_crossentropy: y_true and y_pred must have the same shape",
              [&] { losses::CategoricalCrossentropy()(constant({{1.0f, 0.0f}}), logits); });
  ExpectError(code, "binary_crossentropy: y_true and y_pred must have the same shape",
              [&] { losses::BinaryCrossentropy()(constant({1, 0}), logits); });
  ExpectError(code, "axis must be in the range [-2, 2)", [&] { losses::CategoricalCrossentropy({.axis = 2})(logits, logits); });
  ExpectError(code, "", [&] { losses::MeanSquaredError()(constant({1.0f, 2.0f}), logits); });
  ExpectError(code, "", [&] { losses::MeanSquaredError()(logits, logits, constant({1.0f, 2.0f, 3.0f})); });
}

TEST_F(Losses, AnErrorNamesTheLineOfThePrediction) {
  const Tensor a = constant({1.0f, 2.0f}), b = constant({1.0f, 2.0f, 3.0f});
  const unsigned line = __LINE__ + 2;
  try {
    losses::MeanSquaredError()(a, b);
    ADD_FAILURE();
  } catch (const Error& e) {
    EXPECT_EQ(e.where().line(), line) << e.what();
  }
}

}  // namespace
}  // namespace eager::keras
