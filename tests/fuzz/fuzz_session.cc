// Programs of session items; see program.h.
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/program.h"

namespace eager::fuzz {
namespace {

Coverage& Counts() {
  static Coverage* counts = new Coverage;
  return *counts;
}

}  // namespace

std::string Report() { return Counts().Report(); }
int Reached() { return Counts().ops(); }

}  // namespace eager::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  eager::fuzz::RunProgram(absl::MakeConstSpan(data, size), eager::fuzz::Traced(), eager::fuzz::Counts());
  return 0;
}
