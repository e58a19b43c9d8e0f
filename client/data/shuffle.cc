// The shuffle buffer, with TensorFlow's random numbers, so that a seed gives TensorFlow's order
// (tensorflow/core/kernels/data/shuffle_dataset_op.cc).

#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/core/context_state.h"
#include "client/core/throw.h"
#include "client/data/pipeline.h"
#include "common/mutex.h"
#include "common/philox.h"

namespace eager::data::internal {
namespace {

// 32-bit numbers, one at a time, of Philox with key = seed and counter = (0, seed2).
class Numbers {
 public:
  Numbers(uint64_t seed, uint64_t seed2) : blocks_(Philox::FromOpSeeds(seed, seed2)) {}

  uint32_t Next() {
    if (used_ == block_.size()) {
      block_ = blocks_.Next();
      used_ = 0;
    }
    return block_[used_++];
  }

 private:
  Philox blocks_;
  Philox::Block block_{};
  size_t used_ = block_.size();
};

class ShuffleNode final : public Node {
 public:
  ShuffleNode(NodeRef input, int64_t size, uint64_t seed, uint64_t seed2, bool reshuffle)
      : input_(std::move(input)), size_(size), seed_(seed), seed2_(seed2), reshuffle_(reshuffle), seeds_(seed, seed2) {}

  std::unique_ptr<Cursor> Start() const override {
    const auto [seed, seed2] = SeedsOfPass();
    return std::make_unique<Pass>(input_->Start(), size_, seed, seed2);
  }
  int64_t Cardinality() const override { return input_->Cardinality(); }
  std::vector<ElementSpec> Specs(Where where) const override { return input_->Specs(where); }
  bool Works() const override { return input_->Works(); }

 private:
  // A ring: what is in it starts at `first_` and has not been given out.
  class Pass final : public Cursor {
   public:
    Pass(std::unique_ptr<Cursor> input, int64_t size, uint64_t seed, uint64_t seed2)
        : input_(std::move(input)), size_(static_cast<uint64_t>(size)), numbers_(seed, seed2) {}

    bool Next(Item& item, Where where) override {
      Fill(where);
      const uint64_t filled = end_ - first_;
      if (filled == 0) return false;
      Item& chosen = At(first_ + numbers_.Next() % filled);
      item = std::move(chosen);
      if (Item& front = At(first_); &front != &chosen) chosen = std::move(front);
      ++first_;
      return true;
    }

   private:
    void Fill(Where where) {
      Item item;
      while (input_ != nullptr && end_ - first_ < size_) {
        if (!input_->Next(item, where)) {
          input_.reset();
          break;
        }
        // Grows with what there is: a buffer may be declared much larger than the dataset.
        if (ring_.size() < size_) {
          ring_.push_back(std::move(item));
        } else {
          At(end_) = std::move(item);
        }
        ++end_;
      }
    }
    // The ring is not full-sized only while nothing has wrapped around.
    Item& At(uint64_t position) { return ring_[position % size_]; }

    std::unique_ptr<Cursor> input_;
    const uint64_t size_;
    Numbers numbers_;
    std::vector<Item> ring_;
    uint64_t first_ = 0, end_ = 0;
  };

  std::pair<uint64_t, uint64_t> SeedsOfPass() const {
    if (!reshuffle_) return {seed_, seed2_};
    MutexLock lock(&mu_);
    const uint64_t seed = seeds_.Next();
    return {seed, seeds_.Next()};
  }

  const NodeRef input_;
  const int64_t size_;
  const uint64_t seed_, seed2_;
  const bool reshuffle_;
  mutable Mutex mu_;
  mutable Numbers seeds_ ABSL_GUARDED_BY(mu_);  // of the passes to come
};

}  // namespace

NodeRef MakeShuffle(NodeRef input, int64_t buffer_size, std::optional<int64_t> seed, bool reshuffle, Where where) {
  if (buffer_size <= 0) {
    throw Error(
        absl::InvalidArgumentError(absl::StrCat("shuffle: buffer_size must be greater than zero, got ", buffer_size)),
        where);
  }
  const auto seeds = eager::internal::DefaultState(where)->NextSeeds(seed);
  auto first = static_cast<uint64_t>(seeds.seed), second = static_cast<uint64_t>(seeds.seed2);
  if (first == 0 && second == 0) {  // without any seed each program has its own order
    std::random_device random;
    first = uint64_t{random()} << 32 | random();
    second = uint64_t{random()} << 32 | random();
  }
  return std::make_shared<ShuffleNode>(std::move(input), buffer_size, first, second, reshuffle);
}

}  // namespace eager::data::internal
