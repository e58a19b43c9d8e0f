// Sequences of elements for training loops: tf.data.Dataset.
//
//   auto dataset = data::from_tensor_slices(images, labels).shuffle(1000).batch(32);
//   for (auto [x, y] : dataset.take(1)) …
//
// An element is a Tensor, or a pair, tuple or vector of such; Dataset<Tensor, Tensor> has pairs. Every method gives a
// new dataset and leaves this one as it is. A range-for starts a new pass; passes of one dataset may run in several
// threads.
//
// Data is uploaded once. Slicing, shuffling, repeating, zipping and batching compute row numbers in the program, so a
// batch costs one gather per component, and iterating does not wait. Functions given to map, filter and from_generator
// run in the thread that iterates (prefetch: in one of its own), once an element, in order; one that several passes
// call at once must bear it. Map after batch() where the function computes each element by itself: there it is called
// once a batch. Their exceptions reach the loop.
#pragma once

#include <iterator>
#include <limits>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>
#include <vector>

#include "client/data/element.h"
#include "client/data/pipeline.h"
#include "client/ndarray.h"

namespace eager::data {

template <class... Parts>
class Dataset {
 public:
  using Element = typename internal::ElementOf<Parts...>::Type;
  using Where = std::source_location;
  static_assert(internal::Structure<Element>::kIs, "an element is a Tensor, or a pair, tuple or vector of such");

  class Iterator;
  // Errors of the pass name the line that starts it.
  Iterator begin(Where where = Where::current()) const { return Iterator(node_, where); }
  std::default_sentinel_t end() const { return {}; }

  // f(element), or f(a, b) for pairs, gives the new element.
  template <class F>
  auto map(F f) const {
    using Result = std::decay_t<decltype(internal::CallWith(f, std::declval<const Element&>()))>;
    static_assert(internal::Structure<Result>::kIs,
                  "map: the function gives a Tensor, or a pair, tuple or vector of such");
    return internal::DatasetOf<Result>(internal::MakeMap(node_, [f = std::move(f)](internal::Tensors flat) mutable {
      return internal::ToFlat<Result>(internal::CallWith(f, internal::FromFlat<Element>(std::move(flat))));
    }));
  }
  // The elements for which the function gives true: a bool, or a bool tensor, which is waited for.
  template <class F>
  Dataset filter(F f) const {
    return Dataset(internal::MakeFilter(node_, [f = std::move(f)](internal::Tensors flat) mutable {
      const auto result = internal::CallWith(f, internal::FromFlat<Element>(std::move(flat)));
      if constexpr (std::is_same_v<std::decay_t<decltype(result)>, Tensor>) {
        return internal::IsTrue(result);
      } else {
        return static_cast<bool>(result);
      }
    }));
  }
  // Keeps buffer_size elements and gives out a random one of them, in whose place the next one comes: a buffer as large
  // as the dataset shuffles perfectly. Seeds and orders are TensorFlow's. Without reshuffle_each_iteration every pass
  // has the same order.
  Dataset shuffle(int64_t buffer_size, std::optional<int64_t> seed = std::nullopt, bool reshuffle_each_iteration = true,
                  Where where = Where::current()) const {
    return Dataset(internal::MakeShuffle(node_, buffer_size, seed, reshuffle_each_iteration, where));
  }
  // Every batch_size elements stacked along a new first axis; the last batch may be smaller, or is left out.
  Dataset batch(int64_t batch_size, bool drop_remainder = false, Where where = Where::current()) const {
    return Dataset(internal::MakeBatch(node_, batch_size, drop_remainder, where));
  }
  // The passes of this one after each other; without end if count is -1.
  Dataset repeat(int64_t count = -1) const { return Dataset(internal::MakeRepeat(node_, count)); }
  // The first elements; all of them if count is -1.
  Dataset take(int64_t count) const { return Dataset(internal::MakeTake(node_, count)); }
  // All but the first elements; none if count is -1.
  Dataset skip(int64_t count) const { return Dataset(internal::MakeSkip(node_, count)); }
  // This one's elements, then the other's, which have the same dtypes.
  Dataset concatenate(const Dataset& other, Where where = Where::current()) const {
    return Dataset(internal::MakeConcatenate(node_, other.node(), where));
  }
  // Remembers the elements of the first complete pass; later passes do not ask the datasets before it.
  Dataset cache() const { return Dataset(internal::MakeCache(node_)); }
  // Makes up to buffer_size elements ahead of the loop (-1: two), in a thread of its own if there is work to do:
  // functions to call or data to upload.
  Dataset prefetch(int64_t buffer_size = -1) const { return Dataset(internal::MakePrefetch(node_, buffer_size)); }
  // Pairs of a scalar int64 that counts up and the element.
  Dataset<Tensor, Element> enumerate(int64_t start = 0, Where where = Where::current()) const {
    constexpr int64_t last = std::numeric_limits<int64_t>::max();
    return Dataset<Tensor, Element>(internal::MakeZip({internal::MakeRange(start, last, 1, where), node_}));
  }

  // Elements of a pass; kInfiniteCardinality or, where only a pass can tell, kUnknownCardinality. Never waits.
  int64_t cardinality() const { return node_->Cardinality(); }
  // What each component of an element is, in order. Calls functions of map and from_generator for a first element.
  std::vector<ElementSpec> element_spec(Where where = Where::current()) const { return node_->Specs(where); }

  explicit Dataset(internal::NodeRef node) : node_(std::move(node)) {}
  const internal::NodeRef& node() const { return node_; }

 private:
  internal::NodeRef node_;
};

// One pass. An input iterator: moved, not copied.
template <class... Parts>
class Dataset<Parts...>::Iterator {
 public:
  using iterator_concept = std::input_iterator_tag;
  using value_type = Element;
  using difference_type = std::ptrdiff_t;

  Iterator(internal::NodeRef node, Where where) : node_(std::move(node)), cursor_(node_->Start()), where_(where) {
    ++*this;
  }

  Element& operator*() const { return *current_; }
  Element* operator->() const { return &*current_; }
  Iterator& operator++() {
    internal::Item item;
    current_.reset();
    if (cursor_->Next(item, where_)) current_ = internal::FromFlat<Element>(internal::Resolve(item, where_));
    return *this;
  }
  void operator++(int) { ++*this; }
  friend bool operator==(const Iterator& it, std::default_sentinel_t) { return !it.current_.has_value(); }

 private:
  internal::NodeRef node_;  // before the cursor, which it outlives
  std::unique_ptr<internal::Cursor> cursor_;
  Where where_;
  mutable std::optional<Element> current_;
};

struct SliceOptions {
  // Host arrays of up to this many bytes in all are uploaded once; larger ones stay in the program's memory, and every
  // batch is uploaded when it is made.
  int64_t max_device_bytes = int64_t{1} << 30;
};

// What is sliced along its first axis: a tensor, a host array, or (nested) vectors of numbers.
class SliceSource {
 public:
  SliceSource(const Tensor& t) : component_{{}, t} {}                                                     // NOLINT
  SliceSource(const NDArray& array) : component_{array.host(), {}} {}                                     // NOLINT
  SliceSource(const HostTensor& values) : component_{values, {}} {}                                       // NOLINT
  template <class T>
  SliceSource(const std::vector<T>& list) : SliceSource(NDArray(list)) {}                                 // NOLINT
  const internal::Component& component() const { return component_; }

 private:
  internal::Component component_;
};

namespace internal {
// Tensor, for each of the types.
template <class>
using TensorFor = Tensor;

template <class... Sources>
auto Slices(const SliceOptions& options, Where where, const Sources&... sources) {
  return Dataset<TensorFor<Sources>...>(
      MakeSlices({SliceSource(sources).component()...}, options.max_device_bytes, where));
}
}  // namespace internal

// The rows of one tensor, or of several of equal first extent: from_tensor_slices(images), (std::pair(images, labels)),
// a tuple, or a vector of tensors, whose elements are vectors. INVALID_ARGUMENT for scalars or unequal extents.
template <class Source>
  requires std::is_convertible_v<const Source&, SliceSource>
Dataset<Tensor> from_tensor_slices(const Source& source, const SliceOptions& options = {},
                                   std::source_location where = std::source_location::current()) {
  return internal::Slices(options, where, source);
}
template <class A, class B>
Dataset<Tensor, Tensor> from_tensor_slices(const std::pair<A, B>& sources, const SliceOptions& options = {},
                                           std::source_location where = std::source_location::current()) {
  return internal::Slices(options, where, sources.first, sources.second);
}
template <class... Sources>
auto from_tensor_slices(const std::tuple<Sources...>& sources, const SliceOptions& options = {},
                        std::source_location where = std::source_location::current()) {
  return std::apply([&](const Sources&... s) { return internal::Slices(options, where, s...); }, sources);
}
inline Dataset<std::vector<Tensor>> from_tensor_slices(const std::vector<Tensor>& sources,
                                                       const SliceOptions& options = {},
                                                       std::source_location where = std::source_location::current()) {
  std::vector<internal::Component> components;
  for (const Tensor& t : sources) components.push_back({{}, t});
  return Dataset<std::vector<Tensor>>(internal::MakeSlices(std::move(components), options.max_device_bytes, where));
}
// The same as of a pair.
inline Dataset<Tensor, Tensor> from_tensor_slices(const SliceSource& first, const SliceSource& second,
                                                  const SliceOptions& options = {},
                                                  std::source_location where = std::source_location::current()) {
  return Dataset<Tensor, Tensor>(
      internal::MakeSlices({first.component(), second.component()}, options.max_device_bytes, where));
}

// Scalar int64 tensors 0, 1, … below stop, or from start in steps, which may be negative.
inline Dataset<Tensor> range(int64_t stop, std::source_location where = std::source_location::current()) {
  return Dataset<Tensor>(internal::MakeRange(0, stop, 1, where));
}
inline Dataset<Tensor> range(int64_t start, int64_t stop, int64_t step = 1,
                             std::source_location where = std::source_location::current()) {
  return Dataset<Tensor>(internal::MakeRange(start, stop, step, where));
}

// For every pass make() gives a function whose calls give the elements, as std::optional, until it gives nullopt.
template <class Make>
auto from_generator(Make make) {
  using Next = std::decay_t<decltype(make())>;
  using Element = typename std::decay_t<decltype(std::declval<Next&>()())>::value_type;
  return internal::DatasetOf<Element>(internal::MakeGenerator([make = std::move(make)]() mutable -> internal::NextFn {
    return [next = make()]() mutable -> std::optional<internal::Tensors> {
      std::optional<Element> element = next();
      if (!element.has_value()) return std::nullopt;
      return internal::ToFlat<Element>(*element);
    };
  }));
}

// Elements of several datasets side by side, as many as the shortest has.
template <class... A, class... B>
auto zip(const Dataset<A...>& a, const Dataset<B...>& b) {
  return Dataset<typename Dataset<A...>::Element, typename Dataset<B...>::Element>(
      internal::MakeZip({a.node(), b.node()}));
}
template <class... A, class... B, class... C>
auto zip(const Dataset<A...>& a, const Dataset<B...>& b, const Dataset<C...>& c) {
  return Dataset<typename Dataset<A...>::Element, typename Dataset<B...>::Element, typename Dataset<C...>::Element>(
      internal::MakeZip({a.node(), b.node(), c.node()}));
}

}  // namespace eager::data
