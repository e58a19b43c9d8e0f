// Ops that clients asked for and the daemon does not have, by name. Process-wide and thread-safe.
#pragma once

#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "common/mutex.h"

namespace eager::server {

class UnknownOps {
 public:
  static constexpr size_t kMostNames = 100;     // clients choose them: what is beyond counts as "other"
  static constexpr size_t kMostBytes = 100;     // of a name

  static UnknownOps& Get() {
    static auto* ops = new UnknownOps;
    return *ops;
  }
  void Add(absl::string_view op) {
    MutexLock lock(&mu_);
    std::string name(op.substr(0, kMostBytes));
    if (counts_.size() >= kMostNames && !counts_.contains(name)) name = "other";
    ++counts_[name];
  }
  std::map<std::string, uint64_t> List() const {
    MutexLock lock(&mu_);
    return counts_;
  }

 private:
  mutable Mutex mu_;
  std::map<std::string, uint64_t> counts_ ABSL_GUARDED_BY(mu_);
};

}  // namespace eager::server
