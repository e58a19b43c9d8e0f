#include "tests/support/faulty_link.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"

namespace eager::testing {
namespace {

constexpr std::chrono::milliseconds kDelay(10);
// How long bytes of a connection that is held back are collected, and how long the server then has to read them.
constexpr std::chrono::milliseconds kHoldFor(5);
constexpr std::chrono::milliseconds kHoldAtMost(500);

sockaddr_in Address(const std::string& host, uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  return address;
}

void ResetOnClose(int socket) {
  const linger now{1, 0};
  setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

}  // namespace

FaultyLink::FaultyLink(const std::string& target) {
  const size_t colon = target.rfind(':');
  target_host_ = target.substr(0, colon);
  target_port_ = static_cast<uint16_t>(std::atoi(target.c_str() + colon + 1));
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in any = Address("127.0.0.1", 0);
  socklen_t size = sizeof(any);
  if (bind(listener_, reinterpret_cast<sockaddr*>(&any), sizeof(any)) != 0 || listen(listener_, 64) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&any), &size) != 0) {
    std::abort();
  }
  address_ = absl::StrCat("127.0.0.1:", ntohs(any.sin_port));
  accepter_ = std::thread([this] { Accept(); });
}

FaultyLink::~FaultyLink() {
  stopping_ = true;
  shutdown(listener_, SHUT_RDWR);
  accepter_.join();
  close(listener_);
  Cut();
  for (Connection& connection : all_) connection.thread.join();
}

void FaultyLink::Cut(bool reset) {
  MutexLock lock(&mu_);
  for (Connection& connection : all_) {
    if (connection.over.exchange(true)) continue;
    ++cuts_;
    if (reset) {
      ResetOnClose(connection.client);
      ResetOnClose(connection.server);
    }
    shutdown(connection.client, SHUT_RDWR);  // its thread sees it, and closes
    shutdown(connection.server, SHUT_RDWR);
  }
}

void FaultyLink::CutBetween(uint64_t least, uint64_t most) {
  MutexLock lock(&mu_);
  least_ = least;
  most_ = most;
}

void FaultyLink::Plan(LinkFault fault) {
  MutexLock lock(&mu_);
  planned_ = fault;
}

void FaultyLink::Accept() {
  while (!stopping_) {
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    ++connections_;
    if (refuse_ || stopping_) {
      close(client);
      continue;
    }
    const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in to = Address(target_host_, target_port_);
    if (connect(server, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0) {
      close(client);
      close(server);
      continue;
    }
    const int on = 1;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    MutexLock lock(&mu_);
    all_.remove_if([](Connection& old) {
      if (old.done) old.thread.join();
      return old.done.load();
    });
    Connection& connection = all_.emplace_back();
    connection.client = client;
    connection.server = server;
    connection.number = connections_;
    connection.fault = std::exchange(planned_, LinkFault());
    connection.cut_after = std::uniform_int_distribution<uint64_t>(least_, most_)(random_);
    connection.thread = std::thread([this, &connection] { Pass(connection); });
  }
}

void FaultyLink::Pass(Connection& connection) {
  std::thread back([&] { Forward(connection, /*to_server=*/false); });
  Forward(connection, /*to_server=*/true);
  back.join();
  {
    MutexLock lock(&mu_);
    connection.over = true;
    close(connection.client);
    close(connection.server);
  }
  connection.done = true;
}

void FaultyLink::Forward(Connection& connection, bool to_server) {
  const int from = to_server ? connection.client : connection.server;
  char block[64 << 10];
  uint64_t position = 0;
  while (true) {
    const size_t split = split_;
    const ssize_t n = recv(from, block, split == 0 ? sizeof(block) : std::min(split, sizeof(block)), 0);
    if (n > 0 && (swallow_ || (connection.held && !to_server))) continue;
    if (n > 0 && PassOn(connection, to_server, block, static_cast<size_t>(n), position)) continue;
    shutdown(connection.client, SHUT_RDWR);  // ends the other direction as well
    shutdown(connection.server, SHUT_RDWR);
    return;
  }
}

bool FaultyLink::PassOn(Connection& connection, bool to_server, const char* bytes, size_t n, uint64_t& position) {
  const int to = to_server ? connection.server : connection.client;
  const LinkFault& fault = connection.fault;
  if (fault.at > position && fault.to_server == to_server && fault.at <= position + n) {
    const size_t before = static_cast<size_t>(fault.at - position);
    position += n;
    if (!Send(to_server, to, bytes, before)) return false;
    ++faults_;
    return Happen(connection, bytes + before, n - before);
  }
  position += n;
  const uint64_t passed = connection.passed.fetch_add(n);
  const uint64_t cut_after = connection.cut_after;
  if (cut_after == 0 || passed + n < cut_after) {
    const bool sent = Send(to_server, to, bytes, n) || connection.held;
    if (sent && !to_server) answered_ = std::max<int>(answered_, connection.number);
    return sent;
  }
  if (passed < cut_after) Send(to_server, to, bytes, static_cast<size_t>(cut_after - passed));
  ++cuts_;
  ResetOnClose(connection.client);
  ResetOnClose(connection.server);
  return false;
}

bool FaultyLink::Happen(Connection& connection, const char* rest, size_t n) {
  const bool to_server = connection.fault.to_server;
  const int from = to_server ? connection.client : connection.server;
  const int to = to_server ? connection.server : connection.client;
  switch (connection.fault.kind) {
    case LinkFault::Kind::kReset:
      ResetOnClose(connection.client);
      ResetOnClose(connection.server);
      return false;
    case LinkFault::Kind::kClose:
      return false;
    case LinkFault::Kind::kHalfClose: {
      shutdown(to, SHUT_WR);
      char block[4096];
      while (recv(from, block, sizeof(block), 0) > 0) {
      }
      return false;
    }
    case LinkFault::Kind::kDelay:
      std::this_thread::sleep_for(kDelay);
      return Send(to_server, to, rest, n);
    case LinkFault::Kind::kHoldBack:
      HoldBack(connection, std::string(rest, n));
      return false;
  }
  return false;
}

void FaultyLink::HoldBack(Connection& connection, std::string rest) {
  pollfd more{connection.client, POLLIN, 0};
  char block[4096];
  while (poll(&more, 1, static_cast<int>(kHoldFor.count())) > 0) {
    const ssize_t n = recv(connection.client, block, sizeof(block), 0);
    if (n <= 0) break;
    rest.append(block, static_cast<size_t>(n));
  }
  connection.held = true;
  shutdown(connection.client, SHUT_RDWR);
  const auto last = std::chrono::steady_clock::now() + kHoldAtMost;
  while (answered_ <= connection.number && std::chrono::steady_clock::now() < last && !stopping_) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  Send(/*to_server=*/true, connection.server, rest.data(), rest.size());
  std::this_thread::sleep_for(kHoldFor);  // the server reads it before it sees the end
}

bool FaultyLink::Send(bool to_server, int to, const char* bytes, size_t n) {
  for (size_t sent = 0; sent < n;) {
    const ssize_t m = send(to, bytes + sent, n - sent, MSG_NOSIGNAL);
    if (m <= 0) return false;
    sent += static_cast<size_t>(m);
  }
  (to_server ? bytes_to_server_ : bytes_to_client_) += n;
  return true;
}

}  // namespace eager::testing
