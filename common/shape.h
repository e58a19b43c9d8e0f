// The extents of a dense tensor, outermost first.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace eager {

// A fully known shape: every extent is >= 0 and their product fits into 63 bits. A default-made Shape is a scalar's.
// A value type; scalars to rank 4 need no heap. Safe to read from many threads.
class Shape {
 public:
  using Dims = absl::InlinedVector<int64_t, 4>;

  Shape() = default;
  // For extents that are known to be right. Unchecked: bytes and users' values go through Make().
  Shape(std::initializer_list<int64_t> dims) : dims_(dims) {}
  explicit Shape(Dims dims) : dims_(std::move(dims)) {}

  // INVALID_ARGUMENT for a negative extent, more than 254 axes (TensorFlow's limit), or more elements than 63 bits hold.
  static absl::StatusOr<Shape> Make(absl::Span<const int64_t> dims);

  int rank() const { return static_cast<int>(dims_.size()); }
  int64_t dim(int axis) const { return dims_[axis]; }
  int64_t operator[](int axis) const { return dims_[axis]; }
  void set_dim(int axis, int64_t extent) { dims_[axis] = extent; }
  void push_back(int64_t extent) { dims_.push_back(extent); }
  absl::Span<const int64_t> dims() const { return dims_; }
  int64_t num_elements() const {
    int64_t n = 1;
    for (int64_t d : dims_) n *= d;
    return n;
  }
  bool is_scalar() const { return dims_.empty(); }

  // "[2,3]", as TensorFlow's error texts have it.
  std::string ToString() const;
  // "(2, 3)", "(3,)", "()": as Python prints a tuple.
  std::string ToTuple() const;

  friend bool operator==(const Shape& a, const Shape& b) { return a.dims_ == b.dims_; }
  template <typename H>
  friend H AbslHashValue(H h, const Shape& s) {
    return H::combine(std::move(h), s.dims_);
  }

 private:
  Dims dims_;
};

// The shape that NumPy broadcasting gives. INVALID_ARGUMENT "Incompatible shapes: [2] vs. [3]".
absl::StatusOr<Shape> Broadcast(const Shape& a, const Shape& b);

}  // namespace eager
