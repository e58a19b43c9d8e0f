// MatMul and BatchMatMulV2: oneDNN for floats, Eigen for double and complex numbers, plain loops for integers.
#include <Eigen/Core>
#include <complex>
#include <vector>

#include "common/status_macros.h"
#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/number.h"
#include "server/kernels/cpu/onednn_matmul.h"

namespace eager::server {
namespace {

// Multiplications that one part of parallel work has about.
constexpr int64_t kGrain = 1 << 20;

MatMulDims DimsOf(const KernelContext& k) {
  const bool batched = k.op().name == "BatchMatMulV2";
  return MatMulDims::Make(k.input(0).shape(), k.input(1).shape(), k.output(0).shape(),
                          k.attr<bool>(batched ? "adj_x" : "transpose_a"),
                          k.attr<bool>(batched ? "adj_y" : "transpose_b"));
}

// One signature may come with several dtypes.
struct OneDnnState : KernelState {
  OneDnnMatMul products;
};

// A copy of n elements of a 16-bit type as float.
template <class T>
absl::StatusOr<BufferRef> AsFloat(const Tensor& t, Device& device) {
  const int64_t n = t.num_elements();
  ASSIGN_OR_RETURN(BufferRef buffer, device.Allocate(static_cast<size_t>(n) * sizeof(float)));
  const T* from = t.data<T>();
  auto* to = static_cast<float*>(buffer->data());
  ParallelFor(n, 1 << 16, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) to[i] = Widen<float>(from[i]);
  });
  return buffer;
}

template <class T>
absl::Status MultiplyAsFloat(KernelContext& k, const MatMulDims& dims, OneDnnMatMul& products) {
  ASSIGN_OR_RETURN(const BufferRef a, AsFloat<T>(k.input(0), k.device()));
  ASSIGN_OR_RETURN(const BufferRef b, AsFloat<T>(k.input(1), k.device()));
  const int64_t n = k.output(0).num_elements();
  ASSIGN_OR_RETURN(const BufferRef c, k.device().Allocate(static_cast<size_t>(n) * sizeof(float)));
  RETURN_IF_ERROR(products.Run(DType::kFloat32, dims, a->data(), b->data(), c->data(), k.device()));
  const auto* from = static_cast<const float*>(c->data());
  T* to = k.output(0).mutable_data<T>();
  ParallelFor(n, 1 << 16, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) to[i] = Narrow<T>(from[i]);
  });
  return absl::OkStatus();
}

template <class T>
absl::Status MultiplyByOneDnn(KernelContext& k, const MatMulDims& dims) {
  OneDnnMatMul& products = k.state<OneDnnState>([] { return std::make_unique<OneDnnState>(); }).products;
  if constexpr (kIsHalf<T>) {
    if (!OneDnnMatMul::Supports(DTypeOf<T>)) return MultiplyAsFloat<T>(k, dims, products);
  }
  return products.Run(DTypeOf<T>, dims, k.input(0).raw(), k.input(1).raw(), k.output(0).raw(), k.device());
}

template <class T>
inline constexpr bool kByEigen =
    std::is_same_v<T, double> || std::is_same_v<T, std::complex<float>> || std::is_same_v<T, std::complex<double>>;

// Rows [begin, end) of one product. `adjoint`: what is transposed is conjugated as well.
template <class T>
void MultiplyByEigen(const MatMulDims& d, bool adjoint, const T* a, const T* b, T* c, int64_t begin, int64_t end) {
  using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  using In = Eigen::Map<const Matrix>;
  const In left(a, d.transpose_a ? d.k : d.m, d.transpose_a ? d.m : d.k);
  const In right(b, d.transpose_b ? d.n : d.k, d.transpose_b ? d.k : d.n);
  const int64_t rows = end - begin;
  Eigen::Map<Matrix> out(c + begin * d.n, rows, d.n);
  const auto times_right = [&](const auto& part) {
    if (!d.transpose_b) return void(out.noalias() = part * right);
    adjoint ? void(out.noalias() = part * right.adjoint()) : void(out.noalias() = part * right.transpose());
  };
  if (!d.transpose_a) return times_right(left.middleRows(begin, rows));
  adjoint ? times_right(left.middleCols(begin, rows).adjoint()) : times_right(left.middleCols(begin, rows).transpose());
}

// Integers: products are added to a row of the result in unsigned arithmetic, so that they wrap around.
template <class T>
void MultiplyRows(const MatMulDims& d, const T* a, const T* b, T* c, int64_t begin, int64_t end) {
  using W = Wide<T>;
  std::vector<W> sums(static_cast<size_t>(d.n));
  for (int64_t row = begin; row < end; ++row) {
    const T* x = a + (d.transpose_a ? row : row * d.k);
    const int64_t step = d.transpose_a ? d.m : 1;
    std::fill(sums.begin(), sums.end(), W(0));
    if (d.transpose_b) {
      for (int64_t j = 0; j < d.n; ++j) {
        for (int64_t p = 0; p < d.k; ++p) sums[j] += static_cast<W>(x[p * step]) * static_cast<W>(b[j * d.k + p]);
      }
    } else {
      for (int64_t p = 0; p < d.k; ++p) {
        const W factor = static_cast<W>(x[p * step]);
        for (int64_t j = 0; j < d.n; ++j) sums[j] += factor * static_cast<W>(b[p * d.n + j]);
      }
    }
    for (int64_t j = 0; j < d.n; ++j) c[row * d.n + j] = static_cast<T>(sums[j]);
  }
}

// Parts are blocks of rows of one product, or whole products where those are small.
template <class T>
absl::Status MultiplyByRows(KernelContext& k, const MatMulDims& d) {
  const T* a = k.input(0).data<T>();
  const T* b = k.input(1).data<T>();
  T* c = k.output(0).mutable_data<T>();
  const bool adjoint = k.op().name == "BatchMatMulV2";
  const int64_t per_part = std::clamp<int64_t>(kGrain / std::max<int64_t>(1, d.n * d.k), 1, d.m);
  const int64_t parts = (d.m - 1) / per_part + 1;
  const int64_t grain = std::max<int64_t>(1, kGrain / std::max<int64_t>(1, per_part * d.n * d.k));
  ParallelFor(d.batches() * parts, grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t product = i / parts, row = i % parts * per_part;
      const T *left = a + d.Matrix(d.batch_a, product) * d.m * d.k,
              *right = b + d.Matrix(d.batch_b, product) * d.k * d.n;
      T* to = c + product * d.m * d.n;
      const int64_t last = std::min(d.m, row + per_part);
      if constexpr (kByEigen<T>) {
        MultiplyByEigen(d, adjoint, left, right, to, row, last);
      } else {
        MultiplyRows(d, left, right, to, row, last);
      }
    }
  });
  return absl::OkStatus();
}

template <class T>
struct MatMulKernel {
  static absl::Status Run(KernelContext& k) {
    const Tensor& out = k.output(0);
    if (out.num_elements() == 0) return absl::OkStatus();
    const MatMulDims dims = DimsOf(k);
    if (dims.k == 0) {  // sums of nothing
      std::memset(out.raw(), 0, out.num_bytes());
      return absl::OkStatus();
    }
    if constexpr (std::is_same_v<T, float> || kIsHalf<T>) {
      return MultiplyByOneDnn<T>(k, dims);
    } else {
      return MultiplyByRows<T>(k, dims);
    }
  }
};

}  // namespace

std::vector<KernelRow> CpuMatMulKernels() {
  std::vector<KernelRow> rows;
  for (absl::string_view op : {"MatMul", "BatchMatMulV2"}) {
    AddFloatRows<MatMulKernel>(rows, op);
    AddRows<MatMulKernel, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t>(rows, op);
    rows.push_back({op, {DType::kComplex64}, &MatMulKernel<std::complex<float>>::Run});
    rows.push_back({op, {DType::kComplex128}, &MatMulKernel<std::complex<double>>::Run});
  }
  return rows;
}

}  // namespace eager::server
