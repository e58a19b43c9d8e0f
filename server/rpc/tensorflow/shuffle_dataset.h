// Datasets in random order: TensorFlow's, number for number.
#pragma once

#include "common/philox.h"
#include "server/rpc/tensorflow/dataset.h"

namespace eager::server::tf {

// Philox' numbers one by one.
class RandomNumbers {
 public:
  RandomNumbers(int64_t seed, int64_t seed2) : philox_(Philox::FromOpSeeds(static_cast<uint64_t>(seed), static_cast<uint64_t>(seed2))) {}
  uint32_t Next() {
    if (used_ == block_.size()) {
      block_ = philox_.Next();
      used_ = 0;
    }
    return block_[used_++];
  }

 private:
  Philox philox_;
  Philox::Block block_{};
  size_t used_ = 4;
};

// Gives each pass over a dataset its seeds: others each time, or the same.
class SeedGenerator final : public Object {
 public:
  static constexpr absl::string_view kKind = "a generator of seeds";
  // Two seeds of 0 stand for any.
  SeedGenerator(int64_t seed, int64_t seed2, bool reshuffles);
  absl::string_view kind() const override { return kKind; }
  DType dtype() const override { return DType::kResource; }

  std::pair<int64_t, int64_t> Next();

 private:
  const std::pair<int64_t, int64_t> seeds_;
  const bool reshuffles_;
  RandomNumbers numbers_;
};

// `count` passes (-1: without end) over input 0, each in a random order as far as a buffer allows.
class ShuffleDataset final : public Dataset {
 public:
  // `buffer`: elements; -1: all.
  ShuffleDataset(Common common, int64_t buffer, int64_t count, RefPtr<SeedGenerator> seeds)
      : Dataset(std::move(common)), buffer_(buffer), count_(count), seeds_(std::move(seeds)) {}

  int64_t count() const { return count_; }
  // The same, but with so many passes.
  RefPtr<Dataset> Repeated(int64_t cardinality, int64_t count) const;

 private:
  class Iterator;
  absl::StatusOr<IteratorPtr> MakeIterator(Runner& runner, const Frame& frame) const override;

  const int64_t buffer_, count_;
  const RefPtr<SeedGenerator> seeds_;
};

}  // namespace eager::server::tf
