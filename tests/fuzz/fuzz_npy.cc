// Bytes of a .npy file, plain or gzip, and of a .npz archive: what is read is written again, and must come back the same.
#include "client/data/npy.h"
#include "tests/fuzz/files.h"
#include "tests/fuzz/fuzz_target.h"

namespace eager::fuzz {
namespace {

constexpr int64_t kMostBytes = 1 << 20;  // of an array that is written again
int loaded = 0, refused = 0;

void ExpectSame(const HostTensor& a, const HostTensor& b) {
  if (a.spec() == b.spec() && a.bytes() == b.bytes()) return;
  Fail(absl::StrCat("an array ", a.spec().ToString(), " came back from its file as another one, ", b.spec().ToString()));
}

bool Small(const NDArray& array) { return array.host().num_bytes() <= kMostBytes; }

void ReadArray(const std::string& path) {
  const NDArray array = np::load(path);
  if (!Small(array)) return;
  const std::string again = FileName("again.npy");
  np::save(again, array);
  ExpectSame(array.host(), np::load(again).host());
}

void ReadArchive(const std::string& path) {
  const np::Arrays arrays = np::load_npz(path);
  for (const auto& [name, array] : arrays) {
    if (!Small(array)) return;
  }
  const std::string again = FileName("again.npz");
  np::savez_compressed(again, arrays);
  const np::Arrays same = np::load_npz(again);
  for (const auto& [name, array] : arrays) {
    const auto it = same.find(name);
    if (it == same.end()) Fail(absl::StrCat("the array '", name, "' did not come back from its archive"));
    ExpectSame(array.host(), it->second.host());
  }
}

}  // namespace

std::string Report() { return absl::StrCat(loaded, " files read, ", refused, " refused\n"); }
int Reached() { return loaded; }

}  // namespace eager::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace eager::fuzz;
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string path = WriteFile("np", bytes);
  const bool archive = bytes.substr(0, 2) == "PK";
  ++(Succeeds([&] { archive ? ReadArchive(path) : ReadArray(path); }) ? loaded : refused);
  return 0;
}
