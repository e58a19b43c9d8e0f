// A program as a child process, and the daemon as one.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace eager::testing {

// What a process has at this moment, as /proc says. All 0 once it has ended.
struct ProcessUsage {
  int threads = 0;
  int files = 0;
  int64_t resident_bytes = 0;
};
ProcessUsage UsageOf(pid_t process);

// Runs from its construction until it ends, is killed, or this object goes: nothing of a test outlives it.
class ChildProcess {
 public:
  struct Options {
    std::vector<std::string> environment = {};  // "NAME=value", beside this process's own
    // Called in the child before the program starts, between fork and exec: only what is safe there, such as setrlimit.
    std::function<void()> prepare = nullptr;
  };
  explicit ChildProcess(std::vector<std::string> command) : ChildProcess(std::move(command), Options()) {}
  ChildProcess(std::vector<std::string> command, Options options);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  void Signal(int signal) const { kill(pid_, signal); }
  // Ends it at once and waits for that.
  void Kill();
  // Its exit code once it has ended, 128 + the signal that ended it; nothing if it still runs after `limit`.
  std::optional<int> Wait(std::chrono::milliseconds limit);
  bool Running() { return !Wait(std::chrono::milliseconds(0)).has_value(); }
  // What it has written so far, to stdout and stderr.
  std::string Output() const;
  // Waits until its output has this text, and gives what stands behind it up to the end of that line. Empty: it ended
  // before.
  std::string Await(const std::string& text);
  ProcessUsage Usage() const { return UsageOf(pid_); }

 private:
  pid_t pid_ = -1;
  std::optional<int> code_;
  std::string output_;  // a temporary file
};

// Of a process that may have so much of a resource at most: setrlimit's RLIMIT_….
ChildProcess::Options Limited(int resource, uint64_t limit);

// eagerd. Waits until it listens.
class DaemonProcess : public ChildProcess {
 public:
  // `listen`: a free port, unless it is given.
  explicit DaemonProcess(std::vector<std::string> flags = {}, Options options = Options(),
                         const std::string& listen = "127.0.0.1:0");
  const std::string& address() const { return address_; }

 private:
  std::string address_;
};

}  // namespace eager::testing
