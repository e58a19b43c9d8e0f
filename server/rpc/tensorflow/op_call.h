// One call of an op of this door: of those that no table of kernels has, since they call functions, or their values are no tensors.
//
// To add one: write `absl::Status MyOp(OpCall& call)` and a row {"MyOp", "output_a, output_b", &MyOp} in the list of its family.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "server/rpc/tensorflow/attrs.h"
#include "server/rpc/tensorflow/function_library.h"
#include "server/rpc/tensorflow/value.h"

namespace eager::server::tf {

class Runner;

// What the ops of one call have in common.
struct Frame {
  std::string device;  // where they are to run; a name as clients have it
  int64_t step = 0;    // of what they send and receive
  int depth = 0;       // of functions that called each other
  FunctionInstances* functions = nullptr;  // the functions that are called have their state here; null: in the client's library
};

class OpCall {
 public:
  OpCall(Runner& runner, const Frame& frame, absl::string_view op, const AttrMap& attrs, Values inputs)
      : runner_(runner), frame_(frame), op_(op), attr_map_(attrs), attrs_(op, attrs), inputs_(std::move(inputs)) {}

  Runner& runner() const { return runner_; }
  const Frame& frame() const { return frame_; }
  absl::string_view op() const { return op_; }
  const AttrReader& attrs() const { return attrs_; }
  const AttrMap& attr_map() const { return attr_map_; }
  int num_inputs() const { return static_cast<int>(inputs_.size()); }
  Values& inputs() { return inputs_; }
  const Values& inputs() const { return inputs_; }
  // INVALID_ARGUMENT where there is no input i, or it is no tensor.
  absl::StatusOr<TensorRef> tensor(int i) const;
  // Input i's values on the host, which are waited for.
  absl::StatusOr<HostTensor> host(int i) const;
  // Of an integer scalar; of a scalar or one-element tensor that is true or not.
  absl::StatusOr<int64_t> integer(int i) const;
  absl::StatusOr<std::string> string(int i) const;
  // Input i as one of this door's objects; INVALID_ARGUMENT, which says what it is, for another thing.
  template <class T>
  absl::StatusOr<RefPtr<T>> object(int i) const {
    if (i < num_inputs()) {
      if (T* found = dynamic_cast<T*>(inputs_[static_cast<size_t>(i)].object.get())) return RefPtr<T>(found);
    }
    return NoObject(i, T::kKind);
  }
  void Return(Value value) { outputs_.push_back(std::move(value)); }
  Values& outputs() { return outputs_; }

  absl::Status Error(absl::StatusCode code, absl::string_view message) const;
  absl::Status Invalid(absl::string_view message) const { return Error(absl::StatusCode::kInvalidArgument, message); }

 private:
  absl::Status NoObject(int i, absl::string_view expected) const;

  Runner& runner_;
  const Frame& frame_;
  const absl::string_view op_;
  const AttrMap& attr_map_;
  const AttrReader attrs_;
  Values inputs_;
  Values outputs_;
};

using OpFn = absl::Status (*)(OpCall&);
struct OpRow {
  absl::string_view name;
  absl::string_view outputs;  // their names, as functions call them: "handle, tensor"
  OpFn fn = nullptr;
  bool stateful = false;  // runs in a function whether or not anything needs it
};

absl::Span<const OpRow> ControlOps();
absl::Span<const OpRow> TransferOps();
absl::Span<const OpRow> TensorListOps();
absl::Span<const OpRow> CheckOps();
absl::Span<const OpRow> ShapeOps();
absl::Span<const OpRow> StitchOps();
absl::Span<const OpRow> DatasetSourceOps();
absl::Span<const OpRow> DatasetFunctionOps();
absl::Span<const OpRow> DatasetFlattenOps();
absl::Span<const OpRow> DatasetOrderOps();
absl::Span<const OpRow> DatasetBatchOps();
absl::Span<const OpRow> DatasetShuffleOps();
absl::Span<const OpRow> DatasetChoiceOps();
absl::Span<const OpRow> DatasetCacheOps();
absl::Span<const OpRow> DatasetValueOps();
absl::Span<const OpRow> IteratorOps();
absl::Span<const OpRow> OptionalOps();
absl::Span<const OpRow> LookupOps();
absl::Span<const OpRow> FileOps();

// Null: this door has no such op of its own.
const OpRow* FindOp(absl::string_view name);
// Of ops that the table has kernels for: what they do where an input is an object. Null: they take none.
const OpRow* FindOpOnObjects(absl::string_view name);

}  // namespace eager::server::tf
