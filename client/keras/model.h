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

#include <string>
#include <vector>

#include "client/keras/layer.h"

namespace eager::keras {

struct SummaryOptions {
  int line_length = 65;
  bool expand_nested = false;   // the layers of models inside this one too
  bool show_trainable = false;  // a column more
};

// Threads and errors as for Layer. Sequential is the model of a plain list; train with the functions of training.h.
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

  // The table that Keras 2 prints: layers, shapes, numbers of parameters. FAILED_PRECONDITION before the model is built.
  std::string summary_text(const SummaryOptions& options = {},
                           std::source_location where = std::source_location::current()) const;
  void summary(const SummaryOptions& options = {}, std::source_location where = std::source_location::current()) const;

 protected:
  using Layer::Layer;
  // What the summary shows as the shape of layers()[i]'s result.
  virtual std::string OutputShapeText(size_t i) const { return "multiple"; }

 private:
  void AppendSummary(const SummaryOptions& options, int level, std::string& text) const;
};

}  // namespace eager::keras
