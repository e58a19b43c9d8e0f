// How calls of the daemon's services ended, and how many are open. Process-wide and thread-safe.
#pragma once

#include <grpcpp/support/status.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/exec/op_counts.h"

namespace eager::server {

class CallCounts {
 public:
  static CallCounts& Get();

  // One call of a method, while it lives.
  class Call {
   public:
    explicit Call(absl::string_view method) : method_(Get().Find(method)) { ++Get().rows_[method_].open; }
    ~Call() { --Get().rows_[method_].open; }
    Call(const Call&) = delete;
    // Counts how it ended, and gives the status back.
    grpc::Status Ended(grpc::Status status);

   private:
    const size_t method_;
  };

  struct Method {
    std::string name;
    int64_t open = 0;
    std::array<uint64_t, kStatusCodes> ended{};  // by code
  };
  std::vector<Method> List() const;  // in the order of the services' definitions

 private:
  struct Row {
    std::string name;
    std::atomic<int64_t> open{0};
    std::array<std::atomic<uint64_t>, kStatusCodes> ended{};
  };

  CallCounts();
  size_t Find(absl::string_view method) const;

  std::vector<Row> rows_;
};

}  // namespace eager::server
