// Gradients of the tape against central differences.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "client/tensor.h"
#include "common/host_tensor.h"

namespace eager::ops_test {

// A function of tensors on a server. Its floating inputs may be variables' handles.
struct Function {
  // Makes the inputs; what it gives lives as long as the tensors are used.
  struct Point {
    std::vector<Tensor> inputs;
    std::shared_ptr<const void> owner;
  };
  std::function<Point(const std::vector<HostTensor>&)> at;
  // Only outputs that have a gradient.
  std::function<std::vector<Tensor>(const std::vector<Tensor>& inputs)> call;
};

struct GradientCheck {
  std::vector<bool> by;  // which inputs to differentiate by; they are float32 or float64
  double step = 0;       // of the differences
  double tolerance = 0;  // absolute, and relative to the gradient's largest element
  uint64_t seed = 1;     // of the upstream
};

// Tells where the tape's gradient of the outputs, weighted by a random upstream, is not what differences of the outputs
// are; "" if it is everywhere. No gradient stands for zeros.
std::string CheckGradient(const Function& f, const std::vector<HostTensor>& inputs, const GradientCheck& check);

// The gradients of f by the inputs of `check`, as a function of f's inputs and, behind them, its upstream: what the
// second order is the gradient of. Gradients that f does not have are left out.
Function GradientOf(Function f, std::vector<bool> by, size_t num_inputs);

// Values for an upstream: of the outputs of f at `inputs`.
std::vector<HostTensor> RandomUpstream(const Function& f, const std::vector<HostTensor>& inputs, uint64_t seed);

}  // namespace eager::ops_test
