// A model that calls its layers one after the other.
//
//   keras::Sequential model({
//       keras::layers::Conv2D(16, {3, 3}, {.activation = "relu", .input_shape = {None, None, 1}}),
//       keras::layers::GlobalAveragePooling2D(),
//       keras::layers::Dense(10),
//   });
#pragma once

#include <initializer_list>
#include <memory>
#include <type_traits>
#include <utility>

#include "client/keras/model.h"
#include "common/mutex.h"

namespace eager::keras {

// A layer of any class, moved in, or shared with whoever else holds it.
class AnyLayer {
 public:
  template <class L>
  requires std::is_base_of_v<Layer, std::remove_cvref_t<L>> AnyLayer(
      L&& layer) {  // NOLINT: a list of layers is written as in Python
    static_assert(!std::is_lvalue_reference_v<L>,
                  "std::move the layer into the model, or share it by a std::shared_ptr");
    layer_ = std::make_shared<L>(std::move(layer));
  }
  template <class L>
  requires std::is_base_of_v<Layer, L> AnyLayer(std::shared_ptr<L> layer) : layer_(std::move(layer)) {}  // NOLINT

  const std::shared_ptr<Layer>& get() const { return layer_; }

 private:
  std::shared_ptr<Layer> layer_;
};

// Its weights exist as soon as the input's shape is known: from the first layer's input_shape, else from build_for or
// the first call. A copy shares the layers.
class Sequential : public Model {
 public:
  explicit Sequential(LayerOptions options = {}, std::source_location where = std::source_location::current());
  Sequential(std::initializer_list<AnyLayer> layers, LayerOptions options = {},
             std::source_location where = std::source_location::current());
  explicit Sequential(const std::vector<AnyLayer>& layers, LayerOptions options = {},
                      std::source_location where = std::source_location::current());

  // INVALID_ARGUMENT for a name that a layer here has already, and for shapes that do not fit.
  Sequential& add(AnyLayer layer, std::source_location where = std::source_location::current());

  void build(const PartialShape& input_shape) override;
  Tensor call(const Tensor& x, bool training) override;
  std::optional<PartialShape> compute_output_shape(const PartialShape& input) const override;

  bool has_weights() const override;
  std::vector<Layer*> layers() const override;
  // FAILED_PRECONDITION, at the line that made the model, while there are layers without weights yet.
  std::vector<Variable> variables() const override;
  std::vector<Variable> trainable_variables() const override;
  std::vector<Variable> non_trainable_variables() const override;

  std::vector<Tracked> tracked() override;
  // Keras 2's names, "layer_with_weights-0" and "layer-0", and the path that Keras 3 takes.
  std::vector<Tracked> checkpoint_edges() override;

 protected:
  bool starts_scope() const override { return true; }
  std::string OutputShapeText(size_t i) const override;
  std::string ResultText() const override { return layers_.empty() ? "multiple" : OutputShapeText(layers_.size() - 1); }

 private:
  // What the summary shows. Calls on several threads may find out more of it.
  struct Shapes {
    Mutex mu;
    PartialShape input ABSL_GUARDED_BY(mu);                 // of a batch, as far as it is known; not given: not at all
    std::vector<PartialShape> outputs ABSL_GUARDED_BY(mu);  // of each layer's result
  };

  void NeedWeights() const;
  // Builds layer i, if its input's shape is known, and notes the shape of its result.
  void BuildLayer(size_t i);
  // Whether a batch of this shape tells something new: an extent that was taken for fixed, a result not seen before.
  bool NoteInput(const Shape& input);
  void NoteOutputs(const std::vector<Tensor>& outputs);

  std::vector<std::shared_ptr<Layer>> layers_;
  std::shared_ptr<Shapes> shapes_ = std::make_shared<Shapes>();
};

}  // namespace eager::keras
