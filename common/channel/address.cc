#include "common/channel/address.h"

#include <string>

#include <arpa/inet.h>

namespace eager {

bool StaysOnHost(absl::string_view address) {
  if (IsUnixSocket(address)) return true;
  const size_t colon = address.rfind(':');
  if (colon == absl::string_view::npos) return false;
  const std::string host(address.substr(0, colon));
  if (host == "localhost" || host == "[::1]") return true;
  in_addr v4;  // a name that only begins like a number is none: "127.0.0.1.example.org"
  return inet_pton(AF_INET, host.c_str(), &v4) == 1 && (ntohl(v4.s_addr) >> 24) == 127;
}

}  // namespace eager
