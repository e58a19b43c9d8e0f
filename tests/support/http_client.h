// HTTP by hand: what a test sends is what it writes, and what comes back is seen whole.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace eager::testing {

struct HttpReply {
  int code = 0;  // 0: nothing came
  std::string head;
  std::string body;

  // The value of a header, "" if it is missing.
  std::string Header(absl::string_view name) const {
    for (absl::string_view line : absl::StrSplit(head, "\r\n")) {
      const std::pair<absl::string_view, absl::string_view> halves = absl::StrSplit(line, absl::MaxSplits(": ", 1));
      if (absl::EqualsIgnoreCase(halves.first, name)) return std::string(halves.second);
    }
    return "";
  }
};

// A connection to "127.0.0.1:port".
class HttpConnection {
 public:
  explicit HttpConnection(const std::string& address) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    int port = 0;
    EXPECT_TRUE(absl::SimpleAtoi(address.substr(address.rfind(':') + 1), &port)) << address;
    to.sin_port = htons(static_cast<uint16_t>(port));
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0;
  }
  ~HttpConnection() { close(socket_); }
  HttpConnection(const HttpConnection&) = delete;

  bool connected() const { return connected_; }
  void Send(absl::string_view text) {
    while (!text.empty()) {
      const ssize_t n = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (n <= 0) return;
      text.remove_prefix(static_cast<size_t>(n));
    }
  }
  // Until the other end closes.
  std::string ReadAll() {
    std::string text;
    char block[16384];
    for (ssize_t n; (n = ::recv(socket_, block, sizeof(block), 0)) > 0;) text.append(block, static_cast<size_t>(n));
    return text;
  }

 private:
  const int socket_;
  bool connected_ = false;
};

// `headers`: whole lines, each with "\r\n" at its end.
inline HttpReply Request(const std::string& address, absl::string_view method, absl::string_view path, absl::string_view headers = "") {
  HttpConnection connection(address);
  if (!connection.connected()) return {};
  connection.Send(absl::StrCat(method, " ", path, " HTTP/1.1\r\nHost: ", address, "\r\n", headers, "\r\n"));
  const std::string all = connection.ReadAll();
  HttpReply reply;
  const size_t end = all.find("\r\n\r\n");
  reply.head = all.substr(0, end);
  if (end != std::string::npos) reply.body = all.substr(end + 4);
  const std::vector<std::string> words = absl::StrSplit(reply.head.substr(0, reply.head.find("\r\n")), ' ');
  if (words.size() > 1 && !absl::SimpleAtoi(words[1], &reply.code)) reply.code = 0;
  return reply;
}
inline HttpReply Get(const std::string& address, absl::string_view path, absl::string_view headers = "") {
  return Request(address, "GET", path, headers);
}

}  // namespace eager::testing
