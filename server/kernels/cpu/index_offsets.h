// From the values of index tensors to the places they name, every index checked first.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "server/kernels/kernel.h"

namespace eager::server {

// What GatherV2 reads and GatherV2Grad writes: row r of the gathered tensor, in its order, lies at offset(r) of params.
class GatherRows {
 public:
  // `axis` and `batch_dims` as the op has them. INVALID_ARGUMENT "indices[1] = 3 is not in [0, 3)".
  static absl::StatusOr<GatherRows> Make(const Shape& params, const Tensor& indices, int64_t axis, int64_t batch_dims);

  int64_t count() const { return groups_ * per_batch_; }
  int64_t width() const { return width_; }  // elements a row
  int64_t offset(int64_t r) const {
    const int64_t group = r / per_batch_;
    return (group * limit_ + indices_[group / outer_ * per_batch_ + r % per_batch_]) * width_;
  }

 private:
  std::vector<int64_t> indices_;
  int64_t groups_ = 0;     // indices of the axes before `axis`, the batch included
  int64_t outer_ = 0;      // of those, behind the batch
  int64_t per_batch_ = 0;  // indices a batch
  int64_t limit_ = 0;      // the extent of `axis`
  int64_t width_ = 0;
};

// What GatherNd reads and the ScatterNd family writes: row r of indices names the slice at offsets[r] of the target.
struct NdRows {
  std::vector<int64_t> offsets;  // -1: a bad index that is to be skipped
  int64_t width = 0;             // elements a slice
};

// Bad indices are skipped if the op's bad_indices_policy is IGNORE; else INVALID_ARGUMENT
// "indices[0] = [0, 3] does not index into param shape [2,3]", where `what` is "param shape".
absl::StatusOr<NdRows> FindNdRows(KernelContext& k, const Tensor& indices, const Shape& target, absl::string_view what);

// "[1,2]", the index of element `i` of a tensor; "" for a scalar.
std::string IndexText(absl::Span<const int64_t> extents, int64_t i);

}  // namespace eager::server
