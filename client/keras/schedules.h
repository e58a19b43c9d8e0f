// Learning rates that change as training goes on: functions of the number of steps done, computed here, in float32, as
// Keras 3 computes them (keras/src/optimizers/schedules/learning_rate_schedule.py).
//
//   keras::optimizers::SGD optimizer({.learning_rate = schedules::ExponentialDecay{
//       .initial_learning_rate = 0.1, .decay_steps = 1000, .decay_rate = 0.96}});
//
// Any callable that takes an int64_t and returns a number will do as well. Each throws INVALID_ARGUMENT for arguments that
// make no sense; an optimizer asks at once for step 0, so that this shows at its constructor's line.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace eager::keras::optimizers::schedules {

// initial_learning_rate * decay_rate ^ (step / decay_steps).
struct ExponentialDecay {
  double initial_learning_rate = 0;
  int64_t decay_steps = 0;
  double decay_rate = 0;
  bool staircase = false;  // the exponent is rounded down to an integer
  float operator()(int64_t step) const;
};

// values[i], where boundaries[i - 1] < step <= boundaries[i]: one value more than boundaries, which ascend.
struct PiecewiseConstantDecay {
  std::vector<int64_t> boundaries;
  std::vector<double> values;
  float operator()(int64_t step) const;
};

// From initial_learning_rate to end_learning_rate as (1 - step / decay_steps) ^ power falls from 1 to 0.
struct PolynomialDecay {
  double initial_learning_rate = 0;
  int64_t decay_steps = 0;
  double end_learning_rate = 0.0001;
  double power = 1;
  bool cycle = false;  // after the end, again over the next multiple of decay_steps
  float operator()(int64_t step) const;
};

// initial_learning_rate / (1 + decay_rate * step / decay_steps).
struct InverseTimeDecay {
  double initial_learning_rate = 0;
  int64_t decay_steps = 0;
  double decay_rate = 0;
  bool staircase = false;  // step / decay_steps is rounded down to an integer
  float operator()(int64_t step) const;
};

// Half a cosine from initial_learning_rate to alpha times it, over decay_steps. With a warmup_target: first a line from
// initial_learning_rate to it over warmup_steps, then the cosine from there.
struct CosineDecay {
  double initial_learning_rate = 0;
  int64_t decay_steps = 0;
  double alpha = 0;
  std::optional<double> warmup_target;
  int64_t warmup_steps = 0;
  float operator()(int64_t step) const;
};

// Half cosines one after the other, each t_mul times as long and starting m_mul times as high as the one before.
struct CosineDecayRestarts {
  double initial_learning_rate = 0;
  int64_t first_decay_steps = 0;
  double t_mul = 2;
  double m_mul = 1;
  double alpha = 0;  // the lowest rate, as a part of initial_learning_rate
  float operator()(int64_t step) const;
};

}  // namespace eager::keras::optimizers::schedules
