// Ops on lookup tables.
//
// Source: tensorflow/core/kernels/lookup_table_op.cc and the op definitions of lookup_ops.cc.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/rpc/tensorflow/lookup_table.h"
#include "server/rpc/tensorflow/runner.h"
#include "server/rpc/tensorflow/tensor_proto.h"

namespace eager::server::tf {
namespace {

bool HasBytes(DType dtype) { return dtype == DType::kString || SizeOf(dtype) > 0; }

// With the op before it.
absl::Status Told(const OpCall& call, const absl::Status& status) {
  return status.ok() ? status : call.Error(status.code(), status.message());
}

absl::StatusOr<LookupTable::Form> FormOf(const OpCall& call) {
  LookupTable::Form form;
  ASSIGN_OR_RETURN(form.key, call.attrs().Type("key_dtype"));
  ASSIGN_OR_RETURN(form.value, call.attrs().Type("value_dtype"));
  const bool keys = form.key == DType::kString || form.key == DType::kBool || IsInteger(form.key) || IsFloating(form.key);
  if (!keys || form.value == DType::kInvalid || !HasBytes(form.value) || form.value == DType::kResource || form.value == DType::kVariant) {
    return call.Error(absl::StatusCode::kUnimplemented, absl::StrCat("there are no tables from ", Name(form.key), " to ", Name(form.value)));
  }
  if (const auto* shape = call.attrs().Find("value_shape"); shape != nullptr && shape->has_shape()) {
    absl::StatusOr<Shape> read = ShapeFromProto(shape->shape());
    if (!read.ok()) return Told(call, read.status());
    form.value_shape = *std::move(read);
  }
  form.mutable_ = absl::StrContains(call.op(), "Mutable");
  return form;
}

absl::Status New(OpCall& call) {
  const std::string name = call.attrs().String("shared_name", "");
  const std::string key = absl::StrCat("table/", call.attrs().String("container", ""), "/", name);
  ASSIGN_OR_RETURN(const LookupTable::Form form, FormOf(call));
  if (!name.empty()) {
    if (const RefPtr<Object> found = call.runner().keeper()->Find(key)) {
      const auto* table = dynamic_cast<LookupTable*>(found.get());
      if (table == nullptr || !(table->form() == form)) return call.Invalid(absl::StrCat("table '", name, "' is there with other dtypes"));
      call.Return(found);
      return absl::OkStatus();
    }
  }
  auto table = MakeRef<LookupTable>(call.runner().keeper(), form);
  for (int i = 0; i < call.num_inputs(); ++i) {  // empty_key, deleted_key
    ASSIGN_OR_RETURN(const HostTensor reserved, call.host(i));
    RETURN_IF_ERROR(Told(call, table->Reserve(reserved)));
  }
  if (!name.empty()) RETURN_IF_ERROR(call.runner().keeper()->SetName(key, table));
  call.Return(std::move(table));
  return absl::OkStatus();
}

absl::Status Find(OpCall& call) {
  ASSIGN_OR_RETURN(const RefPtr<LookupTable> table, call.object<LookupTable>(0));
  ASSIGN_OR_RETURN(const HostTensor keys, call.host(1));
  ASSIGN_OR_RETURN(const HostTensor otherwise, call.host(2));
  absl::StatusOr<TensorRef> found = table->Find(keys, otherwise, call.runner().session().queues().host());
  if (!found.ok()) return Told(call, found.status());
  call.Return(*std::move(found));
  return absl::OkStatus();
}

absl::Status Insert(OpCall& call, bool clears) {
  ASSIGN_OR_RETURN(const RefPtr<LookupTable> table, call.object<LookupTable>(0));
  ASSIGN_OR_RETURN(const HostTensor keys, call.host(1));
  ASSIGN_OR_RETURN(const HostTensor values, call.host(2));
  if (clears && table->form().mutable_) table->Clear();
  return Told(call, table->Insert(keys, values));
}

absl::Status InsertBeside(OpCall& call) { return Insert(call, false); }
absl::Status Import(OpCall& call) { return Insert(call, true); }

absl::Status Remove(OpCall& call) {
  ASSIGN_OR_RETURN(const RefPtr<LookupTable> table, call.object<LookupTable>(0));
  ASSIGN_OR_RETURN(const HostTensor keys, call.host(1));
  return Told(call, table->Remove(keys));
}

absl::Status Size(OpCall& call) {
  ASSIGN_OR_RETURN(const RefPtr<LookupTable> table, call.object<LookupTable>(0));
  ASSIGN_OR_RETURN(TensorRef size, call.runner().Constant(HostTensor::Scalar<int64_t>(table->size()), call.frame()));
  call.Return(std::move(size));
  return absl::OkStatus();
}

absl::Status Export(OpCall& call) {
  ASSIGN_OR_RETURN(const RefPtr<LookupTable> table, call.object<LookupTable>(0));
  absl::StatusOr<std::pair<TensorRef, TensorRef>> all = table->Export(call.runner().session().queues().host());
  if (!all.ok()) return Told(call, all.status());
  call.Return(std::move(all->first));
  call.Return(std::move(all->second));
  return absl::OkStatus();
}

constexpr OpRow kRows[] = {
    {"HashTableV2", "table_handle", &New, /*stateful=*/true},
    {"AnonymousHashTable", "table_handle", &New, /*stateful=*/true},
    {"MutableHashTableV2", "table_handle", &New, /*stateful=*/true},
    {"AnonymousMutableHashTable", "table_handle", &New, /*stateful=*/true},
    {"MutableHashTableOfTensorsV2", "table_handle", &New, /*stateful=*/true},
    {"AnonymousMutableHashTableOfTensors", "table_handle", &New, /*stateful=*/true},
    {"MutableDenseHashTableV2", "table_handle", &New, /*stateful=*/true},
    {"AnonymousMutableDenseHashTable", "table_handle", &New, /*stateful=*/true},
    {"LookupTableFindV2", "values", &Find, /*stateful=*/true},
    {"LookupTableInsertV2", "", &InsertBeside, /*stateful=*/true},
    {"LookupTableImportV2", "", &Import, /*stateful=*/true},
    {"InitializeTableV2", "", &Import, /*stateful=*/true},
    {"LookupTableRemoveV2", "", &Remove, /*stateful=*/true},
    {"LookupTableSizeV2", "size", &Size, /*stateful=*/true},
    {"LookupTableExportV2", "keys, values", &Export, /*stateful=*/true},
};

}  // namespace

absl::Span<const OpRow> LookupOps() { return kRows; }

}  // namespace eager::server::tf
