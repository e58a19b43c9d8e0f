// A device of the host and memory on it. Knows no op.
//
// One of the three interfaces with several implementations (CPU, CUDA). To add one: implement Device, list it in
// device_set.cc, give its kernels rows of their own (kernels/kernel.h).
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/ref_counted.h"

namespace eager::server {

class Device;

// A block of a device's memory; goes back to its device with the last reference. Never null inside a RefPtr; data() of an
// empty block may not be read. Aligned to 64 bytes, or to 8 if it is inside the object.
class Buffer final : public RefCounted {
 public:
  // Blocks of up to this many bytes may lie in the object: a scalar then needs no block of the pool, and no lock.
  static constexpr size_t kInlineBytes = 16;

  Buffer(Device* device, void* data, size_t size) : device_(device), data_(data), size_(size) {}
  // Inside the object; host memory, of at most kInlineBytes.
  Buffer(Device* device, size_t size) : device_(device), data_(inline_), size_(size) {}
  ~Buffer() override;

  Device* device() const { return device_; }
  void* data() const { return data_; }
  size_t size() const { return size_; }
  bool is_inline() const { return data_ == inline_; }

 private:
  Device* device_;
  void* data_;
  size_t size_;
  alignas(8) char inline_[kInlineBytes];
};
using BufferRef = RefPtr<Buffer>;

struct DeviceAttributes {
  std::string name;           // "/device:CPU:0"
  std::string type;           // "CPU"
  int64_t memory_limit = 0;   // bytes that the pool may take
  uint64_t incarnation = 0;   // random, new with each start
  std::string physical_desc;  // what nvidia-smi or /proc/cpuinfo calls it
};

struct MemoryStats {
  int64_t bytes_in_use = 0;    // of live buffers, as asked for
  int64_t bytes_reserved = 0;  // taken from the system, free blocks included
  int64_t peak_bytes_in_use = 0;
  int64_t live_buffers = 0;
};

// All methods are safe to call from any thread.
class Device {
 public:
  virtual ~Device() = default;
  virtual const DeviceAttributes& attributes() const = 0;
  virtual MemoryStats memory_stats() const = 0;

  // Uninitialised memory. RESOURCE_EXHAUSTED, naming the device, the bytes asked for and those in use, beyond the limit.
  virtual absl::StatusOr<BufferRef> Allocate(size_t bytes) = 0;
  // Copies to and from host memory. Return when `host` may be reused or read; they wait for earlier work on the buffer.
  virtual absl::Status CopyFromHost(const void* host, size_t bytes, Buffer& to, size_t offset) = 0;
  virtual absl::Status CopyToHost(const Buffer& from, size_t offset, size_t bytes, void* host) = 0;
  // Whether the host may read and write a buffer's data() itself.
  virtual bool host_accessible() const = 0;
  // Gives free blocks back to the system.
  virtual void Trim() = 0;

 protected:
  friend class Buffer;
  // Called once for every buffer that Allocate gave, by the last of its references.
  virtual void Free(const Buffer& buffer) = 0;
};

inline Buffer::~Buffer() { device_->Free(*this); }

}  // namespace eager::server
