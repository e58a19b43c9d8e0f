// The summary calls of tests/golden/events/expected.json, made through the client.
#pragma once

#include "tests/golden/golden.h"

namespace eager::testing {

// Makes the calls of `written` in their order, with this thread's default writer: values as tensors of the default
// context, "train/acc" within a name scope "train".
void WriteGoldenEvents(const golden::Json& written);

}  // namespace eager::testing
