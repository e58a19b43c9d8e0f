// Metrics against Keras's, and their state.

#include "client/keras/metrics.h"

#include "client/gradient_tape.h"
#include "tests/client/keras/cases.h"

namespace eager::keras {
namespace {

using golden::Json;
using Metrics = KerasTest;

std::unique_ptr<metrics::Metric> MakeMetric(const std::string& name, const Json& options) {
  if (name == "Accuracy") return std::make_unique<metrics::Accuracy>();
  if (name == "BinaryAccuracy") {
    return std::make_unique<metrics::BinaryAccuracy>("binary_accuracy", options.value("threshold", 0.5));
  }
  if (name == "CategoricalAccuracy") return std::make_unique<metrics::CategoricalAccuracy>();
  if (name == "SparseCategoricalAccuracy") return std::make_unique<metrics::SparseCategoricalAccuracy>();
  if (name == "MeanSquaredError") return std::make_unique<metrics::MeanSquaredError>();
  if (name == "MeanAbsoluteError") return std::make_unique<metrics::MeanAbsoluteError>();
  if (name == "RootMeanSquaredError") return std::make_unique<metrics::RootMeanSquaredError>();
  throw std::runtime_error("no metric " + name);
}

template <class OfValues>
void RunOfValues(const Json& c) {
  OfValues metric;
  for (const Json& u : c.at("updates")) {
    ExpectClose(metric(Upload(u.at("y_pred")), UploadIfThere(u, "sample_weight")), u.at("result"), c);
  }
}

TEST_F(Metrics, AreKeras) {
  const std::vector<golden::Case> cases = ReadCases("metrics");
  ASSERT_GT(cases.size(), 10u);
  for (const golden::Case& it : cases) {
    const Json& c = it.json;
    SCOPED_TRACE(c.at("id").get<std::string>());
    const std::string name = c.at("metric");
    if (name == "Mean") {
      RunOfValues<metrics::Mean>(c);
    } else if (name == "Sum") {
      RunOfValues<metrics::Sum>(c);
    } else {
      const std::unique_ptr<metrics::Metric> metric = MakeMetric(name, c.at("options"));
      for (const Json& u : c.at("updates")) {
        ExpectClose((*metric)(Upload(u.at("y_true")), Upload(u.at("y_pred")), UploadIfThere(u, "sample_weight")), u.at("result"), c);
      }
    }
  }
}

TEST_F(Metrics, StartAgain) {
  metrics::Mean mean("loss");
  EXPECT_EQ(float(mean.result()), 0.0f);
  mean.update_state(constant({1.0f, 3.0f}));
  EXPECT_EQ(float(mean.result()), 2.0f);
  mean.reset_state();
  EXPECT_EQ(float(mean.result()), 0.0f);
  mean.update_state(5);
  EXPECT_EQ(float(mean.result()), 5.0f);
}

TEST_F(Metrics, KeepTheirStateInVariables) {
  metrics::SparseCategoricalAccuracy accuracy;
  EXPECT_EQ(accuracy.name(), "sparse_categorical_accuracy");
  const std::vector<Tracked> edges = accuracy.tracked();
  ASSERT_EQ(edges.size(), 2u);
  EXPECT_EQ(edges[0].name, "total");
  EXPECT_EQ(edges[1].name, "count");
  EXPECT_EQ(accuracy.total.name(), "total:0");
  EXPECT_EQ(accuracy.count.name(), "count:0");
  EXPECT_TRUE(accuracy.trainable_variables().empty());
  metrics::SparseCategoricalAccuracy copy = accuracy;  // the same metric
  copy.update_state(constant({1, 0}), constant({{0.1f, 0.9f}, {0.2f, 0.8f}}));
  EXPECT_EQ(float(accuracy.result()), 0.5f);
  EXPECT_EQ(float(accuracy.count), 2.0f);
}

TEST_F(Metrics, AreNotRecorded) {
  const Variable w(2.0f);
  metrics::Mean mean;
  GradientTape tape;
  const Tensor y = w * 3;
  mean.update_state(y);
  const Tensor result = mean.result();
  EXPECT_FALSE(tape.gradient(result, w).has_value());
}

TEST_F(Metrics, OneOfOnesOwn) {
  metrics::MeanMetric metric("log_cosh", &losses::log_cosh);
  EXPECT_NEAR(float(metric(constant({{0.0f}}), constant({{1.0f}}))), 0.43378f, 1e-5);
}

TEST_F(Metrics, Errors) {
  const auto code = absl::StatusCode::kInvalidArgument;
  metrics::Mean mean;
  ExpectError(code, "", [&] { mean.update_state(constant({1.0f, 2.0f}), constant({1.0f, 2.0f, 3.0f})); });
  metrics::SparseCategoricalAccuracy accuracy;
  ExpectError(code, "", [&] { accuracy.update_state(constant({1, 2, 3}), constant({{0.5f, 0.5f}, {0.5f, 0.5f}})); });
  EXPECT_EQ(float(mean.count), 0.0f);
}

}  // namespace
}  // namespace eager::keras
