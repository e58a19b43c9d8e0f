// What Model::compile, fit, evaluate and predict take and give.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "client/keras/losses.h"
#include "client/keras/metrics.h"
#include "client/keras/optimizers.h"
#include "client/tensor.h"

namespace eager::keras {

class Model;

// An optimizer of any class, shared with whoever else has a copy of it, or a name: "adagrad", "adam", "adamw",
// "rmsprop", "sgd", with its defaults. INVALID_ARGUMENT for any other name.
class AnyOptimizer {
 public:
  template <class O>
  requires std::is_base_of_v<optimizers::Optimizer, O> AnyOptimizer(O optimizer)
      : optimizer_(std::make_shared<O>(std::move(optimizer))) {}                                 // NOLINT
  AnyOptimizer(const char* name, std::source_location where = std::source_location::current());  // NOLINT

  const std::shared_ptr<optimizers::Optimizer>& get() const { return optimizer_; }

 private:
  std::shared_ptr<optimizers::Optimizer> optimizer_;
};

// A losses::Loss, any function of (y_true, y_pred) whose mean is taken, or the name of one in losses.h, such as "mse",
// "mae" or "sparse_categorical_crossentropy" (of probabilities). INVALID_ARGUMENT for any other name.
class AnyLoss {
 public:
  AnyLoss(losses::Loss loss) : loss_(std::move(loss)) {}  // NOLINT
  template <class F>
  requires std::is_invocable_r_v<Tensor, const F&, const Tensor&, const Tensor&> &&
      (!std::is_base_of_v<losses::Loss, F>)AnyLoss(F function)  // NOLINT
      : loss_("loss", [function = std::move(function)](const Operand& y, const Operand& p) {
          return function(*y.tensor(), *p.tensor());
        }) {}
  AnyLoss(const char* name, std::source_location where = std::source_location::current());  // NOLINT

  const losses::Loss& get() const { return loss_; }

 private:
  losses::Loss loss_;
};

// A metric of any class, or a name: "mse", "mae", or "accuracy", which is the binary, categorical or sparse one by the
// shapes of the first batch. INVALID_ARGUMENT for any other name.
class AnyMetric {
 public:
  template <class M>
  requires std::is_base_of_v<metrics::Metric, M> AnyMetric(M metric)
      : metric_(std::make_shared<M>(std::move(metric))) {}                                    // NOLINT
  AnyMetric(const char* name, std::source_location where = std::source_location::current());  // NOLINT

  // Null: "accuracy", to be chosen.
  const std::shared_ptr<metrics::Metric>& get() const { return metric_; }

 private:
  std::shared_ptr<metrics::Metric> metric_;
};

// Figures by name, "loss" first. Those of a batch are read from the server when they are first asked for: that waits.
class Logs {
 public:
  using Values = std::vector<std::pair<std::string, double>>;
  explicit Logs(Values values) : values_(std::move(values)) {}
  explicit Logs(std::function<Values()> read) : read_(std::move(read)) {}

  const Values& values() const;
  // INVALID_ARGUMENT for a name that is not there; the message lists them.
  double at(const std::string& name, std::source_location where = std::source_location::current()) const;
  bool contains(const std::string& name) const;

 private:
  mutable std::optional<Values> values_;
  std::function<Values()> read_;
};

// The figures of each epoch.
struct History {
  std::vector<int> epochs;
  std::vector<Logs> logs;
  // One figure over the epochs.
  std::vector<double> of(const std::string& name, std::source_location where = std::source_location::current()) const;
};

// What fit calls on its way, as far as a member is set. Set model.stop_training to end the training after the batch.
struct Callback {
  std::function<void(Model&)> on_train_begin, on_train_end;
  std::function<void(Model&, int epoch)> on_epoch_begin;
  std::function<void(Model&, int epoch, const Logs&)> on_epoch_end;
  std::function<void(Model&, int64_t batch, const Logs&)> on_batch_end;
};

namespace callbacks {

struct EarlyStoppingOptions {
  std::string monitor = "val_loss";
  double min_delta = 0;       // what counts as better
  int patience = 0;           // epochs without it
  std::string mode = "auto";  // "min", "max"; auto: max for names with "acc"
  bool restore_best_weights = false;
};
// Ends the training when a figure gets no better. FAILED_PRECONDITION, from fit, if there is no such figure.
Callback EarlyStopping(const EarlyStoppingOptions& options = {},
                       std::source_location where = std::source_location::current());

// Ends the training, with a line that names the batch, when the loss is no longer a finite number. Reads the loss after
// every batch, so each step waits.
Callback TerminateOnNaN();

}  // namespace callbacks

struct Batch {
  Tensor x, y;
  std::optional<Tensor> sample_weight;
};

// Where batches come from: whole arrays, to be cut, or a range of pairs or tuples (x, y[, sample_weight]) of tensors,
// such as a dataset or a vector, which is copied and walked through once an epoch.
class Batches {
 public:
  Batches() = default;  // none
  Batches(Tensor x, Tensor y, std::optional<Tensor> sample_weight = std::nullopt)
      : arrays_(Batch{std::move(x), std::move(y), std::move(sample_weight)}) {}
  Batches(const std::pair<Tensor, Tensor>& arrays) : Batches(arrays.first, arrays.second) {}  // NOLINT
  template <class Range>
  requires requires(const Range& r) {
    r.begin() != r.end();
  } &&(!std::is_same_v<std::remove_cvref_t<Range>, Batches>)Batches(Range range)  // NOLINT
      : walk_([range = std::move(range)](const std::function<bool(const Batch&)>& f) {
          for (auto it = range.begin(); it != range.end(); ++it) {
            if (!f(ToBatch(*it))) return;
          }
        }) {
  }

  bool given() const { return arrays_.has_value() || walk_; }
  const std::optional<Batch>& arrays() const { return arrays_; }
  // Calls `f` with each batch until it gives false.
  void Walk(const std::function<bool(const Batch&)>& f) const { walk_(f); }

 private:
  template <class Element>
  static Batch ToBatch(const Element& element) {
    Batch batch{std::get<0>(element), std::get<1>(element), std::nullopt};
    if constexpr (std::tuple_size_v < Element >> 2) batch.sample_weight = std::get<2>(element);
    return batch;
  }

  std::optional<Batch> arrays_;
  std::function<void(const std::function<bool(const Batch&)>&)> walk_;
};

// How much is printed: nothing, a bar that moves, or a line an epoch; kAuto: the bar in a terminal, else lines.
enum class Verbose : uint8_t { kSilent, kBar, kLines, kAuto };

struct FitOptions {
  int64_t batch_size = 32;  // of arrays
  int epochs = 1;
  Verbose verbose = Verbose::kAuto;
  std::vector<Callback> callbacks;
  double validation_split = 0;  // the part at the end of arrays that is kept for validation
  Batches validation_data;
  bool shuffle = true;  // arrays, anew each epoch, by random::set_seed
  std::optional<Tensor> sample_weight;
  int initial_epoch = 0;
  std::ostream* out = nullptr;  // std::cout
};

struct EvaluateOptions {
  int64_t batch_size = 32;  // of arrays
  Verbose verbose = Verbose::kAuto;
  std::optional<Tensor> sample_weight;
  std::ostream* out = nullptr;  // std::cout
};

}  // namespace eager::keras
