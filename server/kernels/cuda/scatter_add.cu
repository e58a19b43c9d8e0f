// Kernels that add up in the places that indices name, by atomic additions: in which order is not said. What is out of
// range is left out, as TensorFlow does on a GPU.
#include "common/status_macros.h"
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cuda/launch.h"
#include "server/kernels/cuda/row_map.h"
#include "server/kernels/cuda/scatter.h"
#include "server/kernels/cuda/units.cuh"

namespace eager::server::cuda {
namespace {

template <class Sum>
__device__ __forceinline__ void AddTo(Sum* sum, Sum x) {
  if constexpr (std::is_same_v<Sum, uint64_t>) {
    atomicAdd(reinterpret_cast<unsigned long long*>(sum), static_cast<unsigned long long>(x));
  } else if constexpr (std::is_same_v<Sum, uint8_t>) {  // bools: whoever comes writes the same
    if (x != 0) *sum = 1;
  } else {
    atomicAdd(sum, x);
  }
}

// sums[rows(r)] += updates[r], slices of `width` elements.
template <class T, class Sum, class Index>
struct AddRow {
  const T* updates;
  Sum* sums;
  RowMap<Index> rows;
  typename RowMap<Index>::Div width;

  __device__ void operator()(Index i) const {
    const Index r = static_cast<Index>(width.Divide(i)), elements = static_cast<Index>(width.divisor);
    const int64_t slice = rows(r);
    if (slice < 0) return;
    AddTo(sums + slice * static_cast<int64_t>(elements) + (i - r * elements), static_cast<Sum>(Load(updates[i])));
  }
};

template <class T, class Sum, class Index>
struct WidenElement {
  const T* from;
  Sum* to;
  __device__ void operator()(Index i) const { to[i] = static_cast<Sum>(Load(from[i])); }
};
template <class T, class Sum, class Index>
struct NarrowElement {
  const Sum* from;
  T* to;
  __device__ void operator()(Index i) const { Store<T>(static_cast<Compute<T>>(from[i]), to[i]); }
};

template <template <class, class, class> class Each, class T, class Sum, class From, class To>
void Convert(KernelContext& k, const From* from, To* to, int64_t n) {
  VisitIndex(FitsIn32Bits(n), [&]<class Index>() {
    ForEachKernel<<<Blocks(n), kBlockThreads, 0, Stream(k)>>>(static_cast<Index>(n), Each<T, Sum, Index>{from, to});
  });
}

// What is added where: elements of the output start as those of `start`, or as zeros if that is null.
struct Additions {
  const RowPlan& plan;
  const Tensor& indices;
  const Tensor& updates;
  const Tensor* start;
};

// The sums have type Sum; a complex number is `parts` = 2 of T, side by side.
template <class T, class Sum>
absl::Status Add(KernelContext& k, const Additions& a, int64_t parts) {
  const Tensor& out = k.output(0);
  const int64_t total = out.num_elements() * parts, n = a.updates.num_elements() * parts, width = a.plan.width * parts;
  constexpr bool kWide = sizeof(Sum) != sizeof(T);
  BufferRef buffer;
  Sum* sums;
  if constexpr (kWide) {
    ASSIGN_OR_RETURN(buffer, Scratch(k, total * static_cast<int64_t>(sizeof(Sum))));
    sums = static_cast<Sum*>(buffer->data());
  } else {
    sums = out.mutable_data<Sum>();
  }
  if (a.start == nullptr) {
    cudaMemsetAsync(sums, 0, static_cast<size_t>(total) * sizeof(Sum), Stream(k));
  } else if constexpr (kWide) {
    Convert<WidenElement, T, Sum>(k, a.start->data<T>(), sums, total);
  } else {
    cudaMemcpyAsync(sums, a.start->raw(), out.num_bytes(), cudaMemcpyDeviceToDevice, Stream(k));
  }
  VisitIndex(FitsIn32Bits(n), [&]<class Index>() {
    const AddRow<T, Sum, Index> add{a.updates.data<T>(), sums, RowMap<Index>(a.plan, a.indices.raw(), a.indices.dtype()),
                                    typename RowMap<Index>::Div(static_cast<Index>(width))};
    ForEachKernel<<<Blocks(n), kBlockThreads, 0, Stream(k)>>>(static_cast<Index>(n), add);
  });
  if constexpr (kWide) Convert<NarrowElement, T, Sum>(k, sums, out.mutable_data<T>(), total);
  return Launched(k);
}

// In the types in which the CPU's cpu/add_rows.h adds; small integers in 32 bits, which wrap to the same.
absl::Status AddUp(KernelContext& k, const Additions& a) {
  const Tensor& out = k.output(0);
  if (out.num_elements() == 0) return absl::OkStatus();
  if (a.updates.num_elements() == 0) {
    if (a.start == nullptr) {
      cudaMemsetAsync(out.raw(), 0, out.num_bytes(), Stream(k));
    } else {
      cudaMemcpyAsync(out.raw(), a.start->raw(), out.num_bytes(), cudaMemcpyDeviceToDevice, Stream(k));
    }
    return Launched(k);
  }
  constexpr int64_t kManyTerms = 16;
  const bool many = a.updates.num_elements() / kManyTerms >= out.num_elements();
  switch (out.dtype()) {
    case DType::kFloat32:
      return many ? Add<float, double>(k, a, 1) : Add<float, float>(k, a, 1);
    case DType::kComplex64:
      return Add<float, float>(k, a, 2);
    case DType::kFloat64:
      return Add<double, double>(k, a, 1);
    case DType::kComplex128:
      return Add<double, double>(k, a, 2);
    case DType::kFloat16:
      return Add<Float16, float>(k, a, 1);
    case DType::kBFloat16:
      return Add<BFloat16, float>(k, a, 1);
    case DType::kBool:
      return Add<uint8_t, uint8_t>(k, a, 1);
    case DType::kInt8:
    case DType::kUint8:
      return Add<uint8_t, uint32_t>(k, a, 1);
    case DType::kInt16:
    case DType::kUint16:
      return Add<uint16_t, uint32_t>(k, a, 1);
    case DType::kInt32:
    case DType::kUint32:
      return Add<uint32_t, uint32_t>(k, a, 1);
    default:
      return Add<uint64_t, uint64_t>(k, a, 1);
  }
}

absl::Status GatherGradKernel(KernelContext& k) {
  const Tensor& indices = k.input(1);
  const RowPlan plan =
      RowPlan::Gather(k.output(0).shape(), indices.shape(), k.ints(3)[0], k.attr<int64_t>("batch_dims"));
  return AddUp(k, {plan, indices, k.input(2), nullptr});
}

absl::Status ScatterNdKernel(KernelContext& k) {
  ASSIGN_OR_RETURN(const RowPlan plan, RowPlan::Nd(k.output(0).shape(), k.input(0).shape()));
  return AddUp(k, {plan, k.input(0), k.input(1), nullptr});
}

absl::Status TensorScatterAddKernel(KernelContext& k) {
  ASSIGN_OR_RETURN(const RowPlan plan, RowPlan::Nd(k.output(0).shape(), k.input(1).shape()));
  return AddUp(k, {plan, k.input(1), k.input(2), &k.input(0)});
}

absl::Status SegmentSumKernel(KernelContext& k) {
  const Tensor &data = k.input(0), &ids = k.input(1);
  const int64_t rows = data.num_elements() == 0 ? 0 : ids.num_elements();  // there may be ids of nothing
  const int64_t width = rows == 0 ? 0 : data.num_elements() / rows;
  const RowPlan plan = RowPlan::Segments(k.output(0).shape()[0], rows, width);
  return AddUp(k, {plan, ids, data, nullptr});
}

}  // namespace

void AddScatterRows(std::vector<KernelRow>& rows) {
  rows.insert(rows.end(), {{"GatherV2Grad", kFixedSizeTypes, &GatherGradKernel},
                           {"ScatterNd", kFixedSizeTypes, &ScatterNdKernel},
                           {"TensorScatterAdd", kFixedSizeTypes, &TensorScatterAddKernel},
                           {"UnsortedSegmentSum", kFixedSizeTypes, &SegmentSumKernel}});
}

}  // namespace eager::server::cuda
