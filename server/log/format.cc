#include "server/log/format.h"

#include <cmath>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace eager::server {
namespace {

constexpr absl::string_view kReplacement = "\xEF\xBF\xBD";

// The length of the character of UTF-8 that `text` begins with, 0 for none: no surrogates, nothing longer than needed.
size_t CharacterLength(absl::string_view text) {
  const auto at = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const unsigned first = at(0);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xC0) != 0x80) return 0;
  }
  const bool overlong = (first == 0xE0 && at(1) < 0xA0) || (first == 0xF0 && at(1) < 0x90);
  const bool no_character = (first == 0xED && at(1) > 0x9F) || (first == 0xF4 && at(1) > 0x8F);
  return overlong || no_character ? 0 : length;
}

// As JSON has strings, without their quotes; logfmt's readers take the same. U+007F to U+009F, which move a terminal's cursor,
// and U+2028 and U+2029, which end a line for some, are escaped as well.
void AppendEscaped(absl::string_view text, std::string& out) {
  while (!text.empty()) {
    const size_t length = CharacterLength(text);
    const absl::string_view character = text.substr(0, length);
    const unsigned char first = static_cast<unsigned char>(text[0]);
    if (length == 0) {
      absl::StrAppend(&out, kReplacement);
    } else if (first == '"' || first == '\\') {
      absl::StrAppend(&out, "\\", character);
    } else if (first == '\n') {
      absl::StrAppend(&out, "\\n");
    } else if (first == '\t') {
      absl::StrAppend(&out, "\\t");
    } else if (first == '\r') {
      absl::StrAppend(&out, "\\r");
    } else if (first < 0x20 || first == 0x7F) {
      absl::StrAppendFormat(&out, "\\u%04x", first);
    } else if (length == 2 && first == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0) {
      absl::StrAppendFormat(&out, "\\u%04x", static_cast<unsigned char>(text[1]));
    } else if (character == "\xE2\x80\xA8" || character == "\xE2\x80\xA9") {
      absl::StrAppend(&out, character.back() == '\xA8' ? "\\u2028" : "\\u2029");
    } else {
      absl::StrAppend(&out, character);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
}

std::string Quoted(absl::string_view text) {
  std::string out = "\"";
  AppendEscaped(text, out);
  return out + "\"";
}

bool Plain(absl::string_view text) {
  return !text.empty() && absl::c_all_of(text, [](unsigned char c) { return c > ' ' && c < 127 && c != '"' && c != '=' && c != '\\'; });
}

std::string Number(double value, bool json) {
  if (!json || std::isfinite(value)) return absl::StrCat(value);
  return absl::StrCat("\"", value, "\"");
}

std::string ValueOf(const LogField& field, bool json) {
  if (const auto* text = std::get_if<absl::string_view>(&field.value)) return !json && Plain(*text) ? std::string(*text) : Quoted(*text);
  if (const auto* number = std::get_if<int64_t>(&field.value)) return absl::StrCat(*number);
  if (const auto* number = std::get_if<uint64_t>(&field.value)) return absl::StrCat(*number);
  if (const auto* number = std::get_if<double>(&field.value)) return Number(*number, json);
  return std::get<bool>(field.value) ? "true" : "false";
}

}  // namespace

std::string FormatText(absl::string_view event, std::initializer_list<LogField> fields) {
  std::string out = absl::StrCat("event=", event);
  for (const LogField& field : fields) absl::StrAppend(&out, " ", field.key, "=", ValueOf(field, /*json=*/false));
  return out;
}

std::string FormatJson(absl::string_view event, std::initializer_list<LogField> fields) {
  std::string out = absl::StrCat("\"event\":\"", event, "\"");
  for (const LogField& field : fields) absl::StrAppend(&out, ",", Quoted(field.key), ":", ValueOf(field, /*json=*/true));
  return out + "}";
}

}  // namespace eager::server
