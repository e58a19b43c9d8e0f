// Checkpoints without the program that wrote them.
#pragma once

#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <vector>

#include "client/error.h"
#include "common/host_tensor.h"

namespace eager::bundle {
class BundleReader;
}

namespace eager::train {

// The newest checkpoint of a folder by its file `checkpoint`: "folder/ckpt-3". nullopt if there is none. Throws
// DATA_LOSS for a file `checkpoint` that cannot be read: to begin anew then would overwrite what there is.
std::optional<std::string> latest_checkpoint(const std::string& folder,
                                             std::source_location where = std::source_location::current());

// Reads a checkpoint's tensors by their keys. Copies share the open files. Thread-safe. Needs no server.
class CheckpointReader {
 public:
  // In alphabetical order, the object graph's key among them.
  std::vector<std::string> keys() const;
  bool has_tensor(const std::string& key) const;
  // They throw NOT_FOUND for a key that is not there; get_tensor also DATA_LOSS for bytes that have changed and
  // UNIMPLEMENTED for dtypes that this library does not have.
  TensorSpec spec(const std::string& key, std::source_location where = std::source_location::current()) const;
  HostTensor get_tensor(const std::string& key, std::source_location where = std::source_location::current()) const;

  explicit CheckpointReader(std::shared_ptr<const bundle::BundleReader> reader) : reader_(std::move(reader)) {}

 private:
  std::shared_ptr<const bundle::BundleReader> reader_;
};

// `path`: a checkpoint ("dir/ckpt-3"), or a folder, whose newest one is meant. Throws NOT_FOUND if there is none,
// DATA_LOSS for one that was cut off or changed, naming file and key.
CheckpointReader load_checkpoint(const std::string& path, std::source_location where = std::source_location::current());

struct CheckpointVariable {
  std::string name;  // the key
  TensorSpec spec;
};
// What is in a checkpoint, in alphabetical order. `path` and errors as load_checkpoint's.
std::vector<CheckpointVariable> list_variables(const std::string& path,
                                               std::source_location where = std::source_location::current());

}  // namespace eager::train
