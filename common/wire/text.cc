#include "common/wire/text.h"

#include "absl/strings/str_cat.h"

namespace eager {
namespace {

constexpr size_t kMaxErrorText = 2 << 10;

// Bytes of the character at the front; 0 if there is none that UTF-8 knows.
size_t FirstCharacter(absl::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return 1;
  const size_t n = byte(0) >= 0xC2 && byte(0) < 0xE0 ? 2 : byte(0) >= 0xE0 && byte(0) < 0xF0 ? 3
                   : byte(0) >= 0xF0 && byte(0) < 0xF5 ? 4 : 0;
  if (n == 0 || n > text.size()) return 0;
  for (size_t i = 1; i < n; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  // Longer than need be, halves of UTF-16 pairs, beyond the last character.
  if ((byte(0) == 0xE0 && byte(1) < 0xA0) || (byte(0) == 0xED && byte(1) >= 0xA0)) return 0;
  if ((byte(0) == 0xF0 && byte(1) < 0x90) || (byte(0) == 0xF4 && byte(1) >= 0x90)) return 0;
  return n;
}

}  // namespace

bool IsUtf8(absl::string_view text) {
  while (!text.empty()) {
    const size_t n = FirstCharacter(text);
    if (n == 0) return false;
    text.remove_prefix(n);
  }
  return true;
}

std::string ErrorText(absl::string_view text) {
  if (text.size() <= kMaxErrorText && IsUtf8(text)) return std::string(text);
  std::string out;
  while (!text.empty() && out.size() < kMaxErrorText) {
    if (const size_t n = FirstCharacter(text); n > 0) {
      absl::StrAppend(&out, text.substr(0, n));
      text.remove_prefix(n);
    } else {
      absl::StrAppend(&out, "\\x", absl::Hex(static_cast<unsigned char>(text[0]), absl::kZeroPad2));
      text.remove_prefix(1);
    }
  }
  if (!text.empty()) absl::StrAppend(&out, " … (", text.size(), " bytes more)");
  return out;
}

}  // namespace eager
