#include "server/rpc/tensorflow/tensor_list.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace eager::server::tf {

absl::StatusOr<PartialShape> PartialShape::FromTensor(const HostTensor& values) {
  if (!IsInteger(values.dtype()) || values.shape().rank() > 1) {
    return absl::InvalidArgumentError(absl::StrCat("a shape must be a vector of integers or the scalar -1, got ", values.spec().ToString()));
  }
  const HostInts ints = ToInts(values.view());
  if (values.shape().is_scalar()) {
    if (ints[0] == -1) return PartialShape();
    return absl::InvalidArgumentError(absl::StrCat("a shape that is a scalar must be -1, got ", ints[0]));
  }
  for (int64_t dim : ints) {
    if (dim < -1) return absl::InvalidArgumentError(absl::StrCat("an extent of ", dim));
  }
  return PartialShape(std::vector<int64_t>(ints.begin(), ints.end()));
}

std::optional<PartialShape> PartialShape::Merge(const PartialShape& other) const {
  if (!dims_) return other;
  if (!other.dims_) return *this;
  if (dims_->size() != other.dims_->size()) return std::nullopt;
  std::vector<int64_t> merged = *dims_;
  for (size_t i = 0; i < merged.size(); ++i) {
    const int64_t theirs = (*other.dims_)[i];
    if (merged[i] < 0) merged[i] = theirs;
    if (theirs >= 0 && merged[i] != theirs) return std::nullopt;
  }
  return PartialShape(std::move(merged));
}

std::optional<Shape> PartialShape::Full() const {
  if (!dims_) return std::nullopt;
  absl::StatusOr<Shape> shape = Shape::Make(*dims_);  // refuses extents of -1
  if (!shape.ok()) return std::nullopt;
  return *std::move(shape);
}

std::string PartialShape::ToString() const {
  if (!dims_) return "<unknown>";
  return absl::StrCat("[", absl::StrJoin(*dims_, ",", [](std::string* out, int64_t dim) {
                        absl::StrAppend(out, dim < 0 ? "?" : absl::StrCat(dim));
                      }), "]");
}

}  // namespace eager::server::tf
