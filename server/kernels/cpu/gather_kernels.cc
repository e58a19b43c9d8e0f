// Kernels that read from, or write to, places that indices name.

#include <cstring>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/add_rows.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cpu/index_offsets.h"
#include "server/kernels/cpu/strided_copy.h"
#include "server/kernels/cpu/string_moves.h"

namespace eager::server {
namespace {

// Fills row r of `out` with the `width` elements from offset(r) on in `in`, or with zeros if that is negative.
template <class Offset>
void ReadRows(const Tensor& in, const Tensor& out, int64_t count, int64_t width, Offset offset) {
  const int64_t size = static_cast<int64_t>(SizeOf(in.dtype())), bytes = width * size;
  const char* from = in.data<char>();
  char* to = out.mutable_data<char>();
  ParallelFor(count, MoveGrain(bytes), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const int64_t at = offset(r);
      if (at < 0) {
        std::memset(to + r * bytes, 0, static_cast<size_t>(bytes));
      } else if (bytes == 4) {  // single elements are common enough to spare them a call
        std::memcpy(to + r * 4, from + at * size, 4);
      } else {
        std::memcpy(to + r * bytes, from + at * size, static_cast<size_t>(bytes));
      }
    }
  });
}

void FillZeros(const Tensor& t) {
  constexpr char kZero[16] = {};
  FillElements(SizeOf(t.dtype()), kZero, t.raw(), t.num_elements());
}

absl::Status GatherKernel(KernelContext& k) {
  const Tensor &params = k.input(0), &out = k.output(0);
  ASSIGN_OR_RETURN(const GatherRows rows,
                   GatherRows::Make(params.shape(), k.input(1), k.ints(2)[0], k.attr<int64_t>("batch_dims")));
  if (out.num_elements() == 0) return absl::OkStatus();
  ReadRows(params, out, rows.count(), rows.width(), [&](int64_t r) { return rows.offset(r); });
  return absl::OkStatus();
}

absl::Status GatherGradKernel(KernelContext& k) {
  const Tensor &dy = k.input(2), &out = k.output(0);
  ASSIGN_OR_RETURN(const GatherRows rows,
                   GatherRows::Make(out.shape(), k.input(1), k.ints(3)[0], k.attr<int64_t>("batch_dims")));
  FillZeros(out);
  if (dy.num_elements() == 0) return absl::OkStatus();
  return ScatterAdd(dy, rows.count(), rows.width(), out, [&](int64_t r) { return rows.offset(r); });
}

absl::Status GatherNdKernel(KernelContext& k) {
  const Tensor &params = k.input(0), &out = k.output(0);
  ASSIGN_OR_RETURN(const NdRows rows, FindNdRows(k, k.input(1), params.shape(), "param shape"));
  if (out.num_elements() == 0) return absl::OkStatus();
  ReadRows(params, out, static_cast<int64_t>(rows.offsets.size()), rows.width,
           [&](int64_t r) { return rows.offsets[r]; });
  return absl::OkStatus();
}

absl::Status AddUpdates(const Tensor& updates, const NdRows& rows, const Tensor& out) {
  if (updates.num_elements() == 0) return absl::OkStatus();
  return ScatterAdd(updates, static_cast<int64_t>(rows.offsets.size()), rows.width, out,
                    [&](int64_t r) { return rows.offsets[r]; });
}

absl::Status ScatterNdKernel(KernelContext& k) {
  const Tensor& out = k.output(0);
  ASSIGN_OR_RETURN(const NdRows rows, FindNdRows(k, k.input(0), out.shape(), "shape"));
  FillZeros(out);
  return AddUpdates(k.input(1), rows, out);
}

// Strings are added by putting one behind the other: there are no sums to be kept but where updates meet.
absl::Status ScatterNdStringsKernel(KernelContext& k) {
  const Tensor& out = k.output(0);
  const NumberedStrings updates(k);
  ASSIGN_OR_RETURN(const NdRows rows, FindNdRows(k, k.input(0), out.shape(), "shape"));
  ASSIGN_OR_RETURN(const TensorRef numbers, NewNumbers(k, out.shape()));
  FillZeros(*numbers);
  int64_t* number = numbers->mutable_data<int64_t>();
  absl::flat_hash_map<int64_t, std::string> sums;  // by element of the output
  for (size_t r = 0; r < rows.offsets.size(); ++r) {
    if (rows.offsets[r] < 0) continue;
    for (int64_t e = 0; e < rows.width; ++e) {
      const int64_t at = rows.offsets[r] + e, update = updates.first(1) + static_cast<int64_t>(r) * rows.width + e;
      if (number[at] == 0) {
        number[at] = update;
        continue;
      }
      std::string& sum = sums.try_emplace(at, updates[number[at]]).first->second;
      sum.append(updates[update].data(), updates[update].size());
    }
  }
  return SetStrings(k, 0, [&](int64_t i) {
    const auto sum = sums.find(i);
    return sum == sums.end() ? updates[number[i]] : absl::string_view(sum->second);
  });
}

void CopyAll(const Tensor& from, const Tensor& to) {
  const int64_t n[] = {from.num_elements()}, dense[] = {1};
  StridedCopy(SizeOf(from.dtype()), n, from.raw(), dense, to.raw(), dense);
}

absl::Status TensorScatterAddKernel(KernelContext& k) {
  const Tensor& out = k.output(0);
  ASSIGN_OR_RETURN(const NdRows rows, FindNdRows(k, k.input(1), out.shape(), "shape"));
  CopyAll(k.input(0), out);
  return AddUpdates(k.input(2), rows, out);
}

absl::Status TensorScatterUpdateKernel(KernelContext& k) {
  const Tensor &updates = k.input(2), &out = k.output(0);
  ASSIGN_OR_RETURN(const NdRows rows, FindNdRows(k, k.input(1), out.shape(), "shape"));
  CopyAll(k.input(0), out);
  const int64_t size = static_cast<int64_t>(SizeOf(out.dtype())), bytes = rows.width * size;
  if (bytes == 0) return absl::OkStatus();
  for (size_t r = 0; r < rows.offsets.size(); ++r) {
    if (rows.offsets[r] < 0) continue;
    std::memcpy(out.mutable_data<char>() + rows.offsets[r] * size,
                updates.data<char>() + static_cast<int64_t>(r) * bytes, static_cast<size_t>(bytes));
  }
  return absl::OkStatus();
}

absl::Status SegmentSumKernel(KernelContext& k) {
  const Tensor &data = k.input(0), &ids = k.input(1), &out = k.output(0);
  const HostView id = ids.host_view();
  const int64_t segments = out.shape()[0];
  const int64_t rows = data.num_elements() == 0 ? 0 : ids.num_elements();  // the ids of nothing may be any
  for (int64_t i = 0; i < rows; ++i) {
    if (id.int_at(i) >= segments) {
      return absl::InvalidArgumentError(absl::StrCat("segment_ids", IndexText(ids.shape().dims(), i), " = ",
                                                     id.int_at(i), " is out of range [0, ", segments, ")"));
    }
  }
  FillZeros(out);
  if (data.num_elements() == 0) return absl::OkStatus();
  const int64_t width = data.num_elements() / ids.num_elements();
  return ScatterAdd(data, ids.num_elements(), width, out,
                    [&](int64_t r) { return id.int_at(r) < 0 ? -1 : id.int_at(r) * width; });
}

}  // namespace

std::vector<KernelRow> CpuGatherKernels() {
  std::vector<KernelRow> rows = {{"GatherV2Grad", kFixedSizeTypes, &GatherGradKernel},
                                 {"ScatterNd", kFixedSizeTypes, &ScatterNdKernel},
                                 {"ScatterNd", {DType::kString}, &ScatterNdStringsKernel},
                                 {"TensorScatterAdd", kFixedSizeTypes, &TensorScatterAddKernel},
                                 {"UnsortedSegmentSum", kFixedSizeTypes, &SegmentSumKernel}};
  AddMoveRows<&GatherKernel>(rows, "GatherV2");
  AddMoveRows<&GatherNdKernel>(rows, "GatherNd");
  AddMoveRows<&TensorScatterUpdateKernel>(rows, "TensorScatterUpdate");
  return rows;
}

}  // namespace eager::server
