// Every op takes every dtype that TensorFlow's CPU has a kernel for: tensorflow_dtypes.txt against the op table and the
// kernel table.

#include <gtest/gtest.h>

#include "common/ops/op_table.h"
#include "server/kernels/kernel.h"
#include "tests/ops/dtype_facts.h"

namespace eager::server {
namespace {

using testing::DtypeFact;
using testing::DtypeFacts;

TEST(DtypeTable, RowsAndKernelsTakeWhatTensorFlowTakes) {
  ASSERT_GT(DtypeFacts().size(), 200u);
  for (const DtypeFact& fact : DtypeFacts()) {
    const OpSpec* op = OpTable::Builtin().Find(fact.op);
    ASSERT_NE(op, nullptr) << fact.op;
    const int attr = op->AttrIndex(fact.attr);
    ASSERT_GE(attr, 0) << fact.op << " has no attribute " << fact.attr;
    for (int d = 0; d < kNumDTypes; ++d) {
      const DType dtype = static_cast<DType>(d);
      if (!fact.dtypes.contains(dtype)) continue;
      EXPECT_TRUE(op->attrs[attr].dtypes.contains(dtype)) << fact.op << "'s " << fact.attr << " lacks " << Name(dtype);
      if (attr != testing::KernelAttr(*op) || op->def->effect == Effect::kAlias) continue;
      EXPECT_NE(CpuKernels().Find(*op, dtype), nullptr) << fact.op << " has no kernel for " << Name(dtype);
    }
  }
}

}  // namespace
}  // namespace eager::server
