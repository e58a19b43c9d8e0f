// Datasets that call a function for each element of another one.
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/rpc/tensorflow/dataset.h"

namespace eager::server::tf {
namespace {

// What such ops have in common: input 0 is a dataset; behind it come values for the function and, last, `last` numbers.
struct Given {
  Dataset::Common common;
  ::tensorflow::NameAttrList function;
  DTypes input_types;
};

absl::StatusOr<Given> Read(OpCall& call, const std::string& function, int last = 0) {
  ASSIGN_OR_RETURN(const RefPtr<Dataset> input, DatasetInput(call, 0));
  Given given;
  given.input_types = input->types();
  given.common.op = std::string(call.op());
  ASSIGN_OR_RETURN(given.common.types, TypesOf(call));
  ASSIGN_OR_RETURN(const auto* func, call.attrs().Func(function));
  given.function = *func;
  ASSIGN_OR_RETURN(given.common.parts, OtherArguments(call, 1, last));
  given.common.parts.insert(given.common.parts.begin(), Value(input));
  given.common.cardinality = input->cardinality();
  return given;
}

// Whether the dataset ends here: a function may say so, unless there must be as many elements as in its input.
absl::StatusOr<bool> Ends(const Dataset& dataset, const absl::Status& called, bool preserves_cardinality) {
  if (called.ok()) return false;
  if (!absl::IsOutOfRange(called)) return called;
  if (!preserves_cardinality) return true;
  return dataset.Invalid(absl::StrCat("Function invocation produced OutOfRangeError: ", called.message()));
}

class MapDataset final : public Dataset {
 public:
  MapDataset(Common common, ::tensorflow::NameAttrList function, bool preserves_cardinality)
      : Dataset(std::move(common)), function_(std::move(function), 1), preserves_cardinality_(preserves_cardinality) {}

 private:
  class Iterator final : public IteratorOf<MapDataset> {
   public:
    Iterator(const MapDataset& dataset, IteratorPtr input) : IteratorOf(dataset), input_(std::move(input)) {}

   private:
    absl::StatusOr<bool> Produce(Runner& runner, const Frame& frame, Values* element) override {
      Values taken;
      ASSIGN_OR_RETURN(const bool any, input_->Next(runner, frame, &taken));
      if (!any) return false;
      absl::StatusOr<Values> mapped = dataset().function_.Call(dataset(), runner, frame, std::move(taken));
      ASSIGN_OR_RETURN(const bool ends, Ends(dataset(), mapped.status(), dataset().preserves_cardinality_));
      if (ends) return false;
      RETURN_IF_ERROR(CheckElement(dataset().op(), *mapped, dataset().types()));
      *element = *std::move(mapped);
      return true;
    }
    const IteratorPtr input_;
  };
  absl::StatusOr<IteratorPtr> MakeIterator(Runner& runner, const Frame& frame) const override {
    ASSIGN_OR_RETURN(IteratorPtr in, input().Iterate(runner, frame));
    return IteratorPtr(new Iterator(*this, std::move(in)));
  }

  const ElementFunction function_;
  const bool preserves_cardinality_;
};

absl::Status Map(OpCall& call, int last) {
  ASSIGN_OR_RETURN(Given given, Read(call, "f", last));
  const bool preserves = call.attrs().Bool("preserve_cardinality", false);
  if (!preserves) given.common.cardinality = Dataset::kUnknown;
  call.Return(MakeRef<MapDataset>(std::move(given.common), std::move(given.function), preserves));
  return absl::OkStatus();
}

absl::Status MakeMap(OpCall& call) { return Map(call, 0); }
// Elements come one after the other: nobody could tell but by the time it takes.
absl::Status MakeParallelMap(OpCall& call) { return Map(call, 1); }

// The elements for which a function holds; with `stops`, those before the first one for which it does not.
class FilterDataset final : public Dataset {
 public:
  FilterDataset(Common common, ::tensorflow::NameAttrList predicate, bool stops)
      : Dataset(std::move(common)), predicate_(std::move(predicate), 1), stops_(stops) {}

 private:
  class Iterator final : public IteratorOf<FilterDataset> {
   public:
    Iterator(const FilterDataset& dataset, IteratorPtr input) : IteratorOf(dataset), input_(std::move(input)) {}

   private:
    absl::StatusOr<bool> Produce(Runner& runner, const Frame& frame, Values* element) override {
      while (input_ != nullptr) {
        ASSIGN_OR_RETURN(const bool any, input_->Next(runner, frame, element));
        if (!any) break;
        ASSIGN_OR_RETURN(const bool holds, dataset().predicate_.Holds(dataset(), runner, frame, *element));
        if (holds) return true;
        if (dataset().stops_) break;
      }
      input_.reset();
      return false;
    }
    IteratorPtr input_;
  };
  absl::StatusOr<IteratorPtr> MakeIterator(Runner& runner, const Frame& frame) const override {
    ASSIGN_OR_RETURN(IteratorPtr in, input().Iterate(runner, frame));
    return IteratorPtr(new Iterator(*this, std::move(in)));
  }

  const ElementFunction predicate_;
  const bool stops_;
};

absl::Status Filter(OpCall& call, bool stops) {
  ASSIGN_OR_RETURN(Given given, Read(call, "predicate"));
  if (given.common.types != given.input_types) return call.Invalid("output_types must be those of the input dataset");
  given.common.cardinality = Dataset::kUnknown;
  call.Return(MakeRef<FilterDataset>(std::move(given.common), std::move(given.function), stops));
  return absl::OkStatus();
}

absl::Status MakeFilter(OpCall& call) { return Filter(call, false); }
absl::Status MakeTakeWhile(OpCall& call) { return Filter(call, true); }

// A function of a state and an element gives the next state and an element of this dataset. The state begins as parts [1, 1 + n).
class ScanDataset final : public Dataset {
 public:
  ScanDataset(Common common, ::tensorflow::NameAttrList function, DTypes state_types, bool preserves_cardinality)
      : Dataset(std::move(common)),
        function_(std::move(function), 1 + state_types.size()),
        state_types_(std::move(state_types)),
        preserves_cardinality_(preserves_cardinality) {}

 private:
  class Iterator final : public IteratorOf<ScanDataset> {
   public:
    Iterator(const ScanDataset& dataset, IteratorPtr input)
        : IteratorOf(dataset), input_(std::move(input)),
          state_(dataset.parts().begin() + 1, dataset.parts().begin() + 1 + static_cast<std::ptrdiff_t>(dataset.state_types_.size())) {}
    ~Iterator() override { Discard(std::move(state_)); }

   private:
    absl::StatusOr<bool> Produce(Runner& runner, const Frame& frame, Values* element) override {
      Values taken;
      ASSIGN_OR_RETURN(const bool any, input_->Next(runner, frame, &taken));
      if (!any) return false;
      Values arguments = state_;
      arguments.insert(arguments.end(), std::make_move_iterator(taken.begin()), std::make_move_iterator(taken.end()));
      absl::StatusOr<Values> made = dataset().function_.Call(dataset(), runner, frame, std::move(arguments));
      ASSIGN_OR_RETURN(const bool ends, Ends(dataset(), made.status(), dataset().preserves_cardinality_));
      if (ends) return false;
      DTypes types = dataset().state_types_;
      types.insert(types.end(), dataset().types().begin(), dataset().types().end());
      RETURN_IF_ERROR(CheckElement(dataset().op(), *made, types));
      const auto first = made->begin() + static_cast<std::ptrdiff_t>(state_.size());
      element->assign(std::make_move_iterator(first), std::make_move_iterator(made->end()));
      made->resize(state_.size());
      state_ = *std::move(made);
      return true;
    }
    const IteratorPtr input_;
    Values state_;
  };
  absl::StatusOr<IteratorPtr> MakeIterator(Runner& runner, const Frame& frame) const override {
    ASSIGN_OR_RETURN(IteratorPtr in, input().Iterate(runner, frame));
    return IteratorPtr(new Iterator(*this, std::move(in)));
  }

  const ElementFunction function_;
  const DTypes state_types_;
  const bool preserves_cardinality_;
};

absl::Status MakeScan(OpCall& call) {
  ASSIGN_OR_RETURN(Given given, Read(call, "f"));
  ASSIGN_OR_RETURN(DTypes state, TypesOf(call, "Tstate"));
  const Values& parts = given.common.parts;
  if (parts.size() < 1 + state.size()) return call.Invalid(absl::StrCat("the state has ", state.size(), " values, and there are fewer inputs"));
  RETURN_IF_ERROR(CheckElement(call.op(), Values(parts.begin() + 1, parts.begin() + 1 + static_cast<std::ptrdiff_t>(state.size())), state));
  const bool preserves = call.attrs().Bool("preserve_cardinality", false);
  if (!preserves) given.common.cardinality = Dataset::kUnknown;
  call.Return(MakeRef<ScanDataset>(std::move(given.common), std::move(given.function), std::move(state), preserves));
  return absl::OkStatus();
}

constexpr OpRow kRows[] = {
    {"MapDataset", "handle", &MakeMap},
    {"ParallelMapDataset", "handle", &MakeParallelMap},
    {"ParallelMapDatasetV2", "handle", &MakeParallelMap},
    {"FilterDataset", "handle", &MakeFilter},
    {"TakeWhileDataset", "handle", &MakeTakeWhile},
    {"ScanDataset", "handle", &MakeScan},
};

}  // namespace

absl::Span<const OpRow> DatasetFunctionOps() { return kRows; }

}  // namespace eager::server::tf
