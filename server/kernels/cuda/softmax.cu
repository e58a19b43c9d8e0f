// Kernels of common/ops/softmax_ops.cc on a GPU.
#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/softmax_rows.cuh"

namespace eager::server::cuda {
namespace {

// Softmax, or its logarithm.
template <class T, bool kLog>
struct SoftmaxOp {
  using W = Compute<T>;
  static constexpr bool kSums = false;
  struct Row {};
  const T* in;
  T* out;
  int64_t n;

  __device__ W Load(int64_t row, int64_t column) const { return cuda::Load(in[row * n + column]); }
  __device__ Row Begin(int64_t) const { return {}; }
  __device__ W Each(Row, const RowTotals<W>& t, int64_t row, int64_t column, W x, W power) const {
    Store<T>(kLog ? LogSoftmaxOf(t, x) : SoftmaxOf(t, power), out[row * n + column]);
    return 0;
  }
  __device__ void End(Row, const RowTotals<W>&, int64_t, W) const {}
};

// A matrix that is repeated along the axes where it has extent 1.
template <class T>
struct Repeated {
  const T* data;
  int64_t row = 0, column = 0;

  Repeated(const Tensor& t, const Shape& whole) : data(t.data<T>()) {
    const Shape& s = t.shape();
    const int rank = s.rank();
    column = rank >= 1 && s[rank - 1] == whole[1] ? 1 : 0;
    row = rank == 2 && s[0] == whole[0] && s[0] != 1 ? s[1] : 0;
  }
  __device__ Compute<T> operator()(int64_t i, int64_t j) const { return Load(data[i * row + j * column]); }
};

template <class T>
struct CrossEntropyOp {
  using W = Compute<T>;
  static constexpr bool kSums = true;
  struct Row {};
  Repeated<T> features, labels;
  T *losses, *backprop;
  int64_t n;

  __device__ W Load(int64_t row, int64_t column) const { return features(row, column); }
  __device__ Row Begin(int64_t) const { return {}; }
  __device__ W Each(Row, const RowTotals<W>& t, int64_t row, int64_t column, W x, W power) const {
    const W label = labels(row, column);
    Store<T>(power / t.sum - label, backprop[row * n + column]);
    return LossOf(t, x, label);
  }
  __device__ void End(Row, const RowTotals<W>&, int64_t row, W sum) const { Store<T>(sum, losses[row]); }
};

// A row whose label is no class becomes nan, as on TensorFlow's GPUs: nobody reads labels before the launch.
template <class T>
struct SparseCrossEntropyOp {
  using W = Compute<T>;
  static constexpr bool kSums = true;
  struct Row {
    int64_t label;
    bool valid;
  };
  const T* features;
  const void* labels;
  bool wide;  // int64 labels
  T *losses, *backprop;
  int64_t n;

  __device__ W Load(int64_t row, int64_t column) const { return cuda::Load(features[row * n + column]); }
  __device__ Row Begin(int64_t row) const {
    const int64_t label = wide ? static_cast<const int64_t*>(labels)[row] : static_cast<const int32_t*>(labels)[row];
    return {label, label >= 0 && label < n};
  }
  __device__ W Each(Row r, const RowTotals<W>& t, int64_t row, int64_t column, W x, W power) const {
    const W gradient = SoftmaxOf(t, power) - (column == r.label ? W(1) : W(0));
    Store<T>(r.valid ? gradient : std::numeric_limits<W>::quiet_NaN(), backprop[row * n + column]);
    return column == r.label ? LossOf(t, x, W(1)) : W(0);
  }
  __device__ void End(Row r, const RowTotals<W>&, int64_t row, W sum) const {
    Store<T>(r.valid ? sum : std::numeric_limits<W>::quiet_NaN(), losses[row]);
  }
};

template <class T, bool kLog>
absl::Status Softmax(KernelContext& k) {
  const Shape& shape = k.input(0).shape();
  const int64_t total = shape.num_elements(), n = shape[shape.rank() - 1];
  if (total == 0) return absl::OkStatus();
  const SoftmaxOp<T, kLog> op{k.input(0).data<T>(), k.output(0).mutable_data<T>(), n};
  return LaunchRows(k, op, total / n, n);
}
template <class T>
absl::Status SoftmaxKernel(KernelContext& k) {
  return Softmax<T, false>(k);
}
template <class T>
absl::Status LogSoftmaxKernel(KernelContext& k) {
  return Softmax<T, true>(k);
}

template <class T>
absl::Status CrossEntropyKernel(KernelContext& k) {
  const Shape& shape = k.output(1).shape();
  const CrossEntropyOp<T> op{Repeated<T>(k.input(0), shape), Repeated<T>(k.input(1), shape),
                             k.output(0).mutable_data<T>(), k.output(1).mutable_data<T>(), shape[1]};
  return LaunchRows(k, op, shape[0], shape[1]);
}

template <class T>
absl::Status SparseCrossEntropyKernel(KernelContext& k) {
  const Shape& shape = k.input(0).shape();
  const SparseCrossEntropyOp<T> op{k.input(0).data<T>(),
                                   k.input(1).raw(),
                                   k.input(1).dtype() == DType::kInt64,
                                   k.output(0).mutable_data<T>(),
                                   k.output(1).mutable_data<T>(),
                                   shape[1]};
  return LaunchRows(k, op, shape[0], shape[1]);
}

}  // namespace

std::vector<KernelRow> SoftmaxKernels() {
  std::vector<KernelRow> rows;
  const auto add = [&]<class T>(std::type_identity<T>) {
    rows.push_back({"Softmax", {DTypeOf<T>}, &SoftmaxKernel<T>});
    rows.push_back({"LogSoftmax", {DTypeOf<T>}, &LogSoftmaxKernel<T>});
    rows.push_back({"SoftmaxCrossEntropyWithLogits", {DTypeOf<T>}, &CrossEntropyKernel<T>});
    rows.push_back({"SparseSoftmaxCrossEntropyWithLogits", {DTypeOf<T>}, &SparseCrossEntropyKernel<T>});
  };
  add(std::type_identity<float>());
  add(std::type_identity<double>());
  add(std::type_identity<Float16>());
  add(std::type_identity<BFloat16>());
  return rows;
}

}  // namespace eager::server::cuda
