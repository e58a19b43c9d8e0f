// Rows of tensors dealt out and put together by lists of indices: ops with two lists of inputs, or as many outputs as an attribute says,
// whose rows the op table has no words for. Mostly of shapes that gradients compute; the values pass through the host.
//
// Source: tensorflow/core/kernels/dynamic_stitch_op.cc and dynamic_partition_op.cc.
#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/rpc/tensorflow/runner.h"

namespace eager::server::tf {
namespace {

constexpr int64_t kMostParts = 1 << 16;

bool StartsWith(const Shape& shape, const Shape& prefix) {
  return shape.rank() >= prefix.rank() && std::equal(prefix.dims().begin(), prefix.dims().end(), shape.dims().begin());
}

// `first`, then the extents of `shape` behind the first `rank`.
Shape Rows(int64_t first, const Shape& shape, int rank) {
  Shape::Dims dims{first};
  dims.insert(dims.end(), shape.dims().begin() + rank, shape.dims().end());
  return Shape(std::move(dims));
}

absl::Status CheckFixedSize(const OpCall& call, DType dtype) {
  if (SizeOf(dtype) > 0 && dtype != DType::kResource && dtype != DType::kVariant) return absl::OkStatus();
  return call.Error(absl::StatusCode::kUnimplemented, absl::StrCat("no kernel for ", Name(dtype)));
}

// Row i of data k goes to row indices[k][i]; of two for one row the later wins; rows that nobody names are 0.
absl::Status Stitch(OpCall& call) {
  const int n = call.num_inputs() / 2;
  if (n == 0 || call.num_inputs() % 2 != 0) return call.Invalid(absl::StrCat("takes as many indices as data, got ", call.num_inputs(), " inputs"));
  std::vector<HostTensor> indices, data;
  int64_t rows = 0;
  for (int i = 0; i < 2 * n; ++i) {
    ASSIGN_OR_RETURN(HostTensor values, call.host(i));
    if (i < n && values.dtype() != DType::kInt32) return call.Invalid(absl::StrCat("input ", i, " (indices) must be int32, got ", values.spec().ToString()));
    (i < n ? indices : data).push_back(std::move(values));
  }
  const DType dtype = data[0].dtype();
  RETURN_IF_ERROR(CheckFixedSize(call, dtype));
  const Shape rest = Rows(0, data[0].shape(), std::min(indices[0].shape().rank(), data[0].shape().rank()));
  for (int k = 0; k < n; ++k) {
    const Shape& at = indices[static_cast<size_t>(k)].shape();
    const HostTensor& values = data[static_cast<size_t>(k)];
    if (values.dtype() != dtype || !StartsWith(values.shape(), at) || Rows(0, values.shape(), at.rank()) != rest) {
      return call.Invalid(absl::StrCat("data[", k, "] = ", values.spec().ToString(), " must be ", Name(dtype), " and begin with the shape of indices[", k,
                                       "] = ", at.ToString(), "; what follows must be the same for all"));
    }
    for (int32_t index : indices[static_cast<size_t>(k)].values<int32_t>()) {
      if (index < 0) return call.Invalid(absl::StrCat("indices[", k, "] has ", index, ", which is below 0"));
      rows = std::max<int64_t>(rows, int64_t{index} + 1);
    }
  }
  ASSIGN_OR_RETURN(const Shape shape, Shape::Make(Rows(rows, rest, 1).dims()));
  size_t bytes = SizeOf(dtype);
  for (int axis = 1; axis < rest.rank(); ++axis) bytes *= static_cast<size_t>(rest.dim(axis));
  // Taken from the device's memory first: one large index asks for as many rows.
  ASSIGN_OR_RETURN(const Place place, call.runner().PlaceFor(call.frame().device));
  ASSIGN_OR_RETURN(BufferRef buffer, place.host->Allocate(static_cast<size_t>(rows) * bytes));
  char* const out = static_cast<char*>(buffer->data());
  std::memset(out, 0, static_cast<size_t>(rows) * bytes);
  for (int k = 0; k < n; ++k) {
    const char* from = static_cast<const char*>(data[static_cast<size_t>(k)].data());
    for (int32_t index : indices[static_cast<size_t>(k)].values<int32_t>()) {
      if (bytes > 0) std::memcpy(out + static_cast<size_t>(index) * bytes, from, bytes);
      from += bytes;
    }
  }
  call.Return(MakeRef<Tensor>(TensorSpec{dtype, shape}, std::move(buffer)));
  return absl::OkStatus();
}

// Row i of the data goes to output partitions[i].
absl::Status Partition(OpCall& call) {
  ASSIGN_OR_RETURN(const int64_t parts, call.attrs().Int("num_partitions"));
  if (parts < 1 || parts > kMostParts) return call.Invalid(absl::StrCat("num_partitions must be from 1 to ", kMostParts, ", got ", parts));
  ASSIGN_OR_RETURN(const HostTensor data, call.host(0));
  ASSIGN_OR_RETURN(const HostTensor partitions, call.host(1));
  RETURN_IF_ERROR(CheckFixedSize(call, data.dtype()));
  if (partitions.dtype() != DType::kInt32 || !StartsWith(data.shape(), partitions.shape())) {
    return call.Invalid(absl::StrCat("data.shape must start with partitions.shape, got data.shape = ", data.shape().ToString(),
                                     ", partitions = ", partitions.spec().ToString()));
  }
  std::vector<int64_t> rows(static_cast<size_t>(parts), 0);
  for (int32_t part : partitions.values<int32_t>()) {
    if (part < 0 || part >= parts) return call.Invalid(absl::StrCat("partitions has ", part, ", which is not in [0, ", parts, ")"));
    ++rows[static_cast<size_t>(part)];
  }
  size_t bytes = SizeOf(data.dtype());
  for (int axis = partitions.shape().rank(); axis < data.shape().rank(); ++axis) bytes *= static_cast<size_t>(data.shape().dim(axis));
  std::vector<HostTensor> made;
  std::vector<char*> next;
  for (int64_t n : rows) {
    made.emplace_back(TensorSpec{data.dtype(), Rows(n, data.shape(), partitions.shape().rank())});
    next.push_back(static_cast<char*>(made.back().data()));
  }
  const char* from = static_cast<const char*>(data.data());
  for (int32_t part : partitions.values<int32_t>()) {
    char*& to = next[static_cast<size_t>(part)];
    if (bytes > 0) std::memcpy(to, from, bytes);
    to += bytes;
    from += bytes;
  }
  for (const HostTensor& part : made) {
    ASSIGN_OR_RETURN(TensorRef tensor, call.runner().Constant(part, call.frame()));
    call.Return(std::move(tensor));
  }
  return absl::OkStatus();
}

constexpr OpRow kRows[] = {
    {"DynamicStitch", "merged", &Stitch},
    {"ParallelDynamicStitch", "merged", &Stitch},
    {"DynamicPartition", "outputs", &Partition},
};

}  // namespace

absl::Span<const OpRow> StitchOps() { return kRows; }

}  // namespace eager::server::tf
