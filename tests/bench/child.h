// A server as a child process.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace eager::bench {

// Runs from its construction to its destruction, and never longer than this process.
class ChildServer {
 public:
  // Starts a program that writes a line with "event=listening address=HOST:PORT" to its log, and waits for that line.
  // Throws if the program ends before it, or is not there.
  explicit ChildServer(std::vector<std::string> command);
  ~ChildServer();
  ChildServer(const ChildServer&) = delete;
  ChildServer& operator=(const ChildServer&) = delete;

  // Of the first such line.
  const std::string& address() const { return address_; }
  // From before the program was started until it listened.
  double seconds_to_listen() const { return seconds_to_listen_; }
  // What it has of the machine's memory now, in bytes.
  int64_t ResidentBytes() const;

 private:
  void AwaitAddress(const std::string& program);
  void Stop();

  std::string log_;  // a temporary file
  pid_t pid_ = -1;
  bool ended_ = false;
  std::string address_;
  double seconds_to_listen_ = 0;
};

// A folder for sockets, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// A program that lies beside this one; "" is this one.
std::string OwnFolder(const std::string& program);

}  // namespace eager::bench
