// Golden tensors against the server's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/tensor.h"
#include "tests/golden/golden.h"

namespace eager::conformance {

struct Tolerance {
  double rtol = 0;
  double atol = 0;
  static Tolerance Of(const golden::Json& c) { return {c.value("rtol", 0.0), c.value("atol", 0.0)}; }
};

// Reads `got` and tells its first difference from `want`, starting with `what`; "" if there is none. A `want` that is not
// valid() stands for nullopt. What the client knew of the tensor before the read must be what the server has.
std::string Difference(const std::string& what, const std::optional<Tensor>& got, const HostTensor& want,
                       const Tolerance& tolerance);
// The same, but zeros are as good as nullopt.
std::string DifferenceOrZeros(const std::string& what, const std::optional<Tensor>& got, const HostTensor& want,
                              const Tolerance& tolerance);

// The tensors of a list of T, uploaded.
std::vector<Tensor> Upload(const std::vector<HostTensor>& values);
// As the operands of an op; `tensors` must outlive them.
std::vector<Operand> Operands(const std::vector<Tensor>& tensors);

}  // namespace eager::conformance
