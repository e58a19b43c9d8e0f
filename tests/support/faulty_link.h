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

// What happens once to a connection, when so many bytes have passed in one direction.
struct LinkFault {
  enum class Kind {
    kReset,      // both ends see a reset
    kClose,      // both ends see the other's end
    kHalfClose,  // nothing more comes in this direction, and the receiver sees an end; the other direction goes on
    kDelay,      // what follows in this direction comes later
    // The client sees an end; the server keeps the connection, and gets what the client had still sent when a later
    // connection has been answered.
    kHoldBack,
  };
  Kind kind = Kind::kReset;
  bool to_server = true;
  uint64_t at = 0;
};

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
  // The next connection has this fault.
  void Plan(LinkFault fault);
  // Whether new connections are closed at once.
  void Refuse(bool refuse) { refuse_ = refuse; }
  // Whether bytes are taken but not passed on: a cable that was pulled.
  void Swallow(bool swallow) { swallow_ = swallow; }
  // Passes bytes on in pieces of at most this many; 0: as they come.
  void Split(size_t bytes) { split_ = bytes; }

  uint64_t bytes() const { return bytes_to_server_ + bytes_to_client_; }  // passed on so far
  uint64_t bytes_to_server() const { return bytes_to_server_; }
  uint64_t bytes_to_client() const { return bytes_to_client_; }
  int faults() const { return faults_; }            // planned ones that happened
  int connections() const { return connections_; }  // accepted so far
  int cuts() const { return cuts_; }                // connections that were cut

 private:
  struct Connection {
    int client = -1, server = -1;
    int number = 0;  // of all connections
    uint64_t cut_after = 0;
    LinkFault fault;  // at 0: none
    std::atomic<uint64_t> passed{0};  // both ways
    std::atomic<bool> over{false}, done{false};
    std::atomic<bool> held{false};  // the client has lost it, and the server does not know
    std::thread thread;
  };
  void Accept();
  // Passes bytes both ways until the connection is over.
  void Pass(Connection& connection);
  // Passes bytes one way.
  void Forward(Connection& connection, bool to_server);
  // Passes `n` bytes on, less what the connection's cut or fault keeps back. False: this direction is over.
  bool PassOn(Connection& connection, bool to_server, const char* bytes, size_t n, uint64_t& position);
  // What a fault does at its position with the bytes behind it. False: this direction is over.
  bool Happen(Connection& connection, const char* rest, size_t n);
  void HoldBack(Connection& connection, std::string rest);
  bool Send(bool to_server, int to, const char* bytes, size_t n);

  std::string target_host_, address_;
  uint16_t target_port_ = 0;
  int listener_ = -1;
  std::atomic<bool> stopping_{false}, refuse_{false}, swallow_{false};
  std::atomic<uint64_t> bytes_to_server_{0}, bytes_to_client_{0};
  std::atomic<size_t> split_{0};
  std::atomic<int> connections_{0}, cuts_{0}, faults_{0};
  std::atomic<int> answered_{0};  // the last connection that the server has answered on
  Mutex mu_;
  std::mt19937_64 random_ ABSL_GUARDED_BY(mu_){1};
  uint64_t least_ ABSL_GUARDED_BY(mu_) = 0, most_ ABSL_GUARDED_BY(mu_) = 0;
  LinkFault planned_ ABSL_GUARDED_BY(mu_);
  std::list<Connection> all_ ABSL_GUARDED_BY(mu_);
  std::thread accepter_;
};

}  // namespace eager::testing
