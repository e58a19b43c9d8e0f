// Nodes that take elements from others and give each of them on, or not, or changed.

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "client/core/throw.h"
#include "client/data/pipeline.h"
#include "common/mutex.h"

namespace eager::data::internal {
namespace {

// What most nodes share: one input, whose elements are of the same kind as the output's.
class Transform : public Node {
 public:
  explicit Transform(NodeRef input) : input_(std::move(input)) {}
  int64_t Cardinality() const override { return input_->Cardinality(); }
  std::vector<ElementSpec> Specs(Where where) const override { return input_->Specs(where); }
  bool Works() const override { return input_->Works(); }

 protected:
  const NodeRef input_;
};

// A pass that is nothing but a function.
template <class F>
class Pass final : public Cursor {
 public:
  explicit Pass(F next) : next_(std::move(next)) {}
  bool Next(Item& item, Where where) override { return next_(item, where); }

 private:
  F next_;
};
template <class F>
std::unique_ptr<Cursor> MakePass(F next) {
  return std::make_unique<Pass<F>>(std::move(next));
}

class MapNode final : public Transform {
 public:
  MapNode(NodeRef input, MapFn fn) : Transform(std::move(input)), fn_(std::move(fn)) {}
  std::unique_ptr<Cursor> Start() const override {
    return MakePass([this, input = input_->Start()](Item& item, Where where) {
      if (!input->Next(item, where)) return false;
      item = ItemOf(fn_(Resolve(item, where)));
      return true;
    });
  }
  std::vector<ElementSpec> Specs(Where where) const override { return SpecsOfFirst(*this, where); }
  bool Works() const override { return true; }

 private:
  const MapFn fn_;
};

class FilterNode final : public Transform {
 public:
  FilterNode(NodeRef input, FilterFn fn) : Transform(std::move(input)), fn_(std::move(fn)) {}
  std::unique_ptr<Cursor> Start() const override {
    return MakePass([this, input = input_->Start()](Item& item, Where where) {
      while (input->Next(item, where)) {
        if (fn_(Resolve(item, where))) return true;
      }
      return false;
    });
  }
  int64_t Cardinality() const override { return kUnknownCardinality; }
  bool Works() const override { return true; }

 private:
  const FilterFn fn_;
};

class BatchNode final : public Transform {
 public:
  BatchNode(NodeRef input, int64_t size, bool drop) : Transform(std::move(input)), size_(size), drop_(drop) {}
  std::unique_ptr<Cursor> Start() const override {
    return MakePass([this, input = input_->Start(), items = std::vector<Item>()](Item& out, Where where) mutable {
      items.clear();
      for (Item item; static_cast<int64_t>(items.size()) < size_ && input->Next(item, where);)
        items.push_back(std::move(item));
      if (items.empty() || (drop_ && static_cast<int64_t>(items.size()) < size_)) return false;
      out = Stack(items, where);
      return true;
    });
  }
  int64_t Cardinality() const override {
    const int64_t n = input_->Cardinality();
    if (n < 0) return n;
    return n / size_ + (n % size_ != 0 && !drop_ ? 1 : 0);
  }
  std::vector<ElementSpec> Specs(Where where) const override {
    std::vector<ElementSpec> specs = input_->Specs(where);
    for (ElementSpec& spec : specs) spec.shape.insert(spec.shape.begin(), drop_ ? size_ : -1);
    return specs;
  }

 private:
  const int64_t size_;
  const bool drop_;
};

class RepeatNode final : public Transform {
 public:
  RepeatNode(NodeRef input, int64_t count) : Transform(std::move(input)), count_(count) {}
  std::unique_ptr<Cursor> Start() const override {
    return MakePass([this, input = std::unique_ptr<Cursor>(), pass = int64_t{0}](Item& item, Where where) mutable {
      while (count_ < 0 || pass < count_) {
        const bool fresh = input == nullptr;
        if (fresh) input = input_->Start();
        if (input->Next(item, where)) return true;
        input.reset();
        ++pass;
        if (fresh && count_ < 0) return false;  // nothing to repeat for ever
      }
      return false;
    });
  }
  int64_t Cardinality() const override {
    const int64_t n = input_->Cardinality();
    if (n == 0 || count_ == 0) return 0;
    if (count_ < 0) return n == kUnknownCardinality ? n : kInfiniteCardinality;
    int64_t product;
    if (n < 0) return n;
    return __builtin_mul_overflow(n, count_, &product) ? std::numeric_limits<int64_t>::max() : product;
  }

 private:
  const int64_t count_;
};

class TakeNode final : public Transform {
 public:
  TakeNode(NodeRef input, int64_t count) : Transform(std::move(input)), count_(count) {}
  std::unique_ptr<Cursor> Start() const override {
    return MakePass([this, input = input_->Start(), taken = int64_t{0}](Item& item, Where where) mutable {
      if ((count_ >= 0 && taken >= count_) || !input->Next(item, where)) return false;
      ++taken;
      return true;
    });
  }
  int64_t Cardinality() const override {
    const int64_t n = input_->Cardinality();
    if (count_ < 0 || n == kUnknownCardinality) return n;
    return n == kInfiniteCardinality ? count_ : std::min(n, count_);
  }

 private:
  const int64_t count_;
};

class SkipNode final : public Transform {
 public:
  SkipNode(NodeRef input, int64_t count) : Transform(std::move(input)), count_(count) {}
  std::unique_ptr<Cursor> Start() const override {
    return MakePass([this, input = input_->Start(), skipped = false](Item& item, Where where) mutable {
      if (count_ < 0) return false;
      for (int64_t i = 0; !skipped && i < count_; ++i) {
        if (!input->Next(item, where)) break;
      }
      skipped = true;
      return input->Next(item, where);
    });
  }
  int64_t Cardinality() const override {
    const int64_t n = input_->Cardinality();
    if (count_ < 0) return 0;
    return n < 0 ? n : std::max<int64_t>(n - count_, 0);
  }

 private:
  const int64_t count_;
};

class ConcatenateNode final : public Transform {
 public:
  ConcatenateNode(NodeRef first, NodeRef second) : Transform(std::move(first)), second_(std::move(second)) {}
  std::unique_ptr<Cursor> Start() const override {
    return MakePass([this, input = input_->Start(), in_second = false](Item& item, Where where) mutable {
      if (input->Next(item, where)) return true;
      if (in_second) return false;
      in_second = true;
      input = second_->Start();
      return input->Next(item, where);
    });
  }
  int64_t Cardinality() const override {
    const int64_t a = input_->Cardinality(), b = second_->Cardinality();
    if (a == kInfiniteCardinality || b == kInfiniteCardinality) return kInfiniteCardinality;
    if (a < 0 || b < 0) return kUnknownCardinality;
    return b > std::numeric_limits<int64_t>::max() - a ? std::numeric_limits<int64_t>::max() : a + b;
  }
  std::vector<ElementSpec> Specs(Where where) const override {
    std::vector<ElementSpec> specs = input_->Specs(where);
    const std::vector<ElementSpec> others = second_->Specs(where);
    for (size_t c = 0; c < specs.size() && c < others.size(); ++c) {
      for (size_t axis = 0; axis < specs[c].shape.size() && axis < others[c].shape.size(); ++axis) {
        if (specs[c].shape[axis] != others[c].shape[axis]) specs[c].shape[axis] = -1;
      }
    }
    return specs;
  }
  bool Works() const override { return input_->Works() || second_->Works(); }

 private:
  const NodeRef second_;
};

class ZipNode final : public Node {
 public:
  explicit ZipNode(std::vector<NodeRef> inputs) : inputs_(std::move(inputs)) {}
  std::unique_ptr<Cursor> Start() const override {
    std::vector<std::unique_ptr<Cursor>> passes;
    for (const NodeRef& input : inputs_) passes.push_back(input->Start());
    return MakePass([passes = std::move(passes), ended = false](Item& item, Where where) mutable {
      Item all;
      for (const auto& pass : passes) {
        ended = ended || !pass->Next(item, where);
        if (ended) return false;
        std::move(item.begin(), item.end(), std::back_inserter(all));
      }
      item = std::move(all);
      return true;
    });
  }
  int64_t Cardinality() const override {
    int64_t least = kInfiniteCardinality;
    for (const NodeRef& input : inputs_) {
      const int64_t n = input->Cardinality();
      if (n == kUnknownCardinality) return n;
      if (n >= 0) least = least < 0 ? n : std::min(least, n);
    }
    return least;
  }
  std::vector<ElementSpec> Specs(Where where) const override {
    std::vector<ElementSpec> all;
    for (const NodeRef& input : inputs_) {
      const std::vector<ElementSpec> some = input->Specs(where);
      all.insert(all.end(), some.begin(), some.end());
    }
    return all;
  }
  bool Works() const override {
    return std::any_of(inputs_.begin(), inputs_.end(), [](const NodeRef& input) { return input->Works(); });
  }

 private:
  const std::vector<NodeRef> inputs_;
};

class CacheNode final : public Transform {
 public:
  using Items = std::vector<Item>;
  explicit CacheNode(NodeRef input) : Transform(std::move(input)) {}

  std::unique_ptr<Cursor> Start() const override {
    if (std::shared_ptr<const Items> known = Known()) {
      return MakePass([known = std::move(known), next = size_t{0}](Item& item, Where) mutable {
        if (next == known->size()) return false;
        item = (*known)[next++];
        return true;
      });
    }
    return MakePass(
        [this, input = input_->Start(), items = std::make_shared<Items>()](Item& item, Where where) mutable {
          if (items == nullptr) return false;
          if (input->Next(item, where)) {
            items->push_back(item);
            return true;
          }
          MutexLock lock(&mu_);
          if (items_ == nullptr) items_ = std::move(items);  // of several first passes the first to end
          items = nullptr;
          return false;
        });
  }

 private:
  std::shared_ptr<const Items> Known() const {
    MutexLock lock(&mu_);
    return items_;
  }
  mutable Mutex mu_;
  mutable std::shared_ptr<const Items> items_ ABSL_GUARDED_BY(mu_);
};

}  // namespace

NodeRef MakeMap(NodeRef input, MapFn fn) { return std::make_shared<MapNode>(std::move(input), std::move(fn)); }
NodeRef MakeFilter(NodeRef input, FilterFn fn) { return std::make_shared<FilterNode>(std::move(input), std::move(fn)); }
NodeRef MakeBatch(NodeRef input, int64_t size, bool drop_remainder, Where where) {
  if (size <= 0) throw Error(absl::InvalidArgumentError("batch: Batch size must be greater than zero."), where);
  return std::make_shared<BatchNode>(std::move(input), size, drop_remainder);
}
NodeRef MakeRepeat(NodeRef input, int64_t count) { return std::make_shared<RepeatNode>(std::move(input), count); }
NodeRef MakeTake(NodeRef input, int64_t count) { return std::make_shared<TakeNode>(std::move(input), count); }
NodeRef MakeSkip(NodeRef input, int64_t count) { return std::make_shared<SkipNode>(std::move(input), count); }
NodeRef MakeConcatenate(NodeRef first, NodeRef second, Where where) {
  // What a function of the program decides is seen when its elements meet those of the other.
  if (!first->Works() && !second->Works()) {
    const std::vector<ElementSpec> a = first->Specs(where), b = second->Specs(where);
    for (size_t c = 0; c < std::max(a.size(), b.size()); ++c) {
      if (c < a.size() && c < b.size() && a[c].dtype == b[c].dtype) continue;
      throw Error(absl::InvalidArgumentError(absl::StrCat(
                      "concatenate: the datasets have different types in component ", c, ": ",
                      c < a.size() ? a[c].ToString() : "nothing", " and ", c < b.size() ? b[c].ToString() : "nothing")),
                  where);
    }
  }
  return std::make_shared<ConcatenateNode>(std::move(first), std::move(second));
}
NodeRef MakeZip(std::vector<NodeRef> inputs) { return std::make_shared<ZipNode>(std::move(inputs)); }
NodeRef MakeCache(NodeRef input) { return std::make_shared<CacheNode>(std::move(input)); }

}  // namespace eager::data::internal
