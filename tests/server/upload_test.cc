// Uploads that were not made in good faith: what a header may claim, and when memory is taken for it.
#include "server/rpc/upload.h"

#include <gtest/gtest.h>

#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace eager::server {
namespace {

using absl::StatusCode;

constexpr char kToken[] = "a token of a test";
constexpr int64_t kLimit = 1 << 24;

class UploadTest : public ::testing::Test {
 protected:
  static std::string Header(v1::DType dtype, std::vector<int64_t> dims, uint64_t num_bytes, const std::string& data = "",
                            uint64_t id = 1) {
    v1::UploadChunk chunk;
    chunk.mutable_header()->set_session(kToken);
    chunk.mutable_header()->set_id(id);
    chunk.mutable_header()->mutable_spec()->set_dtype(dtype);
    for (int64_t dim : dims) chunk.mutable_header()->mutable_spec()->add_dims(dim);
    chunk.mutable_header()->set_num_bytes(num_bytes);
    chunk.set_data(data);
    return chunk.SerializeAsString();
  }
  static std::string Data(const std::string& data) {
    v1::UploadChunk chunk;
    chunk.set_data(data);
    return chunk.SerializeAsString();
  }
  static absl::Status Add(UploadAssembler& upload, const std::string& chunk) {
    google::protobuf::io::ArrayInputStream stream(chunk.data(), static_cast<int>(chunk.size()));
    return upload.Add(&stream);
  }
  absl::Status Upload(const std::vector<std::string>& chunks) {
    UploadAssembler upload(sessions_, Caller());
    for (const std::string& chunk : chunks) {
      if (absl::Status status = Add(upload, chunk); !status.ok()) return status;
    }
    return upload.Complete().status();
  }
  int64_t BytesInUse() const { return devices_->default_device().memory_stats().bytes_in_use; }

  std::unique_ptr<DeviceSet> devices_ = *DeviceSet::Make({"cpu", kLimit});
  SessionRegistry sessions_{*devices_};
  std::shared_ptr<Session> session_ = *sessions_.Open(kToken, Caller(), "test", "nowhere");
};

TEST_F(UploadTest, InChunks) {
  ASSERT_TRUE(Upload({Header(v1::FLOAT32, {2}, 8, "abc"), Data("de"), Data("fgh")}).ok());
  const TensorRef tensor = *session_->uploads().Take(1);
  EXPECT_EQ(absl::string_view(tensor->data<char>(), 8), "abcdefgh");
}

TEST_F(UploadTest, SizesThatOverflow) {
  for (const auto& [dtype, extent] : {std::pair(v1::FLOAT32, int64_t{1} << 62), std::pair(v1::INT16, (int64_t{1} << 62) + 1),
                                      std::pair(v1::COMPLEX128, int64_t{1} << 60)}) {
    const uint64_t bytes = static_cast<uint64_t>(extent) * (dtype == v1::INT16 ? 2 : dtype == v1::FLOAT32 ? 4 : 16);
    EXPECT_FALSE(Upload({Header(dtype, {extent}, bytes)}).ok()) << extent;
  }
  EXPECT_EQ(Upload({Header(v1::FLOAT32, {int64_t{1} << 62}, 0)}).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Upload({Header(v1::FLOAT32, {int64_t{1} << 31, int64_t{1} << 31, 0}, 0)}).code(), StatusCode::kOk);
}

// A tensor of that dtype would be taken for the handle of a variable.
TEST_F(UploadTest, HandlesOfVariables) {
  EXPECT_EQ(Upload({Header(v1::RESOURCE, {}, 0)}).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Upload({Header(v1::VARIANT, {}, 0)}).code(), StatusCode::kInvalidArgument);
}

TEST_F(UploadTest, BoolsAre0Or1) {
  EXPECT_TRUE(Upload({Header(v1::BOOL, {3}, 3, std::string("\1\0", 2)), Data("\1")}).ok());
  EXPECT_EQ(Upload({Header(v1::BOOL, {3}, 3, std::string("\1\2", 2), 2), Data("\1")}).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Upload({Header(v1::BOOL, {3}, 3, std::string("\1\0", 2), 3), Data("\xFF")}).code(), StatusCode::kInvalidArgument);
}

// Announced bytes count against the device, whether they come or not, so that many headers claim no more than one could.
TEST_F(UploadTest, HeadersAloneTakeNoMoreThanTheLimit) {
  EXPECT_EQ(Upload({Header(v1::UINT8, {int64_t{1} << 40}, uint64_t{1} << 40)}).code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(Upload({Header(v1::UINT8, {(int64_t{1} << 40) + 1}, (uint64_t{1} << 40) + 1)}).code(), StatusCode::kResourceExhausted);
  std::vector<std::unique_ptr<UploadAssembler>> waiting;
  int refused = 0;
  for (int i = 0; i < 100; ++i) {
    waiting.push_back(std::make_unique<UploadAssembler>(sessions_, Caller()));
    const absl::Status status = Add(*waiting.back(), Header(v1::UINT8, {kLimit / 8}, kLimit / 8));
    EXPECT_TRUE(status.ok() || status.code() == StatusCode::kResourceExhausted) << status;
    refused += status.ok() ? 0 : 1;
    EXPECT_LE(BytesInUse(), kLimit);
  }
  EXPECT_GE(refused, 92);
  waiting.clear();
  EXPECT_EQ(BytesInUse(), 0);
}

TEST_F(UploadTest, WaitingTensorsAreCounted) {
  absl::Status status;
  uint64_t id = 0;
  while (status.ok() && id < 100000) status = Upload({Header(v1::INT32, {0}, 0, "", ++id)});
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(id, 65537u);
}

TEST_F(UploadTest, ErrorsNameTheCall) {
  for (const absl::Status& status :
       {Upload({}), Upload({Data("x")}), Upload({Header(v1::FLOAT32, {2}, 9)}), Upload({Header(v1::FLOAT32, {2}, 8, "abc")}),
        Upload({Header(v1::FLOAT32, {2}, 8), Header(v1::FLOAT32, {2}, 8)}), Upload({Header(v1::FLOAT32, {2}, 8, "more than eight")}),
        Upload({Header(v1::STRING, {1}, 16, std::string(16, '\xff'))})}) {
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(status.message().substr(0, 8), "Upload: ") << status;
  }
}

}  // namespace
}  // namespace eager::server
