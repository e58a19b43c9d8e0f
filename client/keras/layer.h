// A layer: a function of tensors with weights that it makes when it first sees the shape of its input.
//
//   class Linear : public keras::Layer {
//    public:
//     explicit Linear(int64_t units) : units_(units) {}
//     void build(const keras::PartialShape& input) override { w_ = add_weight("w", {input[-1], units_}); }
//     Tensor call(const Tensor& x, bool training) override { return matmul(x, *w_); }
//    private:
//     int64_t units_;
//     std::optional<Variable> w_;
//   };
//
// Layers inside a layer, and variables that it makes itself, are members named in EAGER_TRACK.
#pragma once

#include <map>
#include <optional>
#include <source_location>
#include <string>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "client/keras/initializers.h"
#include "client/keras/partial_shape.h"
#include "client/module.h"

namespace eager::keras {

struct LayerOptions {
  std::string name;  // none: the class's in snake case, numbered: "dense", "dense_1", …
  bool trainable = true;
  DType dtype = DType::kFloat32;  // of the weights; a floating input of another dtype is cast to it
  PartialShape input_shape;       // of one example; lets a Sequential build before there is data
};

// Calling a built layer changes nothing in it but what its weights hold, so several threads may; all else is for one
// thread at a time. A copy has the same weights if the layer is built, else it will make its own. Nothing waits but
// what reads values. Throws INVALID_ARGUMENT, at the caller's line, for inputs that do not fit.
class Layer : public Module {
 public:
  explicit Layer(LayerOptions options = {}, std::source_location where = std::source_location::current());

  // Builds the layer if it is not, checks the input and calls it. A host number stands for a tensor of one element.
  Tensor operator()(const Operand& input, bool training = false);
  // For layers of several inputs: Concatenate()({a, b}).
  Tensor operator()(const std::vector<Tensor>& inputs, bool training = false,
                    std::source_location where = std::source_location::current());
  // Builds the layer for an input of this shape, the axis of examples included; does nothing if it is built.
  void build_for(const PartialShape& input_shape, std::source_location where = std::source_location::current());

  // For a class to override, not for programs to call: what to make once the shape is known, and the function itself.
  virtual void build(const PartialShape& input_shape) {}
  virtual Tensor call(const Tensor& input, bool training);
  // For a class of several inputs, instead of the two above.
  virtual void build_all(const std::vector<PartialShape>& input_shapes) { build(input_shapes.at(0)); }
  virtual Tensor call_all(const std::vector<Tensor>& inputs, bool training);
  // The shape of the result, None where it depends on a None; nullopt: not known before the call.
  virtual std::optional<PartialShape> compute_output_shape(const PartialShape& input_shape) const {
    return std::nullopt;
  }

  std::string name() const override;
  // "Dense"
  std::string type() const { return class_name(); }
  bool built() const { return built_; }
  DType dtype() const { return options_.dtype; }
  const PartialShape& input_shape() const { return options_.input_shape; }
  bool trainable() const { return trainable_; }
  // Of a layer that is not, all weights count as not trainable; that goes for the layers in it as well.
  virtual void set_trainable(bool trainable);

  // Keras's order: the trainable ones first, then the others; a layer's own before those of the layers in it.
  std::vector<Variable> weights() const { return variables(); }
  std::vector<Variable> variables() const override;
  std::vector<Variable> trainable_variables() const override;
  std::vector<Variable> non_trainable_variables() const override;
  std::vector<Variable> trainable_weights() const { return trainable_variables(); }
  std::vector<Variable> non_trainable_weights() const { return non_trainable_variables(); }
  // The weight that add_weight gave this name. FAILED_PRECONDITION if there is none (yet).
  const Variable& weight(const std::string& name, std::source_location where = std::source_location::current()) const;
  // The values of weights(); waits.
  std::vector<HostTensor> get_weights(std::source_location where = std::source_location::current()) const;
  // INVALID_ARGUMENT if their number or a shape is not that of weights(); then none is set.
  void set_weights(const std::vector<HostTensor>& values, std::source_location where = std::source_location::current());
  // Numbers in all weights. FAILED_PRECONDITION before the layer is built.
  int64_t count_params(std::source_location where = std::source_location::current()) const;
  // Whether it has weights or, not built yet, a class of its kind makes some.
  virtual bool has_weights() const { return built_ || !weights_.empty() ? !variables().empty() : makes_weights(); }

  // The layers and modules directly in this one.
  std::vector<Module*> children() const;

  std::vector<Tracked> walked() override;
  std::vector<Tracked> checkpoint_edges() override;

 protected:
  // Makes a weight of the layer's dtype, named "<layer>/<name>:0". To be called by build().
  Variable add_weight(const std::string& name, const Shape& shape, const Initializer& initializer = "glorot_uniform",
                      bool trainable = true);
  // Checkpoints reach the weight under this name too: what Keras 3 calls it.
  void add_checkpoint_alias(const std::string& weight, const std::string& alias) { aliases_[weight] = alias; }

  // What the input must be like from now on.
  struct InputSpec {
    int ndim = -1;  // -1: any
    int min_ndim = 0;
    std::map<int, int64_t> axes;  // extents that are fixed, by axis; negative ones count from the end
  };
  void set_input_spec(InputSpec spec) { spec_ = std::move(spec); }
  void CheckInput(absl::Span<const int64_t> dims, std::source_location where) const;

  virtual bool makes_weights() const { return true; }
  // Whether the names of weights that are made inside start anew here, as in Keras's Sequential.
  virtual bool starts_scope() const { return false; }
  // The parts of the class: what EAGER_TRACK names, then the weights of add_weight.
  std::vector<Tracked> edges() const;

  // The line that called the layer whose call() or build() runs on this thread: for the errors of what they do.
  static std::source_location call_site();
  // The line that made this layer.
  std::source_location made_where() const { return made_where_; }
  // The class's own variables that are trainable, or those that are not.
  std::vector<Variable> Own(bool trainable) const;
  // For a class whose kind of name is known when it is made: "dense".
  Layer(const char* kind, LayerOptions options, std::source_location where);
  void set_built() { built_ = true; }

 private:
  class Frame;

  void Prepare(const std::vector<const Tensor*>& inputs, std::source_location where);
  void BuildAll(const std::vector<PartialShape>& shapes);
  std::string ScopedName(const std::string& weight) const;

  LayerOptions options_;
  std::source_location made_where_;
  mutable std::string auto_name_;
  bool trainable_;
  bool built_ = false;
  InputSpec spec_;
  std::vector<std::pair<std::string, Variable>> weights_;  // of add_weight
  std::map<std::string, std::string> aliases_;
};

// Forgets, for the whole process, which numbers layers' names have had: the next Dense is "dense" again.
void clear_session();

}  // namespace eager::keras
