#include "server/rpc/tensorflow/op_call.h"

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/session/named_variables.h"

namespace eager::server::tf {

absl::StatusOr<TensorRef> OpCall::tensor(int i) const {
  if (i >= num_inputs()) return Invalid(absl::StrCat("input ", i, " is missing"));
  const Value& value = inputs_[static_cast<size_t>(i)];
  if (value.tensor && !value.tensor->is_variable()) return value.tensor;
  return Invalid(absl::StrCat("input ", i, " is ", value.object ? value.object->kind() : "the handle of a variable", ", not a tensor"));
}

absl::StatusOr<HostTensor> OpCall::host(int i) const {
  ASSIGN_OR_RETURN(const TensorRef found, tensor(i));
  return ToHost(*found);
}

absl::StatusOr<int64_t> OpCall::integer(int i) const {
  ASSIGN_OR_RETURN(const HostTensor values, host(i));
  if (!IsInteger(values.dtype()) || values.num_elements() != 1) {
    return Invalid(absl::StrCat("input ", i, " must be an integer scalar, got ", values.spec().ToString()));
  }
  return values.dtype() == DType::kUint64   ? static_cast<int64_t>(values.values<uint64_t>()[0])
         : values.dtype() == DType::kUint32 ? static_cast<int64_t>(values.values<uint32_t>()[0])
                                            : values.view().int_at(0);
}

absl::StatusOr<std::string> OpCall::string(int i) const {
  ASSIGN_OR_RETURN(const HostTensor values, host(i));
  if (values.dtype() != DType::kString || values.num_elements() != 1) {
    return Invalid(absl::StrCat("input ", i, " must be a string scalar, got ", values.spec().ToString()));
  }
  return std::string(values.string_at(0));
}

absl::Status OpCall::Error(absl::StatusCode code, absl::string_view message) const {
  return absl::Status(code, absl::StrCat(op_, ": ", message));
}

absl::Status OpCall::NoObject(int i, absl::string_view expected) const {
  if (i >= num_inputs()) return Invalid(absl::StrCat("input ", i, " is missing"));
  const Value& value = inputs_[static_cast<size_t>(i)];
  return Invalid(absl::StrCat("input ", i, " must be ", expected, ", got ",
                              value.object ? std::string(value.object->kind()) : value.tensor->spec().ToString()));
}

const OpRow* FindOp(absl::string_view name) {
  static const auto* const kRows = [] {
    auto* rows = new absl::flat_hash_map<absl::string_view, const OpRow*>;
    for (absl::Span<const OpRow> family :
         {ControlOps(), TransferOps(), TensorListOps(), CheckOps(), ShapeOps(), StitchOps(), DatasetSourceOps(), DatasetFunctionOps(), DatasetFlattenOps(),
          DatasetOrderOps(), DatasetBatchOps(), DatasetShuffleOps(), DatasetChoiceOps(), DatasetCacheOps(), DatasetValueOps(), IteratorOps(),
          OptionalOps(), LookupOps(), FileOps()}) {
      for (const OpRow& row : family) rows->emplace(row.name, &row);
    }
    return rows;
  }();
  const auto it = kRows->find(name);
  return it == kRows->end() ? nullptr : it->second;
}

}  // namespace eager::server::tf
