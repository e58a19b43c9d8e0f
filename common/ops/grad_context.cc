#include "common/ops/grad_context.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"

namespace eager {

Node GradContext::upstream(int i) {
  if (!upstream_[i]) upstream_[i] = ZerosLike(entry_.outputs[i]);
  return upstream_[i];
}

HostInts GradContext::ints(int i) {
  HostInts values(static_cast<size_t>(shape(input(i)).num_elements()), 0);
  if (values.empty()) return values;
  if (const HostView view = emitter_.HostValues(input(i))) return ToInts(view);
  if (status_.ok()) status_ = absl::InternalError(absl::StrCat("gradient of ", entry_.op->name, ": input ", i, " has no values"));
  return values;
}

Node GradContext::Op(absl::string_view op, std::initializer_list<Node> inputs, const NamedAttrs& attrs) {
  absl::InlinedVector<Node, 2> outputs = Ops(op, absl::MakeConstSpan(inputs.begin(), inputs.size()), attrs);
  return outputs.empty() ? Node() : std::move(outputs[0]);
}

absl::InlinedVector<Node, 2> GradContext::Ops(absl::string_view op, absl::Span<const Node> inputs,
                                              const NamedAttrs& attrs) {
  if (!status_.ok()) return {};
  absl::StatusOr<absl::InlinedVector<Node, 2>> outputs = emitter_.Run(op, inputs, attrs);
  if (outputs.ok()) return *std::move(outputs);
  const std::string where = entry_.op == nullptr ? "gradient" : absl::StrCat("gradient of ", entry_.op->name);
  status_ = absl::Status(outputs.status().code(), absl::StrCat(where, ": ", outputs.status().message()));
  return {};
}

Node GradContext::Reshape(const Node& a, const Shape& shape) { return Op("Reshape", {a, Ints(shape.dims())}); }

Node GradContext::BroadcastTo(const Node& a, const Shape& shape) { return Op("BroadcastTo", {a, Ints(shape.dims())}); }

Node GradContext::Cast(const Node& a, DType dtype) {
  return a.spec.dtype == dtype ? a : Op("Cast", {a}, {{"DstT", dtype}});
}

Node GradContext::Sum(const Node& a, absl::Span<const int64_t> axes, bool keep_dims) {
  return Op("Sum", {a, Ints(axes)}, {{"keep_dims", keep_dims}});
}

Node GradContext::Transpose(const Node& a, absl::Span<const int64_t> perm) { return Op("Transpose", {a, Ints(perm)}); }

Node GradContext::Const(HostTensor value) {
  if (!status_.ok()) return {};
  absl::StatusOr<Node> node = emitter_.Constant(std::move(value));
  if (node.ok()) return *std::move(node);
  status_ = node.status();
  return {};
}

Node GradContext::Ints(absl::Span<const int64_t> values) {
  const bool narrow = std::all_of(values.begin(), values.end(), [](int64_t v) { return v == static_cast<int32_t>(v); });
  return Ints(values, narrow ? DType::kInt32 : DType::kInt64);
}

Node GradContext::Ints(absl::Span<const int64_t> values, DType dtype) {
  const Shape shape{static_cast<int64_t>(values.size())};
  if (dtype == DType::kInt64) return Const(HostTensor::FromSpan<int64_t>(shape, values));
  return Const(HostTensor::FromSpan<int32_t>(shape, std::vector<int32_t>(values.begin(), values.end())));
}

Node GradContext::Scalar(double value, const Node& like) {
  switch (like.spec.dtype) {
    case DType::kFloat32:
      return Const(HostTensor::Scalar(static_cast<float>(value)));
    case DType::kFloat64:
      return Const(HostTensor::Scalar(value));
    case DType::kFloat16:
      return Const(HostTensor::Scalar(Float16(static_cast<float>(value))));
    case DType::kBFloat16:
      return Const(HostTensor::Scalar(BFloat16(static_cast<float>(value))));
    default:
      return Cast(Const(HostTensor::Scalar(value)), like.spec.dtype);
  }
}

Node GradContext::Fill(const Node& like, double value) {
  Node scalar = Scalar(value, like);
  return shape(like).is_scalar() ? scalar : Op("Fill", {Ints(shape(like).dims()), scalar});
}

}  // namespace eager
