// A model: a layer made of layers.
//
//   class Net : public keras::Model {
//    public:
//     Tensor call(const Tensor& x, bool training) override { return d2(d1(x)); }
//     EAGER_TRACK(d1, d2)
//    private:
//     keras::layers::Dense d1{32, {.activation = "relu"}}, d2{10};
//   };
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "client/keras/layer.h"
#include "client/keras/training.h"
#include "client/train/weights.h"

namespace eager::keras {

struct SummaryOptions {
  int line_length = 65;
  bool expand_nested = false;   // the layers of models inside this one too
  bool show_trainable = false;  // a column more
};

// Threads and errors as for Layer. Sequential is the model of a plain list.
class Model : public Layer {
 public:
  explicit Model(LayerOptions options = {}, std::source_location where = std::source_location::current())
      : Layer(std::move(options), where) {}

  // Layer by layer in Keras's order, then the model's own variables.
  std::vector<Variable> variables() const override;
  std::vector<Variable> trainable_variables() const override;
  std::vector<Variable> non_trainable_variables() const override;

  // The layers directly in this model, those in lists and maps included.
  virtual std::vector<Layer*> layers() const;
  // INVALID_ARGUMENT where there is none of that name or position; the message lists the names.
  Layer& get_layer(const std::string& name, std::source_location where = std::source_location::current()) const;
  Layer& get_layer(size_t index, std::source_location where = std::source_location::current()) const;

  // Names what the model is trained with. May be called again; the model's weights stay.
  void compile(AnyOptimizer optimizer, AnyLoss loss, std::vector<AnyMetric> metrics = {});
  bool compiled() const { return compiled_ != nullptr; }
  // Trains the model. Reads the figures at most ten times a second where a bar shows them, and once an epoch: all other
  // steps wait for nothing. FAILED_PRECONDITION before compile(), INVALID_ARGUMENT for data or options that do not fit.
  History fit(const Tensor& x, const Tensor& y, const FitOptions& options = {},
              std::source_location where = std::source_location::current());
  History fit(const Batches& batches, const FitOptions& options = {},
              std::source_location where = std::source_location::current());
  // The figures over some data; waits once, at the end.
  Logs evaluate(const Tensor& x, const Tensor& y, const EvaluateOptions& options = {},
                std::source_location where = std::source_location::current());
  Logs evaluate(const Batches& batches, const EvaluateOptions& options = {},
                std::source_location where = std::source_location::current());
  // The model's results for an array, batch by batch; does not wait.
  Tensor predict(const Tensor& x, int64_t batch_size = 32,
                 std::source_location where = std::source_location::current());
  // One step on one batch; the figures are read when they are asked for.
  Logs train_on_batch(const Batch& batch, std::source_location where = std::source_location::current());
  optimizers::Optimizer& optimizer(std::source_location where = std::source_location::current()) const;
  bool stop_training = false;  // for callbacks

  // The weights in Keras 2's checkpoint files, with the optimizer's state if the model is compiled: `path`.index and its
  // data files, which TensorFlow reads as well. Wait, and throw, as train::save_weights and train::load_weights do.
  void save_weights(const std::string& path, std::source_location where = std::source_location::current());
  train::CheckpointLoadStatus load_weights(const std::string& path,
                                           std::source_location where = std::source_location::current());
  // With the optimizer of a compiled model, as Keras's save_weights has it.
  std::vector<Tracked> checkpoint_edges() override;

  // The table that Keras 2 prints: layers, shapes, numbers of parameters. FAILED_PRECONDITION before the model is
  // built.
  std::string summary_text(const SummaryOptions& options = {},
                           std::source_location where = std::source_location::current()) const;
  void summary(const SummaryOptions& options = {}, std::source_location where = std::source_location::current()) const;

 protected:
  using Layer::Layer;
  // What the summary shows as the shape of layers()[i]'s result.
  virtual std::string OutputShapeText(size_t i) const;
  // What it shows, of a model that is a layer of another, as the shape of the result.
  virtual std::string ResultText() const { return "multiple"; }

 private:
  struct Compiled;
  Compiled& NeedCompiled(const char* what, std::source_location where) const;
  Tensor TrainStep(const Batch& batch, const std::vector<Variable>* variables, std::source_location where);
  // Also counts the batches.
  Logs Evaluate(const Batches& batches, int64_t batch_size, std::source_location where, int64_t* steps = nullptr);

  std::shared_ptr<Compiled> compiled_;
  void AppendSummary(const SummaryOptions& options, int level, std::string& text) const;
};

}  // namespace eager::keras
