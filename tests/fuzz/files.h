// Fuzzed bytes as files, and the outcomes of what reads them.
#pragma once

#include <filesystem>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "client/error.h"
#include "tests/fuzz/fixture.h"
#include "tests/fuzz/fuzz_target.h"

namespace eager::fuzz {

// A folder of this process's own, in memory where the host has a place for that; removed at the end. "DIR/name".
std::string FileName(absl::string_view name);
// The same, with these bytes in it.
std::string WriteFile(absl::string_view name, absl::string_view bytes);
// No file is left.
void RemoveFiles();

// Runs `read`. True if it returns; an error must be the caller's mistake.
template <class Read>
bool Succeeds(Read read) {
  try {
    read();
    return true;
  } catch (const Error& error) {
    if (Traced()) std::fprintf(stderr, "%s\n", error.what());
    CheckCode(error.status());
    return false;
  }
}

}  // namespace eager::fuzz
