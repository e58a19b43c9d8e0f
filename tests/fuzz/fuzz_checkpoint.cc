// The files of a checkpoint (checkpoint_input.h): listed, read key by key, and restored into a model by its object graph.
#include <map>
#include <optional>

#include "client/constant.h"
#include "client/inprocess.h"
#include "client/module.h"
#include "client/train/checkpoint.h"
#include "client/train/checkpoint_reader.h"
#include "common/bundle/checkpoint_state.h"
#include "common/bundle/reader.h"
#include "tests/fuzz/checkpoint_input.h"
#include "tests/fuzz/files.h"
#include "tests/fuzz/fuzz_target.h"

namespace eager::fuzz {
namespace {

constexpr uint64_t kMostRead = 1 << 20;  // bytes of all keys, which may lie over each other
int opened = 0, restored = 0, refused = 0, states = 0;

Variable Pair(const char* name) { return Variable(constant({0.0f, 0.0f}), {.name = name}); }

class Part : public Module {
 public:
  Variable w = Pair("part_w");
  EAGER_TRACK(w)
};

// Makes its variable late, as layers do.
class Lazy : public Module {
 public:
  std::optional<Variable> kernel;
  EAGER_TRACK(kernel)
  void Build() {
    kernel.emplace(Pair("lazy/kernel"));
    finish_build();
  }
};

// Has a slot for every variable that is asked for.
class Optimizer : public Module {
 public:
  std::map<std::string, Variable> slots;
  EAGER_TRACK(slots)
  std::optional<Variable> slot_variable(const Variable& of, const std::string& slot) override {
    if (slots.size() > 8 || of.shape() != Shape{2}) return std::nullopt;
    return slots.try_emplace(of.name() + slot, Pair("slot")).first->second;
  }
};

class Model : public Module {
 public:
  Variable w = Pair("w");
  Variable b{constant(0.0f), {.name = "b"}};
  Part part;
  std::vector<Part> list = std::vector<Part>(2);
  Lazy lazy;
  Optimizer optimizer;
  EAGER_TRACK(w, b, part, list, lazy, optimizer)
};

void Connect() {
  static const bool connected = [] {
    ConnectInProcess({.cpu_memory_limit = 16 << 20});
    return true;
  }();
  (void)connected;
}

void ReadKeys(const std::string& prefix) {
  const train::CheckpointReader reader = train::load_checkpoint(prefix);
  ++opened;
  uint64_t left = kMostRead;
  for (const std::string& key : reader.keys()) {
    // Numbers have as many bytes as the index says; a string's offsets are more than its lengths in the file.
    const TensorSpec spec = reader.spec(key);
    const uint64_t bytes = static_cast<uint64_t>(spec.shape.num_elements()) * std::max<size_t>(SizeOf(spec.dtype), 8);
    if (spec.dtype != DType::kInvalid && bytes > left) continue;
    if (Succeeds([&] { reader.get_tensor(key); })) left -= bytes;
  }
}

void RestoreModel(const std::string& prefix) {
  Connect();
  Model model;
  train::Checkpoint checkpoint(model);
  const train::CheckpointLoadStatus status = checkpoint.read(prefix).expect_partial();
  ++restored;
  Succeeds([&] { model.lazy.Build(); });
  Succeeds([&] { status.assert_existing_objects_matched(); });
  Succeeds([&] { status.assert_consumed(); });
  Succeeds([&] { status.assert_nontrivial_match(); });
}

}  // namespace

std::string Report() {
  return absl::StrCat(opened, " checkpoints opened, ", restored, " restored, ", refused, " refused; ", states, " lists read\n");
}
int Reached() { return restored + states; }

}  // namespace eager::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace eager::fuzz;
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  WriteCheckpoint(input);
  if (input.substr(0, 1) == "s") {
    const auto state = eager::bundle::ReadState(StateFolder());
    CheckCode(state.status());
    if (state.ok()) ++states;
  } else {
    const std::string prefix = FileName("ckpt");
    Succeeds([&] { ReadKeys(prefix); });
    if (!Succeeds([&] { RestoreModel(prefix); })) ++refused;
  }
  RemoveFiles();
  return 0;
}
