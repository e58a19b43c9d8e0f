// What a fuzz target is made of: libFuzzer's entry point, and a report for whoever replays a corpus.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

// Runs one input. Returns 0; a finding ends the process.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace eager::fuzz {

// What the inputs so far have reached, one line or more.
std::string Report();
// The figure that a replay may ask for a least value of.
int Reached();
// Whether inputs are to be told on stderr: the environment has EAGERD_FUZZ_TRACE.
bool Traced();

}  // namespace eager::fuzz
