#include "client/keras/sequential.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/core/tensor_state.h"
#include "client/keras/layers/core.h"

namespace eager::keras {
namespace {

using Where = std::source_location;

// What two shapes have in common: None where they differ. Not given if that is not even the rank.
PartialShape Common(const PartialShape& a, const PartialShape& b) {
  if (!a.given() || !b.given() || a.rank() != b.rank()) return {};
  PartialShape common = a;
  for (int axis = 0; axis < a.rank(); ++axis) {
    if (a[axis] != b[axis]) common.set(axis, None);
  }
  return common;
}

bool Fits(const Shape& shape, const PartialShape& known) {
  if (!known.given() || shape.rank() != known.rank()) return false;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (known[axis] != None && known[axis] != shape[axis]) return false;
  }
  return true;
}

}  // namespace

Sequential::Sequential(LayerOptions options, Where where) : Model("sequential", std::move(options), where) {}

Sequential::Sequential(std::initializer_list<AnyLayer> layers, LayerOptions options, Where where)
    : Sequential(std::vector<AnyLayer>(layers), std::move(options), where) {}

Sequential::Sequential(const std::vector<AnyLayer>& layers, LayerOptions options, Where where)
    : Sequential(std::move(options), where) {
  if (this->input_shape().given()) {
    MutexLock lock(&shapes_->mu);
    shapes_->input = this->input_shape().WithBatch();
  }
  for (const AnyLayer& layer : layers) add(layer, where);
}

Sequential& Sequential::add(AnyLayer layer, Where where) {
  const std::shared_ptr<Layer>& added = layer.get();
  if (added == nullptr) throw Error(absl::InvalidArgumentError("Sequential: a layer is a null pointer"), where);
  bool known;
  {
    MutexLock lock(&shapes_->mu);
    PartialShape& input = shapes_->input;
    if (layers_.empty() && !input.given() && added->input_shape().given()) input = added->input_shape().WithBatch();
    known = input.given();
  }
  if (dynamic_cast<layers::InputLayer*>(added.get()) != nullptr) {
    if (layers_.empty()) return *this;
    throw Error(absl::InvalidArgumentError("Sequential: an InputLayer comes first"), where);
  }
  for (const auto& other : layers_) {
    if (other->name() != added->name()) continue;
    throw Error(absl::InvalidArgumentError(absl::StrCat("Sequential: layers need names of their own, \"", added->name(),
                                                        "\" is already in model \"", name(), "\"")),
                where);
  }
  layers_.push_back(added);
  if (!known) return *this;
  try {
    BuildLayer(layers_.size() - 1);
  } catch (const Error& e) {
    layers_.pop_back();
    throw Error(e.status(), where);
  }
  if (std::all_of(layers_.begin(), layers_.end(), [](const auto& l) { return l->built(); })) {
    set_built();
    finish_build();
  }
  return *this;
}

void Sequential::BuildLayer(size_t i) {
  PartialShape input;
  {
    MutexLock lock(&shapes_->mu);
    shapes_->outputs.resize(layers_.size());
    shapes_->outputs[i] = {};
    input = i == 0 ? shapes_->input : shapes_->outputs[i - 1];
  }
  if (!input.given()) return;
  layers_[i]->build_for(input, call_site());
  PartialShape output = layers_[i]->compute_output_shape(input).value_or(PartialShape());
  MutexLock lock(&shapes_->mu);
  shapes_->outputs[i] = std::move(output);
}

void Sequential::build(const PartialShape& input_shape) {
  {
    MutexLock lock(&shapes_->mu);
    shapes_->input = input_shape;
  }
  for (size_t i = 0; i < layers_.size(); ++i) BuildLayer(i);
}

Tensor Sequential::call(const Tensor& x, bool training) {
  const Where where = call_site();
  const bool note = x.state()->shape_known && NoteInput(x.shape(where));
  std::vector<Tensor> outputs;
  Tensor y = x;
  for (const auto& layer : layers_) {
    y = (*layer)(Operand(y, where), training);
    if (note) outputs.push_back(y);
  }
  if (note) NoteOutputs(outputs);
  return y;
}

bool Sequential::NoteInput(const Shape& input) {
  MutexLock lock(&shapes_->mu);
  const auto& outputs = shapes_->outputs;
  const bool all = outputs.size() == layers_.size() &&
                   std::all_of(outputs.begin(), outputs.end(), [](const PartialShape& s) { return s.given(); });
  if (all && Fits(input, shapes_->input)) return false;
  shapes_->input = shapes_->input.given() ? Common(shapes_->input, input) : PartialShape(input);
  return true;
}

void Sequential::NoteOutputs(const std::vector<Tensor>& outputs) {
  MutexLock lock(&shapes_->mu);
  shapes_->outputs.resize(layers_.size());
  const bool any_batch = shapes_->input.given() && shapes_->input.rank() > 0 && shapes_->input[0] == None;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!outputs[i].state()->shape_known) continue;  // asking would wait
    PartialShape shape = outputs[i].shape();
    if (any_batch && shape.rank() > 0) shape.set(0, None);
    PartialShape& known = shapes_->outputs[i];
    known = known.given() ? Common(known, shape) : shape;
  }
}

std::optional<PartialShape> Sequential::compute_output_shape(const PartialShape& input) const {
  std::optional<PartialShape> shape = input;
  for (const auto& layer : layers_) {
    if (shape.has_value()) shape = layer->compute_output_shape(*shape);
  }
  return shape;
}

std::vector<Layer*> Sequential::layers() const {
  std::vector<Layer*> layers;
  for (const auto& layer : layers_) layers.push_back(layer.get());
  return layers;
}

bool Sequential::has_weights() const {
  return std::any_of(layers_.begin(), layers_.end(), [](const auto& layer) { return layer->has_weights(); });
}

void Sequential::NeedWeights() const {
  for (const auto& layer : layers_) {
    if (layer->built() || !layer->has_weights()) continue;
    throw Error(absl::FailedPreconditionError(absl::StrCat("weights of model \"", name(),
                                                           "\" have not been made yet: call it on a ",
                                                           "batch of data, or give its input's shape to build_for")),
                made_where());
  }
}

std::vector<Variable> Sequential::variables() const {
  NeedWeights();
  return Model::variables();
}
std::vector<Variable> Sequential::trainable_variables() const {
  NeedWeights();
  return Model::trainable_variables();
}
std::vector<Variable> Sequential::non_trainable_variables() const {
  NeedWeights();
  return Model::non_trainable_variables();
}

std::vector<Tracked> Sequential::tracked() {
  std::vector<Tracked> edges;
  for (size_t i = 0; i < layers_.size(); ++i)
    edges.push_back({absl::StrCat("layer-", i), static_cast<Module*>(layers_[i].get())});
  return edges;
}

std::vector<Tracked> Sequential::checkpoint_edges() {
  std::vector<Tracked> edges, operations{{"0", std::vector<Tracked>()}};  // Keras 3 counts its input layer
  int with_weights = 0;
  for (size_t i = 0; i < layers_.size(); ++i) {
    Module* const layer = layers_[i].get();
    if (layers_[i]->has_weights()) edges.push_back({absl::StrCat("layer_with_weights-", with_weights++), layer});
    edges.push_back({absl::StrCat("layer-", i), layer});
    operations.push_back({absl::StrCat(i + 1), layer});
  }
  for (Tracked& edge : Model::checkpoint_edges()) {
    if (!edge.name.starts_with("layer-")) edges.push_back(std::move(edge));
  }
  edges.push_back({"_functional", std::vector<Tracked>{{"_operations", std::move(operations)}}});
  return edges;
}

std::string Sequential::OutputShapeText(size_t i) const {
  MutexLock lock(&shapes_->mu);
  return i < shapes_->outputs.size() && shapes_->outputs[i].given() ? shapes_->outputs[i].ToString() : "multiple";
}

}  // namespace eager::keras
