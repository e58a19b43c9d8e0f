#include "server/exec/exec_emitter.h"

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace eager::server {

absl::StatusOr<absl::InlinedVector<Node, 2>> ExecEmitter::Run(absl::string_view op, absl::Span<const Node> inputs,
                                                              const NamedAttrs& attrs) {
  ASSIGN_OR_RETURN(const OpSpec* spec, OpTable::Builtin().Get(op));
  ASSIGN_OR_RETURN(Signature * signature, signatures_.Get(*spec, attrs, place_));
  Tensors in, out;
  for (const Node& node : inputs) {
    in.push_back(ToTensor(node));
    if (!in.back()) return absl::InternalError(absl::StrCat(op, ": a gradient uses a tensor that its op's row does not save"));
  }
  RETURN_IF_ERROR(RunOp(*signature, in, out));
  RecordOp(*signature, in, out, tapes_);
  absl::InlinedVector<Node, 2> nodes;
  for (const TensorRef& t : out) nodes.push_back(ForTape(t));
  return nodes;
}

absl::StatusOr<Node> ExecEmitter::Constant(HostTensor value) {
  ASSIGN_OR_RETURN(TensorRef tensor, MakeTensor(value.spec(), value.bytes(), place_));
  return ForTape(tensor);
}

HostView ExecEmitter::HostValues(const Node& node) const {
  const auto* tensor = static_cast<const Tensor*>(node.value.get());
  if (tensor == nullptr || !tensor->buffer()) return HostView();
  if (tensor->buffer()->device()->host_accessible()) return tensor->host_view();
  absl::StatusOr<TensorRef> copy = CopyTo(*tensor, *place_.host);
  if (!copy.ok()) return HostView();
  fetched_.push_back(*std::move(copy));
  return fetched_.back()->host_view();
}

}  // namespace eager::server
