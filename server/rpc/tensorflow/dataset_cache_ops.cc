// Datasets whose first whole pass is kept for those after it.
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/rpc/tensorflow/dataset.h"

namespace eager::server::tf {
namespace {

struct Elements {
  explicit Elements(const std::shared_ptr<Keeper>& keeper) : kept(keeper) {}
  ~Elements() {
    for (Values& element : list) Discard(std::move(element));
  }
  absl::Status Add(const Values& element) {
    RETURN_IF_ERROR(kept.Add(static_cast<int64_t>(element.size()) + 1));
    list.push_back(element);
    return absl::OkStatus();
  }
  std::vector<Values> list;
  Kept kept;
};

class Cache final : public Container {
 public:
  static constexpr absl::string_view kKind = "a cache";
  using Container::Container;
  ~Cache() override { Discard(std::move(elements_)); }
  absl::string_view kind() const override { return kKind; }
  DType dtype() const override { return DType::kResource; }
  void Empty() override { Discard(std::move(elements_)); }

  // Null until a pass has been a whole one.
  const std::shared_ptr<Elements>& elements() const { return elements_; }
  void Fill(std::shared_ptr<Elements> elements) {
    if (elements_ == nullptr) elements_ = std::move(elements);
  }

 private:
  std::shared_ptr<Elements> elements_;
};

class CacheDataset final : public Dataset {
 public:
  CacheDataset(Common common, RefPtr<Cache> cache) : Dataset(std::move(common)), cache_(std::move(cache)) {}

 private:
  class Reader final : public IteratorOf<CacheDataset> {
   public:
    explicit Reader(const CacheDataset& dataset) : IteratorOf(dataset), elements_(dataset.cache_->elements()) {}

   private:
    absl::StatusOr<bool> Produce(Runner&, const Frame&, Values* element) override {
      if (next_ >= elements_->list.size()) return false;
      *element = elements_->list[next_++];
      return true;
    }
    const std::shared_ptr<Elements> elements_;
    size_t next_ = 0;
  };

  class Writer final : public IteratorOf<CacheDataset> {
   public:
    Writer(const CacheDataset& dataset, Runner& runner, IteratorPtr input)
        : IteratorOf(dataset), input_(std::move(input)), elements_(std::make_shared<Elements>(runner.keeper())) {}

   private:
    absl::StatusOr<bool> Produce(Runner& runner, const Frame& frame, Values* element) override {
      if (input_ == nullptr) return false;
      ASSIGN_OR_RETURN(const bool any, input_->Next(runner, frame, element));
      if (any) {
        RETURN_IF_ERROR(elements_->Add(*element));
        return true;
      }
      input_.reset();
      dataset().cache_->Fill(std::move(elements_));
      return false;
    }
    IteratorPtr input_;
    std::shared_ptr<Elements> elements_;
  };

  absl::StatusOr<IteratorPtr> MakeIterator(Runner& runner, const Frame& frame) const override {
    if (cache_->elements() != nullptr) return IteratorPtr(new Reader(*this));
    ASSIGN_OR_RETURN(IteratorPtr in, input().Iterate(runner, frame));
    return IteratorPtr(new Writer(*this, runner, std::move(in)));
  }

  const RefPtr<Cache> cache_;
};

absl::Status MakeCache(OpCall& call) {
  ASSIGN_OR_RETURN(const RefPtr<Dataset> input, DatasetInput(call, 0));
  ASSIGN_OR_RETURN(const std::string file, call.string(1));
  if (!file.empty()) {
    return call.Error(absl::StatusCode::kPermissionDenied, "a cache in a file of the server is not served; an empty filename keeps it in memory");
  }
  RefPtr<Cache> cache;
  if (call.num_inputs() > 2) cache = RefPtr<Cache>(dynamic_cast<Cache*>(call.inputs()[2].object.get()));
  if (!cache) cache = MakeRef<Cache>(call.runner().keeper());
  call.Return(MakeRef<CacheDataset>(Dataset::Common{std::string(call.op()), input->types(), input->cardinality(), {Value(input)}},
                                    std::move(cache)));
  return absl::OkStatus();
}

// With what deletes it: it goes with its last handle.
absl::Status MakeMemoryCache(OpCall& call) {
  const RefPtr<Cache> cache = MakeRef<Cache>(call.runner().keeper());
  call.Return(cache);
  call.Return(cache);
  return absl::OkStatus();
}

absl::Status DeleteMemoryCache(OpCall& call) {
  ASSIGN_OR_RETURN(const RefPtr<Cache> cache, call.object<Cache>(0));
  return absl::OkStatus();
}

constexpr OpRow kRows[] = {
    {"CacheDataset", "handle", &MakeCache},
    {"CacheDatasetV2", "handle", &MakeCache},
    {"AnonymousMemoryCache", "handle, deleter", &MakeMemoryCache},
    {"DeleteMemoryCache", "", &DeleteMemoryCache, /*stateful=*/true},
};

}  // namespace

absl::Span<const OpRow> DatasetCacheOps() { return kRows; }

}  // namespace eager::server::tf
