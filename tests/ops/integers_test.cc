// Integers of all widths, where TensorFlow takes them: the golden cases, which have the common ones, run again with
// others. What an op gives is the same, as far as the numbers fit.

#include <gtest/gtest.h>

#include <map>

#include "absl/strings/str_cat.h"
#include "client/eager.h"
#include "client/op.h"
#include "common/ops/op_table.h"
#include "tests/conformance/attrs.h"
#include "tests/conformance/check.h"
#include "tests/conformance/run.h"
#include "tests/golden/golden.h"
#include "tests/ops/dtype_facts.h"
#include "tests/ops/element_kinds.h"
#include "tests/support/in_process.h"

namespace eager {
namespace {

using golden::Json;
using testing::DtypeFact;
using testing::DtypeFacts;
using Tensors = std::vector<HostTensor>;

constexpr DType kIntegers[] = {DType::kInt8,  DType::kInt16,  DType::kInt32,  DType::kInt64,
                               DType::kUint8, DType::kUint16, DType::kUint32, DType::kUint64};
constexpr size_t kCases = 4;  // of each op and dtype

// Whether input or output `i` has its dtype by attribute `attr`. Of a list of outputs, all are alike.
bool InputHas(const OpSpec& op, size_t i, size_t n, int attr) {
  return op.inputs[op.InputArg(static_cast<int>(i), static_cast<int>(n))].type_attr == attr;
}
bool OutputHas(const OpSpec& op, size_t i, int attr) {
  return op.outputs[std::min(i, op.outputs.size() - 1)].type_attr == attr;
}

// The golden cases of an op that the table has.
const std::vector<const Json*>& CasesOf(const std::string& op) {
  static const auto all = golden::ReadCases(golden::FindFolder().value(), "ops.jsonl").value();
  static const auto cases = [] {
    std::map<std::string, std::vector<const Json*>> by_op;
    for (const golden::Case& c : all) by_op[c.json.at("op").get<std::string>()].push_back(&c.json);
    return by_op;
  }();
  static const std::vector<const Json*> kNone;
  const auto found = cases.find(op);
  return found == cases.end() || OpTable::Builtin().Find(op) == nullptr ? kNone : found->second;
}

class Integers : public ::testing::Test {
 protected:
  std::unique_ptr<testing::InProcessServer> server_ = testing::InProcessServer::Make().value();
};

// Gives a tensor of integers another dtype. False: the numbers do not fit, or are none.
bool Recast(Json& tensor, DType dtype) {
  if (!IsInteger(ParseDType(tensor.at("dtype").get<std::string>()).value())) return false;
  tensor["dtype"] = std::string(Name(dtype));
  return golden::ParseTensor(tensor).ok();
}

// The case with `dtype` for a type attribute of integers. False: it has none that fit.
bool WithIndices(Json& c, const OpSpec& op, int attr, DType dtype) {
  Json &inputs = c.at("inputs"), &outputs = c.at("outputs");
  bool bound = false;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!InputHas(op, i, inputs.size(), attr)) continue;
    bound = true;
    if (!Recast(inputs[i], dtype)) return false;
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (OutputHas(op, i, attr) && !Recast(outputs[i], dtype)) return false;
  }
  if (!bound) c["attrs"][std::string(op.attrs[attr].name)] = std::string(Name(dtype));
  return true;
}

// Attributes of indices, axes and sizes: TensorFlow's results and gradients, whatever the dtype of those.
TEST_F(Integers, IndicesOfEveryWidth) {
  int checked = 0;
  for (const DtypeFact& fact : DtypeFacts()) {
    const std::vector<const Json*>& cases = CasesOf(fact.op);
    if (cases.empty()) continue;
    const OpSpec& op = *OpTable::Builtin().Find(fact.op);
    const int attr = op.AttrIndex(fact.attr);
    const bool of_elements = attr == testing::KernelAttr(op) && op.inputs[0].type_attr == attr;
    if (of_elements || fact.dtypes.contains(DType::kFloat32)) continue;
    for (DType dtype : kIntegers) {
      if (!fact.dtypes.contains(dtype)) continue;
      SCOPED_TRACE(absl::StrCat(fact.op, " with ", fact.attr, " = ", Name(dtype)));
      size_t runs = 0;
      for (size_t i = 0; i < cases.size() && runs < kCases; ++i) {
        Json c = *cases[i];
        if (!WithIndices(c, op, attr, dtype)) continue;
        const conformance::Outcome outcome = conformance::RunOp(c);
        EXPECT_EQ(outcome.verdict, conformance::Verdict::kPassed) << c.at("id") << ": " << outcome.why;
        ++runs;
      }
      EXPECT_GT(runs, 0u);
      checked += static_cast<int>(runs);
    }
  }
  EXPECT_GT(checked, 200);
}

// A call of an op on elements and other inputs.
struct Call {
  explicit Call(const Json& c)
      : op(*OpTable::Builtin().Find(c.at("op").get<std::string>())),
        attrs(conformance::AttrsFromJson(c.at("attrs"), &op)),
        inputs(golden::ParseTensors(c.at("inputs")).value()) {}
  Tensors Run() const {
    const std::vector<Tensor> uploaded = conformance::Upload(inputs);
    Tensors results;
    for (const Tensor& t : eager::op(std::string(op.name), conformance::Operands(uploaded), attrs)) {
      results.push_back(t.numpy());
    }
    return results;
  }

  const OpSpec& op;
  const NamedAttrs attrs;
  Tensors inputs;
};

// Small positive numbers in place of the case's elements.
void SetElements(Call& call, int attr, DType dtype) {
  int64_t next = 3;
  for (size_t i = 0; i < call.inputs.size(); ++i) {
    if (!InputHas(call.op, i, call.inputs.size(), attr)) continue;
    HostTensor int64s(TensorSpec{DType::kInt64, call.inputs[i].shape()});
    for (int64_t& element : int64s.values<int64_t>()) element = (next += 7) % 5 + 1;
    call.inputs[i] = testing::Encode(int64s, dtype);
  }
}

// Elements: what an op makes of int64s, cut to the width.
TEST_F(Integers, ElementsOfEveryWidth) {
  int checked = 0;
  for (const DtypeFact& fact : DtypeFacts()) {
    const std::vector<const Json*>& cases = CasesOf(fact.op);
    if (cases.empty() || !fact.dtypes.contains(DType::kInt64)) continue;
    const OpSpec& op = *OpTable::Builtin().Find(fact.op);
    const int attr = op.AttrIndex(fact.attr);
    if (attr != testing::KernelAttr(op)) continue;
    for (size_t c = 0; c < std::min(cases.size(), kCases); ++c) {
      Call call(*cases[c]);
      SetElements(call, attr, DType::kInt64);
      Tensors want;
      try {
        want = call.Run();
      } catch (const Error&) {
        continue;  // numbers that are indices
      }
      for (DType dtype : kIntegers) {
        if (!fact.dtypes.contains(dtype)) continue;
        SCOPED_TRACE(absl::StrCat(fact.op, " on ", Name(dtype)));
        SetElements(call, attr, dtype);
        const Tensors got = call.Run();
        for (size_t i = 0; i < want.size(); ++i) {
          std::string why;
          const HostTensor cut = OutputHas(call.op, i, attr) ? testing::Encode(want[i], dtype) : want[i];
          EXPECT_TRUE(golden::Close(got[i], cut, 0, 0, &why)) << why;
        }
        ++checked;
      }
    }
  }
  EXPECT_GT(checked, 1000);
}

}  // namespace
}  // namespace eager
