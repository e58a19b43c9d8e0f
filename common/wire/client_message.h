// v1::ClientMessage as bytes, written and read around protobuf.
//
// An op's item has some twenty bytes; building, measuring, writing and parsing the objects that stand for it costs more than
// the op's whole way through a session. So the item of an op is laid out and read by hand, every other item is protobuf's,
// and the bytes are what protobuf would make of the same message: either side may be a plain protobuf program.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "eager/v1/session.pb.h"

namespace eager {

// A v1::RunOp, with its inputs as handles.
struct RunItem {
  uint32_t signature = 0;
  uint32_t num_outputs = 0;
  uint64_t first_output = 0;
  absl::InlinedVector<uint64_t, 4> inputs;
  absl::InlinedVector<uint32_t, 2> tapes;
};

// Puts a message together. Keeps its memory from one message to the next. Not thread-safe.
class ClientMessageWriter {
 public:
  void Add(const RunItem& run);
  void Add(const v1::Item& item);
  void Release(uint64_t handle);
  void Open(const v1::OpenSession& open);
  void Downloaded(uint64_t id);
  void End();

  int items() const { return items_; }
  int releases() const { return releases_; }
  // Whether there is nothing that the server waits for: an `open` alone goes with what comes next.
  bool empty() const { return items_ == 0 && releases_ == 0 && !says_more_; }
  // The message's bytes, valid until the next call. Nothing may be added after it but by Clear().
  // `received`: of the server's messages; 0: none.
  absl::string_view Finish(uint64_t seq, uint64_t received = 0);
  void Clear();

 private:
  std::string bytes_;
  std::string release_bytes_;  // varints: they stand in one field, at the end
  int items_ = 0;
  int releases_ = 0;
  bool says_more_ = false;  // a download or the end
};

// A message taken apart as far as its items, which are views into its bytes. Made to be used again.
struct ClientMessageView {
  uint64_t seq = 0;
  std::vector<absl::string_view> items;
  std::vector<uint64_t> releases;
  std::string open;  // of a v1::OpenSession
  bool has_open = false;
  uint64_t received = 0;
  std::vector<uint64_t> downloaded;
  bool end = false;

  // Of one message; more is garbage, not a program's batch, and what is said about each would be larger than any reply.
  static constexpr size_t kMaxItems = 1 << 16;
  static constexpr size_t kMaxReleases = 1 << 20;

  // INVALID_ARGUMENT for bytes that are no ClientMessage as far as this looks, and for too many items: they are not looked
  // into.
  absl::Status Read(absl::string_view bytes);
};

// Whether an item is an op's in the form that every known writer gives it; `run` is then what it says. Everything else is
// left to protobuf.
bool ReadRun(absl::string_view item, RunItem& run);
// The same of a release among the items: adds its handles.
bool ReadRelease(absl::string_view item, std::vector<uint64_t>& handles);
// Whether an item is a release, by its first byte.
bool IsRelease(absl::string_view item);

}  // namespace eager
