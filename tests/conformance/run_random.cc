// random.jsonl: raw ops, and the functions of random.h as a program calls them.

#include "absl/strings/str_cat.h"
#include "client/op.h"
#include "client/random.h"
#include "common/ops/op_table.h"
#include "tests/conformance/attrs.h"
#include "tests/conformance/check.h"
#include "tests/conformance/run.h"

namespace eager::conformance {
namespace {

using golden::Json;

HostTensor One(const Json& c, const char* key) { return golden::ParseTensor(c.at(key), key).value(); }

std::string Compare(const std::string& what, const Tensor& got, const Json& c, const char* key) {
  return Difference(what, got, One(c, key), Tolerance::Of(c));
}

std::vector<Tensor> RunRaw(const Json& c, const std::vector<Tensor>& inputs) {
  const std::string name = c.at("op");
  return op(name, Operands(inputs), AttrsFromJson(c.at("attrs"), OpTable::Builtin().Find(name)));
}

// A key, the counter and what follows from them, by the op itself.
std::string CheckRaw(const Json& c) {
  const auto want = golden::ParseTensors(c.at("outputs"), "outputs").value();
  const std::vector<Tensor> got = RunRaw(c, Upload(golden::ParseTensors(c.at("inputs"), "inputs").value()));
  if (got.size() != want.size()) return absl::StrCat("got ", got.size(), " outputs, want ", want.size());
  for (size_t i = 0; i < want.size(); ++i) {
    std::string why = Difference(absl::StrCat("output ", i), got[i], want[i], Tolerance::Of(c));
    if (!why.empty()) return why;
  }
  return "";
}

// Numbers stay what they are: an integer bound is an integer.
Operand Number(const Json& args, const char* key, const Operand& otherwise) {
  if (!args.contains(key)) return otherwise;
  return args.at(key).is_number_integer() ? Operand(args.at(key).get<int64_t>()) : Operand(args.at(key).get<double>());
}

// A call of random.h, as `function` of tf.random with Python's `args`.
Tensor Call(const std::string& function, const Json& args) {
  const Operand shape(args.at("shape").get<std::vector<int64_t>>());
  random::Options options;
  options.dtype = ParseDType(args.value("dtype", "float32")).value();
  const bool bounds = args.contains("maxval");
  const Operand minval = Number(args, "minval", 0), maxval = Number(args, "maxval", 1);
  const Operand mean = Number(args, "mean", 0), stddev = Number(args, "stddev", 1);
  if (function.find("stateless") == std::string::npos) {
    if (args.contains("seed")) options.seed = args.at("seed").get<int64_t>();
    if (function == "tf.random.normal") return random::normal(shape, mean, stddev, options);
    if (function == "tf.random.truncated_normal") return random::truncated_normal(shape, mean, stddev, options);
    if (function == "tf.random.uniform") {
      return bounds ? random::uniform(shape, minval, maxval, options) : random::uniform(shape, options);
    }
  } else {
    const Operand seed(args.at("seed").get<std::vector<int64_t>>());
    if (function == "tf.random.stateless_normal")
      return random::stateless_normal(shape, seed, mean, stddev, options.dtype);
    if (function == "tf.random.stateless_truncated_normal") {
      return random::stateless_truncated_normal(shape, seed, mean, stddev, options.dtype);
    }
    if (function == "tf.random.stateless_uniform") {
      return bounds ? random::stateless_uniform(shape, seed, minval, maxval, options.dtype)
                    : random::stateless_uniform(shape, seed, options.dtype);
    }
  }
  throw std::invalid_argument(absl::StrCat("there is no function ", function));
}

std::string CheckStatelessFunction(const Json& c) {
  const Operand seed(c.at("args").at("seed").get<std::vector<int64_t>>());
  const std::vector<Tensor> derived = op("StatelessRandomGetKeyCounter", {seed});
  std::string why = Difference("key", derived[0], One(c, "key"), {});
  if (why.empty()) why = Difference("counter", derived[1], One(c, "counter"), {});
  return why.empty() ? Compare("output", Call(c.at("function"), c.at("args")), c, "output") : why;
}

std::string CheckStatefulFunctions(const Json& c) {
  random::set_seed(c.at("set_seed").get<int64_t>());
  int i = 0;
  for (const Json& call : c.at("calls")) {
    std::string why = Compare(absl::StrCat("call ", i++), Call(call.at("function"), call.at("args")), call, "output");
    if (!why.empty()) return why;
  }
  return "";
}

std::string CheckStatefulRaw(const Json& c) {
  const std::vector<Tensor> inputs = Upload(golden::ParseTensors(c.at("inputs"), "inputs").value());
  const auto want = golden::ParseTensors(c.at("outputs_of_three_runs_then_after_set_seed"), "outputs").value();
  random::set_seed(0);
  for (size_t run = 0; run < want.size(); ++run) {
    if (run + 1 == want.size()) random::set_seed(0);
    std::string why = Difference(absl::StrCat("run ", run), RunRaw(c, inputs).at(0), want[run], Tolerance::Of(c));
    if (!why.empty()) return why;
  }
  return "";
}

}  // namespace

Outcome RunRandom(const Json& c) {
  const std::string kind = c.at("kind");
  const std::string why = kind == "stateless_raw"        ? CheckRaw(c)
                          : kind == "stateless_function" ? CheckStatelessFunction(c)
                          : kind == "stateful_functions" ? CheckStatefulFunctions(c)
                          : kind == "stateful_raw"       ? CheckStatefulRaw(c)
                                                         : absl::StrCat("unknown kind ", kind);
  return why.empty() ? Passed() : Failed(why);
}

}  // namespace eager::conformance
