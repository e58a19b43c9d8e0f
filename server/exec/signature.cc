#include "server/exec/signature.h"

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace eager::server {
namespace {

// The dtype by which kernels are found: that of the first type attribute, else of the first input or output.
DType KernelDType(const OpSpec& op, const Attrs& attrs) {
  for (size_t i = 0; i < op.attrs.size(); ++i) {
    if (op.attrs[i].kind == AttrKind::kType) return std::get<DType>(attrs[static_cast<int>(i)]);
  }
  if (!op.inputs.empty()) return op.inputs[0].dtype;
  return op.outputs.empty() ? DType::kInvalid : op.outputs[0].dtype;
}

// Whether a kernel would only go round and round over nothing, which may take long: a tensor of [2^40, 0] is allowed.
// Not of strings, which need bytes even then.
bool NothingToCompute(const OpSpec& op, const Signature::Plan& plan) {
  const auto empty = [](const TensorSpec& spec) { return spec.shape.num_elements() == 0; };
  if (op.def->effect != Effect::kPure || plan.outputs.empty() || plan.placement.kernel->makes_outputs) return false;
  for (const TensorSpec& spec : plan.outputs) {
    if (!empty(spec) || SizeOf(spec.dtype) == 0) return false;
  }
  const int n = static_cast<int>(plan.inputs.size());
  for (int i = 0; i < n; ++i) {
    if (!op.IsHostInput(i, n) && !empty(plan.inputs[i])) return false;  // there may be values to find fault with
  }
  return true;
}

}  // namespace

absl::StatusOr<const Signature::Plan*> Signature::PlanFor(absl::Span<const TensorRef> inputs) {
  bool same = planned_ && op_.host_inputs == 0 && inputs.size() == plan_.inputs.size();
  for (size_t i = 0; same && i < inputs.size(); ++i) {
    // A tensor may have the spec of the variable that stood in its place.
    same = inputs[i]->value_spec() == plan_.inputs[i] && inputs[i]->is_variable() == plan_.variables[i] &&
           DeviceOf(*inputs[i]) == plan_.devices[i];
  }
  if (!same) RETURN_IF_ERROR(Replan(inputs));
  return &plan_;
}

absl::Status Signature::Replan(absl::Span<const TensorRef> inputs) {
  planned_ = false;
  const int n = static_cast<int>(inputs.size());
  absl::InlinedVector<InferInput, 4> infer(inputs.size());
  for (int i = 0; i < n; ++i) {
    const Tensor& t = *inputs[i];
    infer[i] = {t.dtype(), &t.shape(), {}, t.is_variable() ? &t.value_spec() : nullptr};
    const bool in_range = op_.has_list_input || i < static_cast<int>(op_.inputs.size());
    if (in_range && t.is_variable() && op_.inputs[op_.InputArg(i, n)].dtype != DType::kResource &&
        op_.def->effect != Effect::kAlias) {
      return absl::InvalidArgumentError(
          absl::StrCat(op_.name, ": input ", i, " is the handle of a variable; the op takes its value (ReadVariableOp)"));
    }
    if (in_range && op_.IsHostInput(i, n) && !t.is_variable()) infer[i].host = t.host_view();
  }
  auto attrs = std::make_shared<Attrs>(attrs_);
  Inferred inferred;
  RETURN_IF_ERROR(Infer(op_, infer, *attrs, inferred));

  if (!inferred.shapes_known) {
    return absl::InternalError(absl::StrCat(op_.name, ": an input's values cannot be read on the host"));
  }
  plan_.inputs.clear();
  plan_.variables.clear();
  plan_.devices.clear();
  for (const TensorRef& t : inputs) {
    plan_.inputs.push_back(t->value_spec());
    plan_.variables.push_back(t->is_variable());
    plan_.devices.push_back(DeviceOf(*t));
  }
  plan_.outputs.clear();
  for (size_t i = 0; i < inferred.dtypes.size(); ++i) {
    RETURN_IF_ERROR(Shape::Make(inferred.shapes[i].dims()).status());
    plan_.outputs.push_back({inferred.dtypes[i], inferred.shapes[i]});
  }
  ASSIGN_OR_RETURN(plan_.placement, PlaceOp(op_, KernelDType(op_, *attrs), inputs, plan_.outputs, place_));
  plan_.nothing_to_compute = NothingToCompute(op_, plan_);
  plan_.attrs = std::move(attrs);
  planned_ = true;
  // Where values are looked at, every call has a plan of its own, and takes as long as the one before.
  tally_.RunOn(op_.index, *plan_.placement.device, /*anew=*/op_.host_inputs == 0);
  return absl::OkStatus();
}

absl::StatusOr<Signature*> SignatureCache::Get(const OpSpec& op, const NamedAttrs& named, const Place& place) {
  ASSIGN_OR_RETURN(Attrs attrs, Attrs::Make(op, named));
  Key key{std::move(attrs), place.device};
  auto it = map_.find(key);
  if (it == map_.end()) {
    if (map_.size() >= kMost) map_.clear();  // attributes that never come again; nobody keeps what Get gave
    SignatureRef signature = MakeRef<Signature>(op, key.attrs, place);
    it = map_.emplace(std::move(key), std::move(signature)).first;
  }
  return it->second.get();
}

}  // namespace eager::server
