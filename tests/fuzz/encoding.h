// The bytes of a fuzzed program: how numbers and ops stand in them. Every string of bytes is a program, and a change of
// one byte is a small change of it.
//
// Int: one byte. Up to 0xCF: that minus 16. Up to 0xFE: one of kInts, numbers at the edges of types. 0xFF: eight bytes of
// it follow. Float: one byte. Up to 0xCF: eighths around 0. Up to 0xFE: one of kFloats. 0xFF: four bytes follow.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/ops/op_table.h"

namespace eager::fuzz {

inline constexpr uint8_t kFirstSpecial = 0xD0, kRaw = 0xFF;
inline constexpr int64_t kIntZero = 16, kFloatZero = 104;

inline constexpr int64_t kInts[] = {
    std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max(), std::numeric_limits<int32_t>::min(),
    std::numeric_limits<int32_t>::max(), int64_t{1} << 31, int64_t{1} << 32, int64_t{1} << 40, int64_t{1} << 61,
    int64_t{1} << 62, -(int64_t{1} << 62), 256, 1000, 1024, 4095, 4096, 4097, 32767, 65535, 65536, 1000000, 1000003,
    -17, -100, -128, -32768, -1000000, std::numeric_limits<int64_t>::min() + 1, std::numeric_limits<int64_t>::max() - 1,
    0x7FFFFFFE, 0x55555555, 0x3333333333333333};
inline constexpr float kFloats[] = {
    std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
    -std::numeric_limits<float>::infinity(), -0.0f, std::numeric_limits<float>::max(),
    std::numeric_limits<float>::lowest(), std::numeric_limits<float>::min(), std::numeric_limits<float>::denorm_min(),
    1e30f, -1e30f, 1e-30f, 1e-8f, 1e9f, -1e9f, 4e9f, 1e19f, 65504.0f, 1e5f, 0.001f, 0.9f, 0.1f, 100.0f, -100.0f};

class ByteReader {
 public:
  explicit ByteReader(absl::Span<const uint8_t> bytes) : bytes_(bytes) {}
  bool done() const { return bytes_.empty(); }
  // 0 past the end.
  uint8_t Byte() {
    if (done()) return 0;
    const uint8_t byte = bytes_.front();
    bytes_.remove_prefix(1);
    return byte;
  }
  int64_t Int() {
    const uint8_t b = Byte();
    if (b == kRaw) return Raw<int64_t>();
    return b < kFirstSpecial ? b - kIntZero : kInts[(b - kFirstSpecial) % std::size(kInts)];
  }
  float Float() {
    const uint8_t b = Byte();
    if (b == kRaw) return Raw<float>();
    return b < kFirstSpecial ? static_cast<float>(b - kFloatZero) / 8 : kFloats[(b - kFirstSpecial) % std::size(kFloats)];
  }
  std::string Text() {
    std::string text(Byte() % 16, ' ');
    for (char& c : text) c = static_cast<char>(Byte());
    return text;
  }

 private:
  template <class T>
  T Raw() {
    uint8_t raw[sizeof(T)];
    for (uint8_t& b : raw) b = Byte();
    T value;
    std::memcpy(&value, raw, sizeof(value));
    return value;
  }

  absl::Span<const uint8_t> bytes_;
};

// The inverse, for seeds.
class ByteWriter {
 public:
  void Byte(int byte) { bytes_.push_back(static_cast<char>(byte)); }
  void Int(int64_t value) {
    if (value >= -kIntZero && value < kFirstSpecial - kIntZero) return Byte(static_cast<int>(value + kIntZero));
    Byte(kRaw);
    Raw(value);
  }
  void Float(float value) {
    const float place = value * 8 + kFloatZero;
    if (place >= 0 && place < kFirstSpecial && place == std::floor(place)) return Byte(static_cast<int>(place));
    Byte(kRaw);
    Raw(value);
  }
  void Text(absl::string_view text) {
    text = text.substr(0, 15);
    Byte(static_cast<int>(text.size()));
    for (char c : text) Byte(c);
  }
  const std::string& bytes() const { return bytes_; }

 private:
  template <class T>
  void Raw(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }

  std::string bytes_;
};

// What names an op in a program: 16 bits of a hash of its name, so that seeds keep their meaning when the table grows.
uint16_t CodeOf(absl::string_view op);
// The op with that code, or the one with the next higher code.
const OpSpec& OpOf(uint16_t code);

}  // namespace eager::fuzz
