#include "server/log/rate.h"

namespace eager::server {

bool LogRate::Take(absl::string_view event, int64_t second, int rate, std::vector<LeftOut>& left_out) {
  MutexLock lock(&mu_);
  if (untold_) {
    untold_ = false;
    for (auto& [name, count] : counts_) {
      if (count.left_out == 0) continue;
      if (count.second == second) {
        untold_ = true;
      } else {
        left_out.push_back({name, std::exchange(count.left_out, 0)});
      }
    }
  }
  Count& count = counts_[event];
  if (count.second != second) count = {.second = second};
  if (rate == 0 || count.lines < rate) {
    ++count.lines;
    return true;
  }
  ++count.left_out;
  untold_ = true;
  return false;
}

std::vector<LogRate::LeftOut> LogRate::TakeAll() {
  MutexLock lock(&mu_);
  std::vector<LeftOut> all;
  for (auto& [name, count] : counts_) {
    if (count.left_out > 0) all.push_back({name, std::exchange(count.left_out, 0)});
  }
  untold_ = false;
  return all;
}

}  // namespace eager::server
