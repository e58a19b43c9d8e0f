#include "tests/ops/gradient_check.h"

#include <cmath>
#include <random>

#include "absl/strings/str_cat.h"
#include "client/constant.h"
#include "client/gradient_tape.h"

namespace eager::ops_test {
namespace {

double Get(const HostTensor& t, int64_t i) {
  return t.dtype() == DType::kFloat64 ? t.values<double>()[i] : static_cast<double>(t.values<float>()[i]);
}

// A copy with one element moved; HostTensor's own copies share their bytes.
HostTensor Moved(const HostTensor& t, int64_t i, double by) {
  HostTensor copy(t.spec());
  std::memcpy(copy.data(), t.data(), t.num_bytes());
  if (t.dtype() == DType::kFloat64) {
    copy.values<double>()[i] += by;
  } else {
    copy.values<float>()[i] += static_cast<float>(by);
  }
  return copy;
}

double Weighted(const std::vector<Tensor>& outputs, const std::vector<HostTensor>& weights) {
  double sum = 0;
  for (size_t o = 0; o < outputs.size(); ++o) {
    const HostTensor values = outputs[o].numpy();
    for (int64_t i = 0; i < values.num_elements(); ++i) sum += Get(values, i) * Get(weights.at(o), i);
  }
  return sum;
}

std::vector<std::optional<Tensor>> Gradients(const Function& f, const std::vector<Tensor>& inputs,
                                             const std::vector<Tensor>& upstream, const std::vector<bool>& by) {
  GradientTape tape;
  std::vector<Source> sources;
  for (size_t i = 0; i < by.size(); ++i) {
    if (by[i]) tape.watch(sources.emplace_back(inputs[i]));
  }
  const std::vector<Tensor> outputs = f.call(inputs);
  return tape.gradient(std::vector<Source>(outputs.begin(), outputs.end()), sources, {.output_gradients = upstream});
}

std::vector<Tensor> Upload(const std::vector<HostTensor>& values) {
  std::vector<Tensor> tensors;
  for (const HostTensor& value : values) tensors.push_back(constant(value));
  return tensors;
}

}  // namespace

std::vector<HostTensor> RandomUpstream(const Function& f, const std::vector<HostTensor>& inputs, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> uniform(0.5, 1.5);
  std::vector<HostTensor> upstream;
  const Function::Point point = f.at(inputs);
  for (const Tensor& output : f.call(point.inputs)) {
    HostTensor& t = upstream.emplace_back(TensorSpec{output.dtype(), output.shape()});
    for (int64_t i = 0; i < t.num_elements(); ++i) {
      const double value = (i % 2 == 0 ? 1 : -1) * uniform(random);
      if (t.dtype() == DType::kFloat64) {
        t.values<double>()[i] = value;
      } else {
        t.values<float>()[i] = static_cast<float>(value);
      }
    }
  }
  return upstream;
}

std::string CheckGradient(const Function& f, const std::vector<HostTensor>& inputs, const GradientCheck& check) {
  const std::vector<HostTensor> weights = RandomUpstream(f, inputs, check.seed);
  const Function::Point point = f.at(inputs);
  const auto gradients = Gradients(f, point.inputs, Upload(weights), check.by);
  const auto value_at = [&](size_t input, int64_t i, double by) {
    std::vector<HostTensor> moved = inputs;
    moved[input] = Moved(inputs[input], i, by);
    const Function::Point there = f.at(moved);
    return Weighted(f.call(there.inputs), weights);
  };
  size_t source = 0;
  for (size_t input = 0; input < check.by.size(); ++input) {
    if (!check.by[input]) continue;
    const std::optional<Tensor>& gradient = gradients.at(source++);
    HostTensor got(inputs[input].spec());
    if (gradient.has_value()) got = gradient->numpy();
    if (got.spec() != inputs[input].spec()) {
      return absl::StrCat("the gradient by input ", input, " is ", got.spec().ToString(), ", not ",
                          inputs[input].spec().ToString());
    }
    double largest = 1;
    for (int64_t i = 0; i < got.num_elements(); ++i) largest = std::max(largest, std::abs(Get(got, i)));
    for (int64_t i = 0; i < got.num_elements(); ++i) {
      const double want = (value_at(input, i, check.step) - value_at(input, i, -check.step)) / (2 * check.step);
      if (!(std::abs(Get(got, i) - want) <= check.tolerance * largest)) {
        return absl::StrCat("the gradient by element ", i, " of input ", input, " is ",
                            gradient.has_value() ? absl::StrCat(Get(got, i)) : "none", ", differences give ", want);
      }
    }
  }
  return "";
}

Function GradientOf(Function f, std::vector<bool> by, size_t num_inputs) {
  Function g;
  g.at = [f, num_inputs](const std::vector<HostTensor>& values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(num_inputs);
    Function::Point point = f.at(std::vector<HostTensor>(values.begin(), middle));
    for (const Tensor& upstream : Upload(std::vector<HostTensor>(middle, values.end())))
      point.inputs.push_back(upstream);
    return point;
  };
  g.call = [f, by = std::move(by), num_inputs](const std::vector<Tensor>& inputs) {
    const auto middle = inputs.begin() + static_cast<std::ptrdiff_t>(num_inputs);
    std::vector<Tensor> connected;
    for (const std::optional<Tensor>& gradient :
         Gradients(f, std::vector<Tensor>(inputs.begin(), middle), std::vector<Tensor>(middle, inputs.end()), by)) {
      if (gradient.has_value()) connected.push_back(*gradient);
    }
    return connected;
  };
  return g;
}

}  // namespace eager::ops_test
