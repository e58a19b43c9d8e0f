// Checkpoints: the values of variables in TensorFlow's files, found again by the names of the objects that hold them.
//
//   eager::train::Checkpoint ckpt({{"model", model}, {"optimizer", optimizer}});
//   std::string path = ckpt.save("/tmp/run/ckpt");              // "/tmp/run/ckpt-1"
//   ckpt.restore(eager::train::latest_checkpoint("/tmp/run")).assert_consumed();
//
// Files are those of tf.train.Checkpoint: either side reads what the other wrote, where their objects have the same
// names. Values are matched by the edges of the object graph, from the root; in a file without one, by the variables'
// names.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "client/module.h"

namespace eager::train {

namespace internal {
class Restore;
struct Root;
}  // namespace internal

// An object under a name: a Variable, a Module, or a pointer, vector, array or map of such. Variables and shared
// pointers are kept; everything else must live as long as the checkpoint, which looks into it at each save and restore.
class NamedObject {
 public:
  NamedObject(std::string name, Variable variable)
      : edges_([name = std::move(name), variable = std::move(variable)](std::vector<Tracked>& edges) {
          edges.push_back({name, variable});
        }) {}
  template <class T>
  NamedObject(std::string name, std::shared_ptr<T> object)
      : edges_([name = std::move(name), object = std::move(object)](std::vector<Tracked>& edges) mutable {
          eager::internal::AddTracked(name, object, edges);
        }) {}
  template <class T>
    requires(!std::is_const_v<T>)
  NamedObject(std::string name, T& object)
      : edges_([name = std::move(name), &object](std::vector<Tracked>& edges) {
          eager::internal::AddTracked(name, object, edges);
        }) {}

  void AddTo(std::vector<Tracked>& edges) const { edges_(edges); }

 private:
  std::function<void(std::vector<Tracked>&)> edges_;
};

struct SaveOptions {
  // Begins a new data file where the next tensor would make one larger; a tensor is never cut. 0: one file.
  uint64_t max_shard_bytes = 0;
};

// What became of a restore, and of the values that still wait for their objects. Copies are the same one. Its asserts
// throw FAILED_PRECONDITION, naming objects and keys; they look at the objects, which must be alive then. Nothing
// waits.
class CheckpointLoadStatus {
 public:
  // Every value of the file has an object, and every variable of the program a value. Values that wait for an object
  // that is not built yet count as missing one.
  const CheckpointLoadStatus& assert_consumed(std::source_location where = std::source_location::current()) const;
  // Every variable that the program has now got a value.
  const CheckpointLoadStatus& assert_existing_objects_matched(
      std::source_location where = std::source_location::current()) const;
  // Anything but the root was found in the file.
  const CheckpointLoadStatus& assert_nontrivial_match(
      std::source_location where = std::source_location::current()) const;
  // Values of the file that nobody asks for are no mistake. Without this or an assert before, a line on std::cerr names
  // them when the last trace of the restore goes.
  const CheckpointLoadStatus& expect_partial() const;

  explicit CheckpointLoadStatus(std::shared_ptr<internal::Restore> restore) : restore_(std::move(restore)) {}

 private:
  std::shared_ptr<internal::Restore> restore_;  // null: there was no file
};

// A group of objects that are saved and restored together. Itself a module, so that checkpoints nest. Reading and
// writing wait for the server and the disk. Not thread-safe; the variables may be used meanwhile.
class Checkpoint : public Module {
 public:
  // The root's parts are the named objects. Names are unique; INVALID_ARGUMENT at the first use otherwise.
  explicit Checkpoint(std::vector<NamedObject> objects) : objects_(std::move(objects)) {}
  // The root is `root` itself, as Keras's save_weights has it, and must outlive this.
  explicit Checkpoint(Module& root, std::vector<NamedObject> objects = {})
      : root_(&root), objects_(std::move(objects)) {}
  Checkpoint(const Checkpoint&) = delete;
  Checkpoint& operator=(const Checkpoint&) = delete;

  // Adds one to save_counter, writes "<prefix>-<counter>", and makes it the newest of its folder in the file
  // `checkpoint`. Its path. Makes missing folders. Throws RESOURCE_EXHAUSTED, PERMISSION_DENIED, … with the file's
  // name; what was on the disk stays as it was, whatever happens until the new one is complete.
  std::string save(const std::string& prefix, const SaveOptions& options = {},
                   std::source_location where = std::source_location::current());
  // Writes `path`, without a number and without the file `checkpoint`.
  std::string write(const std::string& path, const SaveOptions& options = {},
                    std::source_location where = std::source_location::current());

  // Gives the variables the file's values; those of layers that are not built yet, when they are. The asserts of
  // `restore` also ask for a save_counter, which save() wrote and write() did not: read() is for both. nullopt, which
  // is latest_checkpoint's for an empty folder, restores nothing, and assert_consumed() then throws. Throws
  // INVALID_ARGUMENT for a value of another dtype or shape, naming object, key and both; DATA_LOSS for a file that was
  // cut off or changed; NOT_FOUND for none. Then no variable has changed. A file lives on for what waits, even removed.
  CheckpointLoadStatus restore(const std::optional<std::string>& path,
                               std::source_location where = std::source_location::current());
  CheckpointLoadStatus read(const std::string& path, std::source_location where = std::source_location::current());

  // An int64 scalar: how many saves there were. Made when it is first asked for.
  Variable& save_counter(std::source_location where = std::source_location::current());

  std::vector<Tracked> tracked() override;
  std::vector<Tracked> checkpoint_edges() override;

 private:
  // The objects as they are now. With a root module that one is not among the edges.
  internal::Root Objects();

  Module* const root_ = nullptr;
  const std::vector<NamedObject> objects_;
  std::optional<Variable> save_counter_;
};

}  // namespace eager::train
