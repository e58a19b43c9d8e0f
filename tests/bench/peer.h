// Libraries of Python as comparators: the scripts of peers/ in a Python of one's own.
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <string>

namespace eager::bench {

// One Python process, kept between figures so that its imports are not timed. Ends with this object.
class Peer {
 public:
  // Throws if there is no such Python. `script`: one of peers/.
  Peer(const std::string& python, const std::string& script);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  // One round of a figure that the script knows. Throws what the script says of a failure.
  double Ask(const std::string& name);

 private:
  FILE* questions_ = nullptr;
  FILE* answers_ = nullptr;
  pid_t pid_ = -1;
};

}  // namespace eager::bench
