#include "tests/support/faulty_link.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace eager::testing {
namespace {

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
    Connection& connection = all_.emplace_back();
    connection.client = client;
    connection.server = server;
    connection.cut_after = std::uniform_int_distribution<uint64_t>(least_, most_)(random_);
    connection.thread = std::thread([this, &connection] { Pass(connection); });
  }
}

void FaultyLink::Pass(Connection& connection) {
  std::atomic<uint64_t> passed{0};
  std::thread back([&] { Forward(connection.server, connection.client, passed, connection.cut_after); });
  Forward(connection.client, connection.server, passed, connection.cut_after);
  back.join();
  MutexLock lock(&mu_);
  connection.over = true;
  close(connection.client);
  close(connection.server);
}

void FaultyLink::Forward(int from, int to, std::atomic<uint64_t>& passed, uint64_t cut_after) {
  char block[64 << 10];
  while (true) {
    const size_t split = split_;
    ssize_t n = recv(from, block, split == 0 ? sizeof(block) : std::min(split, sizeof(block)), 0);
    if (n > 0 && swallow_) continue;
    bool cut = false;
    if (n > 0 && cut_after != 0) {
      const uint64_t before = passed.fetch_add(static_cast<uint64_t>(n));
      cut = before + static_cast<uint64_t>(n) >= cut_after;
      if (cut) n = static_cast<ssize_t>(before < cut_after ? cut_after - before : 0);
    }
    bool sent_all = n >= 0;
    for (ssize_t sent = 0; sent_all && sent < n;) {
      const ssize_t m = send(to, block + sent, static_cast<size_t>(n - sent), MSG_NOSIGNAL);
      sent_all = m > 0;
      sent += m;
    }
    if (n > 0) bytes_ += static_cast<uint64_t>(n);
    if (n > 0 && sent_all && !cut) continue;
    if (cut) {
      ++cuts_;
      ResetOnClose(from);
      ResetOnClose(to);
    }
    shutdown(from, SHUT_RDWR);  // ends the other direction as well
    shutdown(to, SHUT_RDWR);
    return;
  }
}

}  // namespace eager::testing
