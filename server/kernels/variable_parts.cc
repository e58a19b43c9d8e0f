#include "server/kernels/variable_parts.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/ops/infer.h"
#include "common/ops/op_table.h"
#include "common/status_macros.h"
#include "server/kernels/variable.h"

namespace eager::server {
namespace {

// The same values under another shape, as a tensor of its own.
TensorRef As(const Tensor& t, Shape shape) {
  return MakeRef<Tensor>(TensorSpec{t.dtype(), std::move(shape)}, t.buffer(), t.offset());
}

// The device's kernel of another op, called with these inputs: it writes to `out` or puts another tensor there.
absl::Status CallOther(const KernelContext& k, absl::string_view name, const NamedAttrs& named,
                       absl::Span<const TensorRef> inputs, TensorRef& out) {
  const OpSpec& op = *OpTable::Builtin().Find(name);
  const KernelRow* kernel = KernelsFor(k.device()).Find(op, out->dtype());
  if (kernel == nullptr) {
    return absl::UnimplementedError(absl::StrCat("there is no kernel for ", Name(out->dtype()), " on ",
                                                 k.device().attributes().name, ", where the variable is"));
  }
  ASSIGN_OR_RETURN(Attrs attrs, Attrs::Make(op, named));
  absl::InlinedVector<InferInput, 4> types;
  for (const TensorRef& t : inputs) types.push_back({t->dtype(), &t->shape()});
  absl::InlinedVector<DType, 2> output_dtypes;
  RETURN_IF_ERROR(InferTypes(op, types, attrs, output_dtypes));
  TensorRef outputs[] = {out};
  std::unique_ptr<KernelState> no_state;
  KernelContext context(op, attrs, k.device(), k.host_device(), inputs, absl::MakeSpan(outputs), no_state);
  RETURN_IF_ERROR(kernel->fn(context));
  out = std::move(outputs[0]);
  return absl::OkStatus();
}

// Integers that the host reads.
absl::StatusOr<TensorRef> HostIntegers(const KernelContext& k, Shape shape, absl::Span<const int64_t> values) {
  ASSIGN_OR_RETURN(BufferRef buffer, k.host_device().Allocate(values.size() * sizeof(int64_t)));
  std::copy(values.begin(), values.end(), static_cast<int64_t*>(buffer->data()));
  return MakeRef<Tensor>(TensorSpec{DType::kInt64, std::move(shape)}, std::move(buffer));
}

absl::StatusOr<TensorRef> NewTensor(const KernelContext& k, TensorSpec spec) {
  ASSIGN_OR_RETURN(BufferRef buffer,
                   k.device().Allocate(static_cast<size_t>(spec.shape.num_elements()) * SizeOf(spec.dtype)));
  return MakeRef<Tensor>(std::move(spec), std::move(buffer));
}

absl::Status Gather(KernelContext& k) {
  const Variable& variable = k.input(0).variable();
  const TensorRef value = variable.Read();
  if (!value) return variable.NoValue();
  const int64_t batch = k.attr<int64_t>("batch_dims");
  ASSIGN_OR_RETURN(TensorRef axis, HostIntegers(k, Shape(), {batch}));
  TensorRef out = As(k.output(0), k.output(0).shape());
  const TensorRef inputs[] = {value, k.input_ref(1), std::move(axis)};
  RETURN_IF_ERROR(CallOther(k, "GatherV2", {{"batch_dims", batch}}, inputs, out));
  k.set_output(0, std::move(out));
  return absl::OkStatus();
}

// The updates as one for each place: a scalar is there for all.
absl::StatusOr<TensorRef> Updates(const KernelContext& k, const Shape& indices, bool nd) {
  const Tensor& updates = k.input(2);
  if (nd || !updates.shape().is_scalar()) return k.input_ref(2);
  const Shape& variable = k.input(0).value_spec().shape;
  Shape::Dims dims(indices.dims().begin(), indices.dims().end());
  dims.insert(dims.end(), variable.dims().begin() + 1, variable.dims().end());
  ASSIGN_OR_RETURN(Shape all, Shape::Make(dims));
  const int64_t rank = all.rank();
  ASSIGN_OR_RETURN(const TensorRef shape, HostIntegers(k, Shape{rank}, dims));
  ASSIGN_OR_RETURN(TensorRef out, NewTensor(k, {updates.dtype(), std::move(all)}));
  const TensorRef inputs[] = {k.input_ref(2), shape};
  RETURN_IF_ERROR(CallOther(k, "BroadcastTo", {}, inputs, out));
  return out;
}

absl::Status Scatter(KernelContext& k) {
  const absl::string_view name = k.op().name;
  const bool nd = absl::StrContains(name, "Nd");
  Shape indices = k.input(1).shape();
  ASSIGN_OR_RETURN(TensorRef updates, Updates(k, indices, nd));
  if (absl::EndsWith(name, "Sub")) {
    ASSIGN_OR_RETURN(TensorRef negative, NewTensor(k, updates->spec()));
    RETURN_IF_ERROR(CallOther(k, "Neg", {}, {updates}, negative));
    updates = std::move(negative);
  }
  if (!nd) indices.push_back(1);
  const NamedAttrs named = {{"bad_indices_policy", nd ? k.attr<std::string>("bad_indices_policy") : std::string()}};
  Variable& variable = k.input(0).variable();
  return variable.Update([&](TensorRef& value) -> absl::Status {
    if (!value) return variable.NoValue();
    ASSIGN_OR_RETURN(TensorRef next, NewTensor(k, value->spec()));
    const TensorRef inputs[] = {value, As(k.input(1), indices), updates};
    RETURN_IF_ERROR(
        CallOther(k, absl::EndsWith(name, "Update") ? "TensorScatterUpdate" : "TensorScatterAdd", named, inputs, next));
    value = std::move(next);
    return absl::OkStatus();
  });
}

}  // namespace

void AddVariablePartRows(std::vector<KernelRow>& rows, DTypeSet dtypes) {
  rows.push_back({"ResourceGather", dtypes, &Gather});
  for (absl::string_view op : {"ResourceScatterUpdate", "ResourceScatterAdd", "ResourceScatterSub",
                               "ResourceScatterNdUpdate", "ResourceScatterNdAdd", "ResourceScatterNdSub"}) {
    rows.push_back({op, dtypes, &Scatter});
  }
}

}  // namespace eager::server
