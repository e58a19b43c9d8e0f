// Shuffled datasets and what gives them seeds.
//
// Source: tensorflow/core/kernels/data/shuffle_dataset_op.cc and random_seed_ops.cc.
#include <deque>
#include <random>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/rpc/tensorflow/shuffle_dataset.h"

namespace eager::server::tf {
namespace {

std::pair<int64_t, int64_t> AnyIfZero(int64_t seed, int64_t seed2) {
  if (seed != 0 || seed2 != 0) return {seed, seed2};
  std::random_device device;
  return {device(), device()};
}

}  // namespace

SeedGenerator::SeedGenerator(int64_t seed, int64_t seed2, bool reshuffles)
    : seeds_(AnyIfZero(seed, seed2)), reshuffles_(reshuffles), numbers_(seeds_.first, seeds_.second) {}

std::pair<int64_t, int64_t> SeedGenerator::Next() {
  if (!reshuffles_) return seeds_;
  const int64_t first = numbers_.Next();
  return {first, numbers_.Next()};
}

// The buffer holds elements of up to a few passes; they leave it pass by pass.
class ShuffleDataset::Iterator final : public IteratorOf<ShuffleDataset> {
 public:
  Iterator(const ShuffleDataset& dataset, Runner& runner) : IteratorOf(dataset), kept_(runner.keeper()) { Reseed(); }
  ~Iterator() override {
    for (Values& element : buffer_) Discard(std::move(element));
  }

 private:
  static constexpr size_t kMostPasses = 3;  // that begin to be buffered
  struct Pass {
    size_t elements = 0;  // of it in the buffer
    bool ended = false;
  };

  absl::StatusOr<bool> Produce(Runner& runner, const Frame& frame, Values* element) override {
    RETURN_IF_ERROR(Fill(runner, frame));
    if (buffer_.empty()) return false;
    while (passes_.front().elements == 0) {
      passes_.pop_front();
      Reseed();
    }
    const size_t chosen = numbers_->Next() % passes_.front().elements;
    *element = std::move(buffer_[chosen]);
    if (chosen != 0) buffer_[chosen] = std::move(buffer_.front());
    buffer_.pop_front();
    --passes_.front().elements;
    kept_.Remove(static_cast<int64_t>(element->size()));
    return true;
  }

  absl::Status Fill(Runner& runner, const Frame& frame) {
    while (WantsMore()) {
      if (input_ == nullptr) {
        passes_.emplace_back();
        ASSIGN_OR_RETURN(input_, dataset().input().Iterate(runner, frame));
        ++begun_;
      }
      Values element;
      ASSIGN_OR_RETURN(const bool any, input_->Next(runner, frame, &element));
      if (any) {
        RETURN_IF_ERROR(kept_.Add(static_cast<int64_t>(element.size())));
        buffer_.push_back(std::move(element));
        ++passes_.back().elements;
        produced_ = true;
        continue;
      }
      passes_.back().ended = true;
      input_.reset();
      if (!produced_ && dataset().count_ == -1) return absl::OkStatus();  // an empty dataset without end is empty
    }
    return absl::OkStatus();
  }

  bool WantsMore() const {
    if (input_ == nullptr && dataset().count_ != -1 && begun_ >= dataset().count_) return false;
    if (passes_.size() > kMostPasses && !buffer_.empty()) return false;
    if (dataset().buffer_ < 0) return buffer_.empty() || !passes_.back().ended;
    return static_cast<int64_t>(buffer_.size()) < dataset().buffer_;
  }

  void Reseed() {
    const auto [seed, seed2] = dataset().seeds_->Next();
    numbers_.emplace(seed, seed2);
  }

  IteratorPtr input_;
  int64_t begun_ = 0;
  bool produced_ = false;
  std::deque<Values> buffer_;
  std::deque<Pass> passes_;
  std::optional<RandomNumbers> numbers_;
  Kept kept_;
};

absl::StatusOr<IteratorPtr> ShuffleDataset::MakeIterator(Runner& runner, const Frame&) const {
  return IteratorPtr(new Iterator(*this, runner));
}

RefPtr<Dataset> ShuffleDataset::Repeated(int64_t cardinality, int64_t count) const {
  return MakeRef<ShuffleDataset>(Common{op(), types(), cardinality, parts()}, buffer_, count, seeds_);
}

namespace {

// `seeds`: which input the first of two seeds is; `generator`: that of a generator, which counts where it is no placeholder. -1: none.
absl::Status Shuffle(OpCall& call, int seeds, int generator, int count_input = -1) {
  ASSIGN_OR_RETURN(const RefPtr<Dataset> input, DatasetInput(call, 0));
  ASSIGN_OR_RETURN(int64_t buffer, call.integer(1));
  if (buffer <= 0 && buffer != Dataset::kUnknown) return call.Invalid("buffer_size must be greater than zero or UNKNOWN_CARDINALITY");
  if (buffer == Dataset::kUnknown) buffer = -1;
  int64_t seed = 0, seed2 = 0, count = 1;
  if (seeds >= 0) {
    ASSIGN_OR_RETURN(seed, call.integer(seeds));
    ASSIGN_OR_RETURN(seed2, call.integer(seeds + 1));
  }
  if (count_input >= 0) {
    ASSIGN_OR_RETURN(count, call.integer(count_input));
    if (count <= 0 && count != -1) return call.Invalid("count must be greater than zero or equal to -1.");
  }
  RefPtr<SeedGenerator> generates;
  if (generator >= 0) {
    if (generator >= call.num_inputs()) return call.Invalid(absl::StrCat("input ", generator, " is missing"));
    generates = RefPtr<SeedGenerator>(dynamic_cast<SeedGenerator*>(call.inputs()[static_cast<size_t>(generator)].object.get()));
  }
  if (!generates) generates = MakeRef<SeedGenerator>(seed, seed2, call.attrs().Bool("reshuffle_each_iteration", true));
  int64_t n = input->cardinality();
  if (count == -1) n = n == 0 ? 0 : Dataset::kInfinite;
  if (count > 1 && n > 0 && __builtin_mul_overflow(n, count, &n)) n = Dataset::kUnknown;
  call.Return(MakeRef<ShuffleDataset>(Dataset::Common{std::string(call.op()), input->types(), n, {Value(input)}}, buffer, count,
                                      std::move(generates)));
  return absl::OkStatus();
}

absl::Status MakeShuffle(OpCall& call) { return Shuffle(call, 2, -1); }
absl::Status MakeShuffleV2(OpCall& call) { return Shuffle(call, -1, 2); }
absl::Status MakeShuffleV3(OpCall& call) { return Shuffle(call, 2, 4); }
absl::Status MakeShuffleAndRepeat(OpCall& call) { return Shuffle(call, 2, -1, 4); }
absl::Status MakeShuffleAndRepeatV2(OpCall& call) { return Shuffle(call, 2, 5, 4); }

// Where an op takes a resource that it makes itself unless it is given one.
class Placeholder final : public Object {
 public:
  absl::string_view kind() const override { return "a placeholder of a resource"; }
  DType dtype() const override { return DType::kResource; }
};

absl::Status MakePlaceholder(OpCall& call) {
  call.Return(MakeRef<Placeholder>());
  return absl::OkStatus();
}

absl::Status MakeSeedGenerator(OpCall& call) {
  ASSIGN_OR_RETURN(const int64_t seed, call.integer(0));
  ASSIGN_OR_RETURN(const int64_t seed2, call.integer(1));
  bool reshuffles = true;
  if (call.op() == "AnonymousSeedGenerator") {
    ASSIGN_OR_RETURN(const HostTensor given, call.host(2));
    if (given.dtype() != DType::kBool || given.num_elements() != 1) return call.Invalid("reshuffle must be a scalar bool");
    reshuffles = given.values<bool>()[0];
  }
  call.Return(MakeRef<SeedGenerator>(seed, seed2, reshuffles));
  call.Return(MakeRef<Placeholder>());  // to delete it by: it goes with its last handle
  return absl::OkStatus();
}

absl::Status Nothing(OpCall&) { return absl::OkStatus(); }

constexpr OpRow kRows[] = {
    {"ShuffleDataset", "handle", &MakeShuffle},
    {"ShuffleDatasetV2", "handle", &MakeShuffleV2},
    {"ShuffleDatasetV3", "handle", &MakeShuffleV3},
    {"ShuffleAndRepeatDataset", "handle", &MakeShuffleAndRepeat},
    {"ShuffleAndRepeatDatasetV2", "handle", &MakeShuffleAndRepeatV2},
    {"DummySeedGenerator", "handle", &MakePlaceholder},
    {"DummyMemoryCache", "handle", &MakePlaceholder},
    {"AnonymousSeedGenerator", "handle, deleter", &MakeSeedGenerator},
    {"AnonymousRandomSeedGenerator", "handle, deleter", &MakeSeedGenerator},
    {"DeleteSeedGenerator", "", &Nothing, /*stateful=*/true},
    {"DeleteRandomSeedGenerator", "", &Nothing, /*stateful=*/true},
};

}  // namespace

absl::Span<const OpRow> DatasetShuffleOps() { return kRows; }

}  // namespace eager::server::tf
