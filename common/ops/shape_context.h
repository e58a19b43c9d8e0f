// What a shape function sees and sets.
#pragma once

#include <optional>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "common/host_tensor.h"
#include "common/ops/op_spec.h"
#include "common/tensor_spec.h"

namespace eager {

// One input of a call, as far as it is known to the side that asks.
struct InferInput {
  DType dtype = DType::kInvalid;
  const Shape* shape = nullptr;             // null: not known yet
  HostView host;                            // values, for `host` inputs; empty: not known here
  const TensorSpec* variable = nullptr;     // dtype kResource: the variable behind the handle
};

class ShapeContext {
 public:
  ShapeContext(const OpSpec& op, const Attrs& attrs, absl::Span<const InferInput> inputs, absl::Span<Shape> outputs)
      : op_(op), attrs_(attrs), inputs_(inputs), outputs_(outputs) {}

  const OpSpec& op() const { return op_; }
  int num_inputs() const { return static_cast<int>(inputs_.size()); }
  const Shape& input(int i) const { return *inputs_[i].shape; }
  DType dtype(int i) const { return inputs_[i].dtype; }
  // The values of a `host` input; always there when a shape function runs.
  const HostView& host(int i) const { return inputs_[i].host; }
  HostInts ints(int i) const { return ToInts(host(i)); }
  // What a resource input's variable holds.
  const TensorSpec& variable(int i) const { return *inputs_[i].variable; }
  template <class T>
  const T& attr(absl::string_view name) const {
    return attrs_.Get<T>(name);
  }
  const Attrs& attrs() const { return attrs_; }
  int num_outputs() const { return static_cast<int>(outputs_.size()); }
  void set_output(int i, Shape shape) { outputs_[i] = std::move(shape); }

 private:
  const OpSpec& op_;
  const Attrs& attrs_;
  absl::Span<const InferInput> inputs_;
  absl::Span<Shape> outputs_;
};

// Shape functions that many rows share.
absl::Status NoOutputs(ShapeContext& c);
absl::Status SameAsInput0(ShapeContext& c);
absl::Status BroadcastInputs(ShapeContext& c);  // all inputs against each other

// The axis of an input of that rank, negative ones counted from the end.
// INVALID_ARGUMENT "<what> must be in the range [-2, 2), got 3".
absl::StatusOr<int> ResolveAxis(int64_t axis, int rank, absl::string_view what);

}  // namespace eager
