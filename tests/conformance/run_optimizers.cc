// optimizers.jsonl: steps of Keras's optimizers, and of TensorFlow's raw update ops.

#include <map>
#include <memory>

#include "absl/strings/str_cat.h"
#include "client/constant.h"
#include "client/keras/optimizers.h"
#include "client/op.h"
#include "client/variable.h"
#include "common/ops/op_table.h"
#include "tests/conformance/attrs.h"
#include "tests/conformance/check.h"
#include "tests/conformance/run.h"

namespace eager::conformance {
namespace {

using golden::Json;
namespace optimizers = keras::optimizers;

// Fills in options by their names in Keras; each is taken out of `given`.
class Reader {
 public:
  explicit Reader(Json given) : given_(std::move(given)) {}
  template <class T>
  void Read(const char* name, T& option) {
    if (const Json value = Take(name); !value.is_null()) option = value.get<T>();
  }
  template <class T>
  void Read(const char* name, std::optional<T>& option) {
    if (const Json value = Take(name); !value.is_null()) option = value.get<T>();
  }
  void Read(const char* name, optimizers::LearningRate& option) {
    if (const Json value = Take(name); !value.is_null()) option = value.get<double>();
  }
  // The options that all optimizers have, and then a check that none is left.
  template <class Options>
  Options Finish(Options o) {
    Read("learning_rate", o.learning_rate);
    Read("weight_decay", o.weight_decay);
    Read("clipnorm", o.clipnorm);
    Read("clipvalue", o.clipvalue);
    Read("global_clipnorm", o.global_clipnorm);
    Read("use_ema", o.use_ema);
    Read("ema_momentum", o.ema_momentum);
    Read("ema_overwrite_frequency", o.ema_overwrite_frequency);
    if (!given_.empty()) throw std::runtime_error(absl::StrCat("there is no option ", given_.begin().key()));
    return o;
  }

 private:
  Json Take(const char* name) {
    const auto it = given_.find(name);
    if (it == given_.end()) return nullptr;
    const Json value = *it;
    given_.erase(it);
    return value;
  }
  Json given_;
};

std::unique_ptr<optimizers::Optimizer> MakeOptimizer(const std::string& name, const Json& options) {
  Reader r(options);
  if (name == "SGD") {
    optimizers::SGDOptions o;
    r.Read("momentum", o.momentum);
    r.Read("nesterov", o.nesterov);
    return std::make_unique<optimizers::SGD>(r.Finish(o));
  }
  const auto adam = [&]<class Options>(Options o) {
    r.Read("beta_1", o.beta_1);
    r.Read("beta_2", o.beta_2);
    r.Read("epsilon", o.epsilon);
    r.Read("amsgrad", o.amsgrad);
    return r.Finish(o);
  };
  if (name == "Adam") return std::make_unique<optimizers::Adam>(adam(optimizers::AdamOptions()));
  if (name == "AdamW") return std::make_unique<optimizers::AdamW>(adam(optimizers::AdamWOptions()));
  if (name == "RMSprop") {
    optimizers::RMSpropOptions o;
    r.Read("rho", o.rho);
    r.Read("momentum", o.momentum);
    r.Read("epsilon", o.epsilon);
    r.Read("centered", o.centered);
    return std::make_unique<optimizers::RMSprop>(r.Finish(o));
  }
  if (name == "Adagrad") {
    optimizers::AdagradOptions o;
    r.Read("initial_accumulator_value", o.initial_accumulator_value);
    r.Read("epsilon", o.epsilon);
    return std::make_unique<optimizers::Adagrad>(r.Finish(o));
  }
  return nullptr;
}

Outcome RunKeras(const Json& c) {
  const std::unique_ptr<optimizers::Optimizer> optimizer = MakeOptimizer(c.at("optimizer"), c.at("options"));
  if (optimizer == nullptr) return Skipped("there is no such optimizer");
  std::vector<Variable> variables;
  for (const Tensor& t : Upload(golden::ParseTensors(c.at("variables"), "variables").value())) variables.emplace_back(t);
  int n = 0;
  for (const Json& step : c.at("steps")) {
    std::vector<std::optional<Tensor>> gradients;
    const std::vector<HostTensor> given = golden::ParseTensors(step.at("gradients"), "gradients").value();
    for (const HostTensor& g : given) {
      gradients.push_back(g.valid() ? std::optional(constant(g)) : std::nullopt);
    }
    optimizer->apply(gradients, variables);
    const std::vector<HostTensor> want = golden::ParseTensors(step.at("variables"), "variables").value();
    for (size_t i = 0; i < want.size(); ++i) {
      const std::string what = absl::StrCat("step ", n, ", variable ", i);
      std::string why = Difference(what, variables.at(i).read_value(), want[i], Tolerance::Of(c));
      if (!why.empty()) return Failed(std::move(why));
    }
    ++n;
  }
  if (static_cast<int>(optimizer->iterations().read<int64_t>()[0]) != n) return Failed("iterations are not the steps taken");
  return Passed();
}

Outcome RunRaw(const Json& c) {
  const std::string name = c.at("op");
  const OpSpec* spec = OpTable::Builtin().Find(name);
  if (spec == nullptr) return Skipped("the op table has no such op");
  const NamedAttrs attrs = AttrsFromJson(c.at("attrs"), spec);
  std::map<std::string, Variable> state;
  for (const auto& [slot, t] : c.at("state").items()) state.emplace(slot, Variable(constant(golden::ParseTensor(t, slot).value())));
  int n = 0;
  for (const Json& step : c.at("steps")) {
    const Tensor grad = constant(golden::ParseTensor(step.at("grad"), "grad").value());
    std::vector<Operand> operands;
    for (const ArgSpec& arg : spec->inputs) {
      const std::string input(arg.name);
      if (const auto v = state.find(input); v != state.end()) {
        operands.emplace_back(v->second);
      } else if (step.at("scalars").contains(input)) {
        operands.emplace_back(step.at("scalars").at(input).get<double>());
      } else {
        operands.emplace_back(grad);
      }
    }
    op(name, operands, attrs);
    for (const auto& [slot, t] : step.at("state").items()) {
      std::string why = Difference(absl::StrCat("step ", n, ", ", slot), state.at(slot).read_value(),
                                   golden::ParseTensor(t, slot).value(), Tolerance::Of(c));
      if (!why.empty()) return Failed(std::move(why));
    }
    ++n;
  }
  return Passed();
}

}  // namespace

Outcome RunOptimizer(const Json& c) { return c.contains("optimizer") ? RunKeras(c) : RunRaw(c); }

}  // namespace eager::conformance
