#include "server/config/config_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/status_macros.h"

namespace eager::server {
namespace {

constexpr size_t kMostBytes = 1 << 20;
constexpr int kMostDots = 8;

absl::Status Wrong(absl::string_view path, int64_t line, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(path, ":", line, ": ", what));
}

// The parser makes a table of each part of a dotted key, and frees them one inside the other: a key of 100,000 parts would
// end the stack. No flag has a name with a dot, so a line with many of them outside of strings is none of ours.
absl::Status CheckDots(absl::string_view path, absl::string_view text) {
  int64_t line = 1;
  int dots = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') {
      ++line;
      dots = 0;
    } else if (c == '#') {
      i = std::min(text.find('\n', i), text.size()) - 1;
    } else if (c == '"' || c == '\'') {
      const std::string quote(text.substr(i, 3) == std::string(3, c) ? 3 : 1, c);
      size_t end = i + quote.size();
      while (end < text.size() && text.substr(end, quote.size()) != quote) {
        if (quote.size() == 1 && text[end] == '\n') break;  // an error, which the parser names
        if (text[end] == '\n') ++line;
        end += c == '"' && text[end] == '\\' ? 2 : 1;
      }
      if (quote.size() == 1 && end < text.size() && text[end] == '\n') --end;
      i = end + quote.size() - 1;
    } else if (c == '.' && ++dots > kMostDots) {
      return Wrong(path, line, "more dots than any name or number here has");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<FileSetting::Value> ToValue(absl::string_view path, const std::string& key, const toml::node& node) {
  using Type = FileSetting::Type;
  const int line = static_cast<int>(node.source().begin.line);
  if (const auto* text = node.as_string()) {
    if (text->get().find('\0') != std::string::npos) return Wrong(path, line, absl::StrCat("key '", key, "': a NUL in a string"));
    return FileSetting::Value{Type::kText, text->get(), line};
  }
  if (const auto* integer = node.as_integer()) return FileSetting::Value{Type::kInteger, absl::StrCat(integer->get()), line};
  if (const auto* real = node.as_floating_point()) return FileSetting::Value{Type::kReal, absl::StrFormat("%.17g", real->get()), line};
  if (const auto* boolean = node.as_boolean()) return FileSetting::Value{Type::kBoolean, boolean->get() ? "true" : "false", line};
  return Wrong(path, line, absl::StrCat("key '", key, "': expected a string, a number or a boolean"));
}

absl::StatusOr<FileSetting> ToSetting(absl::string_view path, const std::string& key, int key_line, const toml::node& node) {
  FileSetting setting{key, key_line, node.is_array() || node.is_table(), node.is_table(), {}};
  if (const auto* array = node.as_array()) {
    for (const toml::node& item : *array) {
      ASSIGN_OR_RETURN(FileSetting::Value value, ToValue(path, key, item));
      setting.values.push_back(std::move(value));
    }
  } else if (const auto* table = node.as_table()) {
    for (auto&& [name, item] : *table) {
      const std::string inner(name.str());
      ASSIGN_OR_RETURN(FileSetting::Value value, ToValue(path, absl::StrCat(key, ".", inner), item));
      value.text = absl::StrCat(inner, "=", value.text);
      value.type = FileSetting::Type::kText;
      value.line = static_cast<int>(name.source().begin.line);
      setting.values.push_back(std::move(value));
    }
  } else {
    ASSIGN_OR_RETURN(FileSetting::Value value, ToValue(path, key, node));
    setting.values.push_back(std::move(value));
  }
  return setting;
}

}  // namespace

absl::StatusOr<std::vector<FileSetting>> ParseConfigFile(absl::string_view path, absl::string_view text) {
  if (text.size() > kMostBytes) return absl::InvalidArgumentError(absl::StrCat(path, ": more than 1 MiB"));
  RETURN_IF_ERROR(CheckDots(path, text));
  const toml::parse_result parsed = toml::parse(std::string_view(text.data(), text.size()));
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return Wrong(path, error.source().begin.line, absl::StrCat("no TOML: ", absl::CHexEscape(std::string(error.description()))));
  }
  std::vector<FileSetting> settings;
  for (auto&& [key, node] : parsed.table()) {
    ASSIGN_OR_RETURN(FileSetting setting,
                     ToSetting(path, std::string(key.str()), static_cast<int>(key.source().begin.line), node));
    settings.push_back(std::move(setting));
  }
  std::stable_sort(settings.begin(), settings.end(), [](const FileSetting& a, const FileSetting& b) { return a.line < b.line; });
  return settings;
}

absl::StatusOr<std::vector<FileSetting>> ReadConfigFile(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text(kMostBytes + 1, '\0');
  if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.eof() && !file) {  // a file that is shorter than asked for is at its end
    return absl::InvalidArgumentError(absl::StrCat("the configuration ", path, " cannot be read: ", strerror(errno == 0 ? EIO : errno)));
  }
  text.resize(static_cast<size_t>(file.gcount()));
  return ParseConfigFile(path, text);
}

std::string TomlString(absl::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) {
      absl::StrAppendFormat(&out, "\\u%04X", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace eager::server
