// Optionals: elements that may not be there.
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/rpc/tensorflow/dataset.h"
#include "server/rpc/tensorflow/optional.h"

namespace eager::server::tf {
namespace {

absl::Status FromValue(OpCall& call) {
  if (call.num_inputs() == 0) return call.Invalid("there is no value");
  ASSIGN_OR_RETURN(const DTypes types, TypesOf(call, "Toutput_types"));
  RETURN_IF_ERROR(CheckElement(call.op(), call.inputs(), types));
  call.Return(MakeRef<Optional>(std::move(call.inputs())));
  return absl::OkStatus();
}

absl::Status None(OpCall& call) {
  call.Return(MakeRef<Optional>());
  return absl::OkStatus();
}

absl::Status HasValue(OpCall& call) {
  ASSIGN_OR_RETURN(const RefPtr<Optional> optional, call.object<Optional>(0));
  ASSIGN_OR_RETURN(TensorRef answer, OnHost(call.runner(), HostTensor::Scalar(optional->values().has_value())));
  call.Return(std::move(answer));
  return absl::OkStatus();
}

absl::Status GetValue(OpCall& call) {
  ASSIGN_OR_RETURN(const RefPtr<Optional> optional, call.object<Optional>(0));
  ASSIGN_OR_RETURN(const DTypes types, TypesOf(call));
  if (!optional->values()) return call.Invalid("The given optional does not have a value.");
  RETURN_IF_ERROR(CheckElement(call.op(), *optional->values(), types));
  call.outputs() = *optional->values();
  return absl::OkStatus();
}

constexpr OpRow kRows[] = {
    {"OptionalFromValue", "optional", &FromValue},
    {"OptionalNone", "optional", &None},
    {"OptionalHasValue", "has_value", &HasValue},
    {"OptionalGetValue", "components", &GetValue},
};

}  // namespace

absl::Span<const OpRow> OptionalOps() { return kRows; }

}  // namespace eager::server::tf
