// Every op takes every dtype that TensorFlow's CPU has a kernel for: tensorflow_dtypes.txt against the op table and the
// kernel table.

#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "absl/strings/str_split.h"
#include "common/ops/op_table.h"
#include "server/kernels/kernel.h"

namespace eager::server {
namespace {

// Ops of TensorFlow's that the table does not have yet.
const std::set<std::string> kMissingOps = {
    "Cholesky", "Cross", "DepthToSpace", "Diag", "DiagPart", "Digamma", "Einsum", "EuclideanNorm", "LRN", "Lgamma",
    "MatrixDeterminant", "MatrixDiagPartV3", "MatrixDiagV3", "MatrixInverse", "MatrixSolve", "MatrixTriangularSolve",
    "ResizeBilinear", "ResizeNearestNeighbor", "SpaceToDepth", "Where",
};

// One line of the file: an op's type attribute and what TensorFlow takes for it.
struct Fact {
  std::string op, attr;
  DTypeSet dtypes;
};

std::vector<Fact> ReadFacts() {
  std::ifstream file(EAGERD_DTYPE_FACTS);
  std::vector<Fact> facts;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::vector<std::string> words = absl::StrSplit(line, ' ');
    Fact fact{words[0], words[1], {}};
    for (size_t i = 2; i < words.size(); ++i) fact.dtypes.insert(ParseDType(words[i]).value());
    facts.push_back(std::move(fact));
  }
  return facts;
}

// What we do not serve of a fact, by rule: complex numbers are moved, not computed with, and an op moves elements if it
// takes bool beside them. And the seeds that TensorFlow's row names but its kernel refuses.
bool Expected(const Fact& fact, DType dtype) {
  if (IsComplex(dtype)) return fact.dtypes.contains(DType::kBool);
  const bool is_unsigned = dtype == DType::kUint32 || dtype == DType::kUint64;
  return !(fact.attr == "Tseed" && is_unsigned);
}

// The attribute by which kernels are found.
int KernelAttr(const OpSpec& op) {
  int i = 0;
  while (i < static_cast<int>(op.attrs.size()) && op.attrs[i].kind != AttrKind::kType) ++i;
  return i;
}

TEST(DtypeTable, RowsAndKernelsTakeWhatTensorFlowTakes) {
  const std::vector<Fact> facts = ReadFacts();
  ASSERT_GT(facts.size(), 200u);
  for (const Fact& fact : facts) {
    const OpSpec* op = OpTable::Builtin().Find(fact.op);
    if (op == nullptr) {
      EXPECT_EQ(kMissingOps.count(fact.op), 1u) << fact.op << " is not in the table";
      continue;
    }
    const int attr = op->AttrIndex(fact.attr);
    ASSERT_GE(attr, 0) << fact.op << " has no attribute " << fact.attr;
    for (int d = 0; d < kNumDTypes; ++d) {
      const DType dtype = static_cast<DType>(d);
      if (!fact.dtypes.contains(dtype) || !Expected(fact, dtype)) continue;
      EXPECT_TRUE(op->attrs[attr].dtypes.contains(dtype)) << fact.op << "'s " << fact.attr << " lacks " << Name(dtype);
      if (attr != KernelAttr(*op) || op->def->effect == Effect::kAlias) continue;
      EXPECT_NE(CpuKernels().Find(*op, dtype), nullptr) << fact.op << " has no kernel for " << Name(dtype);
    }
  }
}

TEST(DtypeTable, NoOpIsListedAsMissingThatIsThere) {
  for (const std::string& op : kMissingOps) EXPECT_EQ(OpTable::Builtin().Find(op), nullptr) << op;
}

}  // namespace
}  // namespace eager::server
