// Runs one op: inference, output memory, kernel.
#pragma once

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "common/tape/tape.h"
#include "server/exec/signature.h"

namespace eager::server {

using Tensors = absl::InlinedVector<TensorRef, 2>;

// Runs `signature` on `inputs` and sets `outputs`; inputs on other devices than the op's are copied there first. On the
// CPU the values are there when it returns; elsewhere the work is asked for, and only `host` inputs are waited for. Nothing throws: what a library throws comes back as INTERNAL. Errors start with the
// op's name.
absl::Status RunOp(Signature& signature, absl::Span<const TensorRef> inputs, Tensors& outputs);

// A tensor with the values of a host tensor, copied to where they belong at that place.
absl::StatusOr<TensorRef> MakeTensor(const TensorSpec& spec, absl::string_view bytes, const Place& place);

// The same values on another device.
absl::StatusOr<TensorRef> CopyTo(const Tensor& t, Device& device);

// What a tape knows of a tensor; without its values where the op that it records does not save them.
TapeTensor ForTape(const TensorRef& tensor, bool with_value = true);

// Records the op that `signature` has just run on every tape of `tapes` that wants it.
void RecordOp(const Signature& signature, absl::Span<const TensorRef> inputs, const Tensors& outputs,
              absl::Span<Tape* const> tapes);

}  // namespace eager::server
