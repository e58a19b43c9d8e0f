#include "server/kernels/variable_ops.h"

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace eager::server {
namespace {

// Another tensor of the same values, with an id of its own.
TensorRef Share(const Tensor& t) { return MakeRef<Tensor>(t.spec(), t.buffer(), t.offset()); }

absl::Status VarHandle(KernelContext& k) {
  const std::string& shared_name = k.attr<std::string>("shared_name");
  auto variable = MakeRef<Variable>(TensorSpec{k.attr<DType>("dtype"), k.attr<Shape>("shape")},
                                    shared_name.empty() ? "Variable" : shared_name, k.device());
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

absl::Status Assign(KernelContext& k) {
  k.input(0).variable().Assign(Share(k.input(1)));
  return absl::OkStatus();
}

// The answer is the host's, wherever the variable is.
absl::Status IsInitialized(KernelContext& k) {
  ASSIGN_OR_RETURN(BufferRef answer, k.host_device().Allocate(sizeof(bool)));
  *static_cast<bool*>(answer->data()) = static_cast<bool>(k.input(0).variable().Read());
  k.set_output(0, MakeRef<Tensor>(TensorSpec{DType::kBool, Shape()}, std::move(answer)));
  return absl::OkStatus();
}

absl::Status Destroy(KernelContext& k) {
  Variable& variable = k.input(0).variable();
  return variable.Update([&](TensorRef& value) {
    if (!value && !k.attr<bool>("ignore_lookup_error")) {
      return absl::NotFoundError(absl::StrCat("variable '", variable.name(), "' has no value to be destroyed"));
    }
    value.reset();
    return absl::OkStatus();
  });
}

}  // namespace

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
  add("VarIsInitializedOp", DTypeSet::All(), &IsInitialized, /*makes_outputs=*/true);
  add("DestroyResourceOp", DTypeSet::All(), &Destroy, /*makes_outputs=*/false);
}

}  // namespace eager::server
