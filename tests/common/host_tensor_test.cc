// Shapes, host values and the chunks that carry them.

#include "common/host_tensor.h"

#include <gtest/gtest.h>

#include <limits>

#include "absl/strings/str_cat.h"
#include "common/wire/chunk.h"
#include "eager/v1/service.pb.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace eager {
namespace {

using absl::StatusCode;

TEST(Shape, MakeRefusesWhatIsNoShape) {
  EXPECT_EQ(Shape::Make({2, 0, 3})->num_elements(), 0);
  EXPECT_EQ(Shape::Make({-1}).status().code(), StatusCode::kInvalidArgument);
  const int64_t big = int64_t{1} << 32;
  EXPECT_EQ(Shape::Make({big, big}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_FALSE(Shape::Make({std::numeric_limits<int64_t>::min()}).ok());
  EXPECT_EQ(Shape().num_elements(), 1);
}

TEST(Shape, Texts) {
  EXPECT_EQ((Shape{2, 3}).ToString(), "[2,3]");
  EXPECT_EQ(Shape().ToString(), "[]");
  EXPECT_EQ((Shape{3}).ToTuple(), "(3,)");
  EXPECT_EQ(Shape().ToTuple(), "()");
}

TEST(Shape, Broadcasts) {
  EXPECT_EQ(*Broadcast(Shape{2, 1, 3}, Shape{4, 1}), (Shape{2, 4, 3}));
  EXPECT_EQ(*Broadcast(Shape(), Shape{0}), (Shape{0}));
  EXPECT_EQ(*Broadcast(Shape{1}, Shape{0}), (Shape{0}));
  EXPECT_EQ(Broadcast(Shape{2}, Shape{3}).status().message(), "Incompatible shapes: [2] vs. [3]");
  EXPECT_FALSE(Broadcast(Shape{2}, Shape{0}).ok());
}

TEST(HostTensor, FromBytesChecksTheirNumber) {
  const float values[] = {1, 2, 3};
  const absl::string_view bytes(reinterpret_cast<const char*>(values), sizeof(values));
  absl::StatusOr<HostTensor> t = HostTensor::FromBytes({DType::kFloat32, Shape{3}}, bytes);
  ASSERT_TRUE(t.ok()) << t.status();
  EXPECT_EQ(t->values<float>()[2], 3);
  EXPECT_EQ(HostTensor::FromBytes({DType::kFloat32, Shape{4}}, bytes).status().code(), StatusCode::kInvalidArgument);
  EXPECT_FALSE(HostTensor::FromBytes({DType::kFloat32, Shape{2}}, bytes).ok());
  EXPECT_FALSE(HostTensor::FromBytes({DType::kFloat64, Shape{int64_t{1} << 61}}, "").ok());
  EXPECT_FALSE(HostTensor::FromBytes({DType::kInvalid, Shape()}, "").ok());
  EXPECT_FALSE(HostTensor::FromBytes({DType::kResource, Shape()}, "12345678").ok());
  EXPECT_TRUE(HostTensor::FromBytes({DType::kFloat32, Shape{0}}, "").ok());
}

// The layout of a string tensor with these offsets and characters.
std::string StringBytes(const std::vector<uint64_t>& offsets, absl::string_view chars) {
  return absl::StrCat(absl::string_view(reinterpret_cast<const char*>(offsets.data()), offsets.size() * sizeof(uint64_t)), chars);
}

TEST(HostTensor, Strings) {
  const HostTensor t = HostTensor::Strings(Shape{3}, {"ab", "", "c"});
  EXPECT_EQ(t.string_at(0), "ab");
  EXPECT_EQ(t.string_at(1), "");
  EXPECT_EQ(t.string_at(2), "c");
  absl::StatusOr<HostTensor> same = HostTensor::FromBytes(t.spec(), t.bytes());
  ASSERT_TRUE(same.ok()) << same.status();
  EXPECT_EQ(same->string_at(2), "c");
}

TEST(HostTensor, StringOffsetsAreChecked) {
  const TensorSpec two{DType::kString, Shape{2}};
  EXPECT_TRUE(HostTensor::FromBytes(two, StringBytes({0, 1, 3}, "abc")).ok());
  EXPECT_FALSE(HostTensor::FromBytes(two, StringBytes({1, 1, 3}, "abc")).ok());                // does not start at 0
  EXPECT_FALSE(HostTensor::FromBytes(two, StringBytes({0, 2, 1}, "abc")).ok());                // goes back
  EXPECT_FALSE(HostTensor::FromBytes(two, StringBytes({0, 1, 4}, "abc")).ok());                // beyond the end
  EXPECT_FALSE(HostTensor::FromBytes(two, StringBytes({0, 1, 2}, "abc")).ok());                // leaves some over
  EXPECT_FALSE(HostTensor::FromBytes(two, StringBytes({0, ~uint64_t{0}, 3}, "abc")).ok());
  EXPECT_FALSE(HostTensor::FromBytes(two, StringBytes({0, 1}, "")).ok());                      // too few offsets
  EXPECT_FALSE(HostTensor::FromBytes(two, "").ok());
  const int64_t huge = std::numeric_limits<int64_t>::max();
  EXPECT_FALSE(HostTensor::FromBytes({DType::kString, Shape{huge}}, StringBytes({0}, "")).ok());
  EXPECT_TRUE(HostTensor::FromBytes({DType::kString, Shape{0}}, StringBytes({0}, "")).ok());
}

// Collects one chunk; has room for `room` bytes.
struct Sink final : ChunkSink {
  explicit Sink(size_t room) : data(room, '\0') {}
  absl::Status OnHeader() override {
    ++headers;
    return absl::OkStatus();
  }
  absl::StatusOr<char*> Room(size_t n) override {
    if (n > data.size() - used) return absl::InvalidArgumentError("too many bytes");
    used += n;
    return data.data() + used - n;
  }
  std::string data;
  size_t used = 0;
  int headers = 0;
};

absl::Status Read(absl::string_view bytes, v1::UploadHeader& header, Sink& sink) {
  google::protobuf::io::ArrayInputStream in(bytes.data(), static_cast<int>(bytes.size()), /*block_size=*/7);
  return ReadChunk(&in, &header, sink);
}

TEST(Chunk, IsWhatProtobufWrites) {
  v1::UploadHeader header;
  header.set_id(300);
  header.set_device("/cpu:0");
  const std::string data(1000, 'x');
  const std::string bytes = ChunkPrefix(&header, data.size()) + data;
  v1::UploadChunk parsed;
  ASSERT_TRUE(parsed.ParseFromString(bytes));
  EXPECT_EQ(parsed.header().id(), 300u);
  EXPECT_EQ(parsed.data(), data);

  v1::UploadHeader read;
  Sink sink(data.size());
  ASSERT_TRUE(Read(parsed.SerializeAsString(), read, sink).ok());
  EXPECT_EQ(sink.headers, 1);
  EXPECT_EQ(read.device(), "/cpu:0");
  EXPECT_EQ(sink.data, data);
}

TEST(Chunk, RefusesGarbage) {
  v1::UploadHeader header;
  header.set_id(7);
  const std::string good = ChunkPrefix(&header, 4) + "abcd";
  for (size_t n = 1; n < good.size(); ++n) {
    if (n == good.size() - 6) continue;  // the header alone is a chunk
    v1::UploadHeader read;
    Sink sink(4);
    EXPECT_FALSE(Read(absl::string_view(good).substr(0, n), read, sink).ok()) << n;
  }
  for (const std::string& bad : {std::string("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), std::string("\x0a\x05x", 3),
                                 std::string("\x12\xff\xff\xff\xff\x0f", 6), std::string("\x0a\xff\xff\xff\xff\x0f", 6),
                                 std::string("\x07"), std::string("\x00", 1)}) {
    v1::UploadHeader read;
    Sink sink(4);
    EXPECT_FALSE(Read(bad, read, sink).ok());
  }
  v1::UploadHeader read;
  Sink small(3);
  EXPECT_EQ(Read(good, read, small).code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace eager
