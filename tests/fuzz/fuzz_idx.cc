// Bytes of an IDX file, plain or gzip.
#include "client/data/idx.h"
#include "tests/fuzz/files.h"
#include "tests/fuzz/fuzz_target.h"

namespace eager::fuzz {
namespace {

int loaded = 0, refused = 0;

}  // namespace

std::string Report() { return absl::StrCat(loaded, " files read, ", refused, " refused\n"); }
int Reached() { return loaded; }

}  // namespace eager::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace eager::fuzz;
  const std::string path = WriteFile("idx", {reinterpret_cast<const char*>(data), size});
  ++(Succeeds([&] { eager::data::load_idx(path).copy(); }) ? loaded : refused);
  return 0;
}
