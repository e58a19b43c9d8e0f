// Runs a string of bytes as a program of session items, against a real Session with a CPU device, and ends the process
// if the server does what no program may make it do.
//
// A program is a row of items: a byte that says which (see Item), then what the item needs. Everything that follows is
// taken from the bytes too, with zeros past their end. Besides what sanitizers find, these end the process: an error
// with the code INTERNAL or UNKNOWN, which would be a bug of the server; an error of an op that does not begin with the
// op's name; a gradient whose dtype or shape is not its source's; memory that is in use after the session has ended.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"

namespace eager::fuzz {

enum Item : uint8_t {
  kRun = 0,  // and what kItems leaves over
  kConstant = 6,
  kWrongConstant,
  kTape,
  kBackward,
  kRecordCustomGradient,
  kAnswerCustomGradient,
  kRelease,
  kReadAll,
  kUpload,
  kWrong,
  kItems,
};

// The first byte of a kRun.
enum RunFlags : uint8_t {
  kTapeMask = 3,            // one of kNoTape …
  kNoTape = 0,              //
  kOpenTape = 1,            // the tape that a kTape began, if there is one
  kFirstGradient = 2,       // tapes of its own, and the gradients by all inputs
  kSecondGradient = 3,      // and the gradients of those
  kWrongOutputs = 1 << 2,   // sets another number of handles aside than there will be outputs
  kNameTypes = 1 << 3,      // type attributes that inputs infer are given as well
  kGiveUpstream = 1 << 4,   // with gradients: they start from the program's own values
  kAgain = 1 << 5,          // once more with the same signature and other inputs
  kDonate = 1 << 6,         // with kAgain: the first inputs are let go of before
  kZeroUnconnected = 1 << 7,
};

// Where an input of a kRun comes from: a byte.
enum InputForm : uint8_t {
  kFresh = 0,           // a shape and values of the dtype that the op wants follow; for a resource, those of a variable
  kRecent = 1,          // up to 0x7F: the n-th last tensor of that dtype, fresh if there is none
  kAnyRecent = 0x80,    // up to 0xEF: the n-th last handle, whatever it is
  kFreshOther = 0xF0,   // up to 0xF7: fresh, of another dtype; its code follows
  kNoValue = 0xF8,      // up to 0xFB: for a resource, a variable without a value; fresh for others
  kNoHandle = 0xFC,     // from here on: a handle that was never made
};

// How often programs got ops to succeed, by their position in the op table.
struct Coverage {
  std::vector<int64_t> runs, gradients, second_gradients;
  int ops() const;  // of which at least one call succeeded
  // "executed OK: 170 of 183 ops; gradients of …", and the names of those that never were.
  std::string Report() const;
};

// `trace`: writes every call and its outcome to stderr. Returns with the session closed.
void RunProgram(absl::Span<const uint8_t> program, bool trace, Coverage& coverage);

}  // namespace eager::fuzz
