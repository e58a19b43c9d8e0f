// Memory, copies and transfers of a GPU's queues.

#include <algorithm>
#include <cstring>
#include <numeric>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "server/device/device_queues.h"
#include "server/exec/executor.h"
#include "tests/gpu/gpu.h"

namespace eager::server {
namespace {

constexpr size_t kMiB = 1 << 20;

std::vector<char> RandomBytes(size_t n) {
  std::mt19937 random(static_cast<unsigned>(n));
  std::vector<char> bytes(n);
  for (char& b : bytes) b = static_cast<char>(random());
  return bytes;
}

class GpuDevice : public ::testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_GPU();
    devices_ = DeviceSet::Make({"gpu:0,cpu", 0, {.memory_limit = 256 * kMiB}}).value();
    queues_ = std::make_unique<DeviceQueues>(*devices_);
    gpu_ = &queues_->default_device();
  }

  static BufferRef Put(Device& device, const std::vector<char>& bytes) {
    BufferRef buffer = device.Allocate(bytes.size()).value();
    EXPECT_TRUE(device.CopyFromHost(bytes.data(), bytes.size(), *buffer, 0).ok());
    return buffer;
  }
  static std::vector<char> Get(const Buffer& buffer) {
    std::vector<char> bytes(buffer.size());
    EXPECT_TRUE(buffer.device()->CopyToHost(buffer, 0, bytes.size(), bytes.data()).ok());
    return bytes;
  }
  // A million floats are added up so often that the queue is busy for a while.
  TensorRef KeepBusy(int times) {
    const Place place(*gpu_, queues_->host(), true);
    const std::vector<char> zeros(4 * kMiB);
    TensorRef x = MakeTensor({DType::kFloat32, Shape{kMiB}}, {zeros.data(), zeros.size()}, place).value();
    const OpSpec& op = *OpTable::Builtin().Find("AddV2");
    const SignatureRef add = MakeRef<Signature>(op, Attrs::Make(op, {}).value(), place);
    for (int i = 0; i < times; ++i) {
      Tensors outputs;
      EXPECT_TRUE(RunOp(*add, {x, x}, outputs).ok());
      x = outputs[0];
    }
    return x;
  }

  std::unique_ptr<DeviceSet> devices_;
  std::unique_ptr<DeviceQueues> queues_;
  Device* gpu_ = nullptr;
};

const size_t kSizes[] = {0, 1, 3, 63, 64, 65, 4096, 65537, kMiB - 1, kMiB, kMiB + 1, 5 * kMiB + 3};

TEST_F(GpuDevice, IsDescribedAsTensorFlowDoes) {
  const DeviceAttributes& a = gpu_->attributes();
  EXPECT_EQ(a.name, "/device:GPU:0");
  EXPECT_EQ(a.type, "GPU");
  EXPECT_EQ(a.physical_desc.rfind("device: 0, name: ", 0), 0) << a.physical_desc;
  EXPECT_NE(a.physical_desc.find(", pci bus id: "), std::string::npos);
  EXPECT_NE(a.physical_desc.find(", compute capability: "), std::string::npos);
  EXPECT_EQ(a.memory_limit, static_cast<int64_t>(256 * kMiB));
  const HardwareStats hardware = gpu_->hardware_stats();
  EXPECT_GT(hardware.memory_total_bytes, 0);
  EXPECT_GT(hardware.temperature_celsius, 0);
}

TEST_F(GpuDevice, CopiesEverySize) {
  for (size_t n : kSizes) {
    const std::vector<char> bytes = RandomBytes(n);
    EXPECT_EQ(Get(*Put(*gpu_, bytes)), bytes) << n;
  }
}

TEST_F(GpuDevice, ManySmallValuesStayApart) {
  std::vector<BufferRef> buffers;
  for (int i = 0; i < 20000; ++i) buffers.push_back(Put(*gpu_, std::vector<char>(100 + i % 3000, static_cast<char>(i))));
  for (int i = 0; i < 20000; i += 97) {
    EXPECT_EQ(Get(*buffers[static_cast<size_t>(i)]), std::vector<char>(100 + i % 3000, static_cast<char>(i))) << i;
  }
}

TEST_F(GpuDevice, UploadsAndDownloadsInPieces) {
  for (size_t n : kSizes) {
    for (size_t piece : {size_t{1000}, kMiB, 3 * kMiB}) {
      if (n / piece > 10000) continue;
      const std::vector<char> bytes = RandomBytes(n);
      std::unique_ptr<UploadBuffer> upload = gpu_->StartUpload(n).value();
      for (size_t at = 0; at < n; at += piece) {
        const size_t here = std::min(piece, n - at);
        std::memcpy(upload->Room(here).value(), bytes.data() + at, here);
      }
      EXPECT_FALSE(upload->Room(1).ok());
      const BufferRef buffer = upload->Finish().value();
      std::vector<char> back;
      std::unique_ptr<DownloadBuffer> download = gpu_->StartDownload(buffer, 0, n);
      for (;;) {
        const HostPiece got = download->Next(piece).value();
        if (got.size == 0) break;
        back.insert(back.end(), got.data, got.data + got.size);
      }
      EXPECT_EQ(back, bytes) << n << " in pieces of " << piece;
    }
  }
}

TEST_F(GpuDevice, AnUploadThatBreaksOffGivesItsMemoryBack) {
  const int64_t before = gpu_->memory_stats().bytes_in_use;
  {
    std::unique_ptr<UploadBuffer> upload = gpu_->StartUpload(8 * kMiB).value();
    std::memset(upload->Room(kMiB).value(), 1, kMiB);
    EXPECT_FALSE(upload->Finish().ok());
  }
  EXPECT_EQ(gpu_->memory_stats().bytes_in_use, before);
}

TEST_F(GpuDevice, AReadComesAfterTheWorkBeforeIt) {
  const TensorRef busy = KeepBusy(200);
  std::unique_ptr<DownloadBuffer> download = gpu_->StartDownload(busy->buffer(), 0, 4 * kMiB);
  const HostPiece piece = download->Next(kMiB).value();
  EXPECT_EQ(piece.size, kMiB);
  EXPECT_EQ(std::count(piece.data, piece.data + piece.size, 0), static_cast<int64_t>(kMiB));
}

TEST_F(GpuDevice, QueuesHandValuesToEachOther) {
  DeviceQueues others(*devices_);
  Device& other = others.default_device();
  ASSERT_NE(&other, gpu_);
  EXPECT_TRUE(other.SameDevice(*gpu_));
  for (size_t n : {size_t{5}, 3 * kMiB + 1}) {
    const std::vector<char> bytes = RandomBytes(n);
    const BufferRef to = other.Allocate(n).value();
    {
      const BufferRef from = Put(*gpu_, bytes);
      EXPECT_TRUE(other.CopyFromDevice(*from, 0, n, *to).ok());
    }
    Put(*gpu_, std::vector<char>(n, 7));  // takes the block that `from` left, after it was copied
    EXPECT_EQ(Get(*to), bytes);
  }
}

TEST_F(GpuDevice, AFullDeviceSaysSoAndGoesOn) {
  std::vector<BufferRef> held;
  absl::StatusOr<BufferRef> last;
  while ((last = gpu_->Allocate(30 * kMiB)).ok()) held.push_back(*last);
  EXPECT_EQ(last.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_NE(last.status().message().find("/device:GPU:0 is out of memory: 31457280 bytes asked for"), std::string::npos)
      << last.status();
  EXPECT_GE(held.size(), 7u);
  held.clear();
  last = absl::UnknownError("");
  EXPECT_TRUE(gpu_->Allocate(200 * kMiB).ok());  // freed blocks of another size are given back for it
  EXPECT_EQ(Get(*Put(*gpu_, RandomBytes(1000))), RandomBytes(1000));
}

TEST_F(GpuDevice, ASessionThatEndsLeavesNothing) {
  const int64_t before = devices_->default_device().memory_stats().bytes_in_use;
  std::vector<char> bytes = RandomBytes(kMiB);
  BufferRef outlives;
  {
    DeviceQueues session(*devices_);
    outlives = Put(session.default_device(), bytes);
    Put(session.default_device(), bytes);
  }
  EXPECT_EQ(Get(*outlives), bytes);
  outlives = nullptr;
  EXPECT_EQ(devices_->default_device().memory_stats().bytes_in_use, before);
}

TEST_F(GpuDevice, SmallIntegersOfTheHostStayThere) {
  const Place place = Place::Find(*queues_, "").value();
  const Place named = Place::Find(*queues_, "/gpu:0").value();
  const int32_t three = 3;
  const absl::string_view bytes(reinterpret_cast<const char*>(&three), sizeof(three));
  const TensorRef there = MakeTensor({DType::kInt32, Shape()}, bytes, place).value();
  EXPECT_TRUE(there->buffer()->device()->host_accessible());
  EXPECT_FALSE(MakeTensor({DType::kInt32, Shape()}, bytes, named).value()->buffer()->device()->host_accessible());
  EXPECT_FALSE(MakeTensor({DType::kFloat32, Shape()}, bytes, place).value()->buffer()->device()->host_accessible());
  const OpSpec& op = *OpTable::Builtin().Find("AddV2");
  Tensors sum;
  EXPECT_TRUE(RunOp(*MakeRef<Signature>(op, Attrs::Make(op, {}).value(), place), {there, there}, sum).ok());
  EXPECT_TRUE(sum[0]->buffer()->device()->host_accessible());
  EXPECT_EQ(*sum[0]->data<int32_t>(), 6);
}

}  // namespace
}  // namespace eager::server
