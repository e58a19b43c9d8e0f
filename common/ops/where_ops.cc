// Ops whose result is as long as their input's values say.

#include "common/ops/host_inputs.h"
#include "common/ops/nonzero.h"
#include "common/ops/op_table.h"
#include "common/status_macros.h"

namespace eager {
namespace {

absl::Status WhereShape(ShapeContext& c) {
  const int rank = c.input(0).rank();
  if (rank < 1 || rank > 8) return Invalid("input must have 1 to 8 axes, got shape ", c.input(0).ToString());
  const HostView& in = c.host(0);
  const int64_t n = c.input(0).num_elements();
  const int64_t count = VisitNumber(
      in.dtype,
      [&]<class T>() {
        const T* values = static_cast<const T*>(in.data);
        int64_t nonzero = 0;
        for (int64_t i = 0; i < n; ++i) nonzero += IsNonzero(values[i]);
        return nonzero;
      },
      [] { return int64_t{-1}; });
  if (count < 0) return Invalid("input must be of numbers or bools, got ", Name(in.dtype));
  c.set_output(0, Shape{count, rank});
  return absl::OkStatus();
}

// The input is `host` because the output's shape depends on its values: the client knows it only where it knows them.
constexpr OpDef kRows[] = {
    {.name = "Where",
     .doc = "The indices of the elements that are not zero, one a row, in row-major order.",
     .inputs = "input: host T",
     .outputs = "index: int64",
     .attrs = "T: {float, double, int32, uint8, int16, int8, complex64, int64, bfloat16, uint16, complex128, half, "
              "uint32, uint64, bool} = bool",
     .shape = &WhereShape,
     .gradient = &NotDifferentiable},
};

}  // namespace

absl::Span<const OpDef> WhereOps() { return kRows; }

}  // namespace eager
