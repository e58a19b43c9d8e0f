// The pool of device memory, and the mailbox that bulk transfers go through.

#include <gtest/gtest.h>

#include <cstring>
#include <thread>

#include "server/device/cpu/cpu_device.h"
#include "server/session/mailbox.h"

namespace eager::server {
namespace {

using absl::StatusCode;

TEST(Pool, BlocksAreAlignedAndLargeEnough) {
  PoolAllocator pool(int64_t{1} << 30);
  for (size_t bytes : {size_t{0}, size_t{1}, size_t{64}, size_t{65}, size_t{100}, size_t{4097}, size_t{1} << 20, size_t{3000001}}) {
    void* block = pool.Allocate(bytes);
    ASSERT_NE(block, nullptr) << bytes;
    EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % PoolAllocator::kAlignment, 0u);
    std::memset(block, 1, bytes);
    pool.Free(block, bytes);
    const int64_t taken = pool.stats().bytes_reserved;
    EXPECT_GE(taken, static_cast<int64_t>(bytes));
    EXPECT_LE(taken, static_cast<int64_t>(std::max<size_t>(bytes + bytes / 4 + 1, 64)));
    pool.Trim();
  }
  EXPECT_EQ(pool.stats().bytes_in_use, 0);
  EXPECT_EQ(pool.stats().live_buffers, 0);
}

TEST(Pool, ReusesAndTrims) {
  PoolAllocator pool(int64_t{1} << 30);
  void* first = pool.Allocate(10000);
  EXPECT_EQ(pool.stats().bytes_in_use, 10000);
  const int64_t taken = pool.stats().bytes_reserved;
  pool.Free(first, 10000);
  EXPECT_EQ(pool.Allocate(9900), first);
  EXPECT_EQ(pool.stats().bytes_reserved, taken);
  pool.Free(first, 9900);
  EXPECT_EQ(pool.stats().bytes_reserved, taken);
  pool.Trim();
  EXPECT_EQ(pool.stats().bytes_reserved, 0);
  EXPECT_EQ(pool.stats().peak_bytes_in_use, 10000);
}

TEST(Pool, LimitCountsFreeBlocksOnlyUntilTheyAreNeeded) {
  PoolAllocator pool(1 << 20);
  void* large = pool.Allocate(700 << 10);
  ASSERT_NE(large, nullptr);
  EXPECT_EQ(pool.Allocate(600 << 10), nullptr);
  pool.Free(large, 700 << 10);
  void* second = pool.Allocate(500 << 10);  // of another class: the free block goes back first
  ASSERT_NE(second, nullptr);
  pool.Free(second, 500 << 10);
  EXPECT_EQ(pool.Allocate(size_t{1} << 60), nullptr);
  EXPECT_EQ(pool.Allocate(~size_t{0}), nullptr);
}

TEST(Pool, SaysWhoAskedForTooMuch) {
  CpuDevice device(0, 1 << 20);
  const absl::Status status = device.Allocate(8 << 20).status();
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
  EXPECT_NE(std::string(status.message()).find("CPU:0"), std::string::npos) << status;
  EXPECT_NE(std::string(status.message()).find("8388608"), std::string::npos) << status;
  EXPECT_EQ(device.memory_stats().live_buffers, 0);
}

TEST(Pool, ManyThreads) {
  CpuDevice device(0, 0);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&device, t] {
      std::vector<BufferRef> kept;
      for (size_t i = 0; i < 500; ++i) {
        BufferRef buffer = *device.Allocate(i * 37);
        if (buffer->size() > 0) std::memset(buffer->data(), t, buffer->size());
        if (i % 3 == 0) kept.push_back(std::move(buffer));
      }
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(device.memory_stats().live_buffers, 0);
  EXPECT_EQ(device.memory_stats().bytes_in_use, 0);
}

class MailboxTest : public ::testing::Test {
 protected:
  TensorRef MakeTensor() { return MakeRef<Tensor>(TensorSpec{DType::kFloat32, Shape{2}}, *device_.Allocate(8)); }
  Mailbox::Taker Into(absl::StatusOr<TensorRef>& place) {
    return [&place](absl::StatusOr<TensorRef> tensor) { place = std::move(tensor); };
  }

  CpuDevice device_{0, 0};
  Mailbox box_;
};

TEST_F(MailboxTest, EitherSideMayComeFirst) {
  TensorRef tensor = MakeTensor();
  absl::StatusOr<TensorRef> got;
  ASSERT_TRUE(box_.Put(1, tensor).ok());
  ASSERT_TRUE(box_.TakeWhenPut(1, Into(got)).ok());
  EXPECT_TRUE(got.ok() && *got == tensor);
  absl::StatusOr<TensorRef> later;
  ASSERT_TRUE(box_.TakeWhenPut(2, Into(later)).ok());
  EXPECT_FALSE(later.ok());
  ASSERT_TRUE(box_.Put(2, tensor).ok());
  EXPECT_TRUE(later.ok() && *later == tensor);
}

TEST_F(MailboxTest, RefusesWhatIsTakenTwice) {
  ASSERT_TRUE(box_.Put(1, MakeTensor()).ok());
  EXPECT_EQ(box_.Put(1, MakeTensor()).code(), StatusCode::kAlreadyExists);
  EXPECT_TRUE(box_.Take(1).ok());
  EXPECT_EQ(box_.Take(1).status().code(), StatusCode::kNotFound);
  absl::StatusOr<TensorRef> a, b;
  ASSERT_TRUE(box_.TakeWhenPut(3, Into(a)).ok());
  EXPECT_EQ(box_.TakeWhenPut(3, Into(b)).code(), StatusCode::kAlreadyExists);
}

TEST_F(MailboxTest, CarriesErrors) {
  ASSERT_TRUE(box_.Put(1, absl::InvalidArgumentError("first cause")).ok());
  absl::StatusOr<TensorRef> got;
  ASSERT_TRUE(box_.TakeWhenPut(1, Into(got)).ok());
  EXPECT_EQ(got.status().message(), "first cause");
}

TEST_F(MailboxTest, CloseFailsEverybodyAndFreesTheRest) {
  ASSERT_TRUE(box_.Put(1, MakeTensor()).ok());
  absl::StatusOr<TensorRef> waiting;
  ASSERT_TRUE(box_.TakeWhenPut(2, Into(waiting)).ok());
  box_.Close(absl::CancelledError("over"));
  EXPECT_EQ(waiting.status().message(), "over");
  EXPECT_EQ(device_.memory_stats().live_buffers, 0);
  EXPECT_EQ(box_.Put(3, MakeTensor()).code(), StatusCode::kCancelled);
  absl::StatusOr<TensorRef> late;
  EXPECT_EQ(box_.TakeWhenPut(4, Into(late)).code(), StatusCode::kCancelled);
}

}  // namespace
}  // namespace eager::server
