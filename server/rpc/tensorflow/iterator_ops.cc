// Iterators as resources: a dataset's pass that a client, or a function, takes elements of.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status_macros.h"
#include "server/rpc/tensorflow/dataset.h"
#include "server/rpc/tensorflow/optional.h"

namespace eager::server::tf {
namespace {

std::string ToString(const DTypes& types) {
  return absl::StrCat("(", absl::StrJoin(types, ", ", [](std::string* out, DType type) { absl::StrAppend(out, Name(type)); }), ")");
}

class Iterator final : public Container {
 public:
  static constexpr absl::string_view kKind = "an iterator";
  Iterator(std::shared_ptr<Keeper> keeper, DTypes types) : Container(std::move(keeper)), types_(std::move(types)) {}
  ~Iterator() override { Discard(std::move(pass_)); }
  absl::string_view kind() const override { return kKind; }
  DType dtype() const override { return DType::kResource; }
  void Empty() override { Discard(std::move(pass_)); }

  const DTypes& types() const { return types_; }

  absl::Status Begin(const OpCall& call, const Dataset& dataset) {
    auto pass = std::make_shared<Pass>();
    Frame frame = call.frame();
    frame.functions = &pass->functions;
    ASSIGN_OR_RETURN(pass->iterator, dataset.Iterate(call.runner(), frame));
    Discard(std::exchange(pass_, std::move(pass)));
    return absl::OkStatus();
  }

  absl::StatusOr<bool> Next(const OpCall& call, Values* element) {
    const std::shared_ptr<Pass> pass = pass_;  // a function of the dataset may begin another one
    if (pass == nullptr) {
      return call.Error(absl::StatusCode::kFailedPrecondition,
                        "GetNext() failed because the iterator has not been initialized. Ensure that you have run the initializer "
                        "operation for this iterator before getting the next element.");
    }
    if (std::exchange(pass->at_work, true)) {
      return call.Error(absl::StatusCode::kFailedPrecondition, "the iterator is asked for an element while it makes one");
    }
    Frame frame = call.frame();
    frame.functions = &pass->functions;
    absl::StatusOr<bool> any = pass->iterator == nullptr ? false : pass->iterator->Next(call.runner(), frame, element);
    pass->at_work = false;
    if (any.ok() && !*any) pass->iterator.reset();
    return any;
  }

 private:
  struct Pass {
    FunctionInstances functions;  // random ops begin anew in each pass
    IteratorPtr iterator;         // null: it is at its end
    bool at_work = false;
  };
  const DTypes types_;
  std::shared_ptr<Pass> pass_;
};

absl::Status New(OpCall& call) {
  ASSIGN_OR_RETURN(DTypes types, TypesOf(call));
  call.Return(MakeRef<Iterator>(call.runner().keeper(), std::move(types)));
  return absl::OkStatus();
}

// With what deletes it: it goes with its last handle.
absl::Status NewWithDeleter(OpCall& call) {
  RETURN_IF_ERROR(New(call));
  call.Return(MakeRef<Optional>());
  return absl::OkStatus();
}

absl::Status Named(OpCall& call) {
  const std::string name = call.attrs().String("shared_name", "");
  if (name.empty()) return New(call);
  const std::string key = absl::StrCat("iterator/", call.attrs().String("container", ""), "/", name);
  RefPtr<Object> found = call.runner().keeper()->Find(key);
  if (!found) {
    RETURN_IF_ERROR(New(call));
    return call.runner().keeper()->SetName(key, call.outputs()[0].object);
  }
  call.Return(std::move(found));
  return absl::OkStatus();
}

absl::Status Delete(OpCall& call) {
  ASSIGN_OR_RETURN(const RefPtr<Iterator> iterator, call.object<Iterator>(0));
  iterator->Empty();
  call.runner().keeper()->Forget(*iterator);
  return absl::OkStatus();
}

absl::Status Begin(OpCall& call) {
  ASSIGN_OR_RETURN(const RefPtr<Dataset> dataset, DatasetInput(call, 0));
  ASSIGN_OR_RETURN(const RefPtr<Iterator> iterator, call.object<Iterator>(1));
  if (dataset->types() != iterator->types()) {
    return call.Invalid(
        absl::StrCat("the iterator is of elements ", ToString(iterator->types()), ", the dataset's are ", ToString(dataset->types())));
  }
  return iterator->Begin(call, *dataset);
}

absl::StatusOr<bool> Take(OpCall& call, Values* element) {
  ASSIGN_OR_RETURN(const RefPtr<Iterator> iterator, call.object<Iterator>(0));
  ASSIGN_OR_RETURN(const DTypes types, TypesOf(call));
  if (types != iterator->types()) {
    return call.Invalid(absl::StrCat("the iterator is of elements ", ToString(iterator->types()), ", not of ", ToString(types)));
  }
  return iterator->Next(call, element);
}

absl::Status GetNext(OpCall& call) {
  Values element;
  ASSIGN_OR_RETURN(const bool any, Take(call, &element));
  if (!any) return call.Error(absl::StatusCode::kOutOfRange, "End of sequence");
  call.outputs() = std::move(element);
  return absl::OkStatus();
}

absl::Status GetNextAsOptional(OpCall& call) {
  Values element;
  ASSIGN_OR_RETURN(const bool any, Take(call, &element));
  call.Return(any ? MakeRef<Optional>(std::move(element)) : MakeRef<Optional>());
  return absl::OkStatus();
}

constexpr OpRow kRows[] = {
    {"AnonymousIterator", "handle", &New, /*stateful=*/true},
    {"AnonymousIteratorV2", "handle, deleter", &NewWithDeleter, /*stateful=*/true},
    {"AnonymousIteratorV3", "handle", &New, /*stateful=*/true},
    {"Iterator", "handle", &Named, /*stateful=*/true},
    {"IteratorV2", "handle", &Named, /*stateful=*/true},
    {"DeleteIterator", "", &Delete, /*stateful=*/true},
    {"MakeIterator", "", &Begin, /*stateful=*/true},
    {"IteratorGetNext", "components", &GetNext, /*stateful=*/true},
    {"IteratorGetNextSync", "components", &GetNext, /*stateful=*/true},
    {"IteratorGetNextAsOptional", "optional", &GetNextAsOptional, /*stateful=*/true},
};

}  // namespace

absl::Span<const OpRow> IteratorOps() { return kRows; }

}  // namespace eager::server::tf
