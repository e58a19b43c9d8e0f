// Variables: values are shared with whoever reads them, and updates write over a value only if nobody else has it.
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/number.h"
#include "server/kernels/variable.h"

namespace eager::server {
namespace {

// Another tensor of the same values, with an id of its own.
TensorRef Share(const Tensor& t) { return MakeRef<Tensor>(t.spec(), t.buffer(), t.offset()); }

absl::Status VarHandle(KernelContext& k) {
  const std::string& shared_name = k.attr<std::string>("shared_name");
  auto variable = MakeRef<Variable>(TensorSpec{k.attr<DType>("dtype"), k.attr<Shape>("shape")},
                                    shared_name.empty() ? "Variable" : shared_name);
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

absl::Status IsInitialized(KernelContext& k) {
  *k.output(0).mutable_data<bool>() = static_cast<bool>(k.input(0).variable().Read());
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

// Replaces each element x of the variable by step(x, element of input `i`).
template <class T, class Step>
absl::Status Update(KernelContext& k, int i, Step step) {
  constexpr int64_t kGrain = 1 << 16;
  Variable& variable = k.input(0).variable();
  return variable.Update([&](TensorRef& value) -> absl::Status {
    if (!value) return variable.NoValue();
    TensorRef next;  // null: write over the value
    if (!value->ExclusivelyOwned()) {
      ASSIGN_OR_RETURN(BufferRef buffer, k.device().Allocate(value->num_bytes()));
      next = MakeRef<Tensor>(value->spec(), std::move(buffer));
    }
    const T* from = value->data<T>();
    const T* other = k.input(i).data<T>();
    T* to = (next ? next : value)->mutable_data<T>();
    ParallelFor(value->num_elements(), kGrain, [&](int64_t begin, int64_t end) {
      for (int64_t e = begin; e < end; ++e) to[e] = step(from[e], other[e]);
    });
    if (next) value = std::move(next);
    return absl::OkStatus();
  });
}

template <class T>
struct AddKernel {
  static absl::Status Run(KernelContext& k) {
    return Update<T>(k, 1, [](T x, T y) { return Narrow<T>(Widen<Wide<T>>(x) + Widen<Wide<T>>(y)); });
  }
};
template <class T>
struct SubKernel {
  static absl::Status Run(KernelContext& k) {
    return Update<T>(k, 1, [](T x, T y) { return Narrow<T>(Widen<Wide<T>>(x) - Widen<Wide<T>>(y)); });
  }
};

// In 16 bits the product is rounded before it is subtracted, as TensorFlow's arithmetic in T does.
template <class T>
struct GradientDescentKernel {
  static absl::Status Run(KernelContext& k) {
    using W = Wide<T>;
    const W alpha = Widen<W>(*k.input(1).data<T>());
    return Update<T>(k, 2,
                     [alpha](T x, T d) { return Narrow<T>(Widen<W>(x) - Widen<W>(Narrow<T>(alpha * Widen<W>(d)))); });
  }
};

}  // namespace

std::vector<KernelRow> CpuVariableKernels() {
  std::vector<KernelRow> rows = {
      {"VarHandleOp", DTypeSet::All(), &VarHandle, /*in_place=*/false, /*makes_outputs=*/true},
      {"ReadVariableOp", DTypeSet::All(), &Read, /*in_place=*/false, /*makes_outputs=*/true},
      {"AssignVariableOp", DTypeSet::All(), &Assign},   {"VarIsInitializedOp", DTypeSet::All(), &IsInitialized},
      {"DestroyResourceOp", DTypeSet::All(), &Destroy},
  };
  AddNumberRows<AddKernel>(rows, "AssignAddVariableOp");
  AddNumberRows<SubKernel>(rows, "AssignSubVariableOp");
  AddNumberRows<GradientDescentKernel>(rows, "ResourceApplyGradientDescent");
  return rows;
}

}  // namespace eager::server
