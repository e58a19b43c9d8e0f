// How many lines of each event there are in a second.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "common/mutex.h"

namespace eager::server {

// Thread-safe.
class LogRate {
 public:
  struct LeftOut {
    std::string event;
    uint64_t count;
  };
  // Whether one more line of the event may be written in this second, if `rate` may; what was left out in seconds before goes to
  // `left_out`, once. `second`: of a clock that nobody sets.
  bool Take(absl::string_view event, int64_t second, int rate, std::vector<LeftOut>& left_out);
  // What was left out and not told of.
  std::vector<LeftOut> TakeAll();

 private:
  struct Count {
    int64_t second = 0;
    int lines = 0;
    uint64_t left_out = 0;
  };
  Mutex mu_;
  absl::flat_hash_map<std::string, Count> counts_ ABSL_GUARDED_BY(mu_);  // as many as the program has events
  bool untold_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace eager::server
