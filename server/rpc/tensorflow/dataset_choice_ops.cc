// Datasets that choose among elements: no element twice, one of several datasets each time, those of one key together, any numbers.
#include <map>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/rpc/tensorflow/list_dataset.h"
#include "server/rpc/tensorflow/shuffle_dataset.h"

namespace eager::server::tf {
namespace {

// The integer that a function returned, or another dataset gave.
absl::StatusOr<int64_t> IntegerOf(const Dataset& dataset, absl::string_view what, const Values& values) {
  const bool scalar = values.size() == 1 && values[0].tensor && !values[0].tensor->is_variable() && values[0].tensor->dtype() == DType::kInt64 &&
                      values[0].tensor->num_elements() == 1;
  if (!scalar) return dataset.Invalid(absl::StrCat(what, " must be a scalar int64"));
  ASSIGN_OR_RETURN(const HostTensor host, ToHost(*values[0].tensor));
  return host.values<int64_t>()[0];
}

class UniqueDataset final : public Dataset {
 public:
  using Dataset::Dataset;

 private:
  class Iterator final : public IteratorOf<UniqueDataset> {
   public:
    Iterator(const UniqueDataset& dataset, IteratorPtr input, Runner& runner)
        : IteratorOf(dataset), input_(std::move(input)), kept_(runner.keeper()) {}

   private:
    absl::StatusOr<bool> Produce(Runner& runner, const Frame& frame, Values* element) override {
      Device& host = runner.session().queues().host();
      while (true) {
        ASSIGN_OR_RETURN(const bool any, input_->Next(runner, frame, element));
        if (!any) return false;
        TensorRef tensor = (*element)[0].tensor;
        if (!tensor->buffer()->device()->host_accessible()) {
          ASSIGN_OR_RETURN(tensor, CopyTo(*tensor, host));
        }
        const absl::string_view bytes(tensor->num_bytes() == 0 ? nullptr : static_cast<const char*>(tensor->raw()), tensor->num_bytes());
        if (!seen_.insert(bytes).second) continue;
        tensors_.push_back(std::move(tensor));  // whose bytes the set is of
        RETURN_IF_ERROR(kept_.Add(1));
        return true;
      }
    }
    const IteratorPtr input_;
    std::vector<TensorRef> tensors_;
    absl::flat_hash_set<absl::string_view> seen_;
    Kept kept_;
  };
  absl::StatusOr<IteratorPtr> MakeIterator(Runner& runner, const Frame& frame) const override {
    ASSIGN_OR_RETURN(IteratorPtr in, input().Iterate(runner, frame));
    return IteratorPtr(new Iterator(*this, std::move(in), runner));
  }
};

absl::Status MakeUnique(OpCall& call) {
  ASSIGN_OR_RETURN(const RefPtr<Dataset> input, DatasetInput(call, 0));
  const DTypes& types = input->types();
  if (types.size() != 1 || (types[0] != DType::kInt32 && types[0] != DType::kInt64 && types[0] != DType::kString)) {
    return call.Invalid("UniqueDataset only supports inputs with a single `tf.int32`, `tf.int64`, or `tf.string` component.");
  }
  call.Return(MakeRef<UniqueDataset>(Dataset::Common{std::string(call.op()), types, Dataset::kUnknown, {Value(input)}}));
  return absl::OkStatus();
}

// Input 0 says which of the inputs behind it the next element is taken of.
class DirectedDataset final : public Dataset {
 public:
  DirectedDataset(Common common, bool stops_on_empty) : Dataset(std::move(common)), stops_on_empty_(stops_on_empty) {}

 private:
  class Iterator final : public IteratorOf<DirectedDataset> {
   public:
    Iterator(const DirectedDataset& dataset, std::vector<IteratorPtr> inputs)
        : IteratorOf(dataset), inputs_(std::move(inputs)), left_(inputs_.size() - 1) {}

   private:
    absl::StatusOr<bool> Produce(Runner& runner, const Frame& frame, Values* element) override {
      while (left_ > 0) {
        Values choice;
        ASSIGN_OR_RETURN(const bool chosen, inputs_[0]->Next(runner, frame, &choice));
        if (!chosen) break;
        ASSIGN_OR_RETURN(const int64_t index, IntegerOf(dataset(), "a selector", choice));
        if (index < 0 || index >= static_cast<int64_t>(inputs_.size()) - 1) {
          return dataset().Invalid(absl::StrCat("Selector index out of range: ", index, " of ", inputs_.size() - 1));
        }
        IteratorPtr& turn = inputs_[static_cast<size_t>(index) + 1];
        if (turn == nullptr) continue;
        ASSIGN_OR_RETURN(const bool any, turn->Next(runner, frame, element));
        if (any) return true;
        turn.reset();
        --left_;
        if (dataset().stops_on_empty_) break;
      }
      left_ = 0;
      return false;
    }
    std::vector<IteratorPtr> inputs_;
    size_t left_;
  };
  absl::StatusOr<IteratorPtr> MakeIterator(Runner& runner, const Frame& frame) const override {
    std::vector<IteratorPtr> inputs;
    for (size_t i = 0; i < parts().size(); ++i) {
      ASSIGN_OR_RETURN(IteratorPtr in, input(i).Iterate(runner, frame));
      inputs.push_back(std::move(in));
    }
    return IteratorPtr(new Iterator(*this, std::move(inputs)));
  }

  const bool stops_on_empty_;
};

absl::Status MakeDirected(OpCall& call) {
  ASSIGN_OR_RETURN(const RefPtr<Dataset> selector, DatasetInput(call, 0));
  if (selector->types() != DTypes{DType::kInt64}) return call.Invalid("the selector must be a dataset of scalar int64");
  ASSIGN_OR_RETURN(const RefPtr<Dataset> first, DatasetInput(call, 1));
  Dataset::Common common{std::string(call.op()), first->types(), Dataset::kUnknown, {Value(selector)}};
  for (int i = 1; i < call.num_inputs(); ++i) {
    ASSIGN_OR_RETURN(const RefPtr<Dataset> input, DatasetInput(call, i));
    if (input->types() != first->types()) {
      return call.Invalid(absl::StrCat("the dtypes of data_input_datasets 0 and ", i - 1, " are different"));
    }
    common.parts.emplace_back(input);
  }
  call.Return(MakeRef<DirectedDataset>(std::move(common), call.attrs().Bool("stop_on_empty_dataset", false)));
  return absl::OkStatus();
}

// Collects elements by the key that a function gives, and lets another one make a dataset of each group that is full, at last of all others.
class GroupDataset final : public Dataset {
 public:
  struct Function {
    ::tensorflow::NameAttrList function;
    size_t first = 0, n = 0;  // parts that it takes beside its arguments
  };
  GroupDataset(Common common, Function key, Function reduce, Function size)
      : Dataset(std::move(common)), key_(std::move(key)), reduce_(std::move(reduce)), size_(std::move(size)) {}

 private:
  absl::StatusOr<Values> Call(const Function& function, Runner& runner, const Frame& frame, Values arguments) const {
    const auto others = parts().begin() + static_cast<std::ptrdiff_t>(function.first);
    arguments.insert(arguments.end(), others, others + static_cast<std::ptrdiff_t>(function.n));
    return runner.Call(function.function, std::move(arguments), frame);
  }

  class Iterator final : public IteratorOf<GroupDataset> {
   public:
    Iterator(const GroupDataset& dataset, IteratorPtr input, Runner& runner)
        : IteratorOf(dataset), input_(std::move(input)), kept_(runner.keeper()) {}
    ~Iterator() override {
      for (auto& [key, group] : groups_) Discard(std::move(group.components));
    }

   private:
    struct Group {
      Values components;
      int64_t elements = 0, size = 0;
    };

    absl::StatusOr<bool> Produce(Runner& runner, const Frame& frame, Values* element) override {
      while (true) {
        if (reduced_ != nullptr) {
          ASSIGN_OR_RETURN(const bool any, reduced_->Next(runner, frame, element));
          if (any) return true;
          reduced_.reset();
        }
        while (input_ != nullptr && reduced_ == nullptr) RETURN_IF_ERROR(Take(runner, frame));
        if (reduced_ != nullptr) continue;
        if (groups_.empty()) return false;
        RETURN_IF_ERROR(Reduce(groups_.begin(), runner, frame));
      }
    }

    absl::Status Take(Runner& runner, const Frame& frame) {
      Values element;
      ASSIGN_OR_RETURN(const bool any, input_->Next(runner, frame, &element));
      if (!any) {
        input_.reset();
        return absl::OkStatus();
      }
      ASSIGN_OR_RETURN(const Values made, dataset().Call(dataset().key_, runner, frame, element));
      ASSIGN_OR_RETURN(const int64_t key, IntegerOf(dataset(), "a key", made));
      RETURN_IF_ERROR(kept_.Add(static_cast<int64_t>(element.size()) + 1));
      const auto it = groups_.try_emplace(key).first;
      Group& group = it->second;
      if (group.size == 0) {
        ASSIGN_OR_RETURN(const TensorRef scalar, runner.Constant(HostTensor::Scalar<int64_t>(key), frame));
        ASSIGN_OR_RETURN(const Values told, dataset().Call(dataset().size_, runner, frame, {Value(scalar)}));
        ASSIGN_OR_RETURN(group.size, IntegerOf(dataset(), "a window's size", told));
        if (group.size <= 0) return dataset().Invalid(absl::StrCat("Window size must be greater than zero, but got ", group.size, "."));
      }
      group.components.insert(group.components.end(), std::make_move_iterator(element.begin()), std::make_move_iterator(element.end()));
      return ++group.elements < group.size ? absl::OkStatus() : Reduce(it, runner, frame);
    }

    absl::Status Reduce(std::map<int64_t, Group>::iterator it, Runner& runner, const Frame& frame) {
      const int64_t key = it->first;
      Common common{dataset().op(), dataset().input().types(), 0, std::move(it->second.components)};
      kept_.Remove(static_cast<int64_t>(common.parts.size()) + it->second.elements);
      groups_.erase(it);
      ASSIGN_OR_RETURN(const RefPtr<Dataset> window, ListDataset::Make(std::move(common), runner.keeper()));
      ASSIGN_OR_RETURN(const TensorRef scalar, runner.Constant(HostTensor::Scalar<int64_t>(key), frame));
      ASSIGN_OR_RETURN(const Values made, dataset().Call(dataset().reduce_, runner, frame, {Value(scalar), Value(window)}));
      const auto* reduced = made.size() == 1 ? dynamic_cast<const Dataset*>(made[0].object.get()) : nullptr;
      if (reduced == nullptr || reduced->types() != dataset().types()) {
        return dataset().Invalid("reduce_func must return one dataset of output_types");
      }
      ASSIGN_OR_RETURN(reduced_, reduced->Iterate(runner, frame));
      return absl::OkStatus();
    }

    IteratorPtr input_, reduced_;
    std::map<int64_t, Group> groups_;
    Kept kept_;
  };
  absl::StatusOr<IteratorPtr> MakeIterator(Runner& runner, const Frame& frame) const override {
    ASSIGN_OR_RETURN(IteratorPtr in, input().Iterate(runner, frame));
    return IteratorPtr(new Iterator(*this, std::move(in), runner));
  }

  const Function key_, reduce_, size_;
};

absl::Status MakeGroup(OpCall& call) {
  ASSIGN_OR_RETURN(const RefPtr<Dataset> input, DatasetInput(call, 0));
  Dataset::Common common{std::string(call.op()), {}, Dataset::kUnknown, {}};
  ASSIGN_OR_RETURN(common.types, TypesOf(call));
  ASSIGN_OR_RETURN(common.parts, OtherArguments(call, 1));
  common.parts.insert(common.parts.begin(), Value(input));
  GroupDataset::Function functions[3];
  size_t next = 1;
  const char* const names[3][2] = {{"key_func", "Tkey_func_other_arguments"},
                                   {"reduce_func", "Treduce_func_other_arguments"},
                                   {"window_size_func", "Twindow_size_func_other_arguments"}};
  for (int i = 0; i < 3; ++i) {
    ASSIGN_OR_RETURN(const auto* function, call.attrs().Func(names[i][0]));
    ASSIGN_OR_RETURN(const DTypes others, TypesOf(call, names[i][1]));
    functions[i] = {*function, next, others.size()};
    next += others.size();
  }
  if (next != common.parts.size()) return call.Invalid(absl::StrCat("takes ", next, " inputs, got ", common.parts.size()));
  call.Return(MakeRef<GroupDataset>(std::move(common), std::move(functions[0]), std::move(functions[1]), std::move(functions[2])));
  return absl::OkStatus();
}

// Random numbers without end; the same in each pass, unless it is to be others.
class RandomDataset final : public Dataset {
 public:
  RandomDataset(Common common, RefPtr<SeedGenerator> seeds) : Dataset(std::move(common)), seeds_(std::move(seeds)) {}

 private:
  class Iterator final : public IteratorOf<RandomDataset> {
   public:
    Iterator(const RandomDataset& dataset, std::pair<int64_t, int64_t> seeds)
        : IteratorOf(dataset), numbers_(seeds.first, seeds.second) {}

   private:
    absl::StatusOr<bool> Produce(Runner& runner, const Frame& frame, Values* element) override {
      ASSIGN_OR_RETURN(TensorRef number, runner.Constant(HostTensor::Scalar<int64_t>(numbers_.Next()), frame));
      element->emplace_back(std::move(number));
      return true;
    }
    RandomNumbers numbers_;
  };
  absl::StatusOr<IteratorPtr> MakeIterator(Runner&, const Frame&) const override {
    return IteratorPtr(new Iterator(*this, seeds_->Next()));
  }

  const RefPtr<SeedGenerator> seeds_;
};

absl::Status MakeRandom(OpCall& call) {
  ASSIGN_OR_RETURN(const int64_t seed, call.integer(0));
  ASSIGN_OR_RETURN(const int64_t seed2, call.integer(1));
  ASSIGN_OR_RETURN(DTypes types, TypesOf(call));
  if (types != DTypes{DType::kInt64}) return call.Invalid("output_types must be int64");
  call.Return(MakeRef<RandomDataset>(Dataset::Common{std::string(call.op()), std::move(types), Dataset::kInfinite, {}},
                                     MakeRef<SeedGenerator>(seed, seed2, call.attrs().Bool("rerandomize_each_iteration", false))));
  return absl::OkStatus();
}

constexpr OpRow kRows[] = {
    {"UniqueDataset", "handle", &MakeUnique},
    {"DirectedInterleaveDataset", "handle", &MakeDirected},
    {"GroupByWindowDataset", "handle", &MakeGroup},
    {"RandomDataset", "handle", &MakeRandom},
    {"RandomDatasetV2", "handle", &MakeRandom},
};

}  // namespace

absl::Span<const OpRow> DatasetChoiceOps() { return kRows; }

}  // namespace eager::server::tf
