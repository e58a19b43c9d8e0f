// The file behind a FileWriter: a queue of events, and the thread that puts them on the disk.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/summary/file_writer.h"
#include "common/mutex.h"

namespace eager::internal {

// Thread-safe. What it promises about order, flushes and failures stands in file_writer.h. A failed write leaves whole
// records in the file; the next attempt starts where the last success ended, with the same bytes.
class EventFile {
 public:
  // Makes the folder and a new file, with its first record on the disk.
  static absl::StatusOr<std::unique_ptr<EventFile>> Create(const std::string& folder,
                                                           const summary::FileWriterOptions& options);
  ~EventFile();
  EventFile(const EventFile&) = delete;
  EventFile& operator=(const EventFile&) = delete;

  // Takes one serialized event. Waits only if a write has failed before, for one more attempt, or if very much is queued.
  // FAILED_PRECONDITION if the file is closed; the status of the failed write, and the event is not taken.
  absl::Status Append(absl::string_view event);
  // Waits until what was taken is on the disk, or one attempt has failed. OK if the file is closed.
  absl::Status Flush();
  // The same, and ends the file.
  absl::Status Close();
  bool closed() const;

  const std::string& path() const { return path_; }

 private:
  EventFile(std::string path, int fd, const summary::FileWriterOptions& options);

  void Run();
  bool Due() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::Status Attempt() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Puts records at the end of what is known to be on the disk. Called by one thread at a time.
  absl::Status WriteThrough(absl::string_view records);

  const std::string path_;
  const int fd_;
  const int64_t max_queue_;
  const std::chrono::milliseconds flush_interval_;
  int64_t durable_size_ = 0;  // of the writing thread

  mutable Mutex mu_;
  CondVar wake_;  // the thread: there may be work
  CondVar done_;  // whoever waits for it
  std::string queue_ ABSL_GUARDED_BY(mu_);  // records
  int64_t queued_events_ ABSL_GUARDED_BY(mu_) = 0;
  std::chrono::steady_clock::time_point next_flush_ ABSL_GUARDED_BY(mu_);
  // Attempts that were asked for, and those of them that have been made.
  uint64_t asked_ ABSL_GUARDED_BY(mu_) = 0;
  uint64_t made_ ABSL_GUARDED_BY(mu_) = 0;
  absl::Status status_ ABSL_GUARDED_BY(mu_);  // of the last attempt
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace eager::internal
