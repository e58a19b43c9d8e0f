// Variables: places on a device that hold a tensor and can be given another.
#include "absl/strings/str_cat.h"
#include "common/ops/grad_context.h"
#include "common/ops/op_table.h"
#include "common/ops/shape_context.h"
#include "common/status_macros.h"

namespace eager {
namespace {

absl::Status HandleShape(ShapeContext& c) {
  c.set_output(0, Shape());
  return absl::OkStatus();
}

// Whether input `i` is what the variable behind input 0 holds.
absl::Status CheckValue(const ShapeContext& c, int i) {
  const TensorSpec value{c.dtype(i), c.input(i)};
  if (value == c.variable(0)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("the variable holds ", c.variable(0).ToString(), ", but ",
                                                 c.op().inputs[i].name, " is ", value.ToString()));
}

absl::Status ReadShape(ShapeContext& c) {
  if (c.attr<DType>("dtype") != c.variable(0).dtype) {
    return absl::InvalidArgumentError(absl::StrCat("the variable holds ", c.variable(0).ToString(),
                                                   ", but is to be read as ", Name(c.attr<DType>("dtype"))));
  }
  c.set_output(0, c.variable(0).shape);
  return absl::OkStatus();
}

absl::Status AssignShape(ShapeContext& c) { return CheckValue(c, 1); }

absl::Status GradientDescentShape(ShapeContext& c) {
  if (!c.input(1).is_scalar()) {
    return absl::InvalidArgumentError(absl::StrCat("alpha is not a scalar: ", c.input(1).ToString()));
  }
  return CheckValue(c, 2);
}

// A handle stands for its variable: what flows into a value that was read flows on to it.
absl::Status ReadGrad(GradContext& g, Grads& grads) {
  grads[0] = g.upstream(0);
  return absl::OkStatus();
}

absl::Status VariableShapeShape(ShapeContext& c) {
  c.set_output(0, Shape{c.variable(0).shape.rank()});
  return absl::OkStatus();
}

constexpr OpDef kOps[] = {
    {.name = "VarHandleOp",
     .doc = "A new variable without a value; with a shared_name the one of that name, made where there is none.",
     .inputs = "",
     .outputs = "resource: resource",
     .attrs = "container: string = '', shared_name: string = '', debug_name: string = '', dtype: type, shape: shape",
     .shape = &HandleShape,
     .gradient = &NotDifferentiable,
     .effect = Effect::kStateful},
    {.name = "ReadVariableOp",
     .doc = "The variable's value; later assignments do not change what was read.",
     .inputs = "resource: resource",
     .outputs = "value: dtype",
     .attrs = "dtype: type",
     .shape = &ReadShape,
     .gradient = &ReadGrad,
     .effect = Effect::kStateful},
    {.name = "AssignVariableOp",
     .doc = "Gives the variable a value.",
     .inputs = "resource: resource, value: dtype",
     .outputs = "",
     .attrs = "dtype: type, validate_shape: bool = false",
     .shape = &AssignShape,
     .gradient = &NotDifferentiable,
     .effect = Effect::kStateful},
    {.name = "InitializeVariableOp",
     .doc = "Gives the variable a value if it has none.",
     .inputs = "resource: resource, value: dtype",
     .outputs = "",
     .attrs = "dtype: type",
     .shape = &AssignShape,
     .gradient = &NotDifferentiable,
     .effect = Effect::kStateful},
    {.name = "AssignAddVariableOp",
     .doc = "Adds to the variable's value.",
     .inputs = "resource: resource, value: dtype",
     .outputs = "",
     .attrs = "dtype: type",
     .shape = &AssignShape,
     .gradient = &NotDifferentiable,
     .effect = Effect::kStateful},
    {.name = "AssignSubVariableOp",
     .doc = "Subtracts from the variable's value.",
     .inputs = "resource: resource, value: dtype",
     .outputs = "",
     .attrs = "dtype: type",
     .shape = &AssignShape,
     .gradient = &NotDifferentiable,
     .effect = Effect::kStateful},
    {.name = "VarIsInitializedOp",
     .doc = "Whether the variable has a value.",
     .inputs = "resource: resource",
     .outputs = "is_initialized: bool",
     .shape = &HandleShape,
     .gradient = &NotDifferentiable,
     .effect = Effect::kStateful},
    {.name = "VariableShape",
     .doc = "The extents of the variable's value.",
     .inputs = "input: resource",
     .outputs = "output: out_type",
     .attrs = "out_type: {int32, int64} = int32",
     .shape = &VariableShapeShape,
     .gradient = &NotDifferentiable,
     .effect = Effect::kStateful},
    {.name = "DestroyResourceOp",
     .doc = "Takes the variable's value away and frees its memory; a shared one is deleted.",
     .inputs = "resource: resource",
     .outputs = "",
     .attrs = "ignore_lookup_error: bool = true",
     .shape = &NoOutputs,
     .gradient = &NotDifferentiable,
     .effect = Effect::kStateful},
    {.name = "DisableCopyOnRead",
     .doc = "Nothing: what was read never changes, and whether it is copied is the server's business.",
     .inputs = "resource: resource",
     .outputs = "",
     .shape = &NoOutputs,
     .gradient = &NotDifferentiable,
     .effect = Effect::kStateful},
    {.name = "ResourceApplyGradientDescent",
     .doc = "Subtracts alpha * delta from the variable's value.",
     .inputs = "var: resource, alpha: T, delta: T",
     .outputs = "",
     .attrs =
         "T: {float, double, int32, uint8, int16, int8, complex64, int64, bfloat16, uint16, complex128, half, uint32, "
         "uint64}, use_locking: bool = false",
     .shape = &GradientDescentShape,
     .gradient = &NotDifferentiable,
     .effect = Effect::kStateful},
};

}  // namespace

absl::Span<const OpDef> VariableOps() { return kOps; }

}  // namespace eager
