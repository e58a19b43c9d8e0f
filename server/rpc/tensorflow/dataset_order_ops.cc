// Datasets of other datasets' elements: some of them, again, side by side or one after the other.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/rpc/tensorflow/dataset.h"
#include "server/rpc/tensorflow/shuffle_dataset.h"

namespace eager::server::tf {
namespace {

constexpr int64_t kInfinite = Dataset::kInfinite, kUnknown = Dataset::kUnknown;

// The elements of input 0 from `first` on, each `step`th of them, `count` at most (-1: all).
class SelectDataset final : public Dataset {
 public:
  SelectDataset(Common common, int64_t first, int64_t step, int64_t count)
      : Dataset(std::move(common)), first_(first), step_(step), count_(count) {}

 private:
  class Iterator final : public IteratorOf<SelectDataset> {
   public:
    Iterator(const SelectDataset& dataset, IteratorPtr input)
        : IteratorOf(dataset), input_(std::move(input)), to_skip_(dataset.first_) {}

   private:
    absl::StatusOr<bool> Produce(Runner& runner, const Frame& frame, Values* element) override {
      if (input_ == nullptr || (dataset().count_ >= 0 && made_ >= dataset().count_)) return false;
      for (;; --to_skip_) {
        ASSIGN_OR_RETURN(const bool any, input_->Next(runner, frame, element));
        if (!any) {
          input_.reset();
          return false;
        }
        if (to_skip_ == 0) break;
      }
      to_skip_ = dataset().step_ - 1;
      ++made_;
      return true;
    }
    IteratorPtr input_;
    int64_t to_skip_;
    int64_t made_ = 0;
  };
  absl::StatusOr<IteratorPtr> MakeIterator(Runner& runner, const Frame& frame) const override {
    ASSIGN_OR_RETURN(IteratorPtr in, input().Iterate(runner, frame));
    return IteratorPtr(new Iterator(*this, std::move(in)));
  }

  const int64_t first_, step_, count_;
};

Dataset::Common Like(const OpCall& call, const RefPtr<Dataset>& input, int64_t cardinality) {
  return {std::string(call.op()), input->types(), cardinality, {Value(input)}};
}

absl::Status MakeTake(OpCall& call) {
  ASSIGN_OR_RETURN(const RefPtr<Dataset> input, DatasetInput(call, 0));
  ASSIGN_OR_RETURN(const int64_t count, call.integer(1));
  int64_t n = input->cardinality();
  if (count >= 0) n = n == kInfinite ? count : n == kUnknown ? (count == 0 ? 0 : kUnknown) : std::min(n, count);
  call.Return(MakeRef<SelectDataset>(Like(call, input, n), 0, 1, count < 0 ? -1 : count));
  return absl::OkStatus();
}

absl::Status MakeSkip(OpCall& call) {
  ASSIGN_OR_RETURN(const RefPtr<Dataset> input, DatasetInput(call, 0));
  ASSIGN_OR_RETURN(const int64_t count, call.integer(1));
  int64_t n = input->cardinality();
  if (n >= 0) n = count < 0 ? 0 : std::max<int64_t>(0, n - count);
  const bool none = count < 0;  // all are skipped
  call.Return(MakeRef<SelectDataset>(Like(call, input, none ? 0 : n), none ? 0 : count, 1, none ? 0 : -1));
  return absl::OkStatus();
}

absl::Status MakeShard(OpCall& call) {
  ASSIGN_OR_RETURN(const RefPtr<Dataset> input, DatasetInput(call, 0));
  ASSIGN_OR_RETURN(const int64_t shards, call.integer(1));
  ASSIGN_OR_RETURN(const int64_t index, call.integer(2));
  if (shards <= 0) return call.Invalid(absl::StrCat("Number of shards must be greater than zero (currently num_shards = ", shards, ")."));
  if (index < 0 || index >= shards) {
    return call.Invalid(absl::StrCat("Index must be between 0 and ", shards - 1, " (currently index = ", index, ")."));
  }
  int64_t n = input->cardinality();
  if (n >= 0) n = n / shards + (index < n % shards ? 1 : 0);
  call.Return(MakeRef<SelectDataset>(Like(call, input, n), index, shards, -1));
  return absl::OkStatus();
}

// Passes over input 0, `count` of them (-1: without end).
//
// As TensorFlow does, a pass begins as soon as the one before has ended, even where no more are asked for: datasets that draw seeds can tell.
class RepeatDataset final : public Dataset {
 public:
  RepeatDataset(Common common, int64_t count) : Dataset(std::move(common)), count_(count) {}

 private:
  class Iterator final : public IteratorOf<RepeatDataset> {
   public:
    Iterator(const RepeatDataset& dataset, IteratorPtr input) : IteratorOf(dataset), input_(std::move(input)) {}

   private:
    absl::StatusOr<bool> Produce(Runner& runner, const Frame& frame, Values* element) override {
      const int64_t count = dataset().count_;
      while (input_ != nullptr && (count < 0 || passes_ < count)) {
        ASSIGN_OR_RETURN(const bool any, input_->Next(runner, frame, element));
        if (any) {
          first_call_ = false;
          return true;
        }
        input_.reset();
        if (count < 0 && first_call_) return false;  // an empty dataset without end is empty
        first_call_ = true;
        ++passes_;
        ASSIGN_OR_RETURN(input_, dataset().input().Iterate(runner, frame));
      }
      input_.reset();
      return false;
    }
    IteratorPtr input_;
    int64_t passes_ = 0;
    bool first_call_ = true;  // of this pass
  };
  absl::StatusOr<IteratorPtr> MakeIterator(Runner& runner, const Frame& frame) const override {
    IteratorPtr in;
    if (count_ != 0) {
      ASSIGN_OR_RETURN(in, input().Iterate(runner, frame));
    }
    return IteratorPtr(new Iterator(*this, std::move(in)));
  }

  const int64_t count_;
};

int64_t Repeated(int64_t n, int64_t count) {
  if (count == 0) return 0;
  if (count < 0) return n == 0 ? 0 : kInfinite;
  int64_t product = 0;
  return n < 0 ? n : __builtin_mul_overflow(n, count, &product) ? kUnknown : product;
}

absl::Status MakeRepeat(OpCall& call) {
  ASSIGN_OR_RETURN(const RefPtr<Dataset> input, DatasetInput(call, 0));
  ASSIGN_OR_RETURN(int64_t count, call.integer(1));
  if (count < 0) count = -1;
  Dataset::Common common = Like(call, input, Repeated(input->cardinality(), count));
  if (const auto* shuffled = dynamic_cast<const ShuffleDataset*>(input.get()); shuffled != nullptr && shuffled->count() == 1 && count != 0) {
    call.Return(shuffled->Repeated(common.cardinality, count));  // as TensorFlow's optimizer has it, which draws other seeds
    return absl::OkStatus();
  }
  call.Return(MakeRef<RepeatDataset>(std::move(common), count));
  return absl::OkStatus();
}

// Elements of all inputs side by side, as many as the shortest has.
class ZipDataset final : public Dataset {
 public:
  using Dataset::Dataset;

 private:
  class Iterator final : public IteratorOf<ZipDataset> {
   public:
    Iterator(const ZipDataset& dataset, std::vector<IteratorPtr> inputs) : IteratorOf(dataset), inputs_(std::move(inputs)) {}

   private:
    absl::StatusOr<bool> Produce(Runner& runner, const Frame& frame, Values* element) override {
      bool all = !inputs_.empty();
      Values whole;
      for (const IteratorPtr& input : inputs_) {  // all of them move on
        Values part;
        ASSIGN_OR_RETURN(const bool any, input->Next(runner, frame, &part));
        all = all && any;
        whole.insert(whole.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
      }
      if (!all) {
        inputs_.clear();
        return false;
      }
      *element = std::move(whole);
      return true;
    }
    std::vector<IteratorPtr> inputs_;
  };
  absl::StatusOr<IteratorPtr> MakeIterator(Runner& runner, const Frame& frame) const override {
    std::vector<IteratorPtr> inputs;
    for (size_t i = 0; i < parts().size(); ++i) {
      ASSIGN_OR_RETURN(IteratorPtr in, input(i).Iterate(runner, frame));
      inputs.push_back(std::move(in));
    }
    return IteratorPtr(new Iterator(*this, std::move(inputs)));
  }
};

absl::Status MakeZip(OpCall& call) {
  Dataset::Common common{std::string(call.op()), {}, kInfinite, {}};
  if (call.num_inputs() == 0) return call.Invalid("there is no input dataset");
  for (int i = 0; i < call.num_inputs(); ++i) {
    ASSIGN_OR_RETURN(const RefPtr<Dataset> input, DatasetInput(call, i));
    common.types.insert(common.types.end(), input->types().begin(), input->types().end());
    if (common.types.size() > (1 << 16)) return call.Error(absl::StatusCode::kResourceExhausted, "an element has too many components");
    const int64_t n = input->cardinality();
    if (common.cardinality == kInfinite) {
      common.cardinality = n;
    } else if (n == kUnknown) {
      common.cardinality = kUnknown;
    } else if (n >= 0 && common.cardinality != kUnknown) {
      common.cardinality = std::min(n, common.cardinality);
    }
    common.parts.emplace_back(input);
  }
  call.Return(MakeRef<ZipDataset>(std::move(common)));
  return absl::OkStatus();
}

class ConcatenateDataset final : public Dataset {
 public:
  using Dataset::Dataset;

 private:
  class Iterator final : public IteratorOf<ConcatenateDataset> {
   public:
    Iterator(const ConcatenateDataset& dataset, IteratorPtr input) : IteratorOf(dataset), input_(std::move(input)) {}

   private:
    absl::StatusOr<bool> Produce(Runner& runner, const Frame& frame, Values* element) override {
      while (input_ != nullptr) {
        ASSIGN_OR_RETURN(const bool any, input_->Next(runner, frame, element));
        if (any) return true;
        input_.reset();
        if (++at_ < dataset().parts().size()) {
          ASSIGN_OR_RETURN(input_, dataset().input(at_).Iterate(runner, frame));
        }
      }
      return false;
    }
    IteratorPtr input_;
    size_t at_ = 0;
  };
  absl::StatusOr<IteratorPtr> MakeIterator(Runner& runner, const Frame& frame) const override {
    ASSIGN_OR_RETURN(IteratorPtr in, input().Iterate(runner, frame));
    return IteratorPtr(new Iterator(*this, std::move(in)));
  }
};

absl::Status MakeConcatenate(OpCall& call) {
  ASSIGN_OR_RETURN(const RefPtr<Dataset> first, DatasetInput(call, 0));
  ASSIGN_OR_RETURN(const RefPtr<Dataset> second, DatasetInput(call, 1));
  if (first->types() != second->types()) return call.Invalid("input dataset and dataset to concatenate have different output_types");
  const int64_t a = first->cardinality(), b = second->cardinality();
  int64_t n = a == kInfinite || b == kInfinite ? kInfinite : kUnknown;
  if (a >= 0 && b >= 0 && __builtin_add_overflow(a, b, &n)) n = kUnknown;
  call.Return(MakeRef<ConcatenateDataset>(Dataset::Common{std::string(call.op()), first->types(), n, {Value(first), Value(second)}}));
  return absl::OkStatus();
}

// How elements are made, which nobody can tell: options, prefetching, threads.
absl::Status PassOn(OpCall& call) {
  ASSIGN_OR_RETURN(RefPtr<Dataset> input, DatasetInput(call, 0));
  call.Return(std::move(input));
  return absl::OkStatus();
}

absl::Status MakePrefetch(OpCall& call) {
  ASSIGN_OR_RETURN(const int64_t buffer, call.integer(1));
  if (buffer < -1) return call.Invalid(absl::StrCat("buffer_size must be >= 0 or set to be auto-tuned (-1), got ", buffer));
  return PassOn(call);
}

constexpr OpRow kRows[] = {
    {"TakeDataset", "handle", &MakeTake},
    {"SkipDataset", "handle", &MakeSkip},
    {"ShardDataset", "handle", &MakeShard},
    {"RepeatDataset", "handle", &MakeRepeat},
    {"ZipDataset", "handle", &MakeZip},
    {"ConcatenateDataset", "handle", &MakeConcatenate},
    {"PrefetchDataset", "handle", &MakePrefetch},
    {"OptionsDataset", "handle", &PassOn},
    {"ModelDataset", "handle", &PassOn},
    {"FinalizeDataset", "handle", &PassOn},
    {"OptimizeDatasetV2", "handle", &PassOn},
    {"RewriteDataset", "handle", &PassOn},
    {"AssertNextDataset", "handle", &PassOn},
    {"PrivateThreadPoolDataset", "handle", &PassOn},
    {"MaxIntraOpParallelismDataset", "handle", &PassOn},
    {"NonSerializableDataset", "handle", &PassOn},
};

}  // namespace

absl::Span<const OpRow> DatasetOrderOps() { return kRows; }

}  // namespace eager::server::tf
