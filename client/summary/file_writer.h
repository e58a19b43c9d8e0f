// Event files that TensorBoard reads while a program writes them, and the scope that makes one a thread's default.
//
//   auto writer = eager::summary::create_file_writer("logs/train");
//   auto scope = writer.as_default();
//   eager::summary::scalar("loss", loss, step);
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <variant>

#include "client/tensor.h"
#include "client/variable.h"

namespace eager::internal {
class EventFile;
}

namespace eager::summary {

struct FileWriterOptions {
  // The file is flushed by itself when more than `max_queue` events wait, and `flush_millis` after the last flush.
  int max_queue = 10;
  int64_t flush_millis = 120'000;
  std::string filename_suffix = ".v2";
};

// The step of a value: a number, or a scalar tensor or variable of an integer type, which is read when a summary is
// written (that waits).
class Step {
 public:
  template <std::integral T>
  Step(T step) : step_(static_cast<int64_t>(step)) {}  // NOLINT
  Step(Tensor step) : step_(std::move(step)) {}        // NOLINT
  Step(Variable step) : step_(std::move(step)) {}      // NOLINT

  // INVALID_ARGUMENT for a tensor that is no integer scalar.
  int64_t value(std::source_location where = std::source_location::current()) const;

 private:
  std::variant<int64_t, Tensor, Variable> step_;
};

class default_writer;

// A file "events.out.tfevents.<seconds>.<host>.<pid>.<n>.v2" in a folder that is made if it is missing. Copies are the
// same writer, and the last one to go closes it. Safe to use from several threads at once.
//
// Events are written by a thread of the writer's own, in the order of the calls, and fsynced at each flush. When the
// disk refuses (full, gone), the next call that uses the writer throws, the events so far are kept, and each later call
// tries to write them first: once there is space again nothing is missing but the values of calls that threw.
class FileWriter {
 public:
  // Makes the file and its first record. NOT_FOUND, PERMISSION_DENIED, … as the system says if it cannot.
  explicit FileWriter(const std::string& logdir, FileWriterOptions options = {},
                      std::source_location where = std::source_location::current());

  // This thread's summaries go here while the result lives, with `step` for those that name none.
  [[nodiscard]] default_writer as_default(std::optional<Step> step = std::nullopt,
                                          std::source_location where = std::source_location::current()) const;
  // Waits until all events of calls before this one are on the disk. Nothing for a closed writer.
  void flush(std::source_location where = std::source_location::current()) const;
  // Flushes and ends the file, whatever happens; summaries written later are errors (FAILED_PRECONDITION).
  void close(std::source_location where = std::source_location::current()) const;

  // The event file.
  const std::string& path() const;

  const std::shared_ptr<internal::EventFile>& file() const { return file_; }

 private:
  std::shared_ptr<internal::EventFile> file_;
};

inline FileWriter create_file_writer(const std::string& logdir, FileWriterOptions options = {},
                                     std::source_location where = std::source_location::current()) {
  return FileWriter(logdir, std::move(options), where);
}

// What as_default gives: for the thread that made it, until the end of the block. Scopes nest. Its end flushes the
// writer; an error of that flush is thrown by the writer's next call.
class default_writer {
 public:
  default_writer(const FileWriter& writer, std::optional<Step> step);
  ~default_writer();
  default_writer(const default_writer&) = delete;
  default_writer& operator=(const default_writer&) = delete;

 private:
  const std::shared_ptr<internal::EventFile> file_;
  std::shared_ptr<internal::EventFile> outer_file_;
  bool sets_step_;
  std::optional<Step> outer_step_;
};

}  // namespace eager::summary
