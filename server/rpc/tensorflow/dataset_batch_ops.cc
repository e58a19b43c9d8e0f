// Datasets of several elements of another one at a time: one above the other, padded to one shape, or as datasets.
#include <algorithm>
#include <deque>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/rpc/tensorflow/dataset.h"
#include "server/rpc/tensorflow/list_dataset.h"
#include "server/rpc/tensorflow/tensor_list.h"

namespace eager::server::tf {
namespace {

int64_t Batches(int64_t n, int64_t size, bool drops_remainder) {
  return n < 0 ? n : n / size + (!drops_remainder && n % size != 0 ? 1 : 0);
}

// Up to `size` elements of `input`; fewer only at its end.
absl::StatusOr<std::vector<Values>> Collect(DatasetIterator& input, int64_t size, Runner& runner, const Frame& frame) {
  Kept kept(runner.keeper());
  std::vector<Values> elements;
  while (static_cast<int64_t>(elements.size()) < size) {
    Values element;
    ASSIGN_OR_RETURN(const bool any, input.Next(runner, frame, &element));
    if (!any) break;
    RETURN_IF_ERROR(kept.Add(static_cast<int64_t>(element.size()) + 1));
    elements.push_back(std::move(element));
  }
  return elements;
}

// Component i of all of them, which must be tensors.
absl::StatusOr<Tensors> Column(const Dataset& dataset, const std::vector<Values>& elements, size_t i) {
  Tensors column;
  for (const Values& element : elements) {
    const TensorRef& tensor = element[i].tensor;
    if (!tensor || tensor->is_variable()) {
      return dataset.Error(absl::StatusCode::kUnimplemented, absl::StrCat("component ", i, " is no tensor: it cannot be batched"));
    }
    column.push_back(tensor);
  }
  return column;
}

absl::StatusOr<TensorRef> Pack(const Tensors& column, Runner& runner, const Frame& frame) {
  ASSIGN_OR_RETURN(Tensors packed, runner.RunRow("Pack", column, {{"axis", int64_t{0}}}, frame));
  return std::move(packed[0]);
}

class BatchDataset : public Dataset {
 public:
  BatchDataset(Common common, int64_t size, bool drops_remainder)
      : Dataset(std::move(common)), size_(size), drops_remainder_(drops_remainder) {}

 protected:
  // Component i of a batch.
  virtual absl::StatusOr<TensorRef> Join(size_t i, const Tensors& column, Runner& runner, const Frame& frame) const {
    for (size_t k = 1; k < column.size(); ++k) {
      if (column[k]->shape() == column[0]->shape()) continue;
      return Invalid(absl::StrCat("Cannot batch tensors with different shapes in component ", i, ". First element had shape ",
                                  column[0]->shape().ToString(), " and element ", k, " had shape ", column[k]->shape().ToString(), "."));
    }
    return Pack(column, runner, frame);
  }

 private:
  class Iterator final : public IteratorOf<BatchDataset> {
   public:
    Iterator(const BatchDataset& dataset, IteratorPtr input) : IteratorOf(dataset), input_(std::move(input)) {}

   private:
    absl::StatusOr<bool> Produce(Runner& runner, const Frame& frame, Values* element) override {
      if (input_ == nullptr) return false;
      ASSIGN_OR_RETURN(const std::vector<Values> elements, Collect(*input_, dataset().size_, runner, frame));
      const bool whole = static_cast<int64_t>(elements.size()) == dataset().size_;
      if (!whole) input_.reset();
      if (elements.empty() || (!whole && dataset().drops_remainder_)) return false;
      for (size_t i = 0; i < dataset().types().size(); ++i) {
        ASSIGN_OR_RETURN(const Tensors column, Column(dataset(), elements, i));
        ASSIGN_OR_RETURN(TensorRef joined, dataset().Join(i, column, runner, frame));
        element->emplace_back(std::move(joined));
      }
      return true;
    }
    IteratorPtr input_;
  };
  absl::StatusOr<IteratorPtr> MakeIterator(Runner& runner, const Frame& frame) const override {
    ASSIGN_OR_RETURN(IteratorPtr in, input().Iterate(runner, frame));
    return IteratorPtr(new Iterator(*this, std::move(in)));
  }

  const int64_t size_;
  const bool drops_remainder_;
};

absl::StatusOr<bool> BoolInput(const OpCall& call, int i) {
  ASSIGN_OR_RETURN(const HostTensor value, call.host(i));
  if (value.dtype() != DType::kBool || value.num_elements() != 1) return call.Invalid(absl::StrCat("input ", i, " must be a scalar bool"));
  return value.values<bool>()[0];
}

absl::StatusOr<int64_t> BatchSize(const OpCall& call) {
  ASSIGN_OR_RETURN(const int64_t size, call.integer(1));
  if (size <= 0) return call.Invalid("Batch size must be greater than zero.");
  return size;
}

absl::Status Batch(OpCall& call, int remainder) {
  ASSIGN_OR_RETURN(const RefPtr<Dataset> input, DatasetInput(call, 0));
  ASSIGN_OR_RETURN(const int64_t size, BatchSize(call));
  ASSIGN_OR_RETURN(const bool drops, BoolInput(call, remainder));
  call.Return(MakeRef<BatchDataset>(
      Dataset::Common{std::string(call.op()), input->types(), Batches(input->cardinality(), size, drops), {Value(input)}}, size, drops));
  return absl::OkStatus();
}

absl::Status MakeBatch(OpCall& call) { return Batch(call, 2); }
absl::Status MakeParallelBatch(OpCall& call) { return Batch(call, 3); }

// Parts [1, 1 + n) are what the n components are padded with.
class PaddedBatchDataset final : public BatchDataset {
 public:
  PaddedBatchDataset(Common common, int64_t size, bool drops_remainder, std::vector<PartialShape> shapes)
      : BatchDataset(std::move(common), size, drops_remainder), shapes_(std::move(shapes)) {}

 private:
  absl::StatusOr<TensorRef> Join(size_t i, const Tensors& column, Runner& runner, const Frame& frame) const override {
    std::vector<int64_t> dims = *shapes_[i].dims();
    for (const TensorRef& tensor : column) {
      if (tensor->shape().rank() != static_cast<int>(dims.size())) {
        return Invalid(absl::StrCat("All elements in a batch must have the same rank as the padded shape for component ", i, ": expected rank ",
                                    dims.size(), " but got element with rank ", tensor->shape().rank()));
      }
      for (size_t axis = 0; axis < dims.size(); ++axis) {
        const int64_t wanted = (*shapes_[i].dims())[axis], got = tensor->shape().dim(static_cast<int>(axis));
        if (wanted >= 0 && got > wanted) {
          return Error(absl::StatusCode::kDataLoss, absl::StrCat("Attempted to pad to a smaller size than the input element: ", got, " to ", wanted));
        }
        dims[axis] = std::max(dims[axis], got);
      }
    }
    Tensors padded;
    for (const TensorRef& tensor : column) {
      std::vector<int64_t> paddings;
      for (size_t axis = 0; axis < dims.size(); ++axis) {
        paddings.push_back(0);
        paddings.push_back(dims[axis] - tensor->shape().dim(static_cast<int>(axis)));
      }
      if (std::all_of(paddings.begin(), paddings.end(), [](int64_t n) { return n == 0; })) {
        padded.push_back(tensor);
        continue;
      }
      ASSIGN_OR_RETURN(const TensorRef amounts,
                       OnHost(runner, HostTensor::FromSpan<int64_t>(Shape({static_cast<int64_t>(dims.size()), 2}), paddings)));
      ASSIGN_OR_RETURN(Tensors one, runner.RunRow("PadV2", {{tensor, amounts, parts()[1 + i].tensor}}, {}, frame));
      padded.push_back(std::move(one[0]));
    }
    return Pack(padded, runner, frame);
  }

  const std::vector<PartialShape> shapes_;
};

absl::Status MakePaddedBatch(OpCall& call) {
  ASSIGN_OR_RETURN(const RefPtr<Dataset> input, DatasetInput(call, 0));
  ASSIGN_OR_RETURN(const int64_t size, BatchSize(call));
  const int n = static_cast<int>(input->types().size());
  if (call.num_inputs() != 3 + 2 * n) return call.Invalid(absl::StrCat("takes ", 3 + 2 * n, " inputs for ", n, " components, got ", call.num_inputs()));
  ASSIGN_OR_RETURN(const bool drops, BoolInput(call, 2 + 2 * n));
  Dataset::Common common{std::string(call.op()), input->types(), Batches(input->cardinality(), size, drops), {Value(input)}};
  std::vector<PartialShape> shapes;
  for (int i = 0; i < n; ++i) {
    ASSIGN_OR_RETURN(const HostTensor shape, call.host(2 + i));
    absl::StatusOr<PartialShape> wanted = PartialShape::FromTensor(shape);
    if (!wanted.ok() || !wanted->dims()) return call.Invalid(absl::StrCat("padded_shapes[", i, "] must be a vector of extents or -1"));
    shapes.push_back(*std::move(wanted));
    ASSIGN_OR_RETURN(TensorRef padding, call.tensor(2 + n + i));
    if (padding->dtype() != input->types()[static_cast<size_t>(i)] || !padding->shape().is_scalar()) {
      return call.Invalid(absl::StrCat("padding_values[", i, "] must be a scalar of the component's dtype, got ", padding->spec().ToString()));
    }
    common.parts.emplace_back(std::move(padding));
  }
  call.Return(MakeRef<PaddedBatchDataset>(std::move(common), size, drops, std::move(shapes)));
  return absl::OkStatus();
}

// Windows of `size` elements, each `stride`th, which begin `shift` elements after each other: a dataset for each component.
class WindowDataset final : public Dataset {
 public:
  struct Form {
    int64_t size = 1, shift = 1, stride = 1;
    bool drops_remainder = false;
  };
  WindowDataset(Common common, DTypes components, const Form& form)
      : Dataset(std::move(common)), components_(std::move(components)), form_(form) {}

 private:
  class Iterator final : public IteratorOf<WindowDataset> {
   public:
    Iterator(const WindowDataset& dataset, IteratorPtr input, Runner& runner)
        : IteratorOf(dataset), input_(std::move(input)), kept_(runner.keeper()) {}
    ~Iterator() override {
      for (Values& element : buffer_) Discard(std::move(element));
    }

   private:
    absl::StatusOr<bool> Produce(Runner& runner, const Frame& frame, Values* element) override {
      const Form& form = dataset().form_;
      const int64_t span = (form.size - 1) * form.stride + 1;
      while (input_ != nullptr && static_cast<int64_t>(buffer_.size()) < span) {
        Values taken;
        ASSIGN_OR_RETURN(const bool any, Take(runner, frame, &taken));
        if (!any) break;
        RETURN_IF_ERROR(kept_.Add(static_cast<int64_t>(taken.size()) + 1));
        buffer_.push_back(std::move(taken));
      }
      if (buffer_.empty() || (static_cast<int64_t>(buffer_.size()) < span && form.drops_remainder)) {
        input_.reset();
        return false;
      }
      for (size_t i = 0; i < dataset().components_.size(); ++i) {
        Dataset::Common window{dataset().op(), {dataset().components_[i]}, 0, {}};
        for (size_t k = 0; k < buffer_.size(); k += static_cast<size_t>(form.stride)) window.parts.push_back(buffer_[k][i]);
        ASSIGN_OR_RETURN(RefPtr<Dataset> made, ListDataset::Make(std::move(window), runner.keeper()));
        element->emplace_back(std::move(made));
      }
      return Move(runner, frame);
    }

    absl::StatusOr<bool> Take(Runner& runner, const Frame& frame, Values* taken) {
      ASSIGN_OR_RETURN(const bool any, input_->Next(runner, frame, taken));
      if (!any) input_.reset();
      return any;
    }

    // To where the next window begins. True: this one is an element.
    absl::StatusOr<bool> Move(Runner& runner, const Frame& frame) {
      int64_t left = dataset().form_.shift;
      for (; left > 0 && !buffer_.empty(); --left) {
        kept_.Remove(static_cast<int64_t>(buffer_.front().size()) + 1);
        buffer_.pop_front();
      }
      for (; left > 0 && input_ != nullptr; --left) {
        Values skipped;
        RETURN_IF_ERROR(Take(runner, frame, &skipped).status());
      }
      return true;
    }

    IteratorPtr input_;
    std::deque<Values> buffer_;
    Kept kept_;
  };
  absl::StatusOr<IteratorPtr> MakeIterator(Runner& runner, const Frame& frame) const override {
    ASSIGN_OR_RETURN(IteratorPtr in, input().Iterate(runner, frame));
    return IteratorPtr(new Iterator(*this, std::move(in), runner));
  }

  const DTypes components_;
  const Form form_;
};

absl::Status MakeWindow(OpCall& call) {
  ASSIGN_OR_RETURN(const RefPtr<Dataset> input, DatasetInput(call, 0));
  WindowDataset::Form form;
  ASSIGN_OR_RETURN(form.size, call.integer(1));
  ASSIGN_OR_RETURN(form.shift, call.integer(2));
  ASSIGN_OR_RETURN(form.stride, call.integer(3));
  ASSIGN_OR_RETURN(form.drops_remainder, BoolInput(call, 4));
  if (form.size <= 0) return call.Invalid("Window size must be greater than zero.");
  if (form.shift <= 0) return call.Invalid("Window shift must be greater than zero.");
  if (form.stride <= 0) return call.Invalid("Window stride must be greater than zero.");
  int64_t span = 0;
  if (__builtin_mul_overflow(form.size, form.stride, &span)) return call.Invalid("a window's size times its stride is too large");
  DTypes types(input->types().size(), DType::kVariant);
  Dataset::Common common{std::string(call.op()), std::move(types), Dataset::kUnknown, {Value(input)}};
  call.Return(MakeRef<WindowDataset>(std::move(common), input->types(), form));
  return absl::OkStatus();
}

constexpr OpRow kRows[] = {
    {"BatchDatasetV2", "handle", &MakeBatch},
    {"ParallelBatchDataset", "handle", &MakeParallelBatch},
    {"PaddedBatchDatasetV2", "handle", &MakePaddedBatch},
    {"WindowDataset", "handle", &MakeWindow},
};

}  // namespace

absl::Span<const OpRow> DatasetBatchOps() { return kRows; }

}  // namespace eager::server::tf
