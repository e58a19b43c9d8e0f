// How the files of a checkpoint stand in an input of fuzz_checkpoint: a byte that says which form, then parts, each behind its
// length in two bytes; what is left is the data file. Checksums are made right where a form says so, because no mutation would
// get past them.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace eager::fuzz {

enum CheckpointForm : uint8_t {
  kFiles = 'f',   // the index, as it is
  kBlocks = 'b',  // a byte for their number, then the blocks of the index, the list of the others last: without their
                  // checksums
  kRows = 'r',    // a byte for their number, then keys and values of the index's table; checksums in the values are made right
  kGraph = 'g',   // an object graph, in a checkpoint that is right otherwise; the data file's bytes become a tensor
  kState = 's',   // the file `checkpoint`
};

// Takes parts off the front of an input. What is not there is empty.
class Parts {
 public:
  explicit Parts(absl::string_view bytes) : bytes_(bytes) {}
  uint8_t Byte();
  absl::string_view Part();
  absl::string_view Rest() const { return bytes_; }

 private:
  absl::string_view bytes_;
};

// Puts an input together.
void AppendPart(absl::string_view part, std::string& input);

// Writes the files of an input under FileName("ckpt"), or the file `checkpoint` of a folder of its own.
void WriteCheckpoint(absl::string_view input);
// The folder of kState.
std::string StateFolder();

}  // namespace eager::fuzz
