// Schedules against Keras's.

#include "client/keras/schedules.h"

#include "client/keras/optimizers.h"
#include "tests/client/keras/cases.h"

namespace eager::keras {
namespace {

using golden::Json;
namespace schedules = optimizers::schedules;
using optimizers::LearningRate;

LearningRate MakeSchedule(const std::string& name, const Json& o) {
  const auto number = [&](const char* key, double missing) { return o.value(key, missing); };
  const double initial = number("initial_learning_rate", 0);
  const int64_t steps = o.value("decay_steps", 0);
  if (name == "ExponentialDecay") {
    return schedules::ExponentialDecay{initial, steps, number("decay_rate", 0), o.value("staircase", false)};
  }
  if (name == "InverseTimeDecay") {
    return schedules::InverseTimeDecay{initial, steps, number("decay_rate", 0), o.value("staircase", false)};
  }
  if (name == "PiecewiseConstantDecay") return schedules::PiecewiseConstantDecay{o.at("boundaries"), o.at("values")};
  if (name == "PolynomialDecay") {
    return schedules::PolynomialDecay{initial, steps, number("end_learning_rate", 0.0001), number("power", 1), o.value("cycle", false)};
  }
  if (name == "CosineDecay") {
    schedules::CosineDecay cosine{.initial_learning_rate = initial, .decay_steps = steps, .alpha = number("alpha", 0)};
    if (o.contains("warmup_target")) cosine.warmup_target = o.at("warmup_target").get<double>();
    cosine.warmup_steps = o.value("warmup_steps", 0);
    return cosine;
  }
  if (name == "CosineDecayRestarts") {
    return schedules::CosineDecayRestarts{initial, o.at("first_decay_steps"), number("t_mul", 2), number("m_mul", 1), number("alpha", 0)};
  }
  throw std::runtime_error("no schedule " + name);
}

TEST(Schedules, AreKeras) {
  const std::vector<golden::Case> cases = ReadCases("schedules");
  ASSERT_GT(cases.size(), 10u);
  for (const golden::Case& it : cases) {
    const Json& c = it.json;
    SCOPED_TRACE(c.at("id").get<std::string>());
    const LearningRate rate = MakeSchedule(c.at("schedule"), c.at("options"));
    for (size_t i = 0; i < c.at("steps").size(); ++i) {
      const double want = c.at("rates")[i];
      EXPECT_NEAR(rate.at(c.at("steps")[i]), want, 1e-5 * std::abs(want) + 1e-8) << "step " << c.at("steps")[i];
    }
  }
}

TEST(Schedules, RefuseArgumentsWithoutSense) {
  const auto refused = [](auto schedule) {
    const unsigned line = __LINE__ + 2;
    try {
      const LearningRate rate(schedule);
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), absl::StatusCode::kInvalidArgument);
      EXPECT_EQ(e.where().line(), line) << e.what();
      return true;
    }
    return false;
  };
  EXPECT_TRUE(refused(schedules::ExponentialDecay{.initial_learning_rate = 0.1, .decay_rate = 0.5}));
  EXPECT_TRUE(refused(schedules::InverseTimeDecay{.initial_learning_rate = 0.1, .decay_steps = -1}));
  EXPECT_TRUE(refused(schedules::PolynomialDecay{.initial_learning_rate = 0.1}));
  EXPECT_TRUE(refused(schedules::CosineDecay{.initial_learning_rate = 0.1}));
  EXPECT_TRUE(refused(schedules::CosineDecayRestarts{.initial_learning_rate = 0.1}));
  EXPECT_TRUE(refused(schedules::PiecewiseConstantDecay{.boundaries = {1, 2}, .values = {1, 2}}));
  EXPECT_TRUE(refused(schedules::PiecewiseConstantDecay{.boundaries = {2, 1}, .values = {1, 2, 3}}));
  EXPECT_FALSE(refused([](int64_t step) { return 1.0 / (1 + static_cast<double>(step)); }));
}

}  // namespace
}  // namespace eager::keras
