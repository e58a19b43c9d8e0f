// What training prints: Keras 2's bar (tf_keras/src/utils/generic_utils.py, Progbar), or a line at the end.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>

#include "client/keras/training.h"

namespace eager::keras {

// One pass over the data. Not thread-safe.
class ProgressBar {
 public:
  // `steps` of the pass; -1: not known. `verbose` is not kAuto.
  ProgressBar(int64_t steps, Verbose verbose, std::ostream& out);

  // After each step; draws the bar if it is time to, and only then reads the figures.
  void Step(int64_t done, const std::function<Logs::Values()>& figures);
  // At the end, with all figures.
  void Finish(int64_t done, const Logs::Values& figures);

 private:
  using Clock = std::chrono::steady_clock;
  void Draw(int64_t done, const Logs::Values& figures, bool last);
  double Seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  const int64_t steps_;
  const Verbose verbose_;
  std::ostream& out_;
  const Clock::time_point start_ = Clock::now();
  double drawn_at_ = -1;
  double first_step_at_ = 0;  // steps after the first are timed without it: it builds the model
  size_t width_ = 0;          // of what stands on the line
};

// What kAuto means for this stream: the bar in a terminal.
Verbose Resolve(Verbose verbose, const std::ostream& out);

}  // namespace eager::keras
