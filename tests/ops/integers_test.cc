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
#include "tests/golden/golden.h"
#include "tests/ops/dtype_facts.h"
#include "tests/ops/element_kinds.h"
#include "tests/support/in_process.h"

namespace eager {
namespace {

using testing::DtypeFact;
using testing::DtypeFacts;
using Tensors = std::vector<HostTensor>;

constexpr DType kIntegers[] = {DType::kInt8,  DType::kInt16,  DType::kInt32,  DType::kInt64,
                               DType::kUint8, DType::kUint16, DType::kUint32, DType::kUint64};
constexpr size_t kCases = 4;  // of each op and dtype

// A golden case that is to be run with other dtypes.
struct Call {
  explicit Call(const golden::Json& c)
      : op(OpTable::Builtin().Find(c.at("op").get<std::string>())),
        attrs(op == nullptr ? NamedAttrs() : conformance::AttrsFromJson(c.at("attrs"), op)),
        inputs(golden::ParseTensors(c.at("inputs")).value()),
        outputs(golden::ParseTensors(c.at("outputs")).value()),
        tolerance(conformance::Tolerance::Of(c)) {}

  bool InputHas(size_t i, int attr) const {
    return op->inputs[op->InputArg(static_cast<int>(i), static_cast<int>(inputs.size()))].type_attr == attr;
  }
  // Of a list of outputs, all are alike.
  bool OutputHas(size_t i, int attr) const {
    return op->outputs[std::min(i, op->outputs.size() - 1)].type_attr == attr;
  }
  Tensors Run() const {
    const std::vector<Tensor> uploaded = conformance::Upload(inputs);
    Tensors results;
    for (const Tensor& t : eager::op(std::string(op->name), conformance::Operands(uploaded), attrs))
      results.push_back(t.numpy());
    return results;
  }

  const OpSpec* op;
  NamedAttrs attrs;
  Tensors inputs, outputs;
  conformance::Tolerance tolerance;
};

HostTensor Int64s(const HostTensor& integers) {
  return HostTensor::FromSpan<int64_t>(integers.shape(), ToInts(integers.view()));
}

// Of the same numbers; not valid() if they do not fit.
HostTensor Recast(const HostTensor& integers, DType dtype) {
  const HostTensor int64s = Int64s(integers), recast = testing::Encode(int64s, dtype);
  return testing::Same(Int64s(recast), int64s) ? recast : HostTensor();
}

class Integers : public ::testing::Test {
 protected:
  static const std::vector<Call>& CallsOf(const std::string& op) {
    static const auto* calls = [] {
      auto* by_op = new std::map<std::string, std::vector<Call>>;
      // Never destroyed: attributes' names point into the cases.
      const auto* cases = new auto(golden::ReadCases(golden::FindFolder().value(), "ops.jsonl").value());
      for (const golden::Case& c : *cases) {
        auto& list = (*by_op)[c.json.at("op").get<std::string>()];
        Call call(c.json);
        if (call.op != nullptr) list.push_back(std::move(call));
      }
      return by_op;
    }();
    static const std::vector<Call> kNone;
    const auto found = calls->find(op);
    return found == calls->end() ? kNone : found->second;
  }

  std::unique_ptr<testing::InProcessServer> server_ = testing::InProcessServer::Make().value();
};

// The call with `dtype` for a type attribute of integers, and its outputs as they must be then. False: they do not fit.
bool WithIndices(Call& call, int attr, DType dtype) {
  bool bound = false;
  for (size_t i = 0; i < call.inputs.size(); ++i) {
    if (!call.InputHas(i, attr)) continue;
    bound = true;
    if (!IsInteger(call.inputs[i].dtype()) || !(call.inputs[i] = Recast(call.inputs[i], dtype)).valid()) return false;
  }
  for (size_t i = 0; i < call.outputs.size(); ++i) {
    if (call.OutputHas(i, attr) && !(call.outputs[i] = Recast(call.outputs[i], dtype)).valid()) return false;
  }
  if (bound) return true;
  const absl::string_view name = call.op->attrs[attr].name;
  for (auto& [given, value] : call.attrs) {
    if (given == name) value = dtype;
  }
  call.attrs.push_back({name, dtype});
  return true;
}

// Attributes of indices, axes and sizes: TensorFlow's result, whatever the dtype of those.
TEST_F(Integers, IndicesOfEveryWidth) {
  int checked = 0;
  for (const DtypeFact& fact : DtypeFacts()) {
    const std::vector<Call>& calls = CallsOf(fact.op);
    if (calls.empty()) continue;
    const int attr = calls[0].op->AttrIndex(fact.attr);
    if (attr == testing::KernelAttr(*calls[0].op) || fact.dtypes.contains(DType::kFloat32)) continue;
    for (DType dtype : kIntegers) {
      if (!fact.dtypes.contains(dtype)) continue;
      SCOPED_TRACE(absl::StrCat(fact.op, " with ", fact.attr, " = ", Name(dtype)));
      size_t runs = 0;
      for (size_t c = 0; c < calls.size() && runs < kCases; ++c) {
        Call call = calls[c];
        if (!WithIndices(call, attr, dtype)) continue;
        ++runs;
        const Tensors got = call.Run();
        for (size_t i = 0; i < call.outputs.size(); ++i) {
          std::string why;
          EXPECT_TRUE(golden::Close(got[i], call.outputs[i], call.tolerance.rtol, call.tolerance.atol, &why)) << why;
        }
      }
      EXPECT_GT(runs, 0u);
      checked += static_cast<int>(runs);
    }
  }
  EXPECT_GT(checked, 200);
}

// Small positive numbers in place of the case's elements.
void SetElements(Call& call, int attr, DType dtype) {
  int64_t next = 3;
  for (size_t i = 0; i < call.inputs.size(); ++i) {
    if (!call.InputHas(i, attr)) continue;
    HostTensor int64s(TensorSpec{DType::kInt64, call.inputs[i].shape()});
    for (int64_t& element : int64s.values<int64_t>()) element = (next += 7) % 5 + 1;
    call.inputs[i] = testing::Encode(int64s, dtype);
  }
}

// Elements: what an op makes of int64s, cut to the width.
TEST_F(Integers, ElementsOfEveryWidth) {
  int checked = 0;
  for (const DtypeFact& fact : DtypeFacts()) {
    const std::vector<Call>& calls = CallsOf(fact.op);
    if (calls.empty() || !fact.dtypes.contains(DType::kInt64)) continue;
    const int attr = calls[0].op->AttrIndex(fact.attr);
    if (attr != testing::KernelAttr(*calls[0].op)) continue;
    for (size_t c = 0; c < std::min(calls.size(), kCases); ++c) {
      Call call = calls[c];
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
          const HostTensor cut = call.OutputHas(i, attr) ? testing::Encode(want[i], dtype) : want[i];
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
