// The daemon's configuration file. What is accepted is printed, and that is accepted again with the same meaning.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fstream>

#include "server/config/layers.h"
#include "server/flags.h"
#include "tests/fuzz/fixture.h"
#include "tests/fuzz/fuzz_target.h"

namespace eager::fuzz {
namespace {

int accepted = 0, refused = 0;

absl::Status Parse(const std::string& text, server::Layers& layers) {
  static const std::string path = absl::StrCat("/tmp/fuzz_config.", getpid(), ".toml");
  std::ofstream(path, std::ios::binary) << text;
  CLI::App app;
  server::Flags flags;
  server::AddFlags(app, flags);
  const char* const argv[] = {"eagerd", "--config", path.c_str()};
  absl::Status status = layers.Parse(app, 3, argv, [](const std::string&) { return std::string(); });
  unlink(path.c_str());
  return status;
}

}  // namespace

std::string Report() { return absl::StrCat(accepted, " files accepted, ", refused, " refused\n"); }
int Reached() { return accepted; }

}  // namespace eager::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace eager;
  server::Layers layers, again;
  const absl::Status status = fuzz::Parse({reinterpret_cast<const char*>(data), size}, layers);
  if (fuzz::Traced()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  if (!status.ok()) {
    fuzz::CheckCode(status);
    ++fuzz::refused;
    return 0;
  }
  ++fuzz::accepted;
  const absl::Status printed = fuzz::Parse(layers.ToFile(), again);
  if (!printed.ok()) fuzz::Fail(absl::StrCat("what was printed is refused: ", printed.ToString()));
  if (!server::Changed(layers, again).empty()) fuzz::Fail("what was printed has another meaning");
  return 0;
}
