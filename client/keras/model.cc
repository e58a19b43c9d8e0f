#include "client/keras/model.h"

#include <unordered_set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace eager::keras {
namespace {

using Where = std::source_location;

// Each variable once, where it is met first.
class Unique {
 public:
  void Add(const std::vector<Variable>& more) {
    for (const Variable& v : more) {
      if (have_.insert(v.handle().state().get()).second) all_.push_back(v);
    }
  }
  std::vector<Variable> Take() { return std::move(all_); }

 private:
  std::vector<Variable> all_;
  std::unordered_set<const void*> have_;
};

}  // namespace

std::vector<Variable> Model::variables() const {
  Unique all;
  for (const Module* child : children()) all.Add(child->variables());
  all.Add(Own(true));
  all.Add(Own(false));
  return all.Take();
}

std::vector<Variable> Model::trainable_variables() const {
  if (!trainable()) return {};
  Unique all;
  for (const Module* child : children()) all.Add(child->trainable_variables());
  all.Add(Own(true));
  return all.Take();
}

std::vector<Variable> Model::non_trainable_variables() const {
  Unique all;
  if (!trainable()) {
    for (const Module* child : children()) all.Add(child->trainable_variables());
    all.Add(Own(true));
  }
  for (const Module* child : children()) all.Add(child->non_trainable_variables());
  all.Add(Own(false));
  return all.Take();
}

std::vector<Layer*> Model::layers() const {
  std::vector<Layer*> layers;
  for (Module* child : children()) {
    if (auto* layer = dynamic_cast<Layer*>(child)) layers.push_back(layer);
  }
  return layers;
}

std::string Model::OutputShapeText(size_t i) const {
  const auto* model = dynamic_cast<const Model*>(layers()[i]);
  return model != nullptr ? model->ResultText() : "multiple";
}

Layer& Model::get_layer(const std::string& name, Where where) const {
  const std::vector<Layer*> all = layers();
  for (Layer* layer : all) {
    if (layer->name() == name) return *layer;
  }
  throw Error(absl::InvalidArgumentError(absl::StrCat(
                  "no such layer: ", name, "; existing layers are: ",
                  absl::StrJoin(all, ", ", [](std::string* out, const Layer* layer) { out->append(layer->name()); }))),
              where);
}

Layer& Model::get_layer(size_t index, Where where) const {
  const std::vector<Layer*> all = layers();
  if (index < all.size()) return *all[index];
  throw Error(absl::InvalidArgumentError(
                  absl::StrCat("no layer at index ", index, ": model \"", name(), "\" has ", all.size(), " layers")),
              where);
}

void Model::save_weights(const std::string& path, std::source_location where) { train::save_weights(*this, path, where); }

train::CheckpointLoadStatus Model::load_weights(const std::string& path, std::source_location where) {
  return train::load_weights(*this, path, where);
}

}  // namespace eager::keras
