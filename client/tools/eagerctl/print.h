// What several subcommands print alike.
#pragma once

#include <google/protobuf/message.h>

#include <iosfwd>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace eager::ctl {

// A daemon's answer as JSON on stdout.
absl::Status PrintJson(const google::protobuf::Message& message);
absl::Status PrintJson(const nlohmann::json& json);

// "1.5 GiB", "512 B".
std::string Bytes(int64_t bytes);
// "950", "1.2 k", "3.4 M".
std::string Count(double count);
// "12 s", "3 m 20 s", "5 h 2 m", "3 d 4 h".
std::string Age(double seconds);
// What others have named, such as clients, with nothing in it that a terminal would obey.
std::string Printable(absl::string_view text);

// Columns as wide as what is in them.
class Table {
 public:
  // A title with '>' before it: that column's texts stand at its right.
  explicit Table(std::vector<std::string> titles);
  void Add(std::vector<std::string> row);
  // One string a line, without the line's end; the titles first.
  std::vector<std::string> Lines() const;
  void Print(std::ostream& out) const;

 private:
  std::vector<bool> right_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace eager::ctl
