// Ops that pass on what they are given, some after a look at it.
#include "common/ops/grad_context.h"
#include "common/ops/host_inputs.h"
#include "common/ops/op_table.h"
#include "common/status_macros.h"

namespace eager {
namespace {

absl::Status EachAsItIs(ShapeContext& c) {
  for (int i = 0; i < c.num_inputs(); ++i) c.set_output(i, c.input(i));
  return absl::OkStatus();
}

absl::Status PassBack(GradContext& g, Grads& grads) {
  for (int i = 0; i < g.num_inputs(); ++i) {
    if (g.has_upstream(i)) grads[i] = g.upstream(i);
  }
  return g.status();
}

// A gradient that is not finite is found as well.
absl::Status CheckNumericsGradient(GradContext& g, Grads& grads) {
  grads[0] = g.Op("CheckNumerics", {g.upstream(0)},
                  {{"message", std::string("Not a number (NaN) or infinity (Inf) values detected in gradient. ") +
                                   g.attr<std::string>("message")}});
  return g.status();
}

// The last axis holds the parts of larger elements, or they become one.
absl::Status BitcastShape(ShapeContext& c) {
  const Shape& in = c.input(0);
  const int64_t from = static_cast<int64_t>(SizeOf(c.dtype(0)));
  const int64_t to = static_cast<int64_t>(SizeOf(c.attr<DType>("type")));
  Shape out = in;
  if (from > to) {
    out.push_back(from / to);
  } else if (from < to) {
    if (in.rank() < 1 || in[in.rank() - 1] != to / from) {
      return Invalid("Cannot bitcast from ", to, " to ", from, ": the last axis of input ", in.ToString(),
                     " must be of ", to / from);
    }
    out = Shape(Shape::Dims(in.dims().begin(), in.dims().end() - 1));
  }
  ASSIGN_OR_RETURN(out, Shape::Make(out.dims()));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

#define BITCAST_DTYPES \
  "{bfloat16, half, float, double, int64, int32, uint8, uint16, uint32, uint64, int8, int16, complex64, complex128}"

constexpr OpDef kRows[] = {
    {.name = "IdentityN",
     .doc = "The values of every tensor of a list.",
     .inputs = "input: T",
     .outputs = "output: T",
     .attrs = "T: list(type) >= 1",
     .shape = &EachAsItIs,
     .gradient = &PassBack,
     .effect = Effect::kAlias},
    {.name = "PlaceholderWithDefault",
     .doc = "The values that would be taken where nothing else is fed: always these.",
     .inputs = "input: dtype",
     .outputs = "output: dtype",
     .attrs = "dtype: type, shape: shape",
     .shape = &SameAsInput0,
     .gradient = &PassBack,
     .effect = Effect::kAlias},
    {.name = "GuaranteeConst",
     .doc = "The values, which the caller knows to stay the same.",
     .inputs = "input: T",
     .outputs = "output: T",
     .attrs = "T: type",
     .shape = &SameAsInput0,
     .gradient = &PassBack,
     .effect = Effect::kAlias},
    {.name = "CheckNumerics",
     .doc = "The values if all are finite; else an error that says message.",
     .inputs = "tensor: T",
     .outputs = "output: T",
     .attrs = "T: {bfloat16, half, float, double}, message: string",
     .shape = &SameAsInput0,
     .gradient = &CheckNumericsGradient},
    {.name = "Bitcast",
     .doc = "The same bytes as elements of another dtype; the last axis holds what one larger element is made of.",
     .inputs = "input: T",
     .outputs = "output: type",
     .attrs = "T: " BITCAST_DTYPES ", type: " BITCAST_DTYPES,
     .shape = &BitcastShape,
     .gradient = &NotDifferentiable},
    {.name = "NoOp",
     .doc = "Nothing.",
     .inputs = "",
     .outputs = "",
     .shape = &NoOutputs,
     .gradient = &NotDifferentiable},
};

#undef BITCAST_DTYPES

}  // namespace

absl::Span<const OpDef> PassOps() { return kRows; }

}  // namespace eager
