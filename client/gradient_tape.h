// Gradients of what was computed while a tape was recording.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <source_location>
#include <vector>

#include "client/tensor.h"
#include "client/variable.h"

namespace eager {

namespace internal {
struct TapeState;
}

enum class UnconnectedGradients { kNone, kZero };

struct TapeOptions {
  bool persistent = false;               // may be asked for gradients more than once
  bool watch_accessed_variables = true;  // trainable variables are watched by themselves
};

struct GradientOptions {
  std::vector<Tensor> output_gradients;  // the upstream, one per target; empty: ones
  UnconnectedGradients unconnected_gradients = UnconnectedGradients::kNone;
};

// What gradients are taken with respect to: a tensor or a variable.
class Source {
 public:
  Source(const Tensor& t) : tensor_(t) {}                // NOLINT: as a list of sources is written
  Source(const Variable& v) : tensor_(v.handle()) {}     // NOLINT
  const Tensor& tensor() const { return tensor_; }

 private:
  Tensor tensor_;
};

// Records this thread's ops from its construction until stop(), or its first gradient if it is not persistent. Tapes
// nest; a gradient taken while an outer tape records is itself recorded there, which gives higher derivatives. The
// server holds what the gradients need, and frees it when a tape that is not persistent has been used or any is dropped.
// A tape belongs to the thread that made it. No call waits.
class GradientTape {
 public:
  explicit GradientTape(TapeOptions options = {}, std::source_location where = std::source_location::current());
  ~GradientTape();
  GradientTape(const GradientTape&) = delete;
  GradientTape& operator=(const GradientTape&) = delete;

  // Treats a tensor, from now on, as something to differentiate by. INVALID_ARGUMENT for a dtype without gradients.
  void watch(const Source& source, std::source_location where = std::source_location::current());
  // Ends the recording.
  void stop();
  // Forgets everything and records anew.
  void reset();
  // Recording pauses while the result lives.
  class Pause;
  [[nodiscard]] Pause stop_recording();

  // d target / d source; nullopt is TensorFlow's None: there is no path from the source to the target. A target that is
  // not a scalar stands for the sum of its elements. FAILED_PRECONDITION for a second gradient of a tape that is not
  // persistent.
  std::optional<Tensor> gradient(const Source& target, const Source& source, const GradientOptions& options = {},
                                 std::source_location where = std::source_location::current());
  std::vector<std::optional<Tensor>> gradient(const Source& target, const std::vector<Source>& sources,
                                              const GradientOptions& options = {},
                                              std::source_location where = std::source_location::current());
  // With respect to all variables of a model: tape.gradient(loss, model.trainable_variables()).
  template <std::same_as<Variable> V>
  std::vector<std::optional<Tensor>> gradient(const Source& target, const std::vector<V>& variables,
                                              const GradientOptions& options = {},
                                              std::source_location where = std::source_location::current()) {
    return gradient(target, std::vector<Source>(variables.begin(), variables.end()), options, where);
  }
  // Of the sum of several targets.
  std::vector<std::optional<Tensor>> gradient(const std::vector<Source>& targets, const std::vector<Source>& sources,
                                              const GradientOptions& options = {},
                                              std::source_location where = std::source_location::current());

 private:
  friend class Pause;
  std::shared_ptr<internal::TapeState> NewState(std::source_location where) const;
  bool recording() const;

  TapeOptions options_;
  std::shared_ptr<internal::TapeState> state_;
};

class GradientTape::Pause {
 public:
  explicit Pause(GradientTape& tape);
  ~Pause();
  Pause(const Pause&) = delete;

 private:
  const std::vector<std::weak_ptr<internal::TapeState>> saved_;
};

}  // namespace eager
