// Runs one op: inference, output memory, kernel.
#pragma once

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "common/tape/tape.h"
#include "server/exec/signature.h"

namespace eager::server {

using Tensors = absl::InlinedVector<TensorRef, 2>;

// Runs `signature` on `inputs` and sets `outputs`; inputs on other devices are copied to its own first. On the CPU the
// values are there when it returns. Nothing throws: what a library throws comes back as INTERNAL. Errors start with the
// op's name.
absl::Status RunOp(Signature& signature, absl::Span<const TensorRef> inputs, Tensors& outputs);

// A tensor on `device` with the values of a host tensor, copied.
absl::StatusOr<TensorRef> MakeTensor(const TensorSpec& spec, absl::string_view bytes, Device& device);

// What a tape knows of a tensor; without its values where the op that it records does not save them.
TapeTensor ForTape(const TensorRef& tensor, bool with_value = true);

// Records the op that `signature` has just run on every tape of `tapes` that wants it.
void RecordOp(const Signature& signature, absl::Span<const TensorRef> inputs, const Tensors& outputs,
              absl::Span<Tape* const> tapes);

}  // namespace eager::server
