// A device of the host and memory on it. Knows no op.
//
// One of the three interfaces with several implementations (CPU, CUDA). To add one: implement Device, list it in
// device_set.cc, give its kernels rows of their own (kernels/kernel.h).
//
// A device may work behind its callers: what is asked of one *queue* happens in the order in which it is asked, and
// beside what is asked of other queues. A session works on queues of its own (device_queues.h); memory belongs to the
// queue that it was allocated on, and is given back in that queue's order.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/recycled.h"
#include "common/ref_counted.h"
#include "server/device/transfer.h"

namespace eager::server {

class Device;

// A block of a device's memory; goes back to its device with the last reference. Never null inside a RefPtr; data() of an
// empty block may not be read. Aligned to 64 bytes, or to 8 if it is inside the object.
class Buffer final : public RefCounted, public Recycled<Buffer> {
 public:
  // Blocks of up to this many bytes may lie in the object: a scalar then needs no block of the pool, and no lock.
  static constexpr size_t kInlineBytes = 16;

  // `tag` is the device's own mark.
  Buffer(Device* device, void* data, size_t size, uint32_t tag = 0)
      : tag_(tag), device_(device), data_(data), size_(size) {}
  // Inside the object; host memory, of at most kInlineBytes.
  Buffer(Device* device, size_t size) : device_(device), data_(inline_), size_(size) {}
  ~Buffer() override;

  Device* device() const { return device_; }
  void* data() const { return data_; }
  size_t size() const { return size_; }
  bool is_inline() const { return data_ == inline_; }
  uint32_t tag() const { return tag_; }

 private:
  uint32_t tag_ = 0;
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

// What the hardware says of itself, where it does; -1 for what it does not.
struct HardwareStats {
  int utilization_percent = -1;         // of the time in which something ran, lately
  int memory_utilization_percent = -1;  // of the time in which memory was read or written
  int64_t memory_used_bytes = -1;       // by all processes of the host
  int64_t memory_total_bytes = -1;
  double power_watts = -1;
  double power_limit_watts = -1;
  int temperature_celsius = -1;
  int64_t ecc_errors_corrected = -1;    // since the driver was loaded
  int64_t ecc_errors_uncorrected = -1;
};

struct MemoryStats {
  int64_t bytes_in_use = 0;    // of live buffers, as asked for
  int64_t bytes_reserved = 0;  // taken from the system, free blocks included
  int64_t peak_bytes_in_use = 0;
  int64_t live_buffers = 0;
};

// A queue of a device. All methods are safe to call from any thread.
class Device {
 public:
  virtual ~Device() = default;
  virtual const DeviceAttributes& attributes() const = 0;
  virtual MemoryStats memory_stats() const = 0;
  virtual HardwareStats hardware_stats() const { return {}; }
  // OK, or why this device can compute nothing any more. Never waits.
  virtual absl::Status health() const { return absl::OkStatus(); }
  // A thread calls it before it runs kernels of this queue. OK, or health().
  virtual absl::Status Enter() { return absl::OkStatus(); }
  // `changed` is called, by any thread, after health() has changed. Set once, before the device is used.
  virtual void OnHealthChange(std::function<void()>) {}
  // Brings a failed device back, without what was in its memory. UNIMPLEMENTED where there is nothing that could fail.
  virtual absl::Status Reset();

  // Another queue of the device, idle until CloseQueue(); a device that computes at once has one for all. It stays
  // valid for buffers that outlive it.
  virtual Device& OpenQueue() { return *this; }
  // The queue was opened here and nothing is asked of it any more but to free buffers.
  virtual void CloseQueue(Device&) {}
  // Whether `other` is a queue of the same device: kernels of one may read memory of the other, after WaitFor().
  virtual bool SameDevice(const Device& other) const { return this == &other; }
  // Lets what is asked of this queue from now on happen after what was asked of `other`, of any device, until now.
  virtual void WaitFor(Device&) {}
  // Waits until all that was asked has happened. The first error of it.
  virtual absl::Status Synchronize() { return absl::OkStatus(); }

  // Uninitialised memory. RESOURCE_EXHAUSTED, naming the device, the bytes asked for and those in use, beyond the limit.
  virtual absl::StatusOr<BufferRef> Allocate(size_t bytes) = 0;
  // Copies to and from host memory. Return when `host` may be reused or read; they wait for earlier work on the buffer.
  virtual absl::Status CopyFromHost(const void* host, size_t bytes, Buffer& to, size_t offset) = 0;
  virtual absl::Status CopyToHost(const Buffer& from, size_t offset, size_t bytes, void* host) = 0;
  // Copies from another device of this kind into one of this queue's buffers; after earlier work on either, before later.
  virtual absl::Status CopyFromDevice(const Buffer& from, size_t offset, size_t bytes, Buffer& to);
  // Bulk values on their way in and out, beside the queue's other work (transfer.h).
  virtual absl::StatusOr<std::unique_ptr<UploadBuffer>> StartUpload(size_t bytes) = 0;
  virtual std::unique_ptr<DownloadBuffer> StartDownload(RefPtr<Buffer> from, size_t offset, size_t bytes) = 0;

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
