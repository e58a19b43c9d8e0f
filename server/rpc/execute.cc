#include "server/rpc/execute.h"

#include <algorithm>
#include <new>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/device/cpu/compute_gate.h"
#include "server/exec/counting_scope.h"
#include "server/exec/executor.h"
#include "server/exec/recent_errors.h"
#include "server/rpc/json_tensor.h"

namespace eager::server {
namespace {

absl::Status At(const OpSpec& op, int input, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(op.name, ": input ", input, ": ", status.message()));
}

// The dtype of every input: see Execute.
class DTypeChooser {
 public:
  DTypeChooser(const OpSpec& op, const Attrs& attrs, absl::Span<const JsonValues> inputs) : op_(op), inputs_(inputs) {
    bound_.resize(op.attrs.size(), DType::kInvalid);
    for (size_t a = 0; a < op.attrs.size(); ++a) {
      if (const DType* given = std::get_if<DType>(&attrs[static_cast<int>(a)])) bound_[a] = *given;
    }
    for (int i = 0; i < size(); ++i) {
      if (DType named = inputs_[i].named_dtype(); named != DType::kInvalid) Bind(i, named);
    }
    for (int i = 0; i < size(); ++i) {  // fractions decide before whole numbers: [1, 2] * [0.5, 1] is float
      if (inputs_[i].natural_dtype() != DType::kInt32) Bind(i, Allowed(i, inputs_[i].natural_dtype()));
    }
    for (int i = 0; i < size(); ++i) Bind(i, Allowed(i, inputs_[i].natural_dtype()));
  }

  DType Choose(int i) const {
    if (DType named = inputs_[i].named_dtype(); named != DType::kInvalid) return named;
    const ArgSpec& arg = Arg(i);
    if (arg.types_attr >= 0) return inputs_[i].natural_dtype();
    return arg.type_attr < 0 ? arg.dtype : bound_[arg.type_attr];
  }

 private:
  int size() const { return static_cast<int>(inputs_.size()); }
  const ArgSpec& Arg(int i) const { return op_.inputs[op_.InputArg(i, size())]; }
  void Bind(int i, DType dtype) {
    const int attr = Arg(i).type_attr;
    if (attr >= 0 && bound_[attr] == DType::kInvalid) bound_[attr] = dtype;
  }
  // `natural` where the op allows it, else the first of the usual types that it allows.
  DType Allowed(int i, DType natural) const {
    if (Arg(i).type_attr < 0) return natural;
    const DTypeSet allowed = op_.attrs[Arg(i).type_attr].dtypes;
    for (DType d : {natural, DType::kFloat32, DType::kInt32, DType::kInt64, DType::kBool}) {
      if (allowed.contains(d)) return d;
    }
    return natural;
  }

  const OpSpec& op_;
  absl::Span<const JsonValues> inputs_;
  absl::InlinedVector<DType, 4> bound_;
};

absl::StatusOr<Tensors> ReadInputs(const OpSpec& op, const Attrs& attrs, const v1::ExecuteRequest& request, const Place& place) {
  const int n = request.inputs_size();
  const int fixed = static_cast<int>(op.inputs.size());
  if (op.has_list_input ? n < fixed : n != fixed) {
    Inferred inferred;  // says what is expected
    std::vector<InferInput> none(static_cast<size_t>(n));
    Attrs copy = attrs;
    RETURN_IF_ERROR(Infer(op, none, copy, inferred));
  }
  std::vector<JsonValues> values;
  for (int i = 0; i < n; ++i) {
    absl::StatusOr<JsonValues> parsed = JsonValues::Parse(request.inputs(i));
    if (!parsed.ok()) return At(op, i, parsed.status());
    values.push_back(*std::move(parsed));
  }
  const DTypeChooser chooser(op, attrs, values);
  Tensors inputs;
  for (int i = 0; i < n; ++i) {
    if (chooser.Choose(i) == DType::kResource) {
      return At(op, i, absl::UnimplementedError("a variable lives in a session; Execute has none"));
    }
    absl::StatusOr<HostTensor> host = values[static_cast<size_t>(i)].Convert(chooser.Choose(i));
    if (!host.ok()) return At(op, i, host.status());
    ASSIGN_OR_RETURN(TensorRef tensor, MakeTensor(host->spec(), host->bytes(), place));
    inputs.push_back(std::move(tensor));
  }
  return inputs;
}

// JSON needs many times the memory that values have on a device, and nobody reads so many.
absl::Status CheckSize(const OpSpec& op, const Tensors& outputs) {
  constexpr int64_t kMostElements = 1 << 20;
  constexpr uint64_t kMostBytes = 16 << 20;
  int64_t elements = 0;
  uint64_t bytes = 0;
  for (const TensorRef& output : outputs) {
    elements += std::min(output->num_elements(), kMostElements + 1);
    bytes += output->num_bytes();
  }
  if (elements <= kMostElements && bytes <= kMostBytes) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(op.name, ": Execute gives at most ", kMostElements, " elements and ",
                                                   kMostBytes, " bytes back; a session has no such limit"));
}

// `counted`: the error is the op's own, and RunOp has counted it.
absl::Status ExecuteOp(const DeviceSet& devices, Tenant& tenant, const v1::ExecuteRequest& request,
                       v1::ExecuteResponse* response, bool& counted) {
  if (request.op().empty()) return absl::InvalidArgumentError("'op' is missing");
  ASSIGN_OR_RETURN(const OpSpec* op, OpTable::Builtin().Get(request.op()));
  DeviceQueues queues(devices, tenant.quota().MemoryTermsOfSession());
  ComputeParty party(tenant.quota().compute());
  const ComputeScope scope(&party);
  ASSIGN_OR_RETURN(const Place place, Place::Find(queues, request.device()));
  NamedAttrs named;
  for (const auto& [name, json] : request.attrs()) {
    ASSIGN_OR_RETURN(AttrValue value, AttrFromJson(*op, name, json));
    named.push_back({name, std::move(value)});
  }
  ASSIGN_OR_RETURN(Attrs attrs, Attrs::Make(*op, named));
  ASSIGN_OR_RETURN(Tensors inputs, ReadInputs(*op, attrs, request, place));
  const CountingScope counting(tenant.name());
  const auto signature = MakeRef<Signature>(*op, std::move(attrs), place);
  Tensors outputs;
  counted = true;
  RETURN_IF_ERROR(RunOp(*signature, inputs, outputs));
  counted = false;
  RETURN_IF_ERROR(CheckSize(*op, outputs));
  for (const TensorRef& output : outputs) {
    if (output->is_variable()) {
      return absl::UnimplementedError(absl::StrCat(op->name, ": a variable lives in a session; Execute has none"));
    }
    std::string bytes(output->num_bytes(), '\0');
    RETURN_IF_ERROR(output->buffer()->device()->CopyToHost(*output->buffer(), output->offset(), bytes.size(), bytes.data()));
    ASSIGN_OR_RETURN(HostTensor host, HostTensor::FromBytes(output->spec(), bytes));
    RETURN_IF_ERROR(ToJson(host, response->add_outputs()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Execute(const DeviceSet& devices, Tenant& tenant, const v1::ExecuteRequest& request,
                     v1::ExecuteResponse* response) {
  try {
    bool counted = false;
    absl::Status status = ExecuteOp(devices, tenant, request, response, counted);
    if (!counted) RecentErrors::Get().Add(status, "Execute", tenant.name());
    return status;
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(absl::StrCat(request.op(), ": the host has no memory left"));
  }
}

}  // namespace eager::server
