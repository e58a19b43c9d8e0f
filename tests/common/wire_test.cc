// Texts, sizes and chunks of the wire that were not made in good faith.
#include "common/wire/wire.h"

#include <gtest/gtest.h>

#include <limits>

#include "common/wire/chunk.h"
#include "common/wire/text.h"
#include "eager/v1/service.pb.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace eager {
namespace {

using absl::StatusCode;

TEST(WireText, KnowsUtf8) {
  for (const char* text : {"", "plain", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xED\x9F\xBF", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(IsUtf8(text)) << text;
  }
  // Bytes alone, cut short, longer than need be, halves of UTF-16's pairs, beyond the last character.
  for (const char* text : {"\xFF", "\x80", "a\xC3", "\xE2\x82", "\xC0\xAF", "\xE0\x80\xAF", "\xF0\x80\x80\xAF", "\xED\xA0\x80",
                           "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xC3\x28"}) {
    EXPECT_FALSE(IsUtf8(text)) << text;
  }
}

TEST(WireText, ErrorsCanAlwaysBeSent) {
  EXPECT_EQ(ErrorText("Mul: caf\xC3\xA9"), "Mul: caf\xC3\xA9");
  EXPECT_EQ(ErrorText("got '\xFF\xC3'"), "got '\\xff\\xc3'");
  const std::string cut = ErrorText(std::string(2047, 'a') + "\xC3\xA9" + std::string(1 << 20, 'b'));
  EXPECT_LT(cut.size(), 2200u);
  EXPECT_TRUE(IsUtf8(cut));
  EXPECT_NE(cut.find("1048576 bytes more"), std::string::npos) << cut;

  v1::Status wire;
  ToWire(absl::InvalidArgumentError("\xFF"), &wire);
  EXPECT_TRUE(v1::Status().ParseFromString(wire.SerializeAsString()));
}

TEST(WireSpec, HasNotMoreAxesThanATensor) {
  v1::TensorSpec wire;
  wire.set_dtype(v1::FLOAT32);
  for (int i = 0; i < 254; ++i) wire.add_dims(1);
  EXPECT_TRUE(FromWire(wire).ok());
  wire.add_dims(1);
  EXPECT_EQ(FromWire(wire).status().code(), StatusCode::kInvalidArgument);
  for (int i = 0; i < 100000; ++i) wire.add_dims(0);
  EXPECT_LT(FromWire(wire).status().message().size(), 200u);
}

TEST(Transfer, HasTheBytesOfItsSpec) {
  const auto check = [](DType dtype, Shape shape, uint64_t bytes) { return CheckTransfer({dtype, shape}, bytes).code(); };
  EXPECT_EQ(check(DType::kFloat32, Shape{2, 3}, 24), StatusCode::kOk);
  EXPECT_EQ(check(DType::kFloat32, Shape{2, 3}, 23), StatusCode::kInvalidArgument);
  EXPECT_EQ(check(DType::kString, Shape{2}, 24), StatusCode::kOk);
  EXPECT_EQ(check(DType::kString, Shape{2}, 23), StatusCode::kInvalidArgument);
  EXPECT_EQ(check(DType::kString, Shape{std::numeric_limits<int64_t>::max()}, 8), StatusCode::kInvalidArgument);
  // 2^62 numbers of four bytes are 0 bytes, in 64 bits.
  EXPECT_EQ(check(DType::kFloat32, Shape{int64_t{1} << 62}, 0), StatusCode::kInvalidArgument);
  EXPECT_EQ(check(DType::kComplex128, Shape{int64_t{1} << 60}, 0), StatusCode::kInvalidArgument);
  EXPECT_EQ(check(DType::kResource, Shape(), 0), StatusCode::kInvalidArgument);
}

// Takes everything.
class Anything final : public ChunkSink {
 public:
  absl::Status OnHeader() override { return absl::OkStatus(); }
  absl::StatusOr<char*> Room(size_t n) override {
    asked = n;
    room.resize(n);
    return room.data();
  }
  size_t asked = 0;
  std::string room;
};

// protobuf counts in ints: beyond them it would copy a negative number of bytes.
TEST(Chunk, ClaimsNoMoreThanItCanHave) {
  for (const char* length : {"\xFF\xFF\xFF\xFF\x0F", "\x80\x80\x80\x80\x08"}) {
    for (char tag : {'\x0A', '\x12'}) {
      const std::string bytes = tag + std::string(length) + "abc";
      google::protobuf::io::ArrayInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
      v1::UploadHeader header;
      Anything sink;
      EXPECT_EQ(ReadChunk(&stream, &header, sink).code(), StatusCode::kInvalidArgument);
      EXPECT_EQ(sink.asked, 0u);
    }
  }
}

}  // namespace
}  // namespace eager
