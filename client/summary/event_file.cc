#include "client/summary/event_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/summary/event.h"
#include "client/summary/record.h"
#include "common/status_macros.h"

namespace eager::internal {
namespace {

using Clock = std::chrono::steady_clock;

// More than this in the queue, and whoever adds to it waits for the disk.
constexpr size_t kMaxQueuedBytes = 64 << 20;
// Longer flush intervals are as good as none, and a clock would overflow.
constexpr int64_t kMaxFlushMillis = int64_t{365} * 24 * 3600 * 1000;

std::string HostName() {
  char name[256] = {};
  return gethostname(name, sizeof(name) - 1) == 0 ? name : "localhost";
}

// A file that nobody has: the number at the end goes on for the whole process.
absl::StatusOr<std::pair<std::string, int>> OpenNew(const std::string& folder, int64_t seconds, const std::string& suffix) {
  static std::atomic<int> counter{0};
  while (true) {
    const std::string name = absl::StrFormat("events.out.tfevents.%010d.%s.%d.%d%s", seconds, HostName(),
                                             static_cast<int>(getpid()), counter++, suffix);
    std::string path = (std::filesystem::path(folder) / name).string();
    const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0) return std::make_pair(std::move(path), fd);
    if (errno != EEXIST && errno != EINTR) return absl::ErrnoToStatus(errno, absl::StrCat("FileWriter: cannot make ", path));
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<EventFile>> EventFile::Create(const std::string& folder,
                                                             const summary::FileWriterOptions& options) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return absl::ErrnoToStatus(error.value(), absl::StrCat("FileWriter: cannot make the folder ", folder));
  const int64_t seconds = static_cast<int64_t>(WallTime());
  ASSIGN_OR_RETURN(auto opened, OpenNew(folder, seconds, options.filename_suffix));
  std::unique_ptr<EventFile> file(new EventFile(std::move(opened.first), opened.second, options));
  std::string first;
  AppendRecord(FileVersionEvent(static_cast<double>(seconds)), first);
  if (absl::Status status = file->WriteThrough(first); !status.ok()) {
    unlink(file->path_.c_str());
    return status;
  }
  file->thread_ = std::thread([self = file.get()] { self->Run(); });
  return file;
}

EventFile::EventFile(std::string path, int fd, const summary::FileWriterOptions& options)
    : path_(std::move(path)),
      fd_(fd),
      max_queue_(options.max_queue),
      flush_interval_(std::clamp<int64_t>(options.flush_millis, 0, kMaxFlushMillis)),
      next_flush_(Clock::now() + flush_interval_) {}

EventFile::~EventFile() {
  Close().IgnoreError();  // who wants to know calls close()
  close(fd_);
}

absl::Status EventFile::Append(absl::string_view event) {
  MutexLock lock(&mu_);
  while (!closed_ && (!status_.ok() || queue_.size() > kMaxQueuedBytes)) RETURN_IF_ERROR(Attempt());
  if (closed_) return absl::FailedPreconditionError(absl::StrCat("FileWriter: the writer of ", path_, " is closed"));
  AppendRecord(event, queue_);
  ++queued_events_;
  // The first one starts the thread's clock.
  if (queued_events_ == 1 || Due()) wake_.Signal();
  return absl::OkStatus();
}

absl::Status EventFile::Flush() {
  MutexLock lock(&mu_);
  return closed_ ? absl::OkStatus() : Attempt();
}

absl::Status EventFile::Close() {
  {
    MutexLock lock(&mu_);
    if (closed_) return absl::OkStatus();
    closed_ = true;
    wake_.Signal();
  }
  if (thread_.joinable()) thread_.join();
  MutexLock lock(&mu_);
  return status_;
}

bool EventFile::closed() const {
  MutexLock lock(&mu_);
  return closed_;
}

absl::Status EventFile::Attempt() {
  const uint64_t ticket = ++asked_;
  wake_.Signal();
  while (made_ < ticket) done_.Wait(&mu_);
  return status_;
}

// After a failure only those who can be told about it cause the next attempt.
bool EventFile::Due() const {
  if (closed_ || asked_ != made_) return true;
  return status_.ok() && queued_events_ > 0 && (queued_events_ > max_queue_ || Clock::now() >= next_flush_);
}

void EventFile::Run() {
  MutexLock lock(&mu_);
  for (bool last = false; !last;) {
    while (!Due()) {
      if (queued_events_ > 0 && status_.ok()) {
        wake_.WaitFor(&mu_, next_flush_ - Clock::now());
      } else {
        wake_.Wait(&mu_);
      }
    }
    last = closed_;
    const uint64_t ticket = asked_;
    std::string batch = std::exchange(queue_, {});
    const int64_t events = std::exchange(queued_events_, 0);
    mu_.Unlock();
    absl::Status status = WriteThrough(batch);
    mu_.Lock();
    if (!status.ok()) {
      queue_.insert(0, batch);
      queued_events_ += events;
    }
    status_ = std::move(status);
    made_ = ticket;
    next_flush_ = Clock::now() + flush_interval_;
    done_.SignalAll();
  }
}

absl::Status EventFile::WriteThrough(absl::string_view records) {
  struct stat file;
  if (fstat(fd_, &file) == 0 && file.st_nlink == 0) {
    return absl::NotFoundError(absl::StrCat("FileWriter: ", path_, " has been deleted"));
  }
  size_t written = 0;
  while (written < records.size()) {
    const ssize_t n = pwrite(fd_, records.data() + written, records.size() - written,
                             durable_size_ + static_cast<int64_t>(written));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      absl::Status status = absl::ErrnoToStatus(n == 0 ? ENOSPC : errno, absl::StrCat("FileWriter: cannot write ", path_));
      // Readers get no half record, should there never be another attempt. If this fails too, they wait for its rest.
      [[maybe_unused]] const int truncated =
          ftruncate(fd_, durable_size_ + static_cast<int64_t>(WholeRecords(records, written)));
      return status;
    }
    written += static_cast<size_t>(n);
  }
  if (fsync(fd_) != 0) return absl::ErrnoToStatus(errno, absl::StrCat("FileWriter: cannot sync ", path_));
  durable_size_ += static_cast<int64_t>(records.size());
  return absl::OkStatus();
}

}  // namespace eager::internal
