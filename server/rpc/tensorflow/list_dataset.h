// A dataset of elements that were taken of another one: a window, a group.
#pragma once

#include "server/rpc/tensorflow/dataset.h"

namespace eager::server::tf {

// Its parts are the components of the elements, one element behind the other.
class ListDataset final : public Dataset {
 public:
  // RESOURCE_EXHAUSTED beyond what the client may keep.
  static absl::StatusOr<RefPtr<Dataset>> Make(Common common, const std::shared_ptr<Keeper>& keeper) {
    if (!common.types.empty()) common.cardinality = static_cast<int64_t>(common.parts.size() / common.types.size());
    const auto kept = static_cast<int64_t>(common.parts.size()) + 1;
    const auto made = MakeRef<ListDataset>(std::move(common), keeper);
    absl::Status status = made->kept_.Add(kept);
    if (!status.ok()) return status;
    return RefPtr<Dataset>(made);
  }
  ListDataset(Common common, const std::shared_ptr<Keeper>& keeper) : Dataset(std::move(common)), kept_(keeper) {}

 private:
  class Iterator final : public IteratorOf<ListDataset> {
   public:
    explicit Iterator(const ListDataset& dataset) : IteratorOf(dataset) {}

   private:
    absl::StatusOr<bool> Produce(Runner&, const Frame&, Values* element) override {
      if (next_ >= dataset().cardinality()) return false;
      const auto n = static_cast<int64_t>(dataset().types().size());
      const auto first = dataset().parts().begin() + next_++ * n;
      element->assign(first, first + n);
      return true;
    }
    int64_t next_ = 0;
  };
  absl::StatusOr<IteratorPtr> MakeIterator(Runner&, const Frame&) const override { return IteratorPtr(new Iterator(*this)); }

  Kept kept_;
};

}  // namespace eager::server::tf
