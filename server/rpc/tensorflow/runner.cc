#include "server/rpc/tensorflow/runner.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/wire/text.h"
#include "server/exec/unknown_ops.h"
#include "server/rpc/tensorflow/function.h"
#include "server/rpc/tensorflow/tensor_proto.h"

namespace eager::server::tf {

absl::StatusOr<Instruction> Runner::Prepare(const std::string& op, const AttrMap& attrs, const std::string& device) {
  Instruction made;
  made.op_ = op;
  if (functions_.Contains(op)) {
    made.is_function_ = true;
    made.has_no_outputs_ = functions_.NumOutputs(op) == 0;
    made.attrs_ = attrs;
  } else if (op == "Const") {
    ASSIGN_OR_RETURN(const Place place, PlaceFor(device));
    const auto value = attrs.find("value");
    if (value == attrs.end()) return absl::InvalidArgumentError("Const: attribute 'value' is missing");
    ASSIGN_OR_RETURN(TensorRef constant, TensorFromProto(value->second.tensor(), place));
    made.constant_ = std::move(constant);
  } else if (const OpRow* row = FindOp(op)) {
    made.row_ = row;
    made.has_no_outputs_ = row->outputs.empty();
    made.attrs_ = attrs;
  } else {
    const absl::StatusOr<const OpSpec*> spec = OpTable::Builtin().Get(op);
    if (!spec.ok()) {
      UnknownOps::Get().Add(ErrorText(op));
      return absl::NotFoundError(
          absl::StrCat("'", op, "' is neither a type of a primitive operation nor a name of a function registered in eagerd"));
    }
    ASSIGN_OR_RETURN(const NamedAttrs named, AttrsForRow(**spec, attrs));
    ASSIGN_OR_RETURN(made.signature_, session_.MakeSignature(op, named, device));
    made.has_no_outputs_ = (*spec)->outputs.empty();
    made.on_objects_ = FindOpOnObjects(op);
    if (made.on_objects_ != nullptr) made.attrs_ = attrs;
  }
  return made;
}

absl::StatusOr<Values> Runner::Run(Instruction& instruction, Values inputs, const Frame& frame) {
  if (instruction.constant_) return Values{instruction.constant_};
  if (instruction.is_function_) return Call(instruction.op_, instruction.attrs_, std::move(inputs), frame);
  const OpRow* row = instruction.row_;
  if (row == nullptr) {
    const auto object = std::find_if(inputs.begin(), inputs.end(), [](const Value& v) { return static_cast<bool>(v.object); });
    if (object == inputs.end()) return RunSignature(*instruction.signature_, inputs);
    row = instruction.on_objects_;
    if (row == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat(instruction.op_, ": input ", object - inputs.begin(), " is ", object->object->kind(), ", not a tensor"));
    }
  }
  OpCall call(*this, frame, instruction.op_, instruction.attrs_, std::move(inputs));
  RETURN_IF_ERROR(row->fn(call));
  return std::move(call.outputs());
}

absl::StatusOr<Values> Runner::RunSignature(Signature& signature, Values& inputs) {
  Tensors in, out;
  for (Value& value : inputs) in.push_back(std::move(value.tensor));
  inputs.clear();
  session_.CountOp();
  RETURN_IF_ERROR(RunOp(signature, in, out));
  return Values(std::make_move_iterator(out.begin()), std::make_move_iterator(out.end()));
}

absl::Status Runner::CountCall(absl::string_view of) {
  if (++calls_ > bounds_.most_calls && bounds_.most_calls > 0) {
    return absl::ResourceExhaustedError(absl::StrCat(of, ": more than ", bounds_.most_calls, " calls of functions and datasets for one item"));
  }
  return session_.closed();
}

absl::StatusOr<Values> Runner::Call(const std::string& function, const AttrMap& attrs, Values inputs, const Frame& frame) {
  if (frame.depth >= kDeepest) {
    return absl::ResourceExhaustedError(absl::StrCat(function, ": functions call each other more than ", kDeepest, " deep"));
  }
  RETURN_IF_ERROR(CountCall(function));
  ASSIGN_OR_RETURN(const std::shared_ptr<Function> found, functions_.Get(function, attrs, frame.device, frame.functions));
  Frame inner = frame;
  ++inner.depth;
  return found->Run(*this, std::move(inputs), inner);
}

absl::StatusOr<Tensors> Runner::RunRow(absl::string_view op, absl::Span<const TensorRef> inputs, const NamedAttrs& attrs,
                                       const Frame& frame) {
  ASSIGN_OR_RETURN(const OpSpec* spec, OpTable::Builtin().Get(op));
  ASSIGN_OR_RETURN(const Place place, PlaceFor(frame.device));
  ASSIGN_OR_RETURN(Signature * signature, signatures_.Get(*spec, attrs, place));
  Tensors outputs;
  RETURN_IF_ERROR(RunOp(*signature, inputs, outputs));
  return outputs;
}

absl::StatusOr<TensorRef> Runner::Constant(const HostTensor& values, const Frame& frame) {
  ASSIGN_OR_RETURN(const Place place, PlaceFor(frame.device));
  return MakeTensor(values.spec(), values.bytes(), place);
}

}  // namespace eager::server::tf
