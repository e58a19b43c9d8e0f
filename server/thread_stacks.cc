// How much stack threads of libraries get. Thread-local memory lies on the same stack, and that of CUDA's libraries alone is
// more than the 100 KiB that civetweb asks for: such a thread cannot start.
#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>

#include <algorithm>

// Visible, so that the libraries that this program is linked with find it.
extern "C" __attribute__((visibility("default"))) int pthread_attr_setstacksize(pthread_attr_t* attributes, size_t size) {
  constexpr size_t kLeast = 1 << 20;  // of address space; memory is taken as it is touched
  using SetStackSize = int (*)(pthread_attr_t*, size_t);
  static const auto set = reinterpret_cast<SetStackSize>(dlsym(RTLD_NEXT, "pthread_attr_setstacksize"));
  return set(attributes, std::max(size, kLeast));
}
