// Flags, environment and file as one: a flag counts before its variable, that before the file, that before the default.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/config/config_file.h"

namespace eager::server {

// A flag's value and where it came from.
struct Effective {
  enum class Form { kText, kNumber, kSize, kBoolean };
  std::string name;   // "session-grace"
  Form form;          // as which it stands in a file
  bool list;
  std::string source;               // "default", "--session-grace", "EAGERD_SESSION_GRACE", "/etc/eagerd/eagerd.toml:7"; "unset"
  std::vector<std::string> values;  // as a flag has them
};

class Layers {
 public:
  // The value of a variable of the environment, "" for none.
  using Environment = std::function<std::string(const std::string& name)>;

  // Fills what the options of `app` are bound to. The file is what its option --config says; what is not configurable() is not for
  // files. Throws CLI::ParseError as App::parse does, also for --help; INVALID_ARGUMENT names the variable, or the file, line, key and
  // what was expected.
  absl::Status Parse(CLI::App& app, int argc, const char* const* argv, const Environment& environment);

  // All that may stand in a file, in the order of the options; after Parse.
  const std::vector<Effective>& effective() const { return effective_; }
  // The file that was read; "": none.
  const std::string& file() const { return file_; }

  // Has from `other`, a result for the same app, what these names have there.
  void Take(const Layers& other, const std::vector<std::string>& names);

  // All of it as a file, with the sources as comments: Parse of it gives the same values.
  std::string ToFile() const;

 private:
  absl::Status Apply(CLI::Option& option, const std::vector<std::string>& values, const std::string& source, const std::string& where);
  absl::Status ApplyFile(CLI::App& app, const std::string& path);

  std::vector<Effective> effective_;
  std::string file_;
};

// The names of what differs between two results for the same app.
std::vector<std::string> Changed(const Layers& before, const Layers& after);

}  // namespace eager::server
