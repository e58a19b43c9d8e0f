#include "client/keras/schedules.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "absl/strings/str_cat.h"
#include "client/error.h"

namespace eager::keras::optimizers::schedules {
namespace {

constexpr float kPi = std::numbers::pi_v<float>;

// A schedule is called through a plain function type; who gave it to an optimizer puts that line in (LearningRate).
[[noreturn]] void Refuse(const std::string& why) {
  throw Error(absl::InvalidArgumentError(why), std::source_location::current());
}

float Steps(const char* schedule, int64_t steps) {
  if (steps <= 0) Refuse(absl::StrCat(schedule, ": decay_steps must be > 0, got ", steps));
  return static_cast<float>(steps);
}

float Cosine(float fraction) { return 0.5f * (1.0f + std::cos(kPi * fraction)); }

}  // namespace

float ExponentialDecay::operator()(int64_t step) const {
  float p = static_cast<float>(step) / Steps("ExponentialDecay", decay_steps);
  if (staircase) p = std::floor(p);
  return static_cast<float>(initial_learning_rate) * std::pow(static_cast<float>(decay_rate), p);
}

float PiecewiseConstantDecay::operator()(int64_t step) const {
  if (values.size() != boundaries.size() + 1) {
    Refuse(absl::StrCat("PiecewiseConstantDecay: there must be one value more than boundaries, got ", values.size(),
                        " values and ", boundaries.size(), " boundaries"));
  }
  if (!std::is_sorted(boundaries.begin(), boundaries.end())) Refuse("PiecewiseConstantDecay: boundaries must ascend");
  const auto at = std::lower_bound(boundaries.begin(), boundaries.end(), step);
  return static_cast<float>(values[static_cast<size_t>(at - boundaries.begin())]);
}

float PolynomialDecay::operator()(int64_t step) const {
  float steps = Steps("PolynomialDecay", decay_steps), at = static_cast<float>(step);
  if (cycle) {
    if (step > 0) steps *= std::ceil(at / steps);
  } else {
    at = std::min(at, steps);
  }
  const float end = static_cast<float>(end_learning_rate);
  return (static_cast<float>(initial_learning_rate) - end) * std::pow(1 - at / steps, static_cast<float>(power)) + end;
}

float InverseTimeDecay::operator()(int64_t step) const {
  float p = static_cast<float>(step) / Steps("InverseTimeDecay", decay_steps);
  if (staircase) p = std::floor(p);
  return static_cast<float>(initial_learning_rate) / (1 + static_cast<float>(decay_rate) * p);
}

float CosineDecay::operator()(int64_t step) const {
  const float steps = Steps("CosineDecay", decay_steps), initial = static_cast<float>(initial_learning_rate);
  const auto decayed = [&](float from, float at) {
    return from * (static_cast<float>(1 - alpha) * Cosine(at / steps) + static_cast<float>(alpha));
  };
  if (!warmup_target.has_value()) return decayed(initial, std::min(static_cast<float>(step), steps));
  if (warmup_steps < 0) Refuse(absl::StrCat("CosineDecay: warmup_steps must be >= 0, got ", warmup_steps));
  const float target = static_cast<float>(*warmup_target), warmup = static_cast<float>(warmup_steps);
  const float at = std::min(static_cast<float>(step), steps + warmup);
  return at < warmup ? (target - initial) * (at / warmup) + initial : decayed(target, at - warmup);
}

float CosineDecayRestarts::operator()(int64_t step) const {
  if (!(t_mul >= 1)) Refuse(absl::StrCat("CosineDecayRestarts: t_mul must be >= 1, got ", t_mul));
  const float t = static_cast<float>(t_mul), low = static_cast<float>(alpha);
  float fraction = static_cast<float>(step) / Steps("CosineDecayRestarts", first_decay_steps), restarts = 0;
  if (t == 1) {
    restarts = std::floor(fraction);
    fraction -= restarts;
  } else {
    restarts = std::floor(std::log(1 - fraction * (1 - t)) / std::log(t));
    const float length = std::pow(t, restarts);
    fraction = (fraction - (1 - length) / (1 - t)) / length;
  }
  const float height = std::pow(static_cast<float>(m_mul), restarts);
  return static_cast<float>(initial_learning_rate) * ((1 - low) * (height * Cosine(fraction)) + low);
}

}  // namespace eager::keras::optimizers::schedules
