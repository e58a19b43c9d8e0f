// How eagerd takes connections when it can have no more files. gRPC's listeners (1.51) end for good with the first accept
// that fails, so this stands in front of the system's: who comes then is turned away at once, and whoever comes when there
// are files again gets in.
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/mutex.h"

namespace {

int Accept(int listener, sockaddr* address, socklen_t* size, int flags) {
  return static_cast<int>(syscall(SYS_accept4, listener, address, size, flags));
}

// A file that is given up for the moment that it takes to accept and close.
class SpareFile {
 public:
  // False if nobody is there to be turned away.
  bool TurnAway(int listener) {
    eager::MutexLock lock(&mu_);
    if (file_ >= 0) close(file_);
    const int connection = Accept(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection >= 0) {
      const linger now{1, 0};
      setsockopt(connection, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
      close(connection);
    }
    file_ = Open();
    return connection >= 0;
  }

 private:
  static int Open() { return open("/dev/null", O_RDONLY | O_CLOEXEC); }
  eager::Mutex mu_;
  int file_ ABSL_GUARDED_BY(mu_) = Open();
};

SpareFile spare;

}  // namespace

// Visible, so that the libraries that this program is linked with find it.
extern "C" __attribute__((visibility("default"))) int accept4(int listener, sockaddr* address, socklen_t* size, int flags) {
  while (true) {
    const int connection = Accept(listener, address, size, flags);
    if (connection >= 0) return connection;
    switch (errno) {
      case EMFILE:
      case ENFILE:
        if (spare.TurnAway(listener)) continue;
        errno = EAGAIN;
        return -1;
      case ENOBUFS:
      case ENOMEM:
        errno = EAGAIN;  // the next one who comes tries again
        return -1;
      // What became of a connection before it was accepted.
      case ECONNABORTED:
      case EPROTO:
      case ENETDOWN:
      case ENOPROTOOPT:
      case EHOSTDOWN:
      case ENONET:
      case EHOSTUNREACH:
      case EOPNOTSUPP:
      case ENETUNREACH:
      case EPERM:
        continue;
      default:
        return -1;
    }
  }
}
