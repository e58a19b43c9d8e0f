#include "server/rpc/security/listen_error.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/strip.h"

namespace eager::server {
namespace {

constexpr int kNoReason = 0;
constexpr char kUnknown[] = "the system does not say why";

// The error number of a bind, kNoReason if it works.
int TryBind(int family, const sockaddr* address, socklen_t size) {
  const int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  const int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  const int error = bind(fd, address, size) == 0 && listen(fd, 1) == 0 ? kNoReason : errno;
  close(fd);
  return error;
}

std::string WhyNotPath(const std::string& path) {
  if (path.size() >= sizeof(sockaddr_un::sun_path)) return strerror(ENAMETOOLONG);
  struct stat there {};
  if (stat(path.c_str(), &there) == 0) return strerror(EADDRINUSE);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const int error = TryBind(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  if (error == kNoReason) unlink(path.c_str());
  return error == kNoReason ? kUnknown : strerror(error);
}

}  // namespace

std::string WhyNotListen(absl::string_view address) {
  if (absl::ConsumePrefix(&address, "unix:")) return WhyNotPath(std::string(address));
  const size_t colon = address.rfind(':');
  if (colon == absl::string_view::npos) return kUnknown;
  absl::string_view host = address.substr(0, colon);
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed = getaddrinfo(host.empty() ? nullptr : std::string(host).c_str(), std::string(address.substr(colon + 1)).c_str(), &hints, &found);
  if (failed != 0) return failed == EAI_SYSTEM ? strerror(errno) : gai_strerror(failed);
  int error = kNoReason;
  for (const addrinfo* a = found; a != nullptr && error == kNoReason; a = a->ai_next) error = TryBind(a->ai_family, a->ai_addr, a->ai_addrlen);
  freeaddrinfo(found);
  return error == kNoReason ? kUnknown : strerror(error);
}

}  // namespace eager::server
