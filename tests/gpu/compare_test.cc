// The GPU against the CPU: every line of tests/ops/samples.txt and large.txt, its variables and its gradients.

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/context.h"
#include "client/gradient_tape.h"
#include "common/visit_dtype.h"
#include "gtest/gtest.h"
#include "tests/gpu/gpu.h"
#include "tests/ops/sample.h"
#include "tests/support/in_process.h"

namespace eager::ops_test {
namespace {

std::vector<Sample> AllSamples() {
  std::vector<Sample> samples = ReadSamples("samples.txt").value(), large = ReadSamples("large.txt").value();
  samples.insert(samples.end(), large.begin(), large.end());
  return samples;
}

// What one line gives on the default device, in a fixed order.
struct Outcome {
  std::vector<std::string> names;
  std::vector<HostTensor> values;
  std::string error;
  void Add(std::string name, HostTensor value) {
    names.push_back(std::move(name));
    values.push_back(std::move(value));
  }
};

Outcome OutcomeOf(const Sample& sample) {
  Outcome outcome;
  try {
    const Call call(sample);
    GradientTape tape;
    std::vector<Source> sources, targets;
    for (size_t i = 0; i < sample.inputs.size(); ++i) {
      if (IsFloating(sample.inputs[i].value.dtype())) tape.watch(sources.emplace_back(call.inputs()[i]));
    }
    const std::vector<Tensor> outputs = call();
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (outputs[i].dtype() == DType::kResource) continue;
      outcome.Add(absl::StrCat("output ", i), outputs[i].numpy());
      const bool wanted = sample.outputs.empty() || std::count(sample.outputs.begin(), sample.outputs.end(), i) > 0;
      if (wanted && IsFloating(outputs[i].dtype())) targets.emplace_back(outputs[i]);
    }
    if (!sample.no_gradient.empty()) {
      if (sample.op->name == "DestroyResourceOp") return outcome;  // there is nothing left to read
      for (const HostTensor& value : call.variables()) outcome.Add("variable", value);
      return outcome;
    }
    GradientOptions options;  // an upstream that is not the same everywhere
    for (const Source& target : targets) options.output_gradients.push_back(target.tensor());
    int i = 0;
    for (const std::optional<Tensor>& gradient : tape.gradient(targets, sources, options)) {
      if (gradient.has_value()) outcome.Add(absl::StrCat("gradient ", i), gradient->numpy());
      ++i;
    }
  } catch (const std::exception& e) {
    outcome.error = e.what();
  }
  return outcome;
}

// What T converts to double through.
template <class T>
using Wide = std::conditional_t<std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>, float, T>;

// Sums and products in another order: what rounding may differ by, relative to the largest of all that was computed with.
double Tolerance(DType dtype) {
  switch (dtype) {
    case DType::kFloat64: return 1e-11;
    case DType::kFloat32: return 2e-5;
    case DType::kFloat16: return 4e-3;
    case DType::kBFloat16: return 3e-2;
    default: return 0;
  }
}

// The largest finite magnitude.
double Largest(const HostTensor& t) {
  return VisitDType(
      t.dtype(),
      [&]<class T>() {
        double largest = 0;
        for (size_t i = 0; i < static_cast<size_t>(t.num_elements()); ++i) {
          const double x = std::abs(static_cast<double>(static_cast<Wide<T>>(t.values<T>()[i])));
          if (std::isfinite(x)) largest = std::max(largest, x);
        }
        return largest;
      },
      [] { return 0.0; });
}

// Empty if they agree. `scale`: of the numbers that it was computed from.
std::string Difference(const HostTensor& cpu, const HostTensor& gpu, double scale) {
  if (!(cpu.spec() == gpu.spec())) return absl::StrCat(cpu.spec().ToString(), " on the CPU, ", gpu.spec().ToString(), " on the GPU");
  if (cpu.bytes() == gpu.bytes()) return "";
  return VisitDType(
      cpu.dtype(),
      [&]<class T>() -> std::string {
        const auto at = [](const HostTensor& t, size_t i) { return static_cast<double>(static_cast<Wide<T>>(t.values<T>()[i])); };
        const auto n = static_cast<size_t>(cpu.num_elements());
        const double allowed = Tolerance(cpu.dtype()) * std::max({scale, Largest(cpu), 1e-30});
        for (size_t i = 0; i < n; ++i) {
          const double a = at(cpu, i), b = at(gpu, i);
          const bool same = a == b || (std::isnan(a) && std::isnan(b)) || std::abs(a - b) <= allowed;
          if (!same) return absl::StrCat("element ", i, " of ", n, ": ", a, " on the CPU, ", b, " on the GPU, allowed ", allowed);
        }
        return "";
      },
      []() -> std::string { return "other bytes"; });
}

class Compare : public ::testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_GPU();
    server::DeviceOptions options{"gpu:0,cpu", 0, {}};
    options.gpu.tf32 = false;
    server_ = testing::InProcessServer::Make(options).value();
  }
  server::Device& tested() const { return server_->devices().default_device(); }

 private:
  std::unique_ptr<testing::InProcessServer> server_;
};

TEST_F(Compare, EveryOpGivesWhatItGivesOnTheCpu) {
  const char* only = std::getenv("EAGERD_TEST_OPS");  // a part of the lines' texts, for runs under tools that are slow
  const char* first = std::getenv("EAGERD_TEST_FIRST");  // where to go on after a line that ended the device
  const int begin = first == nullptr ? 0 : std::atoi(first);
  int lines = 0, index = -1;
  for (const Sample& sample : AllSamples()) {
    ++index;
    if (index < begin || (only != nullptr && !absl::StrContains(sample.where(), only))) continue;
    // Not the same numbers twice: a session's generator goes on.
    if (absl::StrContains(sample.op->name, "Random") && !absl::StartsWith(sample.op->name, "Stateless")) continue;
    ++lines;
    Outcome cpu;
    {
      const device scope("/cpu:0");
      cpu = OutcomeOf(sample);
    }
    const Outcome gpu = OutcomeOf(sample);
    EXPECT_EQ(cpu.error, gpu.error) << sample.where();
    if (const absl::Status health = tested().health(); !health.ok()) {
      std::printf("the device failed at line %d of all\n", index);
      FAIL() << sample.where() << "\n" << health;
    }
    EXPECT_EQ(cpu.names, gpu.names) << sample.where();
    double scale = 0;
    for (const SampleInput& input : sample.inputs) scale = std::max(scale, Largest(input.value));
    for (size_t i = 0; i < std::min(cpu.values.size(), gpu.values.size()); ++i) {
      EXPECT_EQ(Difference(cpu.values[i], gpu.values[i], scale), "") << sample.where() << "\n" << cpu.names[i];
    }
  }
  std::printf("%d lines compared\n", lines);
  EXPECT_GT(lines, 0);
}

}  // namespace
}  // namespace eager::ops_test
