// Datasets of what the elements of another one stand for: datasets that a function makes of them, or their rows.
#include <algorithm>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/rpc/tensorflow/dataset.h"

namespace eager::server::tf {
namespace {

// Takes turns at up to `cycle` of the datasets that a function makes of the elements, `block` elements at each.
//
// Source: InterleaveDatasetOp of tensorflow/core/kernels/data/interleave_dataset_op.cc; flat maps are those of one at a time.
class InterleaveDataset final : public Dataset {
 public:
  InterleaveDataset(Common common, ::tensorflow::NameAttrList function, int64_t cycle, int64_t block)
      : Dataset(std::move(common)), function_(std::move(function), 1), cycle_(cycle), block_(block) {}

 private:
  class Iterator final : public IteratorOf<InterleaveDataset> {
   public:
    Iterator(const InterleaveDataset& dataset, IteratorPtr input)
        : IteratorOf(dataset), input_(std::move(input)), current_(static_cast<size_t>(dataset.cycle_)) {}

   private:
    absl::StatusOr<bool> Produce(Runner& runner, const Frame& frame, Values* element) override {
      while (input_ != nullptr || open_ > 0) {
        IteratorPtr& turn = current_[at_];
        if (turn != nullptr) {
          ASSIGN_OR_RETURN(const bool any, turn->Next(runner, frame, element));
          if (any) {
            if (++in_block_ == dataset().block_) Advance();
            return true;
          }
          turn.reset();
          --open_;
          Advance();
        } else if (input_ != nullptr) {
          RETURN_IF_ERROR(OpenNext(runner, frame));
        } else {
          Advance();
        }
      }
      return false;
    }

    absl::Status OpenNext(Runner& runner, const Frame& frame) {
      Values taken;
      ASSIGN_OR_RETURN(const bool any, input_->Next(runner, frame, &taken));
      if (!any) {
        input_.reset();
        return absl::OkStatus();
      }
      ASSIGN_OR_RETURN(const Values made, dataset().function_.Call(dataset(), runner, frame, std::move(taken)));
      const auto* inner = made.size() == 1 ? dynamic_cast<const Dataset*>(made[0].object.get()) : nullptr;
      if (inner == nullptr) return dataset().Invalid("the function must return one dataset");
      if (inner->types() != dataset().types()) return dataset().Invalid("the dataset that the function returned has other dtypes than output_types");
      ASSIGN_OR_RETURN(current_[at_], inner->Iterate(runner, frame));
      ++open_;
      return absl::OkStatus();
    }

    void Advance() {
      in_block_ = 0;
      at_ = (at_ + 1) % current_.size();
    }

    IteratorPtr input_;  // null: it has ended
    std::vector<IteratorPtr> current_;
    size_t at_ = 0;
    int64_t in_block_ = 0, open_ = 0;
  };
  absl::StatusOr<IteratorPtr> MakeIterator(Runner& runner, const Frame& frame) const override {
    ASSIGN_OR_RETURN(IteratorPtr in, input().Iterate(runner, frame));
    return IteratorPtr(new Iterator(*this, std::move(in)));
  }

  const ElementFunction function_;
  const int64_t cycle_, block_;
};

absl::Status Interleave(OpCall& call, int last, int64_t cycle, int64_t block) {
  ASSIGN_OR_RETURN(const RefPtr<Dataset> input, DatasetInput(call, 0));
  Dataset::Common common{std::string(call.op()), {}, Dataset::kUnknown, {}};
  ASSIGN_OR_RETURN(common.types, TypesOf(call));
  ASSIGN_OR_RETURN(const auto* function, call.attrs().Func("f"));
  ASSIGN_OR_RETURN(common.parts, OtherArguments(call, 1, last));
  common.parts.insert(common.parts.begin(), Value(input));
  if (input->cardinality() == 0) common.cardinality = 0;
  call.Return(MakeRef<InterleaveDataset>(std::move(common), *function, cycle, block));
  return absl::OkStatus();
}

absl::Status MakeFlatMap(OpCall& call) { return Interleave(call, 0, 1, 1); }

// `numbers`: how many the op has at its end, of which the first are the length of a cycle and of a block.
absl::Status MakeInterleave(OpCall& call, int numbers) {
  constexpr int64_t kLongestCycle = 1 << 14;
  if (call.num_inputs() < 1 + numbers) return call.Invalid(absl::StrCat("takes at least ", 1 + numbers, " inputs, got ", call.num_inputs()));
  ASSIGN_OR_RETURN(int64_t cycle, call.integer(call.num_inputs() - numbers));
  ASSIGN_OR_RETURN(const int64_t block, call.integer(call.num_inputs() - numbers + 1));
  if (cycle == -1) cycle = std::max(1u, std::thread::hardware_concurrency());  // TensorFlow's choice as well
  if (cycle <= 0) return call.Invalid("`cycle_length` must be > 0");
  if (block <= 0) return call.Invalid("`block_length` must be > 0");
  if (cycle > kLongestCycle) return call.Error(absl::StatusCode::kResourceExhausted, absl::StrCat("`cycle_length` may be ", kLongestCycle));
  return Interleave(call, numbers, cycle, block);
}

absl::Status MakeSequentialInterleave(OpCall& call) { return MakeInterleave(call, 2); }
absl::Status MakeParallelInterleaveV3(OpCall& call) { return MakeInterleave(call, 3); }
absl::Status MakeParallelInterleaveV4(OpCall& call) { return MakeInterleave(call, 5); }

// The rows of the elements.
class UnbatchDataset final : public Dataset {
 public:
  using Dataset::Dataset;

 private:
  class Iterator final : public IteratorOf<UnbatchDataset> {
   public:
    Iterator(const UnbatchDataset& dataset, IteratorPtr input) : IteratorOf(dataset), input_(std::move(input)) {}

   private:
    absl::StatusOr<bool> Produce(Runner& runner, const Frame& frame, Values* element) override {
      while (row_ >= rows_) {
        ASSIGN_OR_RETURN(const bool any, input_->Next(runner, frame, &whole_));
        if (!any) return false;
        row_ = 0;
        RETURN_IF_ERROR(CheckRows());
      }
      for (const Value& component : whole_) {
        ASSIGN_OR_RETURN(TensorRef row, Row(runner, frame, component.tensor, row_));
        element->emplace_back(std::move(row));
      }
      if (++row_ == rows_) whole_.clear();
      return true;
    }

    absl::Status CheckRows() {
      rows_ = -1;
      for (const Value& component : whole_) {
        if (!component.tensor || component.tensor->is_variable() || component.tensor->shape().is_scalar()) {
          return dataset().Invalid("Input element must have a non-scalar value in each component.");
        }
        const int64_t here = component.tensor->shape().dim(0);
        if (rows_ >= 0 && here != rows_) return dataset().Invalid("Input element must have the same batch size in each component.");
        rows_ = here;
      }
      return absl::OkStatus();
    }

    const IteratorPtr input_;
    Values whole_;
    int64_t row_ = 0, rows_ = 0;
  };
  absl::StatusOr<IteratorPtr> MakeIterator(Runner& runner, const Frame& frame) const override {
    ASSIGN_OR_RETURN(IteratorPtr in, input().Iterate(runner, frame));
    return IteratorPtr(new Iterator(*this, std::move(in)));
  }
};

absl::Status MakeUnbatch(OpCall& call) {
  ASSIGN_OR_RETURN(const RefPtr<Dataset> input, DatasetInput(call, 0));
  ASSIGN_OR_RETURN(DTypes types, TypesOf(call));
  if (types != input->types() || types.empty()) return call.Invalid("output_types must be those of the input dataset");
  call.Return(MakeRef<UnbatchDataset>(Dataset::Common{std::string(call.op()), std::move(types), Dataset::kUnknown, {Value(input)}}));
  return absl::OkStatus();
}

constexpr OpRow kRows[] = {
    {"FlatMapDataset", "handle", &MakeFlatMap},
    {"InterleaveDataset", "handle", &MakeSequentialInterleave},
    {"ParallelInterleaveDatasetV3", "handle", &MakeParallelInterleaveV3},
    {"ParallelInterleaveDatasetV4", "handle", &MakeParallelInterleaveV4},
    {"UnbatchDataset", "handle", &MakeUnbatch},
};

}  // namespace

absl::Span<const OpRow> DatasetFlattenOps() { return kRows; }

}  // namespace eager::server::tf
