#include "client/keras/training.h"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <limits>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/keras/model.h"

namespace eager::keras {
namespace {

using Where = std::source_location;

template <class Map>
const typename Map::mapped_type& Find(const Map& map, const std::string& name, const char* what, Where where) {
  const auto found = map.find(name);
  if (found != map.end()) return found->second;
  throw Error(absl::InvalidArgumentError(absl::StrCat(
                  "unknown ", what, " '", name, "'; known are ",
                  absl::StrJoin(map, ", ", [](std::string* out, const auto& item) { out->append(item.first); }))),
              where);
}

std::shared_ptr<optimizers::Optimizer> MakeOptimizer(const std::string& name, Where where) {
  using Make = std::function<std::shared_ptr<optimizers::Optimizer>(Where)>;
  static const auto* makers = new std::map<std::string, Make>{
      {"adagrad", [](Where w) { return std::make_shared<optimizers::Adagrad>(optimizers::AdagradOptions(), w); }},
      {"adam", [](Where w) { return std::make_shared<optimizers::Adam>(optimizers::AdamOptions(), w); }},
      {"adamw", [](Where w) { return std::make_shared<optimizers::AdamW>(optimizers::AdamWOptions(), w); }},
      {"rmsprop", [](Where w) { return std::make_shared<optimizers::RMSprop>(optimizers::RMSpropOptions(), w); }},
      {"sgd", [](Where w) { return std::make_shared<optimizers::SGD>(optimizers::SGDOptions(), w); }},
  };
  return Find(*makers, name, "optimizer", where)(where);
}

const losses::Loss& FindLoss(const std::string& name, Where where) {
  static const auto* known = new std::map<std::string, losses::Loss>{
      {"binary_crossentropy", losses::BinaryCrossentropy()},
      {"categorical_crossentropy", losses::CategoricalCrossentropy()},
      {"cosine_similarity", losses::CosineSimilarity()},
      {"hinge", losses::Hinge()},
      {"huber", losses::Huber()},
      {"kl_divergence", losses::KLDivergence()},
      {"log_cosh", losses::LogCosh()},
      {"mae", losses::MeanAbsoluteError()},
      {"mape", losses::MeanAbsolutePercentageError()},
      {"mean_absolute_error", losses::MeanAbsoluteError()},
      {"mean_squared_error", losses::MeanSquaredError()},
      {"mse", losses::MeanSquaredError()},
      {"msle", losses::MeanSquaredLogarithmicError()},
      {"poisson", losses::Poisson()},
      {"sparse_categorical_crossentropy", losses::SparseCategoricalCrossentropy()},
  };
  return Find(*known, name, "loss", where);
}

std::shared_ptr<metrics::Metric> MakeMetric(const std::string& name, Where where) {
  using Make = std::function<std::shared_ptr<metrics::Metric>(Where)>;
  static const auto* makers = new std::map<std::string, Make>{
      {"accuracy", [](Where) { return nullptr; }},
      {"mae", [](Where w) { return std::make_shared<metrics::MeanAbsoluteError>("mae", w); }},
      {"mse", [](Where w) { return std::make_shared<metrics::MeanSquaredError>("mse", w); }},
  };
  return Find(*makers, name, "metric", where)(where);
}

}  // namespace

AnyOptimizer::AnyOptimizer(const char* name, Where where) : optimizer_(MakeOptimizer(name, where)) {}
AnyLoss::AnyLoss(const char* name, Where where) : loss_(FindLoss(name, where)) {}
AnyMetric::AnyMetric(const char* name, Where where) : metric_(MakeMetric(name, where)) {}

const Logs::Values& Logs::values() const {
  if (!values_.has_value()) values_ = read_();
  return *values_;
}

double Logs::at(const std::string& name, Where where) const {
  for (const auto& [key, value] : values()) {
    if (key == name) return value;
  }
  throw Error(absl::InvalidArgumentError(absl::StrCat(
                  "no figure is named '", name, "'; there are ",
                  absl::StrJoin(values(), ", ", [](std::string* out, const auto& item) { out->append(item.first); }))),
              where);
}

bool Logs::contains(const std::string& name) const {
  return std::any_of(values().begin(), values().end(), [&](const auto& item) { return item.first == name; });
}

std::vector<double> History::of(const std::string& name, Where where) const {
  std::vector<double> figures;
  for (const Logs& epoch : logs) figures.push_back(epoch.at(name, where));
  return figures;
}

namespace callbacks {

Callback EarlyStopping(const EarlyStoppingOptions& options, Where where) {
  if (options.mode != "auto" && options.mode != "min" && options.mode != "max") {
    throw Error(absl::InvalidArgumentError(
                    absl::StrCat("EarlyStopping: mode is 'auto', 'min' or 'max', got '", options.mode, "'")),
                where);
  }
  struct State {
    double best;
    int waited = 0;
    std::vector<std::pair<Variable, Tensor>> weights;  // as they were at the best
  };
  const bool max =
      options.mode == "max" || (options.mode == "auto" && options.monitor.find("acc") != std::string::npos);
  const double worst = max ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  const auto state = std::make_shared<State>(State{worst});
  Callback callback;
  callback.on_train_begin = [state, worst](Model&) { *state = State{worst}; };
  callback.on_epoch_end = [=](Model& model, int, const Logs& logs) {
    if (!logs.contains(options.monitor)) {
      throw Error(
          absl::FailedPreconditionError(absl::StrCat("EarlyStopping: training has no figure '", options.monitor, "'")),
          where);
    }
    const double now = logs.at(options.monitor), gain = max ? now - state->best : state->best - now;
    if (gain > options.min_delta) {
      state->best = now;
      state->waited = 0;
      state->weights.clear();
      if (options.restore_best_weights) {
        for (const Variable& v : model.variables()) state->weights.emplace_back(v, v.read_value(where));
      }
    } else if (++state->waited >= options.patience) {
      model.stop_training = true;
      for (auto& [variable, value] : state->weights) variable.assign(Operand(value, where));
    }
  };
  return callback;
}

Callback TerminateOnNaN() {
  Callback callback;
  callback.on_batch_end = [](Model& model, int64_t batch, const Logs& logs) {
    if (std::isfinite(logs.at("loss"))) return;
    std::cout << "Batch " << batch << ": Invalid loss, terminating training" << std::endl;
    model.stop_training = true;
  };
  return callback;
}

}  // namespace callbacks
}  // namespace eager::keras
