// What a Dataset points to: a chain of nodes, each of which makes elements out of those of the one before.
//
// Elements stay what they are in their source, a row of some tensors, for as long as no function of the program looks
// at them. So slices, shuffle, repeat, zip and batch only move row numbers about, and a batch is one gather.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <source_location>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/types/span.h"
#include "client/data/element.h"
#include "common/host_tensor.h"

namespace eager::data {

inline constexpr int64_t kInfiniteCardinality = -1;
inline constexpr int64_t kUnknownCardinality = -2;

namespace internal {

using Where = std::source_location;

// A table whose rows are elements, or parts of such. Immutable; used by many threads at once.
class Rows {
 public:
  virtual ~Rows() = default;
  virtual Tensors Get(int64_t row, Where where) const = 0;
  // The rows, stacked along a new first axis.
  virtual Tensors Gather(absl::Span<const int64_t> rows, Where where) const = 0;
};

// Some of an element's components: a row that nobody has looked up yet, or tensors.
struct Part {
  const Rows* rows = nullptr;  // kept by the node that it comes from
  int64_t row = 0;
  Tensors tensors;  // where rows is null
};
using Item = absl::InlinedVector<Part, 1>;

// An item's components as tensors.
Tensors Resolve(const Item& item, Where where);
Item ItemOf(Tensors tensors);
// Items of one structure as one item with a new first axis. INVALID_ARGUMENT if dtypes or shapes differ.
Item Stack(absl::Span<const Item> items, Where where);

// One pass over a node's elements, for one thread. The node outlives it.
class Cursor {
 public:
  virtual ~Cursor() = default;
  // False at the end, and ever after.
  virtual bool Next(Item& item, Where where) = 0;
};

// Immutable but for what a node guards itself; many threads may start passes.
class Node {
 public:
  virtual ~Node() = default;
  virtual std::unique_ptr<Cursor> Start() const = 0;
  virtual int64_t Cardinality() const = 0;
  // Where only a function of the program knows: what its first element is.
  virtual std::vector<ElementSpec> Specs(Where where) const = 0;
  // Whether a pass calls functions of the program, or uploads.
  virtual bool Works() const = 0;
};
using NodeRef = std::shared_ptr<const Node>;

std::vector<ElementSpec> SpecsOfFirst(const Node& node, Where where);

using MapFn = std::function<Tensors(Tensors)>;
using FilterFn = std::function<bool(Tensors)>;
using NextFn = std::function<std::optional<Tensors>()>;

// A source's component: values on the host or a tensor. Made by SliceSource.
struct Component {
  HostTensor host;
  Tensor tensor;
};

NodeRef MakeSlices(std::vector<Component> components, int64_t max_device_bytes, Where where);
NodeRef MakeRange(int64_t start, int64_t stop, int64_t step, Where where);
NodeRef MakeGenerator(std::function<NextFn()> make);
NodeRef MakeMap(NodeRef input, MapFn fn);
NodeRef MakeFilter(NodeRef input, FilterFn fn);
NodeRef MakeShuffle(NodeRef input, int64_t buffer_size, std::optional<int64_t> seed, bool reshuffle, Where where);
NodeRef MakeBatch(NodeRef input, int64_t size, bool drop_remainder, Where where);
NodeRef MakeRepeat(NodeRef input, int64_t count);
NodeRef MakeTake(NodeRef input, int64_t count);
NodeRef MakeSkip(NodeRef input, int64_t count);
NodeRef MakeConcatenate(NodeRef first, NodeRef second, Where where);
NodeRef MakeZip(std::vector<NodeRef> inputs);
NodeRef MakeCache(NodeRef input);
NodeRef MakePrefetch(NodeRef input, int64_t buffer_size);

// Whether a predicate's result, read now, is true.
bool IsTrue(const Tensor& result);

}  // namespace internal
}  // namespace eager::data
