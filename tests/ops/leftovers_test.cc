// No byte of a result is what another session left in the pool: every op writes all of what it gives, or gives nothing.
//
// Another session fills the pool's free blocks with a pattern before each call; with two patterns each line must give the
// same bytes. An element that an op leaves as it found it would differ.

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/array.h"
#include "client/make.h"
#include "client/ops.h"
#include "client/products.h"
#include "gtest/gtest.h"
#include "server/device/device.h"
#include "tests/ops/digests.h"
#include "tests/support/in_process.h"

namespace eager::ops_test {
namespace {

// What the samples of other tests have no use for: axes of nothing, where an op may think that there is nothing to write.
const char* const kEmptyInside[] = {
    "MatMul [2,0] [0,3]",
    "MatMul transpose_a=true float32[0,2] float32[0,3]",
    "MatMul float16[2,0] float16[0,3]",
    "MatMul int32[2,0] int32[0,3] | none: integers",
    "BatchMatMulV2 [2,3,0] [2,0,4]",
    "BatchMatMulV2 bfloat16[2,3,0] bfloat16[2,0,4]",
    "Einsum equation=ij,jk->ik [2,0] [0,3]",
    "Sum [2,0] 1",
    "Sum float16[3,0] 1",
    "Mean [2,0] 1",
    "Prod [2,0] 1",
    "Max [2,0] 1",
    "Min float32[2,0] 1",
    "All bool[2,0] 1 | none: booleans",
    "Any bool[2,0] 1 | none: booleans",
    "Pad [0,2] int32[2,2]{1,1,0,1}",
    "PadV2 [2,2] int32[2,2]{1,0,0,1} []{0.5}",
    "ConcatV2 [0,3] [2,3] 0",
    "GatherNd [3,2] int32[0,1] | none: nothing is gathered",
    "ScatterNd int32[0,1] [0,2] {3,2}",
    "UnsortedSegmentSum [0,2] int32[0] 3",
    "UnsortedSegmentSum [2,2] {2,-1} 4",
    "Conv2D strides=[1,3,3,1] padding=SAME float32[1,7,7,2] float32[1,1,2,3]",
    "MaxPool ksize=[1,1,1,1] strides=[1,3,3,1] padding=VALID float32[1,7,7,2]",
    "AvgPool ksize=[1,1,1,1] strides=[1,3,3,1] padding=VALID float32[1,7,7,2]",
    "StridedSlice [7] {1} {6} {3}",
};

class Pool {
 public:
  explicit Pool(server::Device& device) : device_(device) {}

  // Leaves this byte in free blocks of every size that results have, those of the smallest objects included.
  void Fill(char pattern) {
    std::vector<server::BufferRef> blocks;
    constexpr size_t kInline = server::Buffer::kInlineBytes;
    for (size_t bytes = kInline + 1; bytes <= 64 << 10; bytes += bytes / 16) {
      for (int i = 0; i < (bytes <= 1024 ? 24 : 6); ++i) blocks.push_back(Filled(bytes, pattern));
    }
    // The smallest lie in objects that the others had as well, so that these come last.
    const size_t objects = blocks.size() + 64;
    blocks.clear();
    while (blocks.size() < objects) blocks.push_back(Filled(kInline, pattern));
  }

 private:
  server::BufferRef Filled(size_t bytes, char pattern) {
    server::BufferRef block = device_.Allocate(bytes).value();
    const std::string values(bytes, pattern);
    EXPECT_TRUE(device_.CopyFromHost(values.data(), bytes, *block, 0).ok());
    return block;
  }

  server::Device& device_;
};

std::vector<std::string> LinesWith(char pattern, const std::vector<Sample>& samples) {
  const auto server = testing::InProcessServer::Make().value();
  Pool pool(server->devices().default_device());
  std::vector<std::string> lines;
  for (const Sample& sample : samples) {
    lines.push_back(absl::StrCat(sample.where(), " ->", Digests(sample, [&] { pool.Fill(pattern); })));
  }
  return lines;
}

void ExpectSame(const std::vector<Sample>& samples) {
  const std::vector<std::string> a = LinesWith('\x5a', samples), b = LinesWith('\xa5', samples);
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i], b[i]);
}

TEST(Leftovers, AreInNoSamplesResults) {
  std::vector<Sample> samples = ReadSamples("samples.txt").value();
  ASSERT_GT(samples.size(), 200u);
  ExpectSame(samples);
}

TEST(Leftovers, AreInNoResultOfNothing) {
  std::vector<Sample> samples;
  for (const char* line : kEmptyInside) {
    absl::StatusOr<Sample> sample = ParseSample(line);
    ASSERT_TRUE(sample.ok()) << line << ": " << sample.status();
    samples.push_back(*std::move(sample));
  }
  ExpectSame(samples);
}

// The test itself: a block that nobody writes has what was left there.
TEST(Leftovers, WouldBeSeen) {
  const auto server = testing::InProcessServer::Make().value();
  server::Device& device = server->devices().default_device();
  Pool pool(device);
  for (char pattern : {'\x5a', '\xa5'}) {
    for (size_t bytes : {8, 16, 24, 100, 5000}) {
      pool.Fill(pattern);
      const server::BufferRef block = device.Allocate(bytes).value();
      char first = 0;
      ASSERT_TRUE(device.CopyToHost(*block, 0, 1, &first).ok());
      EXPECT_EQ(first, pattern) << bytes;
    }
  }
}

// What one session wrote and let go of, another does not get to see.
TEST(Leftovers, OfOneSessionAreNotReadByAnother) {
  const auto server = testing::InProcessServer::Make().value();
  constexpr int32_t kSecret = 0x5ec2e7ed;
  for (const int64_t n : {2, 4, 5, 100, 5000}) {
    for (int i = 0; i < 40; ++i) fill({n}, kSecret).numpy();
    ASSERT_TRUE(server->Reconnect().ok());
    const Tensor nothing = zeros(Shape{0}, DType::kInt32);
    const std::vector<Tensor> results = {raw_ops::UnsortedSegmentSum(nothing, nothing, n), pad(nothing, {{0, n}}),
                                         matmul(zeros(Shape{n, 0}, DType::kInt32), zeros(Shape{0, 1}, DType::kInt32))};
    for (const Tensor& result : results) {
      const HostTensor values = result.numpy();
      ASSERT_EQ(values.shape().num_elements(), n);
      EXPECT_EQ(std::count(values.values<int32_t>().begin(), values.values<int32_t>().end(), kSecret), 0) << n;
    }
  }
}

}  // namespace
}  // namespace eager::ops_test
