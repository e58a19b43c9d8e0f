// What one session does and how long each part takes, for as long as somebody records it.
//
// A session's thread works under a RecordingScope. Where there is no recorder, that costs one look at an atomic a
// message, and one at a thread's own variable an op.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/mutex.h"
#include "server/exec/signature.h"

namespace eager::server {

// Thread-safe: the session's thread adds, others wait, stop and read.
class Recorder {
 public:
  static constexpr uint64_t kMostEvents = 1 << 20;  // of 32 bytes each

  // What happened, without when: many events share one. At most kMostKinds, of which the last is "other".
  struct Kind {
    std::string category;  // "message", "phase", "item", "op", "chain"
    std::string name;
    std::string args;  // members of a JSON object; may be empty
  };
  struct Event {
    int64_t start = 0;  // nanoseconds since the recording began
    int64_t took = 0;
    uint32_t kind = 0;  // index
    uint32_t items = 0;
    uint64_t bytes = 0;
  };
  struct Recording {
    std::vector<Kind> kinds;
    std::vector<Event> events;  // in the order of their ends
    uint64_t dropped = 0;       // older ones than those
    absl::Time began;
    int64_t took = 0;
  };

  // Keeps the last `most_events`.
  explicit Recorder(uint64_t most_events);

  // The recorder under which this thread works; null: none.
  static Recorder* Current() { return current_; }

  // Nanoseconds since it was made.
  int64_t Now() const { return std::chrono::nanoseconds(Clock::now() - start_).count(); }
  // Something that began then has ended now.
  void Add(absl::string_view category, absl::string_view name, int64_t start, uint64_t items = 0, uint64_t bytes = 0);
  // The same of a call of an op, which failed if `status` says so.
  void AddOp(int64_t start, const Signature& signature, absl::Span<const TensorRef> inputs,
             absl::Span<const TensorRef> outputs, const absl::Status& status);
  // Of ops that were computed in one pass; all are of this shape.
  void AddChain(int64_t start, absl::Span<const Signature* const> ops, const TensorSpec& spec);

  // Adds nothing from now on.
  void Stop();
  // Waits for Stop, no longer than this. Whether it has come.
  bool AwaitStop(absl::Duration longest);
  // What was recorded; once, after Stop.
  Recording Take();

 private:
  friend class RecordingScope;
  using Clock = std::chrono::steady_clock;
  static constexpr size_t kMostKinds = 1 << 14;

  // `key` tells kinds apart; make() describes a new one.
  template <class Make>
  void AddKind(absl::string_view key, int64_t start, uint64_t items, uint64_t bytes, Make make);

  static inline thread_local Recorder* current_ = nullptr;

  const uint64_t most_events_;
  const Clock::time_point start_ = Clock::now();
  const absl::Time began_ = absl::Now();
  Mutex mu_;
  CondVar stopped_changed_;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  int64_t stopped_at_ ABSL_GUARDED_BY(mu_) = 0;
  absl::flat_hash_map<std::string, uint32_t> index_ ABSL_GUARDED_BY(mu_);
  std::vector<Kind> kinds_ ABSL_GUARDED_BY(mu_);
  std::vector<Event> events_ ABSL_GUARDED_BY(mu_);  // a ring once it is full
  uint64_t added_ ABSL_GUARDED_BY(mu_) = 0;
};

// While it lives, its thread works under this recorder; null: under none.
class RecordingScope {
 public:
  explicit RecordingScope(std::shared_ptr<Recorder> recorder)
      : recorder_(std::move(recorder)), before_(Recorder::current_) {
    Recorder::current_ = recorder_.get();
  }
  ~RecordingScope() { Recorder::current_ = before_; }
  RecordingScope(const RecordingScope&) = delete;

 private:
  const std::shared_ptr<Recorder> recorder_;
  Recorder* const before_;
};

// From its making to its end, if this thread works under a recorder. Names are literals.
class TimeSlice {
 public:
  TimeSlice(const char* category, const char* name, uint64_t bytes = 0)
      : recorder_(Recorder::Current()),
        category_(category),
        name_(name),
        bytes_(bytes),
        start_(recorder_ == nullptr ? 0 : recorder_->Now()) {}
  ~TimeSlice() {
    if (recorder_ != nullptr) recorder_->Add(category_, name_, start_, items_, bytes_);
  }
  TimeSlice(const TimeSlice&) = delete;
  void set_items(uint64_t items) { items_ = items; }
  void set_bytes(uint64_t bytes) { bytes_ = bytes; }

 private:
  Recorder* const recorder_;
  const char* const category_;
  const char* const name_;
  uint64_t items_ = 0;
  uint64_t bytes_;
  const int64_t start_;
};

}  // namespace eager::server
