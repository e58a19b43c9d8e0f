// A way to a server that breaks when a test says so: a TCP proxy inside the test process.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <random>
#include <string>
#include <thread>

#include "common/mutex.h"

namespace eager::testing {

// Thread-safe. Connections through it live on threads of their own, which end with it.
class FaultyLink {
 public:
  // `target`: "host:port".
  explicit FaultyLink(const std::string& target);
  ~FaultyLink();
  FaultyLink(const FaultyLink&) = delete;
  FaultyLink& operator=(const FaultyLink&) = delete;

  const std::string& address() const { return address_; }  // "127.0.0.1:port"

  // Breaks all connections: with a reset where `reset`, else as a process that ends does.
  void Cut(bool reset = true);
  // From the next connection on: each is cut after so many bytes in both directions together. 0: none is.
  void CutAfter(uint64_t bytes) { CutBetween(bytes, bytes); }
  // The same, after a random number of bytes from `least` to `most`.
  void CutBetween(uint64_t least, uint64_t most);
  // Whether new connections are closed at once.
  void Refuse(bool refuse) { refuse_ = refuse; }
  // Whether bytes are taken but not passed on: a cable that was pulled.
  void Swallow(bool swallow) { swallow_ = swallow; }
  // Passes bytes on in pieces of at most this many; 0: as they come.
  void Split(size_t bytes) { split_ = bytes; }

  uint64_t bytes() const { return bytes_; }         // passed on so far
  int connections() const { return connections_; }  // accepted so far
  int cuts() const { return cuts_; }                // connections that were cut

 private:
  struct Connection {
    int client = -1, server = -1;
    uint64_t cut_after = 0;
    std::atomic<bool> over{false};
    std::thread thread;
  };
  void Accept();
  // Passes bytes both ways until the connection is over.
  void Pass(Connection& connection);
  // Passes bytes one way; `passed`: both ways, so far.
  void Forward(int from, int to, std::atomic<uint64_t>& passed, uint64_t cut_after);

  std::string target_host_, address_;
  uint16_t target_port_ = 0;
  int listener_ = -1;
  std::atomic<bool> stopping_{false}, refuse_{false}, swallow_{false};
  std::atomic<uint64_t> bytes_{0};
  std::atomic<size_t> split_{0};
  std::atomic<int> connections_{0}, cuts_{0};
  Mutex mu_;
  std::mt19937_64 random_ ABSL_GUARDED_BY(mu_){1};
  uint64_t least_ ABSL_GUARDED_BY(mu_) = 0, most_ ABSL_GUARDED_BY(mu_) = 0;
  std::list<Connection> all_ ABSL_GUARDED_BY(mu_);
  std::thread accepter_;
};

}  // namespace eager::testing
