#include "server/kernels/cpu/onednn_matmul.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <unordered_map>
#include <vector>

#include "common/status_macros.h"
#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/onednn.h"

namespace eager::server {
namespace {

// Below this many multiplications a product is done before the compute thread's team would be awake.
constexpr double kSmallWork = 128.0 * 128.0 * 128.0;
// Shapes a signature may have before its primitives are thrown away: enough for the layers that share a signature.
constexpr size_t kMaxProducts = 256;
// Elements of a part of a copy.
constexpr int64_t kCopyGrain = 1 << 15;

dnnl::memory::desc Matrices(DType dtype, const absl::InlinedVector<int64_t, 4>& batch, int64_t rows, int64_t columns,
                            bool transposed) {
  dnnl::memory::dims dims(batch.begin(), batch.end());
  dims.push_back(rows);
  dims.push_back(columns);
  dnnl::memory::dims strides(dims.size(), 1);
  (transposed ? strides[dims.size() - 1] : strides[dims.size() - 2]) = transposed ? rows : columns;
  int64_t stride = rows * columns;
  for (size_t axis = batch.size(); axis-- > 0;) {
    strides[axis] = stride;
    stride *= batch[axis];
  }
  const auto type = dtype == DType::kBFloat16 ? dnnl::memory::data_type::bf16 : dnnl::memory::data_type::f32;
  return dnnl::memory::desc(dims, type, strides);
}

// oneDNN reads the rows of the right side many times, and those that do not begin where cache lines do cost twice. A copy
// whose rows do pays where there is enough to multiply. 0: none; else elements from one of its rows to the next, an odd
// number of lines.
int64_t RowOfCopy(DType dtype, const MatMulDims& d) {
  constexpr int64_t kLine = 16, kLeastRows = 256, kLeastColumns = 256;
  if (dtype != DType::kFloat32 || d.transpose_b || !d.batch_b.empty() || d.n % kLine == 0) return 0;
  if (d.m < kLeastRows || d.n < kLeastColumns) return 0;
  return ((d.n / kLine + 2) | 1) * kLine;
}

dnnl::matmul::primitive_desc Describe(DType dtype, const MatMulDims& d) {
  dnnl::memory::desc right = Matrices(dtype, d.batch_b, d.k, d.n, d.transpose_b);
  if (const int64_t row = RowOfCopy(dtype, d); row != 0) {
    right = dnnl::memory::desc({d.k, d.n}, dnnl::memory::data_type::f32, dnnl::memory::dims{row, 1});
  }
  const dnnl::matmul::desc desc(Matrices(dtype, d.batch_a, d.m, d.k, d.transpose_a), right,
                                Matrices(dtype, d.batch_c, d.m, d.n, false));
  return dnnl::matmul::primitive_desc(desc, UserScratchpad(), OneDnnEngine(), /*allow_empty=*/true);
}

// Whether oneDNN adds up a product in an order that does not depend on the number of threads. Its kernels for AVX-512
// do, but for a transposed left side with a long inner axis, which they cut by threads; the others cut as they like.
bool KeepsOrder(DType dtype, const MatMulDims& d) {
  constexpr int64_t kLongInner = 2048;
  static const auto isa = static_cast<unsigned>(dnnl::get_effective_cpu_isa());
  constexpr auto kAvx512 = static_cast<unsigned>(dnnl::cpu_isa::avx512_core);
  constexpr auto kAvx512BFloat16 = static_cast<unsigned>(dnnl::cpu_isa::avx512_core_bf16);
  if (d.transpose_a && d.k >= kLongInner) return false;
  return dtype == DType::kFloat32 ? (isa & kAvx512) == kAvx512 : isa == kAvx512BFloat16;
}

int64_t DivideUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace

struct OneDnnMatMul::Product {
  bool small = false;
  dnnl::matmul primitive;
  dnnl::memory a, b, c, scratch;
  size_t scratch_bytes = 0;
  int64_t row_of_copy = 0;  // as RowOfCopy says
  std::unordered_map<int, dnnl::memory> args;

  absl::Status Init(DType dtype, const MatMulDims& dims) {
    return OneDnnGuard([&] {
      const dnnl::matmul::primitive_desc desc = Describe(dtype, dims);
      if (!desc) throw std::runtime_error("no implementation of this product");
      primitive = dnnl::matmul(desc);
      a = dnnl::memory(desc.src_desc(), OneDnnEngine(), nullptr);
      b = dnnl::memory(desc.weights_desc(), OneDnnEngine(), nullptr);
      c = dnnl::memory(desc.dst_desc(), OneDnnEngine(), nullptr);
      scratch = dnnl::memory(desc.scratchpad_desc(), OneDnnEngine(), nullptr);
      scratch_bytes = desc.scratchpad_desc().get_size();
      row_of_copy = RowOfCopy(dtype, dims);
      args = {{DNNL_ARG_SRC, a}, {DNNL_ARG_WEIGHTS, b}, {DNNL_ARG_DST, c}, {DNNL_ARG_SCRATCHPAD, scratch}};
    });
  }
};

OneDnnMatMul::OneDnnMatMul() = default;
OneDnnMatMul::~OneDnnMatMul() = default;

bool OneDnnMatMul::Supports(DType dtype) {
  if (dtype != DType::kBFloat16) return dtype == DType::kFloat32;
  static const bool bfloat16 = [] {
    MatMulDims dims;
    dims.m = dims.n = dims.k = 8;
    bool found = false;
    OneDnnGuard([&] { found = static_cast<bool>(Describe(DType::kBFloat16, dims)); }).IgnoreError();
    return found;
  }();
  return bfloat16;
}

absl::StatusOr<OneDnnMatMul::Product*> OneDnnMatMul::Find(DType dtype, const MatMulDims& dims) {
  if (const auto it = products_.find(std::make_pair(dtype, dims)); it != products_.end()) return it->second.get();
  auto product = std::make_unique<Product>();
  product->small = dims.work() < kSmallWork;
  absl::Status status;
  // Made where it will run: a primitive counts on the number of threads it was made with.
  const auto init = [&] { status = product->Init(dtype, dims); };
  product->small ? RunSingleThreaded(init) : RunOnComputeThread(init);
  RETURN_IF_ERROR(status);
  if (products_.size() >= kMaxProducts) products_.clear();
  return products_.emplace(std::make_pair(dtype, dims), std::move(product)).first->second.get();
}

absl::Status OneDnnMatMul::Run(DType dtype, const MatMulDims& dims, const void* a, const void* b, void* c,
                               Device& device) {
  if (dims.work() >= kSmallWork && !KeepsOrder(dtype, dims)) return RunTiled(dtype, dims, a, b, c, device);
  ASSIGN_OR_RETURN(Product* const product, Find(dtype, dims));
  BufferRef scratch;
  if (product->scratch_bytes > 0) {
    ASSIGN_OR_RETURN(scratch, device.Allocate(product->scratch_bytes));
  }
  BufferRef copy;
  if (product->row_of_copy != 0) {
    ASSIGN_OR_RETURN(copy, device.Allocate(static_cast<size_t>(dims.k * product->row_of_copy) * sizeof(float)));
  }
  absl::Status status;
  const auto execute = [&] {
    if (copy) {
      ParallelFor(dims.k, std::max<int64_t>(1, kCopyGrain / dims.n), [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          std::memcpy(static_cast<float*>(copy->data()) + i * product->row_of_copy, static_cast<const float*>(b) + i * dims.n,
                      static_cast<size_t>(dims.n) * sizeof(float));
        }
      });
    }
    status = OneDnnGuard([&] {
      product->a.set_data_handle(const_cast<void*>(a));
      product->b.set_data_handle(copy ? copy->data() : const_cast<void*>(b));
      product->c.set_data_handle(c);
      if (scratch) product->scratch.set_data_handle(scratch->data());
      product->primitive.execute(OneDnnStream(), product->args);
      OneDnnStream().wait();
    });
  };
  product->small ? RunSingleThreaded(execute) : RunOnComputeThread(execute);
  return status;
}

// Along each axis: how long a tile is, but the last, and how many there are.
struct OneDnnMatMul::Tiling {
  struct Axis {
    int64_t extent, size, count;
    Axis(int64_t extent, int64_t wanted, int64_t multiple)
        : extent(extent),
          size(std::min(extent, DivideUp(DivideUp(extent, wanted), multiple) * multiple)),
          count(DivideUp(extent, size)) {}
    int64_t length(bool last) const { return last ? extent - (count - 1) * size : size; }
  };
  Axis rows, columns, depth;

  // About 32 tiles, unless they would be too small to be worth packing or too large for the caches. Where there are
  // few, the inner axis is cut as well; sums in 16 bits are not, since they would be rounded twice.
  static Tiling Of(DType dtype, const MatMulDims& d) {
    constexpr double kTiles = 32;
    const double area = static_cast<double>(d.m) * static_cast<double>(d.n);
    const auto edge = std::clamp<int64_t>(static_cast<int64_t>(std::sqrt(area / kTiles)), 128, 1024);
    const Axis rows(d.m, DivideUp(d.m, edge), 16), columns(d.n, DivideUp(d.n, edge), 16);
    constexpr int64_t kEnough = 16, kLeastDepth = 512;
    const int64_t tiles = d.batches() * rows.count * columns.count;
    const int64_t cuts = dtype == DType::kFloat32 ? std::min(kEnough / tiles, d.k / kLeastDepth) : 1;
    return {rows, columns, Axis(d.k, std::max<int64_t>(1, cuts), 64)};
  }
};

struct OneDnnMatMul::Tile {
  dnnl::matmul primitive;
  dnnl::memory::desc a, b, c, scratch;
};

absl::StatusOr<const OneDnnMatMul::Tile*> OneDnnMatMul::FindTile(DType dtype, const MatMulDims& d, const Tiling& t,
                                                                 bool last_row, bool last_column, bool last_depth) {
  const int64_t m = t.rows.length(last_row), n = t.columns.length(last_column), k = t.depth.length(last_depth);
  std::unique_ptr<Tile>& tile = tiles_[{dtype, m, n, k, d}];
  if (tile == nullptr) {
    auto made = std::make_unique<Tile>();
    const auto type = dtype == DType::kBFloat16 ? dnnl::memory::data_type::bf16 : dnnl::memory::data_type::f32;
    const auto part = [&](int64_t rows, int64_t columns, int64_t whole_rows, int64_t whole_columns, bool transposed) {
      const dnnl::memory::dims strides =
          transposed ? dnnl::memory::dims{1, whole_rows} : dnnl::memory::dims{whole_columns, 1};
      return dnnl::memory::desc({rows, columns}, type, strides);
    };
    made->a = part(m, k, d.m, d.k, d.transpose_a);
    made->b = part(k, n, d.k, d.n, d.transpose_b);
    made->c = part(m, n, d.m, d.n, false);
    absl::Status status;
    RunSingleThreaded([&] {  // wherever it will run
      status = OneDnnGuard([&] {
        const dnnl::matmul::primitive_desc desc({made->a, made->b, made->c}, UserScratchpad(), OneDnnEngine());
        made->primitive = dnnl::matmul(desc);
        made->scratch = desc.scratchpad_desc();
      });
    });
    if (!status.ok()) {
      tiles_.erase({dtype, m, n, k, d});
      return status;
    }
    tile = std::move(made);
  }
  return tile.get();
}

absl::Status OneDnnMatMul::RunTiled(DType dtype, const MatMulDims& d, const void* a, const void* b, void* c,
                                    Device& device) {
  if (tiles_.size() >= kMaxProducts) tiles_.clear();
  const Tiling t = Tiling::Of(dtype, d);
  const Tile* tiles[8];
  for (int i = 0; i < 8; ++i) {
    ASSIGN_OR_RETURN(tiles[i], FindTile(dtype, d, t, (i & 1) != 0, (i & 2) != 0, (i & 4) != 0));
  }
  const int64_t element = static_cast<int64_t>(SizeOf(dtype)), size = d.batches() * d.m * d.n, cuts = t.depth.count;
  BufferRef sums;
  if (cuts > 1) {
    ASSIGN_OR_RETURN(sums, device.Allocate(static_cast<size_t>(cuts * size * element)));
  }
  const auto* left = static_cast<const char*>(a);
  const auto* right = static_cast<const char*>(b);
  auto* const result = static_cast<char*>(cuts > 1 ? sums->data() : c);
  const auto compute = [&](int64_t i) -> absl::Status {
    const int64_t cut = i % cuts, column = i / cuts % t.columns.count, row = i / cuts / t.columns.count % t.rows.count;
    const int64_t product = i / cuts / t.columns.count / t.rows.count;
    const int64_t r = row * t.rows.size, s = column * t.columns.size, p = cut * t.depth.size;
    const Tile& tile =
        *tiles[(row + 1 == t.rows.count) | (column + 1 == t.columns.count) << 1 | (cut + 1 == cuts) << 2];
    const int64_t a_at = d.Matrix(d.batch_a, product) * d.m * d.k + (d.transpose_a ? p * d.m + r : r * d.k + p);
    const int64_t b_at = d.Matrix(d.batch_b, product) * d.k * d.n + (d.transpose_b ? s * d.k + p : p * d.n + s);
    const int64_t c_at = cut * size + product * d.m * d.n + r * d.n + s;
    BufferRef scratch;
    if (tile.scratch.get_size() > 0) {
      ASSIGN_OR_RETURN(scratch, device.Allocate(tile.scratch.get_size()));
    }
    return OneDnnGuard([&] {
      const auto memory = [](const dnnl::memory::desc& desc, const void* data) {
        return dnnl::memory(desc, OneDnnEngine(), const_cast<void*>(data));
      };
      tile.primitive.execute(OneDnnStream(),
                             {{DNNL_ARG_SRC, memory(tile.a, left + a_at * element)},
                              {DNNL_ARG_WEIGHTS, memory(tile.b, right + b_at * element)},
                              {DNNL_ARG_DST, memory(tile.c, result + c_at * element)},
                              {DNNL_ARG_SCRATCHPAD, memory(tile.scratch, scratch ? scratch->data() : nullptr)}});
      OneDnnStream().wait();
    });
  };
  const int64_t count = d.batches() * t.rows.count * t.columns.count * cuts;
  const int64_t grain = std::max<int64_t>(1, (1 << 20) / (t.rows.size * t.columns.size * t.depth.size));
  std::vector<absl::Status> statuses(static_cast<size_t>(DivideUp(count, grain)));
  ParallelFor(count, grain, [&](int64_t begin, int64_t end) {
    RunSingleThreaded([&] {
      for (int64_t i = begin; i < end; ++i) statuses[begin / grain].Update(compute(i));
    });
  });
  for (absl::Status& status : statuses) RETURN_IF_ERROR(std::move(status));
  if (cuts == 1) return absl::OkStatus();
  const auto* partial = reinterpret_cast<const float*>(result);
  auto* out = static_cast<float*>(c);
  ParallelFor(size, 1 << 14, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      double sum = 0;
      for (int64_t cut = 0; cut < cuts; ++cut) sum += partial[cut * size + i];
      out[i] = static_cast<float>(sum);
    }
  });
  return absl::OkStatus();
}

}  // namespace eager::server
