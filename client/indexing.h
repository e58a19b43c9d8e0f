// Parts of tensors and host arrays, named as in NumPy.
//
//   x[0]                               the first entry of axis 0; the axis goes away
//   x[{Slice(0, 2), -1}]               x[0:2, -1]
//   x[Slice(std::nullopt, std::nullopt, -1)]   x[::-1]
//   x[{ellipsis, newaxis}]             x[..., newaxis]
//
// What is not named is taken whole. Bounds of slices beyond an axis are cut off; single indices beyond it are an error.
// Of a Tensor or Variable it is one StridedSlice op: differentiable, without a wait. Of an NDArray it is a view.
//
//   x[t]                               an integer scalar tensor as an index: waits for its value
//   x[mask]                            boolean_mask(x, mask) of array.h, for a bool tensor, which stands alone
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <source_location>
#include <string>

#include "client/tensor.h"

namespace eager {

// start:stop:step of one axis; negative bounds count from its end. The defaults are all of it.
struct Slice {
  std::optional<int64_t> start, stop;
  std::optional<int64_t> step;

  Slice() = default;
  Slice(std::optional<int64_t> first, std::optional<int64_t> last, std::optional<int64_t> by = std::nullopt)
      : start(first), stop(last), step(by) {}
};

// As many whole axes as the others leave; at most once in an index.
struct Ellipsis {};
inline constexpr Ellipsis ellipsis{};
// A new axis of extent 1.
struct NewAxis {};
inline constexpr NewAxis newaxis{};

// One element of an index. Remembers the line of the program that wrote it.
class Index {
 public:
  using Where = std::source_location;
  template <std::integral T>
    requires(!std::same_as<T, bool>)  // a mask in NumPy
  Index(T at, Where where = Where::current())                                                             // NOLINT
      : kind_(Kind::kAt), at_(static_cast<int64_t>(at)), where_(where) {}
  Index(const Slice& slice, Where where = Where::current()) : kind_(Kind::kSlice), slice_(slice), where_(where) {}  // NOLINT
  Index(Ellipsis, Where where = Where::current()) : kind_(Kind::kEllipsis), where_(where) {}                        // NOLINT
  Index(NewAxis, Where where = Where::current()) : kind_(Kind::kNewAxis), where_(where) {}                          // NOLINT
  // INVALID_ARGUMENT unless it is an integer scalar or of dtype bool.
  Index(const Tensor& tensor, Where where = Where::current());                                                      // NOLINT

  enum class Kind : uint8_t { kAt, kSlice, kEllipsis, kNewAxis, kMask };
  Kind kind() const { return kind_; }
  int64_t at() const { return at_; }
  const Slice& slice() const { return slice_; }
  const Tensor& mask() const { return mask_; }
  const Where& where() const { return where_; }
  // "-1", "0:2", "::-1", "...", "newaxis", "mask"
  std::string ToString() const;

 private:
  Kind kind_;
  int64_t at_ = 0;
  Slice slice_;
  Tensor mask_;
  Where where_;
};

}  // namespace eager
