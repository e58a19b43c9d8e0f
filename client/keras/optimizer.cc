#include "client/context.h"
#include "client/keras/optimizer.h"

#include <deque>
#include <numeric>
#include <unordered_map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "client/constant.h"
#include "client/core/call.h"
#include "client/core/throw.h"
#include "client/gradient_tape.h"
#include "client/math.h"
#include "common/visit_dtype.h"

namespace eager::keras::optimizers {
namespace {

using internal::Op;

template <class... Parts>
[[noreturn]] void Refuse(std::source_location where, const Parts&... parts) {
  throw Error(absl::InvalidArgumentError(absl::StrCat(parts...)), where);
}

const void* IdentityOf(const Variable& v) { return v.handle().state().get(); }

// A variable of the optimizer's own whose value is known here, so that no step reads it.
template <class T>
class Mirrored {
 public:
  Mirrored(T value, std::string name, std::source_location where)
      : variable(Operand(constant(value, where), where), {.name = std::move(name), .trainable = false}),
        value_(value), seen_(variable.assignments()) {}

  // Reads it if somebody else assigned to it.
  T Get(std::source_location where) {
    if (const uint64_t now = variable.assignments(); now != seen_) {
      value_ = variable.read<T>(where)[0];
      seen_ = now;
    }
    return value_;
  }
  void Set(T value, std::source_location where) {
    variable.assign(Operand(constant(value, where), where));
    value_ = value;
    seen_ = variable.assignments();
  }
  // The variable was changed by an op that does not count as an assignment.
  void Follow(T value) { value_ = value; }

  Variable variable;

 private:
  T value_;
  uint64_t seen_;
};

// A scalar on a server, and the last step that asked for it.
struct Scalar {
  double value;
  DType dtype;
  const internal::ContextState* context;
  const std::string* device;
  uint64_t last_step;
  Tensor tensor;
};

HostTensor MakeScalar(double value, DType dtype) {
  return VisitDType(
      dtype,
      [&]<class T>() {
        if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>) {
          return HostTensor::Scalar(T(static_cast<float>(value)));
        } else {
          return HostTensor::Scalar(static_cast<T>(value));
        }
      },
      [] { return HostTensor(); });
}

std::vector<int64_t> AllAxes(const Tensor& t, std::source_location where) {
  std::vector<int64_t> axes(static_cast<size_t>(t.rank(where)));
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

Tensor Run(const OpSpec& op, std::initializer_list<Operand> operands, std::source_location where) {
  return internal::Call1(op, absl::MakeConstSpan(operands.begin(), operands.size()), {}, where);
}

Tensor SquaredNorm(const Tensor& t, std::source_location where) {
  static const OpSpec& square = Op("Square");
  static const OpSpec& sum = Op("Sum");
  const Tensor squares = Run(square, {Operand(t, where)}, where);
  return Run(sum, {Operand(squares, where), Operand(AllAxes(t, where), where)}, where);
}

// What to multiply by, so that a norm becomes at most `limit`.
Tensor Shrink(const Tensor& squared_norm, const Tensor& limit, std::source_location where) {
  static const OpSpec& root = Op("Sqrt");
  static const OpSpec& greater = Op("Maximum");
  static const OpSpec& div = Op("RealDiv");
  const Tensor norm = Run(root, {Operand(squared_norm, where)}, where);
  const Tensor bound = Run(greater, {Operand(norm, where), Operand(limit, where)}, where);
  return Run(div, {Operand(limit, where), Operand(bound, where)}, where);
}

std::vector<Tracked> ListOf(const std::vector<Variable>& variables) {
  std::vector<Tracked> list;
  for (size_t i = 0; i < variables.size(); ++i) list.push_back({std::to_string(i), variables[i]});
  return list;
}

void CheckOptions(const CommonOptions& o, std::source_location where) {
  if (o.clipnorm.has_value() + o.clipvalue.has_value() + o.global_clipnorm.has_value() > 1) {
    Refuse(where, "only one of clipnorm, clipvalue and global_clipnorm can be set");
  }
  if (!o.use_ema) return;
  if (!(o.ema_momentum >= 0 && o.ema_momentum <= 1)) {
    Refuse(where, "ema_momentum must be in the range [0, 1], got ", o.ema_momentum);
  }
  if (o.ema_overwrite_frequency.value_or(1) < 1) {
    Refuse(where, "ema_overwrite_frequency must be >= 1, got ", *o.ema_overwrite_frequency);
  }
}

}  // namespace

void LearningRate::Check(std::source_location where) const {
  try {
    at(0);
  } catch (const Error& e) {
    throw Error(e.status(), where);
  }
}

struct Optimizer::State {
  State(CommonOptions o, std::vector<Slot> s, std::source_location where)
      : options(std::move(o)), slots(std::move(s)), iterations(0, "iteration", where) {}

  const CommonOptions options;
  const std::vector<Slot> slots;
  Mirrored<int64_t> iterations;
  LearningRate learning_rate = 0;
  std::optional<Mirrored<float>> rate;  // unless a schedule makes it

  bool built = false;
  std::vector<Variable> variables;
  std::unordered_map<const void*, size_t> positions;  // of the variables
  std::vector<std::vector<Variable>> slot_values;     // by variable, then by slot
  std::vector<Variable> averages;

  std::deque<Scalar> scalars;  // references to them stay valid
  uint64_t step = 1;

  // The position of a variable, which usually is the `expected` one.
  std::optional<size_t> Find(const Variable& v, size_t expected) const {
    if (expected < variables.size() && IdentityOf(variables[expected]) == IdentityOf(v)) return expected;
    const auto it = positions.find(IdentityOf(v));
    return it == positions.end() ? std::nullopt : std::optional(it->second);
  }
};

Optimizer::Optimizer(CommonOptions options, std::vector<Slot> slots, std::source_location where)
    : Module(options.name) {
  CheckOptions(options, where);
  const internal::NoTapes quiet;
  const LearningRate rate = options.learning_rate;
  state_ = std::make_shared<State>(std::move(options), std::move(slots), where);
  state_->learning_rate = rate;
  if (!rate.is_schedule()) state_->rate.emplace(rate.at(0), "learning_rate", where);
}

bool Optimizer::built() const { return state_->built; }
const Variable& Optimizer::iterations() const { return state_->iterations.variable; }

float Optimizer::learning_rate(std::source_location where) const {
  return state_->rate.has_value() ? state_->rate->Get(where)
                                  : state_->learning_rate.at(state_->iterations.Get(where));
}

void Optimizer::set_learning_rate(LearningRate rate, std::source_location where) {
  if (rate.is_schedule()) {
    state_->rate.reset();
    state_->learning_rate = std::move(rate);
  } else if (state_->rate.has_value()) {
    const internal::NoTapes quiet;
    state_->rate->Set(rate.at(0), where);
  } else {
    Refuse(where, name(), ": the learning rate is a schedule, which a number cannot replace: make another optimizer");
  }
}

void Optimizer::build(const std::vector<Variable>& variables, std::source_location where) {
  State& state = *state_;
  if (state.built) return;
  for (const Variable& v : variables) {
    if (!IsFloating(v.dtype())) {
      Refuse(where, name(), ": variable '", v.name(), "' is of dtype ", Name(v.dtype()), ", which cannot be trained");
    }
    check_variable(v, where);
  }
  const internal::NoTapes quiet;
  const auto make = [&](const Variable& like, const std::string& what, double initial) {
    const device scope(like.device(), where);  // a step changes them together, which one device must do
    std::string path = absl::StrReplaceAll(like.name().substr(0, like.name().rfind(':')), {{"/", "_"}});
    const Tensor zeros = zeros_like(Operand(like, where));
    const Tensor value = initial == 0 ? zeros : add(Operand(zeros, where), Operand(initial, where));
    return Variable(Operand(value, where), {.name = absl::StrCat(name(), "/", path, "_", what), .trainable = false});
  };
  for (const Variable& v : variables) {
    state.positions.emplace(IdentityOf(v), state.variables.size());
    state.variables.push_back(v);
    std::vector<Variable>& values = state.slot_values.emplace_back();
    for (const Slot& slot : state.slots) values.push_back(make(v, slot.name, slot.initial));
    if (state.options.use_ema) state.averages.push_back(make(v, "average", 0));
  }
  state.built = true;
  finish_build();
}

Optimizer::Gradients Optimizer::Collect(const std::vector<std::optional<Tensor>>& gradients,
                                        const std::vector<Variable>& variables, std::source_location where) {
  Gradients collected;
  for (size_t i = 0; i < variables.size(); ++i) {
    const Variable& v = variables[i];
    const std::optional<size_t> position = state_->Find(v, i);
    if (!position.has_value()) {
      Refuse(where, name(), ": unknown variable '", v.name(), "' ", v.shape().ToString(),
             ": an optimizer is for the variables that it was built with");
    }
    if (!gradients[i].has_value()) continue;
    const Tensor& g = *gradients[i];
    if (!g.valid()) Refuse(where, name(), ": the gradient of variable '", v.name(), "' is an empty Tensor");
    if (g.shape(where) != v.shape() || !IsFloating(g.dtype())) {
      Refuse(where, name(), ": the gradient of variable '", v.name(), "' must be ", Name(v.dtype()), " ",
             v.shape().ToString(), ", got ", Name(g.dtype()), " ", g.shape(where).ToString());
    }
    collected.emplace_back(g, *position);
  }
  if (collected.empty()) Refuse(where, name(), ": no gradients provided for any variable");
  return collected;
}

void Optimizer::Clip(Gradients& gradients, std::source_location where) const {
  static const OpSpec& mul = Op("Mul");
  const CommonOptions& o = state_->options;
  const auto is_set = [](const std::optional<double>& limit) { return limit.has_value() && *limit > 0; };
  if (is_set(o.clipnorm)) {
    for (auto& [g, i] : gradients) {
      const Tensor scale = Shrink(SquaredNorm(g, where), scalar(*o.clipnorm, state_->variables[i], where), where);
      g = Run(mul, {Operand(g, where), Operand(scale, where)}, where);
    }
  } else if (is_set(o.clipvalue)) {
    static const OpSpec& clip = Op("ClipByValue");
    for (auto& [g, i] : gradients) {
      const Operand low(scalar(-*o.clipvalue, state_->variables[i], where), where);
      g = Run(clip, {Operand(g, where), low, Operand(scalar(*o.clipvalue, state_->variables[i], where), where)}, where);
    }
  } else if (is_set(o.global_clipnorm)) {
    // Variables of several dtypes meet in the first one's.
    const DType dtype = gradients[0].first.dtype();
    const auto in = [&](const Tensor& t, DType wanted) { return t.dtype() == wanted ? t : cast(Operand(t, where), wanted); };
    std::vector<Tensor> squares;
    for (const auto& [g, i] : gradients) squares.push_back(in(SquaredNorm(g, where), dtype));
    std::vector<Operand> operands;
    for (const Tensor& s : squares) operands.emplace_back(s, where);
    static const OpSpec& sum = Op("AddN");
    const Tensor& limit = scalar(*o.global_clipnorm, state_->variables[gradients[0].second], where);
    const Tensor all = internal::Call1(sum, operands, {}, where);
    // Of gradients that are not finite nothing can be saved: all become nan, as in Keras.
    const Tensor nothing = subtract(Operand(all, where), Operand(all, where));
    const Tensor scale = add(Operand(Shrink(all, limit, where), where), Operand(nothing, where));
    for (auto& [g, i] : gradients) {
      const Tensor own = in(scale, g.dtype());
      g = Run(mul, {Operand(g, where), Operand(own, where)}, where);
    }
  }
}

// average += (1 - momentum) * (variable - average), which in the first step is the variable.
void Optimizer::Average(const Step& step) {
  static const OpSpec& sub = Op("Sub");
  static const OpSpec& descend = Op("ResourceApplyGradientDescent");
  const CommonOptions& o = state_->options;
  const double rest = step.iteration == 0 ? 1 : 1 - o.ema_momentum;
  for (size_t i = 0; i < state_->averages.size(); ++i) {
    const Variable &average = state_->averages[i], &variable = state_->variables[i];
    const Tensor excess = Run(sub, {Operand(average, step.where), Operand(variable, step.where)}, step.where);
    const Operand operands[] = {Operand(average, step.where), Operand(scalar(rest, average, step.where), step.where),
                                Operand(excess, step.where)};
    internal::Call(descend, operands, {}, step.where);
  }
  if (o.ema_overwrite_frequency.has_value() && (step.iteration + 1) % *o.ema_overwrite_frequency == 0) {
    finalize_variable_values(step.where);
  }
}

void Optimizer::finalize_variable_values(std::source_location where) {
  const internal::NoTapes quiet;
  for (size_t i = 0; i < state_->averages.size(); ++i) state_->variables[i].assign(Operand(state_->averages[i], where));
}

void Optimizer::apply(const std::vector<std::optional<Tensor>>& gradients, const std::vector<Variable>& variables,
                      std::source_location where) {
  if (gradients.size() != variables.size()) {
    Refuse(where, name(), ": got ", gradients.size(), " gradients for ", variables.size(), " variables");
  }
  if (variables.empty()) return;
  State& state = *state_;
  build(variables, where);
  Gradients collected = Collect(gradients, variables, where);
  const internal::NoTapes quiet;
  const Step step{state.iterations.Get(where), learning_rate(where), where};
  ++state.step;
  for (auto& [g, i] : collected) {
    const DType dtype = state.variables[i].dtype();
    if (g.dtype() != dtype) g = cast(Operand(g, where), dtype);
  }
  Clip(collected, where);
  if (state.options.weight_decay.value_or(0) != 0) {
    static const OpSpec& decay = Op("ResourceApplyKerasWeightDecay");
    for (const auto& [g, i] : collected) {
      const Variable& v = state.variables[i];
      const Operand operands[] = {Operand(v, where), Operand(scalar(*state.options.weight_decay, v, where), where),
                                  Operand(scalar(step.learning_rate, v, where), where)};
      internal::Call(decay, operands, {}, where);
    }
  }
  for (const auto& [g, i] : collected) update_step(step, g, state.variables[i], state.slot_values[i]);
  if (state.options.use_ema) Average(step);
  static const OpSpec& add_to = Op("AssignAddVariableOp");
  const Variable& iterations = state.iterations.variable;
  const Operand operands[] = {Operand(iterations, where), Operand(scalar(1, iterations, where), where)};
  internal::Call(add_to, operands, {}, where);
  state.iterations.Follow(step.iteration + 1);
}

void Optimizer::apply_gradients(const std::vector<GradientAndVariable>& gradients_and_variables,
                                std::source_location where) {
  std::vector<std::optional<Tensor>> gradients;
  std::vector<Variable> variables;
  for (const auto& [g, v] : gradients_and_variables) {
    gradients.push_back(g);
    variables.push_back(v);
  }
  apply(gradients, variables, where);
}

void Optimizer::minimize(const std::function<Tensor()>& loss, const std::vector<Variable>& variables,
                         std::source_location where) {
  GradientTape tape({}, where);
  const std::vector<Source> sources(variables.begin(), variables.end());
  for (const Source& source : sources) tape.watch(source, where);
  const Tensor value = loss();
  apply(tape.gradient(value, sources, {}, where), variables, where);
}

const Tensor& Optimizer::scalar(double value, const Variable& beside, std::source_location where) const {
  State& state = *state_;
  const auto& context = beside.handle().state()->context;
  const std::string* device = internal::ValueOrThrow(context->FindDevice(internal::ThreadDevice()), where);
  Scalar* free = nullptr;
  for (Scalar& s : state.scalars) {
    if (s.value == value && s.dtype == beside.dtype() && s.context == context.get() && s.device == device) {
      s.last_step = state.step;
      return s.tensor;
    }
    if (s.last_step + 1 < state.step) free = &s;  // the step before did not need it either
  }
  if (free == nullptr) free = &state.scalars.emplace_back();
  *free = {value, beside.dtype(), context.get(), device, state.step,
           Tensor(internal::ValueOrThrow(context->Put(MakeScalar(value, beside.dtype()), *device, where), where))};
  return free->tensor;
}

std::vector<Tracked> Optimizer::tracked() {
  std::vector<Tracked> edges{{"_iterations", state_->iterations.variable}};
  if (state_->rate.has_value()) edges.push_back({"_learning_rate", state_->rate->variable});
  if (!state_->built) return edges;
  for (size_t s = 0; s < state_->slots.size(); ++s) {
    std::vector<Variable> list;
    for (const auto& values : state_->slot_values) list.push_back(values[s]);
    edges.push_back({state_->slots[s].attribute, ListOf(list)});
  }
  if (state_->options.use_ema) edges.push_back({"_model_variables_moving_average", ListOf(state_->averages)});
  return edges;
}

std::vector<Tracked> Optimizer::checkpoint_edges() {
  std::vector<Tracked> edges = tracked();
  edges.push_back({"iter", state_->iterations.variable});
  if (state_->rate.has_value()) edges.push_back({"learning_rate", state_->rate->variable});
  return edges;
}

std::optional<Variable> Optimizer::slot_variable(const Variable& of, const std::string& slot) {
  const auto it = state_->positions.find(IdentityOf(of));
  if (it == state_->positions.end()) return std::nullopt;
  for (size_t s = 0; s < state_->slots.size(); ++s) {
    if (state_->slots[s].legacy_name == slot) return state_->slot_values[it->second][s];
  }
  return std::nullopt;
}

}  // namespace eager::keras::optimizers
