// A server as a child process.
#pragma once

#include <sys/types.h>

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

  const std::string& address() const { return address_; }

 private:
  void AwaitAddress(const std::string& program);
  void Stop();

  std::string log_;  // a temporary file
  pid_t pid_ = -1;
  bool ended_ = false;
  std::string address_;
};

// A program that lies beside this one; "" is this one.
std::string OwnFolder(const std::string& program);

}  // namespace eager::bench
