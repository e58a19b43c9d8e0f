// Every row of the op table has a line in samples.txt, and every line's gradient and second gradient are what
// differences give.

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "client/gradient_tape.h"
#include "client/op.h"
#include "common/ops/op_table.h"
#include "gtest/gtest.h"
#include "tests/ops/gradient_check.h"
#include "tests/ops/sample.h"
#include "tests/support/in_process.h"

namespace eager::ops_test {
namespace {

const std::vector<Sample>& Samples() {
  static const auto* samples = new std::vector<Sample>(ReadSamples("samples.txt").value());
  return *samples;
}

bool HasDifferences(DType dtype) { return dtype == DType::kFloat32 || dtype == DType::kFloat64; }

// Which inputs the line asks for and the row lets a gradient through to.
std::vector<bool> Differentiable(const Sample& sample) {
  std::vector<bool> by;
  const int n = static_cast<int>(sample.inputs.size());
  for (int i = 0; i < n; ++i) {
    const int arg = sample.op->InputArg(i, n);
    const bool wanted = sample.by.empty() || std::count(sample.by.begin(), sample.by.end(), i) > 0;
    const bool has_gradient = (sample.op->def->no_gradient_inputs >> arg & 1) == 0;
    by.push_back(wanted && has_gradient && HasDifferences(sample.inputs[i].value.dtype()));
  }
  return by;
}

std::vector<HostTensor> Values(const Sample& sample) {
  std::vector<HostTensor> values;
  for (const SampleInput& input : sample.inputs) values.push_back(input.value);
  return values;
}

// The outputs of the sample that are checked.
Function FunctionOf(const Sample& sample) {
  Function f;
  f.at = [&sample](const std::vector<HostTensor>& values) {
    auto call = std::make_shared<Call>(sample, values);
    return Function::Point{call->inputs(), call};
  };
  f.call = [&sample](const std::vector<Tensor>& inputs) {
    std::vector<Tensor> given = inputs;
    if (sample.symmetric) given[0] = (given[0] + op("Transpose", {given[0], {1, 0}})[0]) * 0.5;
    const std::vector<Tensor> all = CallOp(sample, given);
    std::vector<Tensor> checked;
    for (size_t i = 0; i < all.size(); ++i) {
      const bool wanted = sample.outputs.empty() || std::count(sample.outputs.begin(), sample.outputs.end(), i) > 0;
      if (wanted && HasDifferences(all[i].dtype())) checked.push_back(all[i]);
    }
    return checked;
  };
  return f;
}

class Gradients : public ::testing::TestWithParam<size_t> {
 protected:
  static void SetUpTestSuite() { server_ = testing::InProcessServer::Make().value(); }
  static void TearDownTestSuite() { server_.reset(); }

 private:
  static inline std::unique_ptr<testing::InProcessServer> server_;
};

// A line that says that there is no gradient is right, too.
void ExpectNoGradient(const Sample& sample) {
  // The gradient of a number that is another one at every call is no limit of differences.
  if (sample.op->def->effect == Effect::kStateful && sample.op->differentiable) return;
  const Call call(sample);
  GradientTape tape;
  std::vector<Source> sources, targets;
  for (size_t i = 0; i < sample.inputs.size(); ++i) {
    if (IsFloating(sample.inputs[i].value.dtype())) tape.watch(sources.emplace_back(call.inputs()[i]));
  }
  for (const Tensor& output : call()) {
    if (IsFloating(output.dtype())) targets.emplace_back(output);
  }
  if (sources.empty() || targets.empty()) return;
  for (const std::optional<Tensor>& gradient : tape.gradient(targets, sources)) {
    EXPECT_FALSE(gradient.has_value()) << sample.where() << "\nthere is a gradient: " << gradient->str();
  }
}

TEST_P(Gradients, AreWhatDifferencesGive) {
  const Sample& sample = Samples()[GetParam()];
  if (!sample.no_gradient.empty()) return ExpectNoGradient(sample);

  GradientCheck check;
  check.by = Differentiable(sample);
  check.seed = static_cast<uint64_t>(sample.line);
  bool single = false;
  for (size_t i = 0; i < check.by.size(); ++i) single |= sample.inputs[i].value.dtype() == DType::kFloat32;
  check.step = single ? 1e-2 : 1e-5;
  check.tolerance = sample.tolerance != 0 ? sample.tolerance : single ? 5e-3 : 1e-6;

  const Function f = FunctionOf(sample);
  std::vector<HostTensor> values = Values(sample);
  const std::vector<HostTensor> upstream = RandomUpstream(f, values, check.seed + 1);
  ASSERT_TRUE(std::count(check.by.begin(), check.by.end(), true) > 0 && !upstream.empty())
      << sample.where() << "\nthere is nothing to differentiate: the line must say why, as none: REASON";
  const std::string first = CheckGradient(f, values, check);
  EXPECT_EQ(first, "") << sample.where();
  if (!first.empty() || sample.order < 2) return;

  const Function gradient = GradientOf(f, check.by, values.size());
  values.insert(values.end(), upstream.begin(), upstream.end());
  if (gradient.call(gradient.at(values).inputs).empty()) return;  // it is zero everywhere, as the first order has shown
  check.by.resize(values.size(), true);
  EXPECT_EQ(CheckGradient(gradient, values, check), "") << sample.where() << "\nin the second order";
}

std::string NameOf(const ::testing::TestParamInfo<size_t>& info) {
  const Sample& sample = Samples()[info.param];
  return absl::StrCat(sample.op->name, "_line", sample.line);
}
INSTANTIATE_TEST_SUITE_P(Samples, Gradients, ::testing::Range<size_t>(0, Samples().size()), NameOf);

TEST(Samples, EveryRowHasALine) {
  std::set<absl::string_view> sampled;
  for (const Sample& sample : Samples()) sampled.insert(sample.op->name);
  const OpTable& ops = OpTable::Builtin();
  for (int i = 0; i < ops.size(); ++i) {
    EXPECT_EQ(sampled.count(ops.at(i).name), 1) << ops.at(i).name << " has no line in tests/ops/samples.txt";
  }
}

TEST(Samples, WrongLinesAreRefused) {
  for (const char* line : {"NoSuchOp [2]", "Neg [2", "Neg float3[2]", "Neg [2]{1}", "Neg [2]@1", "Neg [2]x", "Neg 1,2",
                           "Neg [2] | because", "Neg [2] | none:", "Neg [2] | tolerance=x", "Neg {a}"}) {
    EXPECT_FALSE(ParseSample(line).ok()) << line;
  }
}

// That wrong gradients are found: of a function that the tape differentiates as if it were another.
TEST_F(Gradients, WrongOnesAreFound) {
  const Sample right = ParseSample("Square [3]").value(), wrong = ParseSample("Exp [3]").value();
  Function f = FunctionOf(right);
  const Function other = FunctionOf(wrong);
  int calls = 0;
  f.call = [&, call = f.call](const std::vector<Tensor>& inputs) {
    return ++calls <= 2 ? other.call(inputs) : call(inputs);  // the upstream's shape, the tape's, then the differences
  };
  const GradientCheck check{{true}, 1e-5, 1e-6};
  EXPECT_NE(CheckGradient(f, Values(right), check), "");
  EXPECT_EQ(CheckGradient(f, Values(right), check), "");
}

}  // namespace
}  // namespace eager::ops_test
