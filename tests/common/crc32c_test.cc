// The checksum against published values, and against its definition bit by bit.

#include "common/crc32c.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace eager {
namespace {

uint32_t ByDefinition(absl::string_view bytes) {
  uint32_t crc = 0xffffffffu;
  for (const char byte : bytes) {
    crc ^= static_cast<uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) ? 0x82f63b78u : 0u);
  }
  return ~crc;
}

TEST(Crc32c, PublishedValues) {
  EXPECT_EQ(Crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(Crc32c(""), 0u);
  // RFC 3720, B.4.
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(Crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  std::string ascending;
  for (char i = 0; i < 32; ++i) ascending += i;
  EXPECT_EQ(Crc32c(ascending), 0x46dd794eu);
}

TEST(Crc32c, MaskAndBack) {
  EXPECT_EQ(MaskCrc32c(0xe3069283u), 0xc78ab0e5u);
  EXPECT_EQ(MaskCrc32c(0), 0xa282ead8u);
  for (const uint32_t crc : {0u, 1u, 0xe3069283u, 0xffffffffu}) EXPECT_EQ(UnmaskCrc32c(MaskCrc32c(crc)), crc);
}

// The masked checksum of a record's length, from an event file that TensorFlow wrote.
TEST(Crc32c, LengthOfARecord) {
  const std::string length{62, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(MaskCrc32c(Crc32c(length)), 0xe740d2d9u);
}

TEST(Crc32c, EveryLengthAlignmentAndSplit) {
  std::mt19937 random(1);
  std::string bytes(4096 + 77, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  const absl::string_view all(bytes);
  for (size_t offset = 0; offset < 9; ++offset) {
    for (const size_t size : {0, 1, 2, 3, 7, 8, 9, 15, 16, 31, 33, 64, 255, 1023, 1024, 1025, 3000, 4096}) {
      EXPECT_EQ(Crc32c(all.substr(offset, size)), ByDefinition(all.substr(offset, size))) << offset << "+" << size;
    }
  }
  for (size_t split = 0; split <= 80; ++split) {
    EXPECT_EQ(ExtendCrc32c(Crc32c(all.substr(0, split)), all.substr(split)), Crc32c(all)) << split;
  }
}

}  // namespace
}  // namespace eager
