// What can be said of a whole dataset: how many elements it has, the only one, what a function makes of all of them.
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/rpc/tensorflow/dataset.h"

namespace eager::server::tf {
namespace {

absl::Status Cardinality(OpCall& call) {
  ASSIGN_OR_RETURN(const RefPtr<Dataset> dataset, DatasetInput(call, 0));
  ASSIGN_OR_RETURN(TensorRef n, OnHost(call.runner(), HostTensor::Scalar<int64_t>(dataset->cardinality())));
  call.Return(std::move(n));
  return absl::OkStatus();
}

absl::Status SingleElement(OpCall& call) {
  ASSIGN_OR_RETURN(const RefPtr<Dataset> dataset, DatasetInput(call, 0));
  FunctionInstances functions;
  Frame frame = call.frame();
  frame.functions = &functions;
  ASSIGN_OR_RETURN(const IteratorPtr pass, dataset->Iterate(call.runner(), frame));
  Values element, another;
  ASSIGN_OR_RETURN(const bool any, pass->Next(call.runner(), frame, &element));
  if (!any) return call.Invalid("Dataset was empty. Expected a dataset with a single element");
  ASSIGN_OR_RETURN(const bool more, pass->Next(call.runner(), frame, &another));
  if (more) return call.Invalid("Dataset had more than one element.");
  call.outputs() = std::move(element);
  return absl::OkStatus();
}

absl::Status Reduce(OpCall& call) {
  ASSIGN_OR_RETURN(const RefPtr<Dataset> dataset, DatasetInput(call, 0));
  ASSIGN_OR_RETURN(const auto* function, call.attrs().Func("f"));
  ASSIGN_OR_RETURN(const DTypes types, TypesOf(call, "Tstate"));
  const int n = static_cast<int>(types.size());
  ASSIGN_OR_RETURN(const Values others, OtherArguments(call, 1 + n));
  Values state(call.inputs().begin() + 1, call.inputs().begin() + 1 + n);
  RETURN_IF_ERROR(CheckElement(call.op(), state, types));
  FunctionInstances functions;
  Frame frame = call.frame();
  frame.functions = &functions;
  ASSIGN_OR_RETURN(const IteratorPtr pass, dataset->Iterate(call.runner(), frame));
  while (true) {
    Values element;
    ASSIGN_OR_RETURN(const bool any, pass->Next(call.runner(), frame, &element));
    if (!any) break;
    state.insert(state.end(), std::make_move_iterator(element.begin()), std::make_move_iterator(element.end()));
    state.insert(state.end(), others.begin(), others.end());
    ASSIGN_OR_RETURN(state, call.runner().Call(*function, std::move(state), frame));
    RETURN_IF_ERROR(CheckElement(call.op(), state, types));
  }
  call.outputs() = std::move(state);
  return absl::OkStatus();
}

// The dataset, of which the client says how many elements it has.
class AssertedDataset final : public Dataset {
 public:
  using Dataset::Dataset;

 private:
  class Iterator final : public IteratorOf<AssertedDataset> {
   public:
    Iterator(const AssertedDataset& dataset, IteratorPtr input) : IteratorOf(dataset), input_(std::move(input)) {}

   private:
    absl::StatusOr<bool> Produce(Runner& runner, const Frame& frame, Values* element) override {
      ASSIGN_OR_RETURN(const bool any, input_->Next(runner, frame, element));
      const int64_t n = dataset().cardinality();
      if (any ? n != kInfinite && ++seen_ > n : seen_ != n) {
        return dataset().Error(absl::StatusCode::kFailedPrecondition,
                               absl::StrCat("Input dataset was expected to contain ", n == kInfinite ? "an infinite number of" : absl::StrCat(n),
                                            " elements but contained ", any ? "more" : absl::StrCat("only ", seen_)));
      }
      return any;
    }
    const IteratorPtr input_;
    int64_t seen_ = 0;
  };
  absl::StatusOr<IteratorPtr> MakeIterator(Runner& runner, const Frame& frame) const override {
    ASSIGN_OR_RETURN(IteratorPtr in, input().Iterate(runner, frame));
    return IteratorPtr(new Iterator(*this, std::move(in)));
  }
};

absl::Status AssertCardinality(OpCall& call) {
  ASSIGN_OR_RETURN(const RefPtr<Dataset> input, DatasetInput(call, 0));
  ASSIGN_OR_RETURN(const int64_t n, call.integer(1));
  if (n < 0 && n != Dataset::kInfinite) {
    call.Return(input);
    return absl::OkStatus();
  }
  call.Return(MakeRef<AssertedDataset>(Dataset::Common{std::string(call.op()), input->types(), n, {Value(input)}}));
  return absl::OkStatus();
}

constexpr OpRow kRows[] = {
    {"DatasetCardinality", "cardinality", &Cardinality},
    {"DatasetToSingleElement", "components", &SingleElement, /*stateful=*/true},
    {"ReduceDataset", "components", &Reduce, /*stateful=*/true},
    {"AssertCardinalityDataset", "handle", &AssertCardinality},
};

}  // namespace

absl::Span<const OpRow> DatasetValueOps() { return kRows; }

}  // namespace eager::server::tf
