#include "client/train/checkpoint.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "client/constant.h"
#include "client/core/throw.h"
#include "client/train/object_graph.h"
#include "client/train/restorer.h"
#include "client/train/saver.h"
#include "common/bundle/checkpoint_state.h"
#include "common/bundle/naming.h"

namespace eager::train {
namespace {

internal::Restore& Need(const std::shared_ptr<internal::Restore>& restore, std::source_location where) {
  if (restore == nullptr)
    throw Error(absl::FailedPreconditionError("no checkpoint was given: nothing is restored"), where);
  return *restore;
}

}  // namespace

const CheckpointLoadStatus& CheckpointLoadStatus::assert_consumed(std::source_location where) const {
  Need(restore_, where).AssertConsumed(where);
  return *this;
}

const CheckpointLoadStatus& CheckpointLoadStatus::assert_existing_objects_matched(std::source_location where) const {
  Need(restore_, where).AssertExistingObjectsMatched(where);
  return *this;
}

const CheckpointLoadStatus& CheckpointLoadStatus::assert_nontrivial_match(std::source_location where) const {
  Need(restore_, where).AssertNontrivialMatch(where);
  return *this;
}

const CheckpointLoadStatus& CheckpointLoadStatus::expect_partial() const {
  if (restore_ != nullptr) restore_->ExpectPartial();
  return *this;
}

internal::Root Checkpoint::Objects() {
  internal::Root root{root_, {}};
  if (root_ != nullptr) root.more.push_back({"root", root_});
  std::vector<Tracked> named;
  for (const NamedObject& object : objects_) object.AddTo(named);
  std::stable_sort(named.begin(), named.end(), [](const Tracked& a, const Tracked& b) { return a.name < b.name; });
  std::move(named.begin(), named.end(), std::back_inserter(root.more));
  if (save_counter_.has_value()) root.more.push_back({"save_counter", *save_counter_});
  return root;
}

std::vector<Tracked> Checkpoint::tracked() { return Objects().more; }

std::vector<Tracked> Checkpoint::checkpoint_edges() {
  internal::Root root = Objects();
  std::vector<Tracked> edges;
  if (root.module != nullptr) edges = root.module->checkpoint_edges();
  std::move(root.more.begin(), root.more.end(), std::back_inserter(edges));
  return edges;
}

Variable& Checkpoint::save_counter(std::source_location where) {
  if (!save_counter_.has_value()) {
    save_counter_.emplace(Operand(constant(int64_t{0}, where), where),
                          VariableOptions{.name = "save_counter", .trainable = false});
  }
  return *save_counter_;
}

std::string Checkpoint::write(const std::string& path, const SaveOptions& options, std::source_location where) {
  internal::Save(Objects(), path, options, where);
  return path;
}

std::string Checkpoint::save(const std::string& prefix, const SaveOptions& options, std::source_location where) {
  Variable& counter = save_counter(where);
  counter.assign_add(Operand(constant(int64_t{1}, where), where));
  const std::string path = write(absl::StrCat(prefix, "-", counter.read<int64_t>(where)[0]), options, where);
  eager::internal::ThrowIfError(bundle::WriteState(bundle::FolderOf(prefix), {.latest = path, .all = {path}}), where);
  return path;
}

CheckpointLoadStatus Checkpoint::restore(const std::optional<std::string>& path, std::source_location where) {
  if (!path.has_value()) return CheckpointLoadStatus(nullptr);
  save_counter(where);
  return read(*path, where);
}

CheckpointLoadStatus Checkpoint::read(const std::string& path, std::source_location where) {
  return CheckpointLoadStatus(internal::Restore::Begin(Objects(), path, where));
}

}  // namespace eager::train
