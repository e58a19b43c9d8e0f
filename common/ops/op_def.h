// One op = one row: what an op is called, takes, gives, how its shapes follow and what its gradient is.
//
// Rows are constexpr and stand in one file per family (elementwise_ops.cc, …); op_table.cc joins the families. Client
// and server link the same rows, so that a call fails at the caller's line with the server's own words.
//
// The texts are TensorFlow's op definitions (`tf.raw_ops`), parsed once at start (op_spec.h):
//   inputs   "x: T, axis: host Tidx, values: N * T"   name: type; a type attribute or a dtype; `N *` for a list;
//            `host`: shape inference and kernels read its values on the host, so it never needs to be on a device
//            A list of tensors of any dtypes is "input: T" with T: list(type), which may stand in outputs as well.
//   outputs  "y: T, count: int32"
//   attrs    "T: {float, double, int32}, keep_dims: bool = false, N: int >= 2, strides: list(int),
//             padding: string {'SAME', 'VALID'}, Tidx: {int32, int64} = int32, dtype: type, T: list(type) >= 1"
// Type and number attributes that inputs mention are inferred from them; a caller may leave them out.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace eager {

class ShapeContext;  // shape_context.h
class GradContext;   // grad_context.h
class Grads;

// Sets the shape of every output; dtypes follow from `outputs`. Errors name the input and what was expected; the op's
// name is put in front by the caller. May read the values of `host` inputs and nothing else of any input's.
using ShapeFn = absl::Status (*)(ShapeContext&);

// Emits ordinary ops that compute the gradient with respect to each input (see grad_context.h).
using GradientFn = absl::Status (*)(GradContext&, Grads&);

// The gradient of an op that has none: said in its row, never left out.
absl::Status NotDifferentiable(GradContext&, Grads&);

// Which tensors a tape keeps for the gradient function. Their shapes and dtypes are always kept.
// kHostInputs: the `host` inputs alone. kIndexInputs: those whose dtype carries no gradient, host or not.
enum class Saves : uint8_t { kNothing = 0, kInputs = 1, kOutputs = 2, kBoth = 3, kHostInputs = 4, kIndexInputs = 5 };

// What the executor does besides finding a kernel.
enum class Effect : uint8_t {
  kPure,      // a function of its inputs
  kAlias,     // each output is the values of the input of its place under another shape: no kernel, no copy
  kStateful,  // reads or changes a variable or a random number generator: never memoised, reordered or dropped
};

struct OpDef {
  absl::string_view name;
  absl::string_view doc;  // one sentence
  absl::string_view inputs;
  absl::string_view outputs;
  absl::string_view attrs = "";
  ShapeFn shape = nullptr;
  GradientFn gradient = nullptr;
  Saves saves = Saves::kNothing;
  Effect effect = Effect::kPure;
  // Inputs (by position, bit i) that never get a gradient although their dtype could: SelectV2's condition has none by
  // its dtype, but Fill's dims or a size do not need this either. 0 for most ops.
  uint32_t no_gradient_inputs = 0;
};

}  // namespace eager
