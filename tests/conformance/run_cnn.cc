// A whole training run: the layers, loss and optimizer that the file names, with its weights, on its batch.
#include "absl/strings/str_cat.h"
#include "client/constant.h"
#include "client/gradient_tape.h"
#include "client/keras/layers.h"
#include "client/keras/losses.h"
#include "client/keras/optimizers.h"
#include "client/keras/sequential.h"
#include "tests/conformance/check.h"
#include "tests/conformance/run.h"

namespace eager::conformance {
namespace {

using golden::Json;
using keras::AnyLayer;

keras::layers::Pair PairOf(const Json& layer, const char* key) {
  return {layer.at(key).at(0).get<int64_t>(), layer.at(key).at(1).get<int64_t>()};
}

keras::ActivationFn ActivationOf(const Json& layer) {
  if (!layer.contains("activation") || layer.at("activation").is_null()) return {};
  return layer.at("activation").get<std::string>();
}

AnyLayer MakeLayer(const Json& layer) {
  const std::string type = layer.at("type");
  if (type == "Conv2D") {
    return keras::layers::Conv2D(layer.at("filters"), PairOf(layer, "kernel_size"),
                                 {.strides = PairOf(layer, "strides"),
                                  .padding = layer.at("padding"),
                                  .activation = ActivationOf(layer),
                                  .use_bias = layer.at("use_bias")});
  }
  if (type == "Dense") {
    return keras::layers::Dense(layer.at("units"),
                                {.activation = ActivationOf(layer), .use_bias = layer.at("use_bias")});
  }
  if (type == "GlobalAveragePooling2D") return keras::layers::GlobalAveragePooling2D();
  throw std::invalid_argument(absl::StrCat("an unknown layer: ", type));
}

std::string Compare(const Json& c, const std::string& what, const char* kind, const std::vector<Tensor>& got,
                    const Json& want) {
  const Json& tolerance = c.at("tolerance").at(kind);
  const std::vector<HostTensor> values = golden::ParseTensors(want, what).value();
  if (values.size() != got.size()) return absl::StrCat(what, ": ", got.size(), " ", kind, ", expected ", values.size());
  for (size_t i = 0; i < got.size(); ++i) {
    std::string why =
        Difference(absl::StrCat(what, ", ", kind, " ", i), got[i], values[i], {tolerance.at(0), tolerance.at(1)});
    if (!why.empty()) return why;
  }
  return "";
}

}  // namespace

Outcome RunCnn(const Json& c) {
  std::vector<AnyLayer> layers;
  for (const Json& layer : c.at("layers")) layers.push_back(MakeLayer(layer));
  keras::Sequential model(layers);
  const Tensor images = constant(golden::ParseTensor(c.at("images"), "images").value());
  const Tensor labels = constant(golden::ParseTensor(c.at("labels"), "labels").value());
  model.build_for(images.shape());
  model.set_weights(golden::ParseTensors(c.at("weights"), "weights").value());

  const Json& options = c.at("optimizer");
  if (options.at("name") != "Adam") return Failed(absl::StrCat("an unknown optimizer: ", options.dump()));
  keras::optimizers::Adam optimizer({.learning_rate = options.at("learning_rate").get<double>(),
                                     .beta_1 = options.at("beta_1"),
                                     .beta_2 = options.at("beta_2"),
                                     .epsilon = options.at("epsilon")});
  const keras::losses::SparseCategoricalCrossentropy loss({.from_logits = true});
  const std::vector<Variable> variables = model.trainable_variables();
  const std::vector<Source> sources(variables.begin(), variables.end());
  int n = 0;
  for (const Json& step : c.at("steps")) {
    const std::string what = absl::StrCat("step ", n++);
    GradientTape tape;
    const Tensor logits = model(images, /*training=*/true);
    const Tensor value = loss(labels, logits);
    const auto gradients = tape.gradient(value, sources);
    optimizer.apply(gradients, variables);
    std::vector<Tensor> flat, weights;
    for (const auto& gradient : gradients) flat.push_back(gradient.value());
    for (const Variable& v : variables) weights.push_back(v.read_value());
    for (const std::string& why : {Compare(c, what, "logits", {logits}, Json::array({step.at("logits")})),
                                   Compare(c, what, "loss", {value}, Json::array({step.at("loss")})),
                                   Compare(c, what, "gradients", flat, step.at("gradients")),
                                   Compare(c, what, "weights", weights, step.at("weights"))}) {
      if (!why.empty()) return Failed(why);
    }
  }
  const Tensor logits = model(images);
  const std::string why = Compare(c, "final", "logits", {logits}, Json::array({c.at("final").at("logits")}));
  if (!why.empty()) return Failed(why);
  const std::string last = Compare(c, "final", "loss", {loss(labels, logits)}, Json::array({c.at("final").at("loss")}));
  return last.empty() ? Passed() : Failed(last);
}

}  // namespace eager::conformance
