#include "server/kernels/variable_ops.h"

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace eager::server {
namespace {

// Another tensor of the same values, with an id of its own.
TensorRef Share(const Tensor& t) { return MakeRef<Tensor>(t.spec(), t.buffer(), t.offset()); }

absl::Status VarHandle(KernelContext& k) {
  TensorSpec spec{k.attr<DType>("dtype"), k.attr<Shape>("shape")};
  const std::string& shared_name = k.attr<std::string>("shared_name");
  RefPtr<Variable> variable;
  if (shared_name.empty() || shared_name == kAnonymousName) {
    variable = MakeRef<Variable>(std::move(spec), "Variable", k.device());
  } else {
    const std::string& container = k.attr<std::string>("container");
    SharedVariables& shared = k.state<SharedVariables>([] { return std::make_unique<SharedVariables>(); });
    ASSIGN_OR_RETURN(variable, shared.Open(container.empty() ? shared_name : absl::StrCat(container, "/", shared_name),
                                           std::move(spec), k.device()));
  }
  k.set_output(0, MakeRef<Tensor>(RefPtr<RefCounted>(variable), &variable->spec()));
  return absl::OkStatus();
}

absl::Status Read(KernelContext& k) {
  const Variable& variable = k.input(0).variable();
  const TensorRef value = variable.Read();
  if (!value) return variable.NoValue();
  k.set_output(0, Share(*value));
  return absl::OkStatus();
}

absl::Status Assign(KernelContext& k) { return k.input(0).variable().Assign(Share(k.input(1))); }

absl::Status Initialize(KernelContext& k) { return k.input(0).variable().Initialize(Share(k.input(1))); }

// The answer is the host's, wherever the variable is.
absl::Status IsInitialized(KernelContext& k) {
  ASSIGN_OR_RETURN(BufferRef answer, k.host_device().Allocate(sizeof(bool)));
  *static_cast<bool*>(answer->data()) = static_cast<bool>(k.input(0).variable().Read());
  k.set_output(0, MakeRef<Tensor>(TensorSpec{DType::kBool, Shape()}, std::move(answer)));
  return absl::OkStatus();
}

// The host's as well.
absl::Status ShapeOf(KernelContext& k) {
  const Shape& shape = k.input(0).variable().spec().shape;
  const DType dtype = k.attr<DType>("out_type");
  ASSIGN_OR_RETURN(BufferRef extents, k.host_device().Allocate(static_cast<size_t>(shape.rank()) * SizeOf(dtype)));
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (dtype == DType::kInt32) {
      static_cast<int32_t*>(extents->data())[axis] = static_cast<int32_t>(shape[axis]);
    } else {
      static_cast<int64_t*>(extents->data())[axis] = shape[axis];
    }
  }
  k.set_output(0, MakeRef<Tensor>(TensorSpec{dtype, Shape{shape.rank()}}, std::move(extents)));
  return absl::OkStatus();
}

absl::Status Destroy(KernelContext& k) {
  const absl::Status destroyed = k.input(0).variable().Destroy();
  return k.attr<bool>("ignore_lookup_error") ? absl::OkStatus() : destroyed;
}

absl::Status DoNothing(KernelContext&) { return absl::OkStatus(); }

}  // namespace

absl::StatusOr<RefPtr<Variable>> SharedVariables::Open(const std::string& name, TensorSpec spec, Device& device) {
  return MakeRef<Variable>(std::move(spec), name, device);
}

absl::Status UpdateVariable(KernelContext& k,
                            absl::FunctionRef<absl::Status(const Tensor& from, const Tensor& to)> step) {
  Variable& variable = k.input(0).variable();
  return variable.Update([&](TensorRef& value) -> absl::Status {
    if (!value) return variable.NoValue();
    if (value->ExclusivelyOwned()) return step(*value, *value);
    ASSIGN_OR_RETURN(BufferRef buffer, k.device().Allocate(value->num_bytes()));
    TensorRef next = MakeRef<Tensor>(value->spec(), std::move(buffer));
    RETURN_IF_ERROR(step(*value, *next));
    value = std::move(next);
    return absl::OkStatus();
  });
}

void AddVariableRows(std::vector<KernelRow>& rows, DTypeSet dtypes) {
  const auto add = [&](absl::string_view op, DTypeSet of, KernelFn fn, bool makes_outputs) {
    rows.push_back({op, of, fn, /*in_place=*/false, makes_outputs});
  };
  add("VarHandleOp", dtypes, &VarHandle, /*makes_outputs=*/true);
  add("ReadVariableOp", dtypes, &Read, /*makes_outputs=*/true);
  add("AssignVariableOp", dtypes, &Assign, /*makes_outputs=*/false);
  add("InitializeVariableOp", dtypes, &Initialize, /*makes_outputs=*/false);
  add("VarIsInitializedOp", DTypeSet::All(), &IsInitialized, /*makes_outputs=*/true);
  add("VariableShape", DTypeSet::All(), &ShapeOf, /*makes_outputs=*/true);
  add("DestroyResourceOp", DTypeSet::All(), &Destroy, /*makes_outputs=*/false);
  add("DisableCopyOnRead", DTypeSet::All(), &DoNothing, /*makes_outputs=*/false);
}

}  // namespace eager::server
