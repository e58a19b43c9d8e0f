// A GPU that fails: its sessions are told, the rest goes on, and it can be brought back.

#include <grpcpp/grpcpp.h>

#include <cstring>

#include "eager/v1/service.grpc.pb.h"
#include "gtest/gtest.h"
#include "server/device/cuda/cuda_queue.h"
#include "server/rpc/health_check.h"
#include "server/rpc/server.h"
#include "server/session/session.h"
#include "tests/gpu/gpu.h"
#include "tests/gpu/trap.h"

namespace eager::server {
namespace {

TensorSpec Floats(int64_t n) { return {DType::kFloat32, Shape{n}}; }

// Adds {1, 2} to itself under new handles and reads the result.
absl::StatusOr<float> AddAndRead(Session& session, const std::string& device, uint64_t first, uint32_t signature) {
  const float values[] = {1, 2};
  const absl::string_view bytes(reinterpret_cast<const char*>(values), sizeof(values));
  if (absl::Status s = session.PutConstant(first, Floats(2), bytes, device); !s.ok()) return s;
  if (absl::Status s = session.Define(signature, "AddV2", {}, device); !s.ok()) return s;
  const uint64_t inputs[] = {first, first};
  if (absl::Status s = session.Run({signature, inputs, first + 1, 1, {}}); !s.ok()) return s;
  absl::StatusOr<TensorRef> sum = session.Read(first + 1);
  if (!sum.ok()) return sum.status();
  float result[2] = {0, 0};
  const Buffer& buffer = *(*sum)->buffer();
  if (absl::Status s = buffer.device()->CopyToHost(buffer, (*sum)->offset(), sizeof(result), result); !s.ok()) return s;
  return result[0] + result[1];
}

TEST(GpuFault, AnOpWithoutMemoryFailsAlone) {
  SKIP_WITHOUT_GPU();
  const auto devices = DeviceSet::Make({"gpu:0,cpu", 0, {.memory_limit = 64 << 20}}).value();
  Session session(*devices, std::make_shared<Tenant>("test"), "test", "here");
  const float one = 1;
  ASSERT_TRUE(session.PutConstant(1, {DType::kFloat32, Shape()}, {reinterpret_cast<const char*>(&one), 4}, "").ok());
  const int64_t dims[] = {1 << 30};
  ASSERT_TRUE(session.PutConstant(2, {DType::kInt64, Shape{1}}, {reinterpret_cast<const char*>(dims), 8}, "").ok());
  ASSERT_TRUE(session.Define(1, "Fill", {}, "").ok());
  const uint64_t inputs[] = {2, 1};
  ASSERT_TRUE(session.Run({1, inputs, 3, 1, {}}).ok());
  EXPECT_EQ(session.Read(3).status().code(), absl::StatusCode::kResourceExhausted) << session.Read(3).status();
  EXPECT_EQ(AddAndRead(session, "", 10, 2).value(), 6);
}

// Last: where the driver allows no reset, this process has no GPU afterwards.
TEST(GpuFault, AKernelThatTrapsEndsTheDeviceAndNothingElse) {
  SKIP_WITHOUT_GPU();
  ServerOptions options{.listen = {"127.0.0.1:0"}};
  options.devices.devices = "gpu:0,cpu";
  const std::unique_ptr<Server> server = Server::Make(options).value();
  const std::string address = server->addresses()[0];
  const auto stub = v1::TensorService::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  Session session(server->devices(), std::make_shared<Tenant>("test"), "test", "here");
  EXPECT_EQ(AddAndRead(session, "/gpu:0", 1, 1).value(), 6);
  EXPECT_EQ(CheckHealth(address), 0);

  auto& queue = static_cast<CudaQueue&>(*session.queues().Find("/gpu:0").value());
  LaunchTrap(queue.stream());
  const absl::StatusOr<float> failed = AddAndRead(session, "/gpu:0", 10, 2);
  EXPECT_EQ(failed.status().code(), absl::StatusCode::kUnavailable) << failed.status();
  EXPECT_NE(failed.status().message().find("/device:GPU:0 has failed"), std::string::npos) << failed.status();
  EXPECT_FALSE(AddAndRead(session, "/gpu:0", 20, 3).ok());
  EXPECT_EQ(AddAndRead(session, "/cpu:0", 30, 4).value(), 6);
  EXPECT_NE(CheckHealth(address), 0);
  {
    grpc::ClientContext context;
    v1::ListDevicesResponse list;
    ASSERT_TRUE(stub->ListDevices(&context, {}, &list).ok());
    EXPECT_NE(list.devices(0).failure(), "");
    EXPECT_EQ(list.devices(1).failure(), "");
  }

  grpc::ClientContext context;
  v1::ResetDeviceRequest request;
  request.set_device("gpu:0");
  v1::DeviceInfo info;
  const grpc::Status reset = stub->ResetDevice(&context, request, &info);
  if (!reset.ok()) {  // some drivers end the process's use of the GPU for good
    EXPECT_NE(reset.error_message().find("the daemon must be started anew"), std::string::npos) << reset.error_message();
    GTEST_SKIP() << "this driver does not let a process reset the device: " << reset.error_message();
  }
  EXPECT_EQ(info.failure(), "");
  EXPECT_EQ(CheckHealth(address), 0);
  const absl::StatusOr<float> old = AddAndRead(session, "/gpu:0", 40, 5);
  EXPECT_EQ(old.status().code(), absl::StatusCode::kUnavailable) << old.status();
  EXPECT_NE(old.status().message().find("start a new session"), std::string::npos) << old.status();
  Session fresh(server->devices(), std::make_shared<Tenant>("test"), "test", "here");
  EXPECT_EQ(AddAndRead(fresh, "/gpu:0", 1, 1).value(), 6);
}

}  // namespace
}  // namespace eager::server
