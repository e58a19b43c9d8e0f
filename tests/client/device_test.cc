// Names of devices, their listing, and what is placed where.

#include <algorithm>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "client/core/context_state.h"
#include "client/core/device_name.h"
#include "client/eager.h"
#include "client/transport/inprocess_stream.h"
#include "gtest/gtest.h"
#include "tests/support/in_process.h"

namespace eager {
namespace {

constexpr char kCpu[] = "/job:worker/replica:0/task:0/device:CPU:0";

template <class F>
absl::Status Refusal(F f) {
  try {
    f();
  } catch (const Error& e) {
    return e.status();
  }
  return absl::OkStatus();
}

TEST(DeviceName, TakesWhatTensorFlowTakes) {
  struct Case {
    const char* text;
    const char* type;
    int index;
  };
  for (const Case& c :
       {Case{"/gpu:0", "GPU", 0}, Case{"GPU:12", "GPU", 12}, Case{"cpu", "CPU", -1}, Case{"/device:GPU:*", "GPU", -1},
        Case{"/device:gpu:1", "GPU", 1}, Case{"", "", -1}, Case{"/job:worker", "", -1}, Case{kCpu, "CPU", 0},
        Case{"/job:localhost/cpu:0", "CPU", 0}, Case{"/device:XLA_GPU:0", "XLA_GPU", 0}}) {
    const auto name = internal::DeviceName::Parse(c.text);
    ASSERT_TRUE(name.ok()) << name.status();
    EXPECT_EQ(name->type, c.type) << c.text;
    EXPECT_EQ(name->index, c.index) << c.text;
    EXPECT_FALSE(name->other_host) << c.text;
  }
  for (const char* text : {"/job:ps/cpu:0", "/replica:1", "/job:worker/task:1/device:GPU:0"}) {
    EXPECT_TRUE(internal::DeviceName::Parse(text)->other_host) << text;
  }
}

TEST(DeviceName, RefusesTheRest) {
  for (const char* text : {"fpga:0", "/cpu:", "/cpu:-1", "/cpu:0:0", "/cpu:x", "/cpu:0/gpu:0", "/device:", "device",
                           "/job", "/task:a", "cpu:99999999999", "/nonsense"}) {
    const absl::Status status = internal::DeviceName::Parse(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_NE(std::string(status.message()).find(text), std::string::npos) << status;
  }
}

class DeviceTest : public ::testing::Test {
 protected:
  std::unique_ptr<testing::InProcessServer> server_ = testing::InProcessServer::Make(1 << 28).value();
};

TEST_F(DeviceTest, TensorsSayWhereTheyAre) {
  EXPECT_EQ(constant(1).device(), kCpu);
  EXPECT_EQ((constant(1) + 2).device(), kCpu);
  EXPECT_EQ(Variable(constant(1)).device(), kCpu);
  const device scope(kCpu);
  EXPECT_EQ(identity(constant({1, 2})).device(), kCpu);
  EXPECT_EQ(identity(constant({1, 2})).read<int32_t>(), (std::vector<int32_t>{1, 2}));
}

TEST_F(DeviceTest, ListingsReadAsTensorFlows) {
  const std::vector<DeviceInfo> devices = list_local_devices();
  ASSERT_EQ(devices.size(), 1u);
  EXPECT_EQ(devices[0].memory_limit, 1 << 28);
  std::ostringstream text;
  text << devices;
  EXPECT_EQ(text.str(),
            absl::StrCat("[name: \"/device:CPU:0\"\ndevice_type: \"CPU\"\nmemory_limit: 268435456\nlocality "
                         "{\n}\nincarnation: ",
                         devices[0].incarnation, "\nphysical_device_desc: \"", devices[0].physical_desc, "\"\n]"));
  const DeviceInfo a{"/device:CPU:0", "CPU", 5, 7, ""}, b{"/device:GPU:0", "GPU", 6, 8, "device: 0"};
  std::ostringstream two;
  two << std::vector<DeviceInfo>{a, b};
  EXPECT_EQ(two.str(),
            "[name: \"/device:CPU:0\"\ndevice_type: \"CPU\"\nmemory_limit: 5\nlocality {\n}\nincarnation: 7\n, "
            "name: \"/device:GPU:0\"\ndevice_type: \"GPU\"\nmemory_limit: 6\nlocality {\n}\nincarnation: 8\n"
            "physical_device_desc: \"device: 0\"\n]");
  std::ostringstream physical;
  physical << list_physical_devices() << list_physical_devices("CPU") << list_physical_devices("GPU");
  const std::string cpu = "[PhysicalDevice(name='/physical_device:CPU:0', device_type='CPU')]";
  EXPECT_EQ(physical.str(), cpu + cpu + "[]");
  EXPECT_FALSE(is_gpu_available());
}

TEST_F(DeviceTest, SoftPlacementFallsBackAndSaysSoOnce) {
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 3; ++i) {
    const device scope("/gpu:0");
    const Tensor t = constant({1, 2}) + 1;
    EXPECT_EQ(t.device(), kCpu);
    EXPECT_EQ(t.read<int32_t>(), (std::vector<int32_t>{2, 3}));
    const device inner("/device:GPU:7");
    EXPECT_EQ((t + 1).device(), kCpu);
  }
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 2) << log;
  EXPECT_NE(log.find("/gpu:0"), std::string::npos);
  EXPECT_NE(log.find("/device:GPU:7"), std::string::npos);
}

TEST_F(DeviceTest, WhatIsThereIsNotTalkedAbout) {
  ::testing::internal::CaptureStderr();
  for (const char* name :
       {"", "/cpu:0", "CPU:0", "cpu", "/device:CPU:0", kCpu, "/job:localhost/replica:0/task:0/device:CPU:0"}) {
    const device scope(name);
    EXPECT_EQ(constant(1).device(), kCpu);
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST_F(DeviceTest, OtherHostsAndNonsenseAreErrorsThatNameWhatThereIs) {
  const absl::Status other = Refusal([] { device scope("/job:ps/replica:0/task:0/device:CPU:0"); });
  EXPECT_EQ(other.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(std::string(other.message()).find(kCpu), std::string::npos) << other;
  EXPECT_EQ(Refusal([] { device scope("/fpga:0"); }).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(constant(1).device(), kCpu);  // the scope was not entered
}

TEST_F(DeviceTest, WithoutSoftPlacementAMissingDeviceIsAnError) {
  auto session = internal::Session::Connect(internal::MakeInProcessStream(server_->sessions()));
  ASSERT_TRUE(session.ok());
  Context::SetDefault(
      Context(std::make_shared<internal::ContextState>(*std::move(session), ConnectOptions{.soft_placement = false})));
  const absl::Status status = Refusal([] { device scope("/gpu:0"); });
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(std::string(status.message()).find("there is no device /gpu:0"), std::string::npos) << status;
  EXPECT_NE(std::string(status.message()).find(kCpu), std::string::npos) << status;
  EXPECT_TRUE(Refusal([] { device scope("/cpu:0"); }).ok());
}

}  // namespace
}  // namespace eager
