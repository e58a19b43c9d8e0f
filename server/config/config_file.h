// The daemon's file: TOML, a key a flag, with the flag's name.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace eager::server {

// One key of the file with what stands behind it.
struct FileSetting {
  enum class Type { kText, kInteger, kReal, kBoolean };
  struct Value {
    Type type;
    std::string text;  // as a flag would have it
    int line;
  };
  std::string key;
  int line;
  bool list;                  // [..], or a table, whose entries are `name=value`
  bool table;
  std::vector<Value> values;  // one, if it is no list
};

// In the order of lines. INVALID_ARGUMENT "PATH:LINE: …" for what is no TOML, and for what no flag could be: dates, tables in
// tables, lists of lists. Whatever the text, it takes time and memory in proportion to its size.
absl::StatusOr<std::vector<FileSetting>> ParseConfigFile(absl::string_view path, absl::string_view text);
// The same from a file of at most 1 MiB; INVALID_ARGUMENT with the system's reason if it cannot be read.
absl::StatusOr<std::vector<FileSetting>> ReadConfigFile(const std::string& path);

// `text` as a string of TOML, with its quotes.
std::string TomlString(absl::string_view text);

}  // namespace eager::server
