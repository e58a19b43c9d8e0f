#include "absl/strings/str_cat.h"
#include "common/ops/op_table.h"
#include "server/kernels/kernel.h"

namespace eager::server {

absl::StatusOr<KernelTable> KernelTable::Make(absl::Span<const std::vector<KernelRow>> families, bool complete) {
  const OpTable& ops = OpTable::Builtin();
  KernelTable table;
  size_t n = 0;
  for (const auto& family : families) n += family.size();
  table.storage_.reserve(n);  // rows_ points into it
  table.rows_.assign(static_cast<size_t>(ops.size()) * kNumDTypes, nullptr);
  for (const auto& family : families) {
    for (const KernelRow& row : family) {
      const OpSpec* op = ops.Find(row.op);
      if (op == nullptr) return absl::InternalError(absl::StrCat("a kernel is for an unknown op ", row.op));
      const KernelRow* stored = &table.storage_.emplace_back(row);
      for (int d = 0; d < kNumDTypes; ++d) {
        const KernelRow*& slot = table.rows_[op->index * kNumDTypes + d];
        if (slot == nullptr && row.dtypes.contains(static_cast<DType>(d))) slot = stored;
      }
    }
  }
  for (int i = 0; complete && i < ops.size(); ++i) {
    if (ops.at(i).def->effect != Effect::kAlias && table.dtypes(ops.at(i)).empty()) {
      return absl::InternalError(absl::StrCat("op ", ops.at(i).name, " has no kernel"));
    }
  }
  return table;
}

DTypeSet KernelTable::dtypes(const OpSpec& op) const {
  DTypeSet set;
  for (int d = 0; d < kNumDTypes; ++d) {
    if (IsValid(static_cast<DType>(d)) && Find(op, static_cast<DType>(d)) != nullptr) set.insert(static_cast<DType>(d));
  }
  return set;
}

}  // namespace eager::server
