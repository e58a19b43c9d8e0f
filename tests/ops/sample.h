// One line of text, one call of an op: what the tests of this folder are generated from. README.md has the form.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/tensor.h"
#include "client/variable.h"
#include "common/host_tensor.h"
#include "common/ops/op_spec.h"
#include "nlohmann/json.hpp"

namespace eager::ops_test {

struct SampleInput {
  HostTensor value;
  bool variable = false;  // the op takes a variable that holds it
};

struct Sample {
  std::string file;
  int line = 0;
  std::string text;
  const OpSpec* op = nullptr;
  nlohmann::json attrs = nlohmann::json::object();
  std::vector<SampleInput> inputs;
  std::vector<int> outputs;  // those whose gradient is checked; empty: all that have one
  std::vector<int> by;       // the inputs that it is checked for; empty: all that have one
  bool symmetric = false;    // gradients are taken through the symmetric part of input 0, a matrix
  int order = 2;             // up to which derivative
  std::string no_gradient;   // why there is no gradient; empty: there is one
  double tolerance = 0;      // of the gradients; 0: what their dtype allows

  std::string where() const;  // "samples.txt:12: Add [2,3] [3]"
  NamedAttrs named_attrs() const;
};

// INVALID_ARGUMENT, with the token and what was expected, for a line that is not in the form of README.md; NOT_FOUND
// for an op that does not exist.
absl::StatusOr<Sample> ParseSample(absl::string_view line);

// All lines of a file of this folder but empty ones and comments, in order. Errors name the line.
absl::StatusOr<std::vector<Sample>> ReadSamples(const std::string& file);

// Calls the sample's op on these inputs.
std::vector<Tensor> CallOp(const Sample& sample, const std::vector<Tensor>& inputs);

// The inputs of one call on the server: tensors, and variables under their handles.
class Call {
 public:
  // The sample's own values, or others of the same specs in their place.
  explicit Call(const Sample& sample);
  Call(const Sample& sample, const std::vector<HostTensor>& values);

  const std::vector<Tensor>& inputs() const { return inputs_; }
  // What the sample's variables hold now; waits.
  std::vector<HostTensor> variables() const;
  std::vector<Tensor> operator()() const { return CallOp(sample_, inputs_); }

 private:
  const Sample& sample_;
  std::vector<Variable> variables_;
  std::vector<Tensor> inputs_;
};

}  // namespace eager::ops_test
