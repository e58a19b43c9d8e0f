// Datasets and passes over them.
//
// To add one: a class of Dataset, whose MakeIterator gives a class of DatasetIterator, and a row with a function that makes it, in the file of
// its family.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/rpc/tensorflow/keeper.h"
#include "server/rpc/tensorflow/op_call.h"
#include "server/rpc/tensorflow/runner.h"

namespace eager::server::tf {

using DTypes = std::vector<DType>;

// One pass over a dataset. Used under its context's lock.
class DatasetIterator {
 public:
  virtual ~DatasetIterator() = default;
  // The next element; false: there is none any more. RESOURCE_EXHAUSTED where datasets are nested too deep; the session's error once it is
  // closed, however long the search for an element takes.
  absl::StatusOr<bool> Next(Runner& runner, const Frame& frame, Values* element);

 private:
  friend class Dataset;
  virtual absl::StatusOr<bool> Produce(Runner& runner, const Frame& frame, Values* element) = 0;

  std::unique_ptr<Kept> kept_;
};
using IteratorPtr = std::unique_ptr<DatasetIterator>;

// Does not change but for what its passes share: seeds, a cache.
class Dataset : public Object {
 public:
  static constexpr absl::string_view kKind = "a dataset";
  static constexpr int64_t kInfinite = -1, kUnknown = -2;  // as cardinalities; TensorFlow's numbers

  // What every dataset has. `parts`: the datasets it is made of, and the values that its functions take beside elements.
  struct Common {
    std::string op;  // for messages
    DTypes types;
    int64_t cardinality = kUnknown;
    Values parts;
  };
  explicit Dataset(Common common) : common_(std::move(common)) {}
  ~Dataset() override { Discard(std::move(common_.parts)); }

  absl::string_view kind() const override { return kKind; }
  const std::string& op() const { return common_.op; }
  const DTypes& types() const { return common_.types; }
  int64_t cardinality() const { return common_.cardinality; }
  const Values& parts() const { return common_.parts; }
  // Part i, which is a dataset.
  const Dataset& input(size_t i = 0) const { return static_cast<const Dataset&>(*common_.parts[i].object); }

  // A new pass. Errors as DatasetIterator::Next's.
  absl::StatusOr<IteratorPtr> Iterate(Runner& runner, const Frame& frame) const;

  absl::Status Error(absl::StatusCode code, absl::string_view message) const;
  absl::Status Invalid(absl::string_view message) const { return Error(absl::StatusCode::kInvalidArgument, message); }

 private:
  virtual absl::StatusOr<IteratorPtr> MakeIterator(Runner& runner, const Frame& frame) const = 0;

  Common common_;
};

// A pass over a D, which it keeps.
template <class D>
class IteratorOf : public DatasetIterator {
 protected:
  explicit IteratorOf(const D& dataset) : dataset_(&dataset) {}
  const D& dataset() const { return *dataset_; }

 private:
  const RefPtr<const D> dataset_;
};

// Of the ops that make datasets.
// Input i, a dataset.
absl::StatusOr<RefPtr<Dataset>> DatasetInput(const OpCall& call, int i);
// What is left of the inputs but for `last` at their end: what functions take beside elements. INVALID_ARGUMENT where there are fewer.
absl::StatusOr<Values> OtherArguments(const OpCall& call, int first, int last = 0);
// The op's attribute of that name, as the dtypes of elements.
absl::StatusOr<DTypes> TypesOf(const OpCall& call, const std::string& attr = "output_types");

// A function of a dataset with what it takes beside an element: the parts of the dataset from `first` on.
class ElementFunction {
 public:
  ElementFunction(::tensorflow::NameAttrList function, size_t first) : function_(std::move(function)), first_(first) {}
  absl::StatusOr<Values> Call(const Dataset& dataset, Runner& runner, const Frame& frame, Values element) const;
  // The same of a function that says yes or no.
  absl::StatusOr<bool> Holds(const Dataset& dataset, Runner& runner, const Frame& frame, Values element) const;

 private:
  const ::tensorflow::NameAttrList function_;
  const size_t first_;
};

// Whether an element's values are of these dtypes; INVALID_ARGUMENT, which says where they are not.
absl::Status CheckElement(absl::string_view op, const Values& element, const DTypes& types);

// Row i of a tensor of at least one axis.
absl::StatusOr<TensorRef> Row(Runner& runner, const Frame& frame, const TensorRef& tensor, int64_t i);
// A tensor of values that kernels read on the host.
absl::StatusOr<TensorRef> OnHost(Runner& runner, const HostTensor& values);

}  // namespace eager::server::tf
