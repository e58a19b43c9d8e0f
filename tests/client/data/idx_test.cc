#include "client/data/idx.h"

#include <gtest/gtest.h>

#include "tests/client/data/files.h"

namespace eager::data {
namespace {

using testing::BigEndian32;
using testing::StatusOf;

std::string Head(uint8_t type, std::initializer_list<uint32_t> dims) {
  std::string head = {0, 0, static_cast<char>(type), static_cast<char>(dims.size())};
  for (const uint32_t d : dims) head += BigEndian32(d);
  return head;
}

class IdxTest : public ::testing::Test {
 protected:
  testing::DataFolder folder_;
};

TEST_F(IdxTest, ReadsPlainAndGzip) {
  const std::string bytes = Head(8, {2, 3}) + "\1\2\3\4\5\6";
  for (const std::string& path : {folder_.Write("a", bytes), folder_.WriteGzip("a.gz", bytes)}) {
    const NDArray a = load_idx(path);
    EXPECT_EQ(a.repr(), "array([[1, 2, 3],\n       [4, 5, 6]], dtype=uint8)");
  }
}

TEST_F(IdxTest, ReadsAllTypesBigEndian) {
  EXPECT_EQ(load_idx(folder_.Write("i8", Head(9, {1}) + "\xFE")).at<int8_t>(0), -2);
  EXPECT_EQ(load_idx(folder_.Write("i16", Head(0x0B, {1}) + std::string("\x01\x02", 2))).at<int16_t>(0), 258);
  EXPECT_EQ(load_idx(folder_.Write("i32", Head(0x0C, {1}) + BigEndian32(0xFFFFFFFD))).at<int32_t>(0), -3);
  EXPECT_EQ(load_idx(folder_.Write("f32", Head(0x0D, {1, 1}) + BigEndian32(0x3FC00000))).at<float>(0, 0), 1.5f);
  EXPECT_EQ(load_idx(folder_.Write("f64", Head(0x0E, {}) + BigEndian32(0x3FF80000) + BigEndian32(0))).at<double>(),
            1.5);
  EXPECT_EQ(load_idx(folder_.Write("none", Head(8, {0, 5}))).shape().ToTuple(), "(0, 5)");
}

TEST_F(IdxTest, BrokenFilesAreNamed) {
  const auto fails = [&](const std::string& path, absl::StatusCode code) {
    const absl::Status status = StatusOf([&] { load_idx(path); });
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_NE(status.message().find(path), absl::string_view::npos) << status;
  };
  const std::string good = Head(8, {2, 3}) + "\1\2\3\4\5\6";
  fails(folder_ / "missing", absl::StatusCode::kNotFound);
  fails(folder_ / "", absl::StatusCode::kInvalidArgument);  // a folder
  fails(folder_.Write("empty", ""), absl::StatusCode::kDataLoss);
  std::string magic = good;
  magic[0] = 1;
  fails(folder_.Write("magic", magic), absl::StatusCode::kInvalidArgument);
  fails(folder_.Write("type", Head(7, {1}) + "a"), absl::StatusCode::kInvalidArgument);
  fails(folder_.Write("head", good.substr(0, 9)), absl::StatusCode::kDataLoss);
  fails(folder_.Write("short", good.substr(0, good.size() - 1)), absl::StatusCode::kDataLoss);
  fails(folder_.Write("long", good + "\7"), absl::StatusCode::kDataLoss);
  // Sizes that no memory has, or whose product does not even count.
  fails(folder_.Write("huge", Head(8, {0xFFFFFFFF, 1000}) + "a"), absl::StatusCode::kDataLoss);
  fails(folder_.WriteGzip("huge.gz", Head(8, {0xFFFFFFFF, 1000}) + "a"), absl::StatusCode::kDataLoss);
  fails(folder_.Write("overflow", Head(8, {0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}) + "a"),
        absl::StatusCode::kInvalidArgument);
}

TEST_F(IdxTest, EveryCutOfAGzipFileIsAnError) {
  const std::string whole = testing::ReadFile(folder_.WriteGzip("a.gz", Head(8, {4, 64}) + std::string(256, 'x')));
  for (size_t n = 0; n < whole.size(); ++n) {
    const std::string path = folder_.Write("cut.gz", whole.substr(0, n));
    EXPECT_FALSE(StatusOf([&] { load_idx(path); }).ok()) << n << " of " << whole.size() << " bytes";
  }
}

TEST_F(IdxTest, MnistsFourFiles) {
  const std::string images = Head(8, {2, 1, 2}) + "abcd", labels = Head(8, {2}) + "\1\2";
  folder_.WriteGzip("train-images-idx3-ubyte.gz", images);
  folder_.Write("train-labels-idx1-ubyte", labels);
  folder_.WriteGzip("t10k-images-idx3-ubyte.gz", images);
  EXPECT_EQ(StatusOf([&] { load_mnist(folder_ / "."); }).code(), absl::StatusCode::kNotFound);
  folder_.Write("t10k-labels-idx1-ubyte", labels);
  const auto [train, test] = load_mnist(folder_ / ".");
  EXPECT_EQ(train.images.shape().ToTuple(), "(2, 1, 2)");
  EXPECT_EQ(test.labels.at<uint8_t>(1), 2);
  folder_.Write("t10k-labels-idx1-ubyte", Head(8, {1}) + "\1");
  EXPECT_EQ(StatusOf([&] { load_mnist(folder_ / "."); }).code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace eager::data
