// Large blocks: where they lie, when they are used again, and that a zeroed tensor in a used one is zero.

#include "common/large_block.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include "common/host_tensor.h"

namespace eager {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;

TEST(LargeBlock, StartsAtAHugePageAndIsWritable) {
  const size_t bytes = kLargeBlockBytes + 12345;
  auto* block = static_cast<char*>(AllocateLargeBlock(bytes));
  ASSERT_NE(block, nullptr);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % kHugePage, 0u);
  std::memset(block, 1, bytes);
  std::free(block);
}

TEST(LargeBlock, NoMemoryIsAnAnswerOrAnException) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "AddressSanitizer ends the program instead";
#elif defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "ThreadSanitizer ends the program instead";
#endif
  const size_t too_much = SIZE_MAX / 2;
  EXPECT_EQ(AllocateLargeBlock(too_much), nullptr);
  EXPECT_THROW(RecycledLargeBlock(too_much), std::bad_alloc);
}

#ifndef __SANITIZE_ADDRESS__
TEST(LargeBlock, ABlockThatWasGivenBackIsTakenAgainForItsSizeOnly) {
  const size_t bytes = size_t{6} << 20;
  auto first = RecycledLargeBlock(bytes);
  const void* place = first.get();
  auto second = RecycledLargeBlock(bytes);
  EXPECT_NE(second.get(), place) << "the first is still in use";
  first.reset();
  EXPECT_NE(RecycledLargeBlock(bytes + kHugePage).get(), place);
  // Sizes count in whole huge pages.
  EXPECT_EQ(RecycledLargeBlock(bytes - 5).get(), place);
}
#endif

TEST(LargeBlock, BlocksOfManyThreadsAreTheirOwn) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < 20; ++i) {
        auto block = RecycledLargeBlock(kLargeBlockBytes);
        for (size_t at = 0; at < kLargeBlockBytes; at += 4096) block[at] = static_cast<char>(t);
        for (size_t at = 0; at < kLargeBlockBytes; at += 4096) ASSERT_EQ(block[at], static_cast<char>(t));
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST(LargeBlock, AZeroedTensorIsZeroInAUsedBlock) {
  const Shape shape{3, 1 << 20};
  {
    HostTensor used(TensorSpec{DType::kFloat32, shape});
    std::memset(used.data(), 0x5a, used.num_bytes());
  }
  const HostTensor zeroed(TensorSpec{DType::kFloat32, shape});
  for (size_t i = 0; i < zeroed.num_bytes(); i += 512) ASSERT_EQ(zeroed.bytes()[i], 0) << i;
}

}  // namespace
}  // namespace eager
