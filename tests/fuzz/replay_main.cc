// Runs the inputs in files and folders through a fuzz target, in place of libFuzzer: with any compiler, as a test.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/fuzz/fuzz_target.h"

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> Files(const fs::path& path) {
  if (!fs::is_directory(path)) return {path};
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

int Replay(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    std::fprintf(stderr, "cannot read %s\n", file.c_str());
    return 1;
  }
  const std::vector<uint8_t> bytes{std::istreambuf_iterator<char>(in), {}};
  if (eager::fuzz::Traced()) std::fprintf(stderr, "--- %s\n", file.c_str());
  return LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

}  // namespace

int main(int argc, char** argv) {
  int inputs = 0, least = 0, status = 0;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument.rfind("--least=", 0) == 0) {
      least = std::stoi(argument.substr(8));
      continue;
    }
    for (const fs::path& file : Files(argument)) {
      status |= Replay(file);
      ++inputs;
    }
  }
  std::printf("%d inputs; %s", inputs, eager::fuzz::Report().c_str());
  if (eager::fuzz::Reached() >= least) return status;
  std::printf("reached %d, but at least %d was asked for\n", eager::fuzz::Reached(), least);
  return 1;
}
