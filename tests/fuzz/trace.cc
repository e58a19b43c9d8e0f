#include <cstdlib>

#include "tests/fuzz/fuzz_target.h"

namespace eager::fuzz {

bool Traced() {
  static const bool traced = std::getenv("EAGERD_FUZZ_TRACE") != nullptr;
  return traced;
}

}  // namespace eager::fuzz
