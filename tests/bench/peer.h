// Libraries of Python as comparators: the scripts of peers/ in a Python of one's own.
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <string>

namespace eager::bench {

// One Python process, started by the first question and kept between figures so that its imports are not timed. Ends with
// this object.
class Peer {
 public:
  // `script`: one of peers/.
  Peer(std::string python, std::string script) : python_(std::move(python)), script_(std::move(script)) {}
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  // One round of a figure that the script knows. Throws what the script says of a failure, or that there is no such Python.
  double Ask(const std::string& name);

 private:
  void Start();

  const std::string python_, script_;
  FILE* questions_ = nullptr;
  FILE* answers_ = nullptr;
  pid_t pid_ = -1;
};

}  // namespace eager::bench
