// For whom a thread works, and what it counts meanwhile.
#pragma once

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "server/exec/signature.h"

namespace eager::server {

// While it lives, the calls of its thread stay in their signatures' tallies; at its end they are added to the process's counts,
// once a signature instead of once a call. Without one every call is added at once.
class CountingScope {
 public:
  // `tenant` must outlive it. `silent`: nothing is counted at all, neither calls nor errors; for the daemon's own ops.
  explicit CountingScope(absl::string_view tenant, bool silent = false) : tenant_(tenant), silent_(silent), before_(current_) {
    current_ = this;
  }
  ~CountingScope() {
    current_ = before_;
    for (const SignatureRef& signature : signatures_) {
      silent_ ? signature->tally().Forget() : signature->tally().Flush(signature->op().index);
    }
  }
  CountingScope(const CountingScope&) = delete;

  // The thread's; null without one.
  static CountingScope* Current() { return current_; }
  static bool Silent() { return current_ != nullptr && current_->silent_; }
  absl::string_view tenant() const { return tenant_; }
  // A call of this signature, and of no other one since it was last added, has been counted.
  static void Counted(Signature& signature) {
    if (current_ == nullptr) return signature.tally().Flush(signature.op().index);
    current_->signatures_.emplace_back(&signature);
  }

 private:
  static inline thread_local CountingScope* current_ = nullptr;

  const absl::string_view tenant_;
  const bool silent_;
  CountingScope* const before_;
  absl::InlinedVector<SignatureRef, 8> signatures_;
};

}  // namespace eager::server
