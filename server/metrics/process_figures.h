// What the system says of this process.
#pragma once

#include <cstdint>

namespace eager::server {

struct ProcessFigures {
  double cpu_seconds = 0;
  double start_time_seconds = 0;  // Unix time
  int64_t resident_bytes = 0;
  int64_t virtual_bytes = 0;
  int64_t open_fds = 0;
  int64_t max_fds = 0;
  int64_t threads = 0;
};

// What cannot be read stays 0.
ProcessFigures ReadProcessFigures();

}  // namespace eager::server
