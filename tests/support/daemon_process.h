// The daemon as a process, for tests that are built with EAGERD_BINARY.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace eager::testing {

// One eagerd with these arguments, and environment entries "NAME=value"; its output is kept.
class Daemon {
 public:
  explicit Daemon(std::vector<std::string> args, const std::vector<std::string>& environment = {}) {
    EXPECT_EQ(pipe2(out_, O_CLOEXEC), 0);
    EXPECT_EQ(pipe2(err_, O_CLOEXEC), 0);
    args.insert(args.begin(), EAGERD_BINARY);
    std::vector<char*> argv;
    for (std::string& arg : args) argv.push_back(arg.data());
    argv.push_back(nullptr);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(out_[1], STDOUT_FILENO);
      dup2(err_[1], STDERR_FILENO);
      setenv("EAGERD_HTTP", "off", 0);  // all daemons of a host would want the same port; a flag counts first
      for (const std::string& entry : environment) putenv(const_cast<char*>(entry.c_str()));
      execv(EAGERD_BINARY, argv.data());
      _exit(127);
    }
    close(out_[1]);
    close(err_[1]);
  }
  ~Daemon() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    close(out_[0]);
    close(err_[0]);
  }

  // The addresses that it says it listens on, once it is ready.
  std::vector<std::string> Addresses() {
    std::vector<std::string> addresses;
    std::string log;
    char c;
    while (!absl::StrContains(log, "event=ready") && read(out_[0], &c, 1) == 1) log += c;
    for (absl::string_view line : absl::StrSplit(log, '\n')) {
      const std::pair<absl::string_view, absl::string_view> halves = absl::StrSplit(line, "event=listening address=");
      if (!halves.second.empty()) addresses.emplace_back(halves.second);
    }
    return addresses;
  }
  // What it writes from here on up to these words, or to its end.
  std::string ReadUntil(absl::string_view words) {
    std::string log;
    char c;
    while (!absl::StrContains(log, words) && read(out_[0], &c, 1) == 1) log += c;
    return log;
  }
  void Signal(int signal) const { kill(pid_, signal); }
  void Terminate() const { kill(pid_, SIGTERM); }
  void Kill() const { kill(pid_, SIGKILL); }
  // Waits for its end; -1 if a signal ended it.
  int ExitCode() {
    output_ += Drain(out_[0]);
    errors_ += Drain(err_[0]);
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  const std::string& output() const { return output_; }
  const std::string& errors() const { return errors_; }

 private:
  static std::string Drain(int fd) {
    std::string text;
    char block[4096];
    for (ssize_t n; (n = read(fd, block, sizeof(block))) > 0;) text.append(block, static_cast<size_t>(n));
    return text;
  }

  int out_[2] = {-1, -1};
  int err_[2] = {-1, -1};
  pid_t pid_ = -1;
  std::string output_, errors_;
};

}  // namespace eager::testing
