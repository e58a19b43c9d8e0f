// Ops whose inputs lie on another device than their own.

#include <vector>

#include "gtest/gtest.h"
#include "server/device/cpu/cpu_device.h"
#include "server/exec/executor.h"

namespace eager::server {
namespace {

class DeviceCopyTest : public ::testing::Test {
 protected:
  TensorRef Make(const std::vector<float>& values, Device& device) {
    const absl::string_view bytes(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
    return MakeTensor({DType::kFloat32, Shape{static_cast<int64_t>(values.size())}}, bytes, device).value();
  }
  TensorRef Run(absl::string_view name, std::vector<TensorRef> inputs, Device& device) {
    const OpSpec& op = *OpTable::Builtin().Find(name);
    const SignatureRef signature = MakeRef<Signature>(op, Attrs::Make(op, {}).value(), device);
    Tensors outputs;
    const absl::Status status = RunOp(*signature, inputs, outputs);
    EXPECT_TRUE(status.ok()) << status;
    return outputs.empty() ? TensorRef() : outputs[0];
  }
  static std::vector<float> Values(const Tensor& t) {
    std::vector<float> values(static_cast<size_t>(t.num_elements()));
    EXPECT_TRUE(t.buffer()->device()->CopyToHost(*t.buffer(), t.offset(), t.num_bytes(), values.data()).ok());
    return values;
  }

  CpuDevice first_{0, 1 << 20}, second_{1, 1 << 12};
};

TEST_F(DeviceCopyTest, IdentityCopiesToItsDeviceAndSharesOnIt) {
  const TensorRef t = Make({1, 2, 3}, first_);
  const TensorRef there = Run("Identity", {t}, second_);
  EXPECT_EQ(there->buffer()->device(), &second_);
  EXPECT_EQ(Values(*there), (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(Run("Identity", {t}, first_)->raw(), t->raw());
  EXPECT_EQ(Values(*Run("Identity", {there}, first_)), (std::vector<float>{1, 2, 3}));
}

TEST_F(DeviceCopyTest, InputsComeFromAnywhere) {
  const TensorRef sum = Run("AddV2", {Make({1, 2}, first_), Make({10, 20}, second_)}, second_);
  EXPECT_EQ(sum->buffer()->device(), &second_);
  EXPECT_EQ(Values(*sum), (std::vector<float>{11, 22}));
}

TEST_F(DeviceCopyTest, EmptyTensorsMoveToo) {
  EXPECT_EQ(Run("Identity", {Make({}, first_)}, second_)->buffer()->device(), &second_);
}

TEST_F(DeviceCopyTest, AFullDeviceSaysSo) {
  const OpSpec& op = *OpTable::Builtin().Find("Identity");
  const SignatureRef signature = MakeRef<Signature>(op, Attrs::Make(op, {}).value(), second_);
  const std::vector<TensorRef> inputs = {Make(std::vector<float>(10000), first_)};
  Tensors outputs;
  const absl::Status status = RunOp(*signature, inputs, outputs);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_NE(std::string(status.message()).find("/device:CPU:1"), std::string::npos) << status;
}

}  // namespace
}  // namespace eager::server
