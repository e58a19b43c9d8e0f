// Runs the ops that gradients emit.
#pragma once

#include "common/ops/grad_context.h"
#include "server/exec/executor.h"

namespace eager::server {

// Executes each op at `place` and records it on the tapes that still record. For one
// backward walk, on the session's thread.
class ExecEmitter final : public Emitter {
 public:
  ExecEmitter(SignatureCache& signatures, const Place& place, absl::Span<Tape* const> tapes)
      : signatures_(signatures), place_(place), tapes_(tapes) {}

  absl::StatusOr<absl::InlinedVector<Node, 2>> Run(absl::string_view op, absl::Span<const Node> inputs,
                                                   const NamedAttrs& attrs) override;
  absl::StatusOr<Node> Constant(HostTensor value) override;
  HostView HostValues(const Node& node) const override;

 private:
  SignatureCache& signatures_;
  const Place place_;
  absl::Span<Tape* const> tapes_;
  mutable std::vector<TensorRef> fetched_;  // what HostValues() had to bring to the host
};

// The tensor behind a node that the server made; null for a value that was not saved.
inline TensorRef ToTensor(const Node& node) { return TensorRef(static_cast<Tensor*>(node.value.get())); }

}  // namespace eager::server
