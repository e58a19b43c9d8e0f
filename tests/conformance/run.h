// One function a golden file: runs a case through the default context and tells what became of it.
#pragma once

#include "tests/conformance/report.h"
#include "tests/golden/golden.h"

namespace eager::conformance {

// They throw eager::Error for what the client or the server refuses, and std::exception for a case that is malformed.
Outcome RunOp(const golden::Json& c);
Outcome RunError(const golden::Json& c);
Outcome RunPrinting(const golden::Json& c);
Outcome RunProgram(const golden::Json& c);
Outcome RunOptimizer(const golden::Json& c);
Outcome RunRandom(const golden::Json& c);
Outcome RunCnn(const golden::Json& c);  // the whole file is one case

}  // namespace eager::conformance
