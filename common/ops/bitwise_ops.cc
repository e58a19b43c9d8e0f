// Integers as strings of bits.
#include "common/ops/grad_context.h"
#include "common/ops/op_table.h"
#include "common/ops/shape_context.h"

namespace eager {
namespace {

constexpr OpDef Bitwise(absl::string_view name, absl::string_view doc) {
  return {.name = name, .doc = doc, .inputs = "x: T, y: T", .outputs = "z: T",
          .attrs = "T: {int8, int16, int32, int64, uint8, uint16, uint32, uint64}", .shape = &BroadcastInputs,
          .gradient = &NotDifferentiable};
}

constexpr OpDef kRows[] = {
    Bitwise("BitwiseAnd", "The bits that are set in both x and y."),
    Bitwise("BitwiseOr", "The bits that are set in x or y."),
    Bitwise("BitwiseXor", "The bits that are set in one of x and y."),
    Bitwise("LeftShift", "x with its bits moved up by y; y is taken to the closest number from 0 to the bits of x less 1."),
    Bitwise("RightShift", "x with its bits moved down by y, the sign kept; y is taken as by LeftShift."),
    {.name = "Invert", .doc = "The bits that are not set in x.", .inputs = "x: T", .outputs = "y: T",
     .attrs = "T: {int8, int16, int32, int64, uint8, uint16, uint32, uint64}", .shape = &SameAsInput0,
     .gradient = &NotDifferentiable},
};

}  // namespace

absl::Span<const OpDef> BitwiseOps() { return kRows; }

}  // namespace eager
