// What devices without kernels of their own do to parts of variables is what the CPU's kernels do.
#include "server/kernels/variable_parts.h"

#include <gtest/gtest.h>

#include <cstring>

#include "common/ops/infer.h"
#include "common/ops/op_table.h"
#include "server/device/device_set.h"
#include "server/kernels/variable.h"

namespace eager::server {
namespace {

class VariableParts : public ::testing::Test {
 protected:
  TensorRef Put(const HostTensor& value) {
    BufferRef buffer = device_.Allocate(value.num_bytes()).value();
    std::memcpy(buffer->data(), value.data(), value.num_bytes());
    return MakeRef<Tensor>(value.spec(), std::move(buffer));
  }
  template <class T>
  TensorRef Put(const Shape& shape, const std::vector<T>& values) {
    return Put(HostTensor::FromSpan<T>(shape, values));
  }

  // Runs the row on a new variable of [4,2] and gives its output, or the variable's value.
  std::vector<float> Run(const KernelRow& row, const std::vector<TensorRef>& given, NamedAttrs named) {
    const OpSpec& op = *OpTable::Builtin().Find(row.op);
    auto variable = MakeRef<Variable>(TensorSpec{DType::kFloat32, Shape{4, 2}}, "v", device_);
    EXPECT_TRUE(variable->Assign(Put<float>(Shape{4, 2}, {1, 2, 3, 4, 5, 6, 7, 8})).ok());
    std::vector<TensorRef> inputs = {MakeRef<Tensor>(RefPtr<RefCounted>(variable), &variable->spec())};
    inputs.insert(inputs.end(), given.begin(), given.end());
    std::vector<InferInput> infer;
    for (const TensorRef& t : inputs) {
      infer.push_back({t->dtype(), &t->shape(), {}, t->is_variable() ? &t->value_spec() : nullptr});
    }
    Attrs attrs = Attrs::Make(op, named).value();
    Inferred inferred;
    EXPECT_TRUE(Infer(op, infer, attrs, inferred).ok()) << row.op;
    std::vector<TensorRef> outputs;
    for (size_t i = 0; i < inferred.dtypes.size(); ++i) {
      outputs.push_back(Put(HostTensor(TensorSpec{inferred.dtypes[i], inferred.shapes[i]})));
    }
    std::unique_ptr<KernelState> state;
    KernelContext context(op, attrs, device_, device_, inputs, absl::MakeSpan(outputs), state);
    const absl::Status status = row.fn(context);
    EXPECT_TRUE(status.ok()) << status;
    const TensorRef result = outputs.empty() ? variable->Read() : outputs[0];
    return std::vector<float>(result->data<float>(), result->data<float>() + result->num_elements());
  }

  void ExpectSame(absl::string_view op, const std::vector<TensorRef>& given, const NamedAttrs& named = {}) {
    std::vector<KernelRow> rows;
    AddVariablePartRows(rows, DTypeSet::All());
    for (const KernelRow& row : rows) {
      if (row.op != op) continue;
      const KernelRow* cpu = CpuKernels().Find(*OpTable::Builtin().Find(op), DType::kFloat32);
      const std::vector<float> want = Run(*cpu, given, named);
      EXPECT_EQ(Run(row, given, named), want) << op;
      EXPECT_NE(want, (std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8})) << op << " changes nothing";
      return;
    }
    ADD_FAILURE() << "no row of " << op;
  }

  std::unique_ptr<DeviceSet> devices_ = *DeviceSet::Make({"cpu", 64 << 20});
  Device& device_ = devices_->default_device();
};

TEST_F(VariableParts, Gather) {
  ExpectSame("ResourceGather", {Put<int32_t>(Shape{3}, {2, 0, 2})}, {{"dtype", DType::kFloat32}});
  ExpectSame("ResourceGather", {Put<int64_t>(Shape{4, 1}, {1, 0, 1, 1})},
             {{"dtype", DType::kFloat32}, {"batch_dims", int64_t{1}}});
}

TEST_F(VariableParts, Scatter) {
  for (const char* op : {"ResourceScatterUpdate", "ResourceScatterAdd", "ResourceScatterSub"}) {
    ExpectSame(op, {Put<int32_t>(Shape{2}, {3, 1}), Put<float>(Shape{2, 2}, {10, 20, 30, 40})});
    ExpectSame(op, {Put<int64_t>(Shape{2, 1}, {3, 1}), Put<float>(Shape(), {10})});
  }
}

TEST_F(VariableParts, ScatterNd) {
  for (const char* op : {"ResourceScatterNdUpdate", "ResourceScatterNdAdd", "ResourceScatterNdSub"}) {
    ExpectSame(op, {Put<int32_t>(Shape{2, 2}, {3, 1, 0, 0}), Put<float>(Shape{2}, {10, 20})});
    ExpectSame(op, {Put<int64_t>(Shape{2, 1}, {3, 9}), Put<float>(Shape{2, 2}, {10, 20, 30, 40})},
               {{"bad_indices_policy", std::string("IGNORE")}});
  }
}

}  // namespace
}  // namespace eager::server
