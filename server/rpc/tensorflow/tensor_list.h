// Lists of tensors: what TensorArrays and loops with gradients keep their steps in.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "server/rpc/tensorflow/op_call.h"

namespace eager::server::tf {

// What is known of a shape: nothing, the rank, some of the extents (-1: not this one).
class PartialShape {
 public:
  PartialShape() = default;
  explicit PartialShape(std::vector<int64_t> dims) : dims_(std::move(dims)) {}
  // From the values of a shape input: a vector of extents, or the scalar -1 for nothing.
  static absl::StatusOr<PartialShape> FromTensor(const HostTensor& values);

  // Both together; none where they contradict each other.
  std::optional<PartialShape> Merge(const PartialShape& other) const;
  // The shape, where it is known.
  std::optional<Shape> Full() const;
  const std::optional<std::vector<int64_t>>& dims() const { return dims_; }
  std::string ToString() const;  // "<unknown>", "[2,?]"

 private:
  std::optional<std::vector<int64_t>> dims_;
};

// Items may be lists again. Ops change a list that nobody else has, and copy it otherwise.
class TensorList final : public Object {
 public:
  static constexpr absl::string_view kKind = "a list of tensors";
  ~TensorList() override { Discard(std::move(items)); }
  absl::string_view kind() const override { return kKind; }

  DType element_dtype = DType::kInvalid;
  PartialShape element_shape;
  int64_t max_items = -1;  // -1: none
  Values items;            // empty ones have no value yet
};

}  // namespace eager::server::tf
