// The daemon as its operators see it, past any faulty link.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "eager/v1/service.grpc.pb.h"

namespace eager::testing {

class Watch {
 public:
  explicit Watch(const std::string& address);

  std::vector<v1::SessionInfo> Sessions() const;
  int64_t LiveBuffers() const;
  int64_t BytesInUse() const;
  // Ops of the session that was opened last.
  uint64_t OpsOfNewest() const;
  // Waits until nothing of any client is left: no session, no tensor. False if something is after `limit`.
  bool AwaitNothing(std::chrono::seconds limit) const;

 private:
  v1::ListDevicesResponse Devices() const;
  std::unique_ptr<v1::TensorService::Stub> stub_;
};

// Calls done() until it is true; false if it is not within `limit`.
template <class Done>
bool Await(std::chrono::milliseconds limit, Done done) {
  const auto last = std::chrono::steady_clock::now() + limit;
  while (!done()) {
    if (std::chrono::steady_clock::now() >= last) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

// How much a test does: short beside the other tests, long in tests/soak.sh (EAGERD_SOAK=1).
bool Long();
template <class T>
T Scale(T usual, T in_soak) {
  return Long() ? in_soak : usual;
}
// A line of figures for people who read the output.
void Tell(const std::string& line);

}  // namespace eager::testing
