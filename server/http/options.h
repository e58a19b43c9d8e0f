// Where HTTP is served, and to whom.
#pragma once

#include <string>

namespace eager::server {

// Where callers need a name: kPages needs an admin's token for what tells of sessions and errors, kAll a token for everything.
enum class HttpAuth { kPages, kAll };

struct HttpOptions {
  static constexpr char kDefaultAddress[] = "127.0.0.1:9470";

  std::string address = kDefaultAddress;  // "IP:port", or "off" or empty
  bool chosen = false;                    // by somebody, who then wants to hear if it cannot be had
  HttpAuth auth = HttpAuth::kPages;

  bool off() const { return address.empty() || address == "off"; }
};

}  // namespace eager::server
