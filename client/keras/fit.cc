// Training, evaluation and prediction of models.
#include <algorithm>
#include <iostream>
#include <numeric>
#include <random>

#include "absl/strings/str_cat.h"
#include "client/constant.h"
#include "client/core/context_state.h"
#include "client/core/tensor_state.h"
#include "client/gradient_tape.h"
#include "client/keras/model.h"
#include "client/keras/progress_bar.h"
#include "client/math.h"
#include "client/op.h"

namespace eager::keras {
namespace {

using Where = std::source_location;

[[noreturn]] void Refuse(Where where, absl::string_view what) { throw Error(absl::InvalidArgumentError(what), where); }

// The mean of the batches' losses, weighted by their sizes. Adds up many of them by one op, now and then.
class MeanLoss {
 public:
  explicit MeanLoss(Where where) : where_(where) {}

  void Add(const Tensor& loss, int64_t examples) {
    if (examples != examples_ || pending_.size() == kPending) Fold();
    examples_ = examples;
    pending_.push_back(loss);
    count_ += examples;
  }
  bool empty() const { return count_ == 0; }
  // Waits.
  double Read() {
    Fold();
    return static_cast<double>(*total_) / static_cast<double>(count_);
  }

 private:
  static constexpr size_t kPending = 64;

  void Fold() {
    if (pending_.empty()) return;
    Tensor sum = pending_[0];
    if (pending_.size() > 1) {
      std::vector<Operand> all;
      for (const Tensor& loss : pending_) all.emplace_back(loss, where_);
      sum = op("AddN", all, {}, where_)[0];
    }
    const Tensor weighted = Operand(sum, where_) * examples_;
    total_ = total_.has_value() ? Operand(*total_, where_) + weighted : weighted;
    pending_.clear();
  }

  const Where where_;
  std::vector<Tensor> pending_;  // of batches of `examples_`
  int64_t examples_ = 0, count_ = 0;
  std::optional<Tensor> total_;
};

int64_t Examples(const Tensor& x, Where where) { return x.rank(where) == 0 ? 1 : x.shape(where)[0]; }

Tensor Rows(const Tensor& x, int64_t begin, int64_t count, Where where) {
  const int rank = x.rank(where);
  std::vector<int64_t> from(static_cast<size_t>(rank), 0), size(static_cast<size_t>(rank), -1);
  from[0] = begin;
  size[0] = count;
  return slice(Operand(x, where), Operand(std::move(from), where), Operand(std::move(size), where));
}

Batch Rows(const Batch& data, int64_t begin, int64_t count, Where where) {
  Batch rows{Rows(data.x, begin, count, where), Rows(data.y, begin, count, where), std::nullopt};
  if (data.sample_weight.has_value()) rows.sample_weight = Rows(*data.sample_weight, begin, count, where);
  return rows;
}

Batch Gather(const Batch& data, const std::vector<int32_t>& rows, Where where) {
  const Tensor indices = constant(rows, where);
  const auto pick = [&](const Tensor& t) { return op("GatherV2", {Operand(t, where), indices, 0}, {}, where)[0]; };
  Batch batch{pick(data.x), pick(data.y), std::nullopt};
  if (data.sample_weight.has_value()) batch.sample_weight = pick(*data.sample_weight);
  return batch;
}

// Arrays must have the same number of rows, at least one.
int64_t CheckArrays(const Batch& data, Where where) {
  if (!data.x.valid() || !data.y.valid()) Refuse(where, "fit: x and y are tensors, got an empty Tensor");
  if (data.x.rank(where) == 0) Refuse(where, "fit: x has no axis of examples");
  const int64_t n = Examples(data.x, where);
  const auto check = [&](const char* what, const Tensor& t) {
    if (t.rank(where) == 0 || t.shape(where)[0] != n) {
      Refuse(where, absl::StrCat("fit: x has ", n, " examples, ", what, " has shape ", t.shape(where).ToTuple()));
    }
  };
  check("y", data.y);
  if (data.sample_weight.has_value()) check("sample_weight", *data.sample_weight);
  if (n == 0) Refuse(where, "fit: x has no examples");
  return n;
}

// Arrays cut into batches, or a range as it is.
class Source {
 public:
  Source(const Batches& batches, int64_t batch_size, bool shuffle, Where where)
      : batches_(batches), batch_size_(batch_size), shuffle_(shuffle), where_(where) {
    if (!batches.given()) Refuse(where, "fit: there is no data");
    if (batch_size <= 0) Refuse(where, absl::StrCat("fit: expected a positive batch_size, got ", batch_size));
    if (!batches.arrays().has_value()) return;
    rows_ = CheckArrays(*batches.arrays(), where);
    steps_ = (rows_ + batch_size - 1) / batch_size;
    if (!shuffle) return;
    const auto seeds = batches.arrays()->x.state()->context->NextSeeds(std::nullopt);
    std::seed_seq seq{static_cast<uint32_t>(seeds.seed), static_cast<uint32_t>(seeds.seed2)};
    random_.seed(seq);
    order_.resize(static_cast<size_t>(rows_));
    std::iota(order_.begin(), order_.end(), 0);
  }

  // -1: not known before the first pass is over.
  int64_t steps() const { return steps_; }

  void Walk(const std::function<bool(const Batch&)>& f) {
    if (!batches_.arrays().has_value()) {
      int64_t steps = 0;
      bool whole = true;
      batches_.Walk([&](const Batch& batch) {
        ++steps;
        return whole = f(batch);
      });
      if (steps == 0) Refuse(where_, "fit: the data has no batch");
      if (whole) steps_ = steps;
      return;
    }
    if (shuffle_) std::shuffle(order_.begin(), order_.end(), random_);
    for (int64_t begin = 0; begin < rows_; begin += batch_size_) {
      const int64_t count = std::min(batch_size_, rows_ - begin);
      const Batch batch =
          shuffle_ ? Gather(*batches_.arrays(), {order_.begin() + begin, order_.begin() + begin + count}, where_)
                   : Rows(*batches_.arrays(), begin, count, where_);
      if (!f(batch)) return;
    }
  }

 private:
  const Batches& batches_;
  const int64_t batch_size_;
  const bool shuffle_;
  const Where where_;
  int64_t rows_ = 0, steps_ = -1;
  std::mt19937_64 random_;
  std::vector<int32_t> order_;
};

template <class F, class... Args>
void CallAll(const std::vector<Callback>& callbacks, F Callback::*member, Args&&... args) {
  for (const Callback& callback : callbacks) {
    if (callback.*member) (callback.*member)(args...);
  }
}

}  // namespace

struct Model::Compiled {
  AnyOptimizer optimizer;
  AnyLoss loss;
  std::vector<AnyMetric> asked;
  std::vector<std::shared_ptr<metrics::Metric>> metrics;

  void ResetMetrics(Where where) {
    for (const auto& metric : metrics) {
      if (metric != nullptr) metric->reset_state(where);
    }
  }

  void UpdateMetrics(const Batch& batch, const Tensor& prediction, Where where) {
    if (metrics.size() != asked.size()) {
      for (const AnyMetric& metric : asked)
        metrics.push_back(metric.get() != nullptr ? metric.get() : Accuracy(batch, prediction, where));
    }
    for (const auto& metric : metrics)
      metric->update_state(Operand(batch.y, where), Operand(prediction, where), batch.sample_weight);
  }

  // Keras's choice (tf_keras/src/engine/compile_utils.py).
  static std::shared_ptr<metrics::Metric> Accuracy(const Batch& batch, const Tensor& prediction, Where where) {
    const Shape& y = batch.y.shape(where);
    const Shape& p = prediction.shape(where);
    const int64_t classes = p.rank() > 0 ? p[p.rank() - 1] : 1;
    if (classes == 1) return std::make_shared<metrics::BinaryAccuracy>("accuracy", 0.5, where);
    if (y.rank() == p.rank() && y[y.rank() - 1] == classes)
      return std::make_shared<metrics::CategoricalAccuracy>("accuracy", where);
    return std::make_shared<metrics::SparseCategoricalAccuracy>("accuracy", where);
  }

  Logs::Values Read(MeanLoss& loss, const std::string& prefix, Where where) const {
    Logs::Values values;
    // What is asked for before the first read travels with it.
    std::vector<Tensor> results;
    for (const auto& metric : metrics) results.push_back(metric->result(where));
    if (!loss.empty()) values.emplace_back(prefix + "loss", loss.Read());
    for (size_t i = 0; i < metrics.size(); ++i)
      values.emplace_back(prefix + metrics[i]->name(), static_cast<double>(results[i]));
    return values;
  }
};

void Model::compile(AnyOptimizer optimizer, AnyLoss loss, std::vector<AnyMetric> metrics) {
  compiled_ = std::make_shared<Compiled>(Compiled{std::move(optimizer), std::move(loss), std::move(metrics), {}});
}

Model::Compiled& Model::NeedCompiled(const char* what, Where where) const {
  if (compiled_ != nullptr) return *compiled_;
  throw Error(absl::FailedPreconditionError(
                  absl::StrCat(what, ": model \"", name(), "\" has not been compiled: call compile() first")),
              where);
}

optimizers::Optimizer& Model::optimizer(Where where) const { return *NeedCompiled("optimizer", where).optimizer.get(); }

std::vector<Tracked> Model::checkpoint_edges() {
  std::vector<Tracked> edges = Layer::checkpoint_edges();
  const bool named =
      std::any_of(edges.begin(), edges.end(), [](const Tracked& edge) { return edge.name == "optimizer"; });
  if (compiled_ != nullptr && !named)
    edges.push_back({"optimizer", static_cast<Module*>(compiled_->optimizer.get().get())});
  return edges;
}

Tensor Model::TrainStep(const Batch& batch, const std::vector<Variable>* variables, Where where) {
  GradientTape tape({}, where);
  const Tensor prediction = (*this)(Operand(batch.x, where), /*training=*/true);
  const Tensor loss = compiled_->loss.get()(Operand(batch.y, where), Operand(prediction, where), batch.sample_weight);
  tape.stop();
  // The first call makes them.
  const std::vector<Variable> made = variables != nullptr ? std::vector<Variable>() : trainable_variables();
  const std::vector<Variable>& trained = variables != nullptr ? *variables : made;
  if (trained.empty()) Refuse(where, absl::StrCat("fit: model \"", name(), "\" has no trainable variables"));
  const std::vector<eager::Source> sources(trained.begin(), trained.end());
  compiled_->optimizer.get()->apply(tape.gradient(loss, sources, {}, where), trained, where);
  compiled_->UpdateMetrics(batch, prediction, where);
  return loss;
}

History Model::fit(const Tensor& x, const Tensor& y, const FitOptions& options, Where where) {
  return fit(Batches(x, y, options.sample_weight), options, where);
}

History Model::fit(const Batches& batches, const FitOptions& options, Where where) {
  Compiled& compiled = NeedCompiled("fit", where);
  std::ostream& out = options.out != nullptr ? *options.out : std::cout;
  const Verbose verbose = Resolve(options.verbose, out);
  Batches training = batches, validation = options.validation_data;
  if (options.validation_split != 0) {
    if (!(options.validation_split > 0 && options.validation_split < 1)) {
      Refuse(where, absl::StrCat("fit: expected a validation_split in [0, 1), got ", options.validation_split));
    }
    if (!batches.arrays().has_value())
      Refuse(where, "fit: validation_split is for arrays, the data is a range of batches");
    const int64_t n = CheckArrays(*batches.arrays(), where);
    const auto kept = static_cast<int64_t>(static_cast<double>(n) * (1 - options.validation_split));
    if (kept == 0 || kept == n)
      Refuse(where, absl::StrCat("fit: a validation_split of ", options.validation_split, " leaves nothing of ", n,
                                 " examples"));
    const auto part = [&](int64_t begin, int64_t count) {
      const Batch rows = Rows(*batches.arrays(), begin, count, where);
      return Batches(rows.x, rows.y, rows.sample_weight);
    };
    training = part(0, kept);
    validation = part(kept, n - kept);
  }
  Source source(training, options.batch_size, options.shuffle, where);
  History history;
  stop_training = false;
  CallAll(options.callbacks, &Callback::on_train_begin, *this);
  for (int epoch = options.initial_epoch; epoch < options.epochs && !stop_training; ++epoch) {
    if (verbose != Verbose::kSilent) out << "Epoch " << epoch + 1 << "/" << options.epochs << std::endl;
    CallAll(options.callbacks, &Callback::on_epoch_begin, *this, epoch);
    compiled.ResetMetrics(where);
    MeanLoss loss(where);
    ProgressBar bar(source.steps(), verbose, out);
    std::vector<Variable> variables;
    int64_t steps = 0;
    const auto figures = [&] { return compiled.Read(loss, "", where); };
    source.Walk([&](const Batch& batch) {
      loss.Add(TrainStep(batch, steps > 0 ? &variables : nullptr, where), Examples(batch.x, where));
      if (steps == 0) variables = trainable_variables();
      CallAll(options.callbacks, &Callback::on_batch_end, *this, steps, Logs(figures));
      bar.Step(++steps, figures);
      return !stop_training;
    });
    Logs::Values values = figures();
    if (validation.given()) {
      const Logs measured = Evaluate(validation, options.batch_size, where);
      for (const auto& [name, value] : measured.values()) values.emplace_back("val_" + name, value);
    }
    bar.Finish(steps, values);
    history.epochs.push_back(epoch);
    history.logs.emplace_back(std::move(values));
    CallAll(options.callbacks, &Callback::on_epoch_end, *this, epoch, history.logs.back());
  }
  CallAll(options.callbacks, &Callback::on_train_end, *this);
  return history;
}

Logs Model::train_on_batch(const Batch& batch, Where where) {
  Compiled& compiled = NeedCompiled("train_on_batch", where);
  compiled.ResetMetrics(where);
  MeanLoss loss(where);
  loss.Add(TrainStep(batch, nullptr, where), Examples(batch.x, where));
  return Logs([compiled = compiled_, loss, where]() mutable { return compiled->Read(loss, "", where); });
}

Logs Model::Evaluate(const Batches& batches, int64_t batch_size, Where where, int64_t* steps) {
  compiled_->ResetMetrics(where);
  MeanLoss loss(where);
  Source(batches, batch_size, false, where).Walk([&](const Batch& batch) {
    const Tensor prediction = (*this)(Operand(batch.x, where), /*training=*/false);
    loss.Add(compiled_->loss.get()(Operand(batch.y, where), Operand(prediction, where), batch.sample_weight),
             Examples(batch.x, where));
    compiled_->UpdateMetrics(batch, prediction, where);
    if (steps != nullptr) ++*steps;
    return true;
  });
  return Logs(compiled_->Read(loss, "", where));
}

Logs Model::evaluate(const Tensor& x, const Tensor& y, const EvaluateOptions& options, Where where) {
  return evaluate(Batches(x, y, options.sample_weight), options, where);
}

Logs Model::evaluate(const Batches& batches, const EvaluateOptions& options, Where where) {
  NeedCompiled("evaluate", where);
  std::ostream& out = options.out != nullptr ? *options.out : std::cout;
  ProgressBar bar(-1, Resolve(options.verbose, out), out);
  int64_t steps = 0;
  Logs logs = Evaluate(batches, options.batch_size, where, &steps);
  bar.Finish(steps, logs.values());
  return logs;
}

Tensor Model::predict(const Tensor& x, int64_t batch_size, Where where) {
  if (batch_size <= 0) Refuse(where, absl::StrCat("predict: expected a positive batch_size, got ", batch_size));
  if (!x.valid() || x.rank(where) == 0) Refuse(where, "predict: x has no axis of examples");
  const int64_t n = Examples(x, where);
  if (n <= batch_size) return (*this)(Operand(x, where), false);
  std::vector<Tensor> results;
  for (int64_t begin = 0; begin < n; begin += batch_size) {
    const Tensor rows = Rows(x, begin, std::min(batch_size, n - begin), where);
    results.push_back((*this)(Operand(rows, where), false));
  }
  std::vector<Operand> all;
  for (const Tensor& result : results) all.emplace_back(result, where);
  return concat(all, 0);
}

}  // namespace eager::keras
