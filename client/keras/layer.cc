#include "client/keras/layer.h"

#include <cstddef>
#include <unordered_map>
#include <unordered_set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/constant.h"
#include "client/core/tape_state.h"
#include "client/math.h"
#include "common/mutex.h"

namespace eager::keras {
namespace {

using Where = std::source_location;

// "MaxPooling2D" -> "max_pooling2d", "ReLU" -> "re_lu": an underscore before each word of a capital and small letters
// or digits, and where a capital follows a small letter.
std::string SnakeCase(const std::string& name) {
  const auto upper = [&](size_t i) { return i < name.size() && absl::ascii_isupper(name[i]); };
  const auto small = [&](size_t i) {
    return i < name.size() && (absl::ascii_islower(name[i]) || absl::ascii_isdigit(name[i]));
  };
  std::string snake;
  for (size_t i = 0; i < name.size(); ++i) {
    const bool word = upper(i) && small(i + 1), after_small = upper(i) && i > 0 && absl::ascii_islower(name[i - 1]);
    if (i > 0 && (word || after_small)) snake += '_';
    snake += absl::ascii_tolower(name[i]);
  }
  return snake;
}

struct Names {
  Mutex mu;
  std::unordered_map<std::string, int> used ABSL_GUARDED_BY(mu);
};
Names& AllNames() {
  static auto* names = new Names;
  return *names;
}

std::string UniqueName(const std::string& kind) {
  Names& names = AllNames();
  MutexLock lock(&names.mu);
  const int n = names.used[kind]++;
  return n == 0 ? kind : absl::StrCat(kind, "_", n);
}

const void* Id(const Variable& v) { return v.handle().state().get(); }

void AddUnique(const std::vector<Variable>& more, std::vector<Variable>& all) {
  std::unordered_set<const void*> have;
  for (const Variable& v : all) have.insert(Id(v));
  for (const Variable& v : more) {
    if (have.insert(Id(v)).second) all.push_back(v);
  }
}

void Open(const std::vector<Tracked>& edges, std::vector<Variable>* variables, std::vector<Module*>* modules) {
  for (const Tracked& edge : edges) {
    if (const auto* variable = std::get_if<Variable>(&edge.part)) {
      variables->push_back(*variable);
    } else if (const auto* module = std::get_if<Module*>(&edge.part)) {
      modules->push_back(*module);
    } else {
      Open(std::get<std::vector<Tracked>>(edge.part), variables, modules);
    }
  }
}

template <class Part>
std::vector<Tracked> Numbered(const std::vector<Part>& parts) {
  std::vector<Tracked> edges;
  for (size_t i = 0; i < parts.size(); ++i) edges.push_back({absl::StrCat(i), parts[i]});
  return edges;
}

// A layer's input as a tensor: a number becomes one, and a floating dtype that of the layer.
Tensor AsInput(const Operand& input, DType dtype) {
  Tensor x;
  switch (input.kind()) {
    case Operand::Kind::kTensor:
      x = input.variable() != nullptr ? input.variable()->read_value(input.where()) : *input.tensor();
      if (!x.valid()) throw Error(absl::InvalidArgumentError("an empty Tensor is the input of a layer"), input.where());
      break;
    case Operand::Kind::kBool:
      x = constant(input.int_value() != 0, input.where());
      break;
    case Operand::Kind::kInt:
      x = constant(static_cast<int32_t>(input.int_value()), input.where());
      break;
    case Operand::Kind::kFloat:
      x = constant(static_cast<float>(input.float_value()), input.where());
      break;
    case Operand::Kind::kInts:
      x = constant(std::vector<int32_t>(input.ints().begin(), input.ints().end()), input.where());
      break;
    case Operand::Kind::kArray:
      x = constant(input.array(), input.where());
      break;
  }
  return IsFloating(dtype) && IsFloating(x.dtype()) && x.dtype() != dtype ? cast(Operand(x, input.where()), dtype) : x;
}

}  // namespace

void clear_session() {
  Names& names = AllNames();
  MutexLock lock(&names.mu);
  names.used.clear();
}

// The layers that this thread is inside of, innermost first.
class Layer::Frame {
 public:
  Frame(const Layer& layer, Where where) : layer(layer), where(where), outer(innermost) { innermost = this; }
  ~Frame() { innermost = outer; }
  Frame(const Frame&) = delete;

  const Layer& layer;
  const Where where;
  const Frame* const outer;
  static thread_local const Frame* innermost;
};
thread_local const Layer::Frame* Layer::Frame::innermost = nullptr;

Layer::Layer(LayerOptions options, Where where)
    : Module(options.name), options_(std::move(options)), made_where_(where), trainable_(options_.trainable) {}

Layer::Layer(const char* kind, LayerOptions options, Where where) : Layer(std::move(options), where) {
  if (options_.name.empty()) auto_name_ = UniqueName(kind);
}

std::string Layer::name() const {
  if (!options_.name.empty()) return options_.name;
  if (auto_name_.empty()) auto_name_ = UniqueName(SnakeCase(type()));
  return auto_name_;
}

Where Layer::call_site() { return Frame::innermost != nullptr ? Frame::innermost->where : Where::current(); }

Tensor Layer::operator()(const Operand& input, bool training) {
  const Frame frame(*this, input.where());
  const Tensor x = AsInput(input, dtype());
  Prepare({&x}, input.where());
  return call(x, training);
}

Tensor Layer::operator()(const std::vector<Tensor>& inputs, bool training, Where where) {
  const Frame frame(*this, where);
  std::vector<Tensor> xs;
  std::vector<const Tensor*> pointers;
  for (const Tensor& input : inputs) xs.push_back(AsInput(Operand(input, where), dtype()));
  for (const Tensor& x : xs) pointers.push_back(&x);
  Prepare(pointers, where);
  return call_all(xs, training);
}

void Layer::build_for(const PartialShape& input_shape, Where where) {
  if (built_) return;
  const Frame frame(*this, where);
  CheckInput(input_shape.dims(), where);
  BuildAll({input_shape});
}

void Layer::Prepare(const std::vector<const Tensor*>& inputs, Where where) {
  for (const Tensor* x : inputs) {
    // A built layer does not wait for shapes that only the server knows: its ops will see.
    if (!built_ || x->state()->shape_known) CheckInput(x->shape(where).dims(), where);
  }
  if (built_) return;
  std::vector<PartialShape> shapes;
  for (const Tensor* x : inputs) shapes.emplace_back(x->shape(where));
  BuildAll(shapes);
}

void Layer::BuildAll(const std::vector<PartialShape>& shapes) {
  const eager::internal::NoTapes quiet;
  if (shapes.empty()) {
    throw Error(
        absl::InvalidArgumentError(absl::StrCat("layer \"", name(), "\" was called with an empty list of inputs")),
        call_site());
  }
  const size_t before = weights_.size();
  try {
    shapes.size() == 1 ? build(shapes[0]) : build_all(shapes);
  } catch (...) {
    weights_.erase(weights_.begin() + static_cast<std::ptrdiff_t>(before),
                   weights_.end());  // the next call builds anew
    throw;
  }
  built_ = true;
  finish_build();
}

Tensor Layer::call(const Tensor& input, bool training) {
  throw Error(
      absl::UnimplementedError(absl::StrCat("layer \"", name(), "\" (", type(), ") has no call() for one input")),
      call_site());
}

Tensor Layer::call_all(const std::vector<Tensor>& inputs, bool training) {
  if (inputs.size() == 1) return call(inputs[0], training);
  throw Error(absl::UnimplementedError(
                  absl::StrCat("layer \"", name(), "\" (", type(), ") takes one input, got ", inputs.size())),
              call_site());
}

void Layer::CheckInput(absl::Span<const int64_t> dims, Where where) const {
  const int rank = static_cast<int>(dims.size());
  std::string wrong;
  if (spec_.ndim >= 0 && rank != spec_.ndim) {
    wrong = absl::StrCat("expected ndim=", spec_.ndim, ", found ndim=", rank, ". Full shape received: ");
  } else if (rank < spec_.min_ndim) {
    wrong = absl::StrCat("expected min_ndim=", spec_.min_ndim, ", found ndim=", rank, ". Full shape received: ");
  } else {
    for (const auto& [axis, extent] : spec_.axes) {
      const int64_t found = dims[static_cast<size_t>(axis < 0 ? axis + rank : axis)];
      if (found == extent || found == None) continue;
      wrong = absl::StrCat("expected axis ", axis, " of input shape to have value ", extent,
                           ", but received input with shape ");
      break;
    }
  }
  if (wrong.empty()) return;
  const PartialShape shape(std::vector<int64_t>(dims.begin(), dims.end()));
  throw Error(absl::InvalidArgumentError(absl::StrCat("Input 0 of layer \"", name(),
                                                      "\" is incompatible with the layer: ", wrong, shape.ToString())),
              where);
}

std::string Layer::ScopedName(const std::string& weight) const {
  std::string scope = name();
  const Frame* frame = Frame::innermost;
  while (frame != nullptr && &frame->layer == this) frame = frame->outer;
  for (; frame != nullptr && !frame->layer.starts_scope(); frame = frame->outer) {
    scope = absl::StrCat(frame->layer.name(), "/", scope);
  }
  return absl::StrCat(scope, "/", weight);
}

Variable Layer::add_weight(const std::string& name, const Shape& shape, const Initializer& initializer,
                           bool trainable) {
  const Tensor initial = initializer(shape, dtype(), call_site());
  weights_.emplace_back(name,
                        Variable(Operand(initial, call_site()), {.name = ScopedName(name), .trainable = trainable}));
  return weights_.back().second;
}

const Variable& Layer::weight(const std::string& name, Where where) const {
  for (const auto& [key, variable] : weights_) {
    if (key == name) return variable;
  }
  throw Error(absl::FailedPreconditionError(absl::StrCat("layer \"", this->name(), "\" has no weight \"", name, "\"",
                                                         built_ ? "" : ": it has not been built yet")),
              where);
}

std::vector<Tracked> Layer::edges() const {
  // The list hands out what may be changed through it; finding it changes nothing.
  std::vector<Tracked> edges = const_cast<Layer*>(this)->tracked();
  std::vector<Variable> variables;
  std::vector<Module*> modules;
  Open(edges, &variables, &modules);
  std::unordered_set<const void*> have;
  for (const Variable& v : variables) have.insert(Id(v));
  for (const auto& [name, variable] : weights_) {
    if (have.insert(Id(variable)).second) edges.push_back({name, variable});
  }
  return edges;
}

std::vector<Module*> Layer::children() const {
  std::vector<Variable> variables;
  std::vector<Module*> modules, unique;
  Open(edges(), &variables, &modules);
  std::unordered_set<const Module*> have;
  for (Module* module : modules) {
    if (have.insert(module).second) unique.push_back(module);
  }
  return unique;
}

std::vector<Variable> Layer::Own(bool trainable) const {
  std::vector<Variable> variables, own;
  std::vector<Module*> modules;
  Open(edges(), &variables, &modules);
  std::erase_if(variables, [trainable](const Variable& v) { return v.trainable() != trainable; });
  AddUnique(variables, own);
  return own;
}

void Layer::set_trainable(bool trainable) {
  trainable_ = trainable;
  for (Module* child : children()) {
    if (auto* layer = dynamic_cast<Layer*>(child)) layer->set_trainable(trainable);
  }
}

std::vector<Variable> Layer::trainable_variables() const {
  if (!trainable_) return {};
  std::vector<Variable> all = Own(true);
  for (const Module* child : children()) AddUnique(child->trainable_variables(), all);
  return all;
}

std::vector<Variable> Layer::non_trainable_variables() const {
  std::vector<Variable> all;
  if (!trainable_) all = Own(true);
  AddUnique(Own(false), all);
  for (const Module* child : children())
    AddUnique(trainable_ ? child->non_trainable_variables() : child->variables(), all);
  return all;
}

std::vector<Variable> Layer::variables() const {
  std::vector<Variable> all = trainable_variables();
  AddUnique(non_trainable_variables(), all);
  return all;
}

std::vector<HostTensor> Layer::get_weights(Where where) const {
  std::vector<HostTensor> values;
  for (const Variable& v : variables()) values.push_back(v.numpy(where));
  return values;
}

void Layer::set_weights(const std::vector<HostTensor>& values, Where where) {
  std::vector<Variable> weights = variables();
  if (weights.size() != values.size()) {
    throw Error(absl::InvalidArgumentError(absl::StrCat("set_weights: layer \"", name(), "\" has ", weights.size(),
                                                        " weights, got ", values.size(), " values")),
                where);
  }
  for (size_t i = 0; i < values.size(); ++i) {
    if (weights[i].shape() == values[i].shape()) continue;
    throw Error(absl::InvalidArgumentError(absl::StrCat("set_weights: ", weights[i].name(), " of layer \"", name(),
                                                        "\" has shape ", weights[i].shape().ToTuple(),
                                                        ", got a value of shape ", values[i].shape().ToTuple())),
                where);
  }
  for (size_t i = 0; i < values.size(); ++i) {
    const Tensor value = constant(values[i], where);
    const Operand operand(value, where);
    weights[i].assign(value.dtype() == weights[i].dtype() ? operand
                                                          : Operand(cast(operand, weights[i].dtype()), where));
  }
}

int64_t Layer::count_params(Where where) const {
  if (!built_) {
    throw Error(
        absl::FailedPreconditionError(absl::StrCat("count_params: layer \"", name(), "\" has not been built yet")),
        where);
  }
  int64_t count = 0;
  for (const Variable& v : variables()) count += v.shape().num_elements();
  return count;
}

// As vars() of a Keras layer lists them, whose private lists come before the attributes that users named.
std::vector<Tracked> Layer::walked() {
  return {{"_non_trainable_weights", Numbered(Own(false))},
          {"_self_tracked_trackables", Numbered(children())},
          {"_trainable_weights", Numbered(Own(true))}};
}

std::vector<Tracked> Layer::checkpoint_edges() {
  std::vector<Tracked> all;
  for (Tracked& edge : edges()) {
    const auto alias = aliases_.find(edge.name);
    const auto* variable = std::get_if<Variable>(&edge.part);
    std::optional<Tracked> second;
    if (alias != aliases_.end() && variable != nullptr) second = Tracked{alias->second, *variable};
    all.push_back(std::move(edge));
    if (second.has_value()) all.push_back(*std::move(second));
  }
  return all;
}

}  // namespace eager::keras
