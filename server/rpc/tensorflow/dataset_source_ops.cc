// Datasets that are made of tensors and numbers.
#include <limits>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/visit_dtype.h"
#include "server/rpc/tensorflow/dataset.h"

namespace eager::server::tf {
namespace {

// One element: the components.
class TensorDataset final : public Dataset {
 public:
  using Dataset::Dataset;

 private:
  class Iterator final : public IteratorOf<TensorDataset> {
   public:
    explicit Iterator(const TensorDataset& dataset) : IteratorOf(dataset) {}

   private:
    absl::StatusOr<bool> Produce(Runner&, const Frame&, Values* element) override {
      if (std::exchange(done_, true)) return false;
      *element = dataset().parts();
      return true;
    }
    bool done_ = false;
  };
  absl::StatusOr<IteratorPtr> MakeIterator(Runner&, const Frame&) const override { return IteratorPtr(new Iterator(*this)); }
};

absl::Status MakeTensorDataset(OpCall& call) {
  ASSIGN_OR_RETURN(DTypes types, TypesOf(call, "Toutput_types"));
  if (call.num_inputs() == 0) return call.Invalid("there are no components");
  RETURN_IF_ERROR(CheckElement(call.op(), call.inputs(), types));
  call.Return(MakeRef<TensorDataset>(Dataset::Common{std::string(call.op()), std::move(types), 1, std::move(call.inputs())}));
  return absl::OkStatus();
}

// An element for each row of the components.
class SliceDataset final : public Dataset {
 public:
  using Dataset::Dataset;

 private:
  class Iterator final : public IteratorOf<SliceDataset> {
   public:
    explicit Iterator(const SliceDataset& dataset) : IteratorOf(dataset) {}

   private:
    absl::StatusOr<bool> Produce(Runner& runner, const Frame& frame, Values* element) override {
      if (next_ >= dataset().cardinality()) return false;
      for (const Value& component : dataset().parts()) {
        ASSIGN_OR_RETURN(TensorRef row, Row(runner, frame, component.tensor, next_));
        element->emplace_back(std::move(row));
      }
      ++next_;
      return true;
    }
    int64_t next_ = 0;
  };
  absl::StatusOr<IteratorPtr> MakeIterator(Runner&, const Frame&) const override { return IteratorPtr(new Iterator(*this)); }
};

absl::Status MakeSliceDataset(OpCall& call) {
  ASSIGN_OR_RETURN(DTypes types, TypesOf(call, "Toutput_types"));
  if (call.num_inputs() == 0) return call.Invalid("there are no components");
  RETURN_IF_ERROR(CheckElement(call.op(), call.inputs(), types));
  int64_t rows = -1;
  for (int i = 0; i < call.num_inputs(); ++i) {
    ASSIGN_OR_RETURN(const TensorRef component, call.tensor(i));
    if (component->shape().is_scalar()) return call.Invalid("Cannot slice a scalar: all components must have at least one dimension");
    const int64_t here = component->shape().dim(0);
    if (rows >= 0 && rows != here) return call.Invalid(absl::StrCat("Inconsistent number of rows: components have ", rows, " and ", here));
    rows = here;
  }
  call.Return(MakeRef<SliceDataset>(Dataset::Common{std::string(call.op()), std::move(types), rows, std::move(call.inputs())}));
  return absl::OkStatus();
}

class RangeDataset final : public Dataset {
 public:
  RangeDataset(Common common, int64_t start, int64_t step) : Dataset(std::move(common)), start_(start), step_(step) {}

 private:
  class Iterator final : public IteratorOf<RangeDataset> {
   public:
    explicit Iterator(const RangeDataset& dataset) : IteratorOf(dataset) {}

   private:
    absl::StatusOr<bool> Produce(Runner& runner, const Frame& frame, Values* element) override {
      if (made_ >= dataset().cardinality()) return false;
      // Between start and stop, so this wraps around nowhere.
      const auto value = static_cast<int64_t>(static_cast<uint64_t>(dataset().start_) +
                                              static_cast<uint64_t>(made_) * static_cast<uint64_t>(dataset().step_));
      const HostTensor scalar = VisitDType(
          dataset().types()[0],
          [&]<class T>() {
            if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>) {
              return HostTensor::Scalar(T(static_cast<float>(value)));
            } else {
              return HostTensor::Scalar(static_cast<T>(value));
            }
          },
          [] { return HostTensor(); });
      ASSIGN_OR_RETURN(TensorRef tensor, runner.Constant(scalar, frame));
      element->emplace_back(std::move(tensor));
      ++made_;
      return true;
    }
    int64_t made_ = 0;
  };
  absl::StatusOr<IteratorPtr> MakeIterator(Runner&, const Frame&) const override { return IteratorPtr(new Iterator(*this)); }

  const int64_t start_, step_;
};

absl::Status MakeRangeDataset(OpCall& call) {
  ASSIGN_OR_RETURN(const int64_t start, call.integer(0));
  ASSIGN_OR_RETURN(const int64_t stop, call.integer(1));
  ASSIGN_OR_RETURN(const int64_t step, call.integer(2));
  ASSIGN_OR_RETURN(DTypes types, TypesOf(call));
  if (step == 0) return call.Invalid("step must be a non-zero integer.");
  if (types.size() != 1 || !(IsInteger(types[0]) || IsFloating(types[0]))) return call.Invalid("output_types must be one number's");
  const auto from = static_cast<__int128>(start), to = static_cast<__int128>(stop), by = static_cast<__int128>(step);
  __int128 n = by > 0 ? (to - from + by - 1) / by : (from - to - by - 1) / -by;
  if (n < 0) n = 0;
  if (n > std::numeric_limits<int64_t>::max()) n = std::numeric_limits<int64_t>::max();
  call.Return(MakeRef<RangeDataset>(Dataset::Common{std::string(call.op()), std::move(types), static_cast<int64_t>(n), {}}, start, step));
  return absl::OkStatus();
}

constexpr OpRow kRows[] = {
    {"TensorDataset", "handle", &MakeTensorDataset},
    {"TensorSliceDataset", "handle", &MakeSliceDataset},
    {"RangeDataset", "handle", &MakeRangeDataset},
};

}  // namespace

absl::Span<const OpRow> DatasetSourceOps() { return kRows; }

}  // namespace eager::server::tf
