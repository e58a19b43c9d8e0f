// Shapes some of whose extents are not known yet.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "common/shape.h"

namespace eager::keras {

// An extent that is not known before there is data, such as the number of examples in a batch.
inline constexpr int64_t None = -1;

// Extents, None where unknown: {None, 28, 28, 1}. A default-made one stands for "not given". A value type.
class PartialShape {
 public:
  PartialShape() = default;
  PartialShape(std::initializer_list<int64_t> dims) : given_(true), dims_(dims) {}
  explicit PartialShape(std::vector<int64_t> dims) : given_(true), dims_(std::move(dims)) {}
  PartialShape(const Shape& shape) : given_(true), dims_(shape.dims().begin(), shape.dims().end()) {}  // NOLINT

  bool given() const { return given_; }
  int rank() const { return static_cast<int>(dims_.size()); }
  // The extent of an axis; negative axes count from the end. The axis must exist.
  int64_t operator[](int axis) const { return dims_[Index(axis)]; }
  void set(int axis, int64_t extent) { dims_[Index(axis)] = extent; }
  const std::vector<int64_t>& dims() const { return dims_; }
  // None if some extent from `first` on is unknown.
  int64_t num_elements(int first = 0) const;
  // This shape without its first axis, that of the examples, and that with it: {28, 1} <-> {None, 28, 1}.
  PartialShape WithoutBatch() const { return PartialShape(std::vector<int64_t>(dims_.begin() + 1, dims_.end())); }
  PartialShape WithBatch(int64_t batch = None) const;
  // "(None, 28)", "(3,)", "()"
  std::string ToString() const;

  friend bool operator==(const PartialShape&, const PartialShape&) = default;

 private:
  size_t Index(int axis) const { return static_cast<size_t>(axis < 0 ? axis + rank() : axis); }

  bool given_ = false;
  std::vector<int64_t> dims_;
};

}  // namespace eager::keras
