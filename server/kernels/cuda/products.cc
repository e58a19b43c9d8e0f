#include "server/kernels/cuda/products.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace eager::server::cuda {
namespace {

// A session with more shapes than this begins anew.
constexpr size_t kMostPrepared = 256;

// Matrices that one call is given: a grid of blocks has no more along its last axis.
constexpr int64_t kMostBatch = 65535;

// The largest workspace that an algorithm may ask for: what NVIDIA recommends for the architecture.
uint64_t MostWorkspace(const cudaDeviceProp& device) { return (device.major >= 9 ? 32 : 8) * uint64_t{1 << 20}; }

struct Types {
  cudaDataType_t elements;
  cublasComputeType_t compute;
  cudaDataType_t scale;  // of alpha and beta
};
absl::StatusOr<Types> TypesOf(DType dtype, bool tf32) {
  switch (dtype) {
    case DType::kFloat32:
      return Types{CUDA_R_32F, tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F, CUDA_R_32F};
    case DType::kFloat64:
      return Types{CUDA_R_64F, CUBLAS_COMPUTE_64F, CUDA_R_64F};
    case DType::kFloat16:
      return Types{CUDA_R_16F, CUBLAS_COMPUTE_32F, CUDA_R_32F};
    case DType::kBFloat16:
      return Types{CUDA_R_16BF, CUBLAS_COMPUTE_32F, CUDA_R_32F};
    default:
      return absl::UnimplementedError(absl::StrCat("products of ", Name(dtype), " have no kernel on a GPU"));
  }
}

cublasLtEpilogue_t LibraryEpilogue(bool bias, bool relu) {
  if (bias) return relu ? CUBLASLT_EPILOGUE_RELU_BIAS : CUBLASLT_EPILOGUE_BIAS;
  return relu ? CUBLASLT_EPILOGUE_RELU : CUBLASLT_EPILOGUE_DEFAULT;
}

template <class T>
absl::Status SetAttribute(cublasLtMatmulDescOpaque_t& product, cublasLtMatmulDescAttributes_t attribute, T value) {
  RETURN_IF_ERROR(FromLibrary(cublasLtMatmulDescSetAttribute(&product, attribute, &value, sizeof(value)),
                              "cublasLtMatmulDescSetAttribute"));
  return absl::OkStatus();
}
template <class T>
absl::Status SetAttribute(cublasLtMatrixLayoutOpaque_t& layout, cublasLtMatrixLayoutAttribute_t attribute, T value) {
  RETURN_IF_ERROR(FromLibrary(cublasLtMatrixLayoutSetAttribute(&layout, attribute, &value, sizeof(value)),
                              "cublasLtMatrixLayoutSetAttribute"));
  return absl::OkStatus();
}
template <class T>
absl::Status SetAttribute(cublasLtMatmulPreferenceOpaque_t& wish, cublasLtMatmulPreferenceAttributes_t attribute,
                          T value) {
  RETURN_IF_ERROR(FromLibrary(cublasLtMatmulPreferenceSetAttribute(&wish, attribute, &value, sizeof(value)),
                              "cublasLtMatmulPreferenceSetAttribute"));
  return absl::OkStatus();
}

absl::Status SetLayout(cublasLtMatrixLayoutOpaque_t& layout, cudaDataType_t type, const ColumnMajor& matrix,
                       int64_t batch, int64_t step) {
  RETURN_IF_ERROR(FromLibrary(cublasLtMatrixLayoutInit(&layout, type, static_cast<uint64_t>(matrix.rows),
                                                       static_cast<uint64_t>(matrix.columns), matrix.rows),
                              "cublasLtMatrixLayoutInit"));
  if (batch == 1) return absl::OkStatus();
  RETURN_IF_ERROR(SetAttribute(layout, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, static_cast<int32_t>(batch)));
  return SetAttribute(layout, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, step);
}

cublasOperation_t Operation(const ColumnMajor& matrix) { return matrix.transpose ? CUBLAS_OP_T : CUBLAS_OP_N; }

}  // namespace

// A call as the library knows it: everything but pointers.
struct Products::Prepared {
  Key key;
  cublasLtMatmulDescOpaque_t product{};
  cublasLtMatrixLayoutOpaque_t first{}, second{}, result{};
  cublasLtMatmulAlgo_t algorithm{};
  size_t workspace_bytes = 0;

  absl::Status Describe(const Types& types, const Epilogue& epilogue) {
    const ColumnMajor a = FirstOperand(key.shape), b = SecondOperand(key.shape);
    const int64_t batch = key.shape.batch;
    RETURN_IF_ERROR(SetLayout(first, types.elements, a, batch, key.shape.step_b));
    RETURN_IF_ERROR(SetLayout(second, types.elements, b, batch, key.shape.step_a));
    RETURN_IF_ERROR(SetLayout(result, types.elements, ProductResult(key.shape), batch, key.shape.step_c));
    RETURN_IF_ERROR(
        FromLibrary(cublasLtMatmulDescInit(&product, types.compute, types.scale), "cublasLtMatmulDescInit"));
    RETURN_IF_ERROR(SetAttribute(product, CUBLASLT_MATMUL_DESC_TRANSA, static_cast<int32_t>(Operation(a))));
    RETURN_IF_ERROR(SetAttribute(product, CUBLASLT_MATMUL_DESC_TRANSB, static_cast<int32_t>(Operation(b))));
    if (!key.bias && !key.relu) return absl::OkStatus();
    RETURN_IF_ERROR(SetAttribute(product, CUBLASLT_MATMUL_DESC_EPILOGUE,
                                 static_cast<uint32_t>(LibraryEpilogue(key.bias, key.relu))));
    return SetBias(epilogue);
  }

  absl::Status SetBias(const Epilogue& epilogue) {
    if (!key.bias) return absl::OkStatus();
    return SetAttribute(product, CUBLASLT_MATMUL_DESC_BIAS_POINTER, epilogue.bias);
  }

  absl::Status Choose(cublasLtHandle_t library, uint64_t most_workspace) {
    cublasLtMatmulPreferenceOpaque_t wish{};
    RETURN_IF_ERROR(FromLibrary(cublasLtMatmulPreferenceInit(&wish), "cublasLtMatmulPreferenceInit"));
    RETURN_IF_ERROR(SetAttribute(wish, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, most_workspace));
    const auto aligned = [&](cublasLtMatmulPreferenceAttributes_t which, int bytes) {
      return SetAttribute(wish, which, static_cast<uint32_t>(bytes));
    };
    RETURN_IF_ERROR(aligned(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, key.align_b));
    RETURN_IF_ERROR(aligned(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, key.align_a));
    RETURN_IF_ERROR(aligned(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, key.align_c));
    RETURN_IF_ERROR(aligned(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, key.align_c));
    // Partial sums of 16-bit products are not rounded to 16 bits.
    if (SizeOf(key.dtype) == 2) {
      RETURN_IF_ERROR(SetAttribute(wish, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
                                   static_cast<uint32_t>(CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE)));
    }
    cublasLtMatmulHeuristicResult_t found{};
    int count = 0;
    RETURN_IF_ERROR(FromLibrary(
        cublasLtMatmulAlgoGetHeuristic(library, &product, &first, &second, &result, &result, &wish, 1, &found, &count),
        "cublasLtMatmulAlgoGetHeuristic"));
    if (count == 0) return FromLibrary(CUBLAS_STATUS_NOT_SUPPORTED, "cublasLtMatmulAlgoGetHeuristic");
    RETURN_IF_ERROR(FromLibrary(found.state, "cublasLtMatmulAlgoGetHeuristic"));
    algorithm = found.algo;
    workspace_bytes = found.workspaceSize;
    return absl::OkStatus();
  }

  absl::Status Run(const KernelContext& k, const void* a, const void* b, void* c) {
    ASSIGN_OR_RETURN(CudaLibraries * libraries, Libraries(k));
    ASSIGN_OR_RETURN(const cublasLtHandle_t library, libraries->cublasLt());
    BufferRef workspace;
    if (workspace_bytes > 0) {
      ASSIGN_OR_RETURN(workspace, Scratch(k, static_cast<int64_t>(workspace_bytes)));
    }
    const double one64 = 1, zero64 = 0;
    const float one32 = 1, zero32 = 0;
    const bool doubles = key.dtype == DType::kFloat64;
    const void* one = doubles ? static_cast<const void*>(&one64) : &one32;
    const void* zero = doubles ? static_cast<const void*>(&zero64) : &zero32;
    return Check(k,
                 cublasLtMatmul(library, &product, one, b, &first, a, &second, zero, c, &result, c, &result, &algorithm,
                                workspace ? workspace->data() : nullptr, workspace_bytes, Stream(k)),
                 "cublasLtMatmul");
  }
};

Products::Products() = default;
Products::~Products() = default;

absl::StatusOr<Products::Prepared*> Products::Find(const KernelContext& k, const Key& key, const Epilogue& epilogue) {
  if (last_ != nullptr && last_->key == key) return last_;
  const auto known = prepared_.find(key);
  if (known != prepared_.end()) return last_ = known->second.get();
  ASSIGN_OR_RETURN(CudaLibraries * libraries, Libraries(k));
  ASSIGN_OR_RETURN(const cublasLtHandle_t library, libraries->cublasLt());
  const CudaDevice& device = Queue(k).device();
  ASSIGN_OR_RETURN(const Types types, TypesOf(key.dtype, device.options().tf32));
  auto made = std::make_unique<Prepared>();
  made->key = key;
  RETURN_IF_ERROR(made->Describe(types, epilogue));
  RETURN_IF_ERROR(made->Choose(library, MostWorkspace(device.properties())));
  if (prepared_.size() >= kMostPrepared) prepared_.clear();
  return last_ = (prepared_[key] = std::move(made)).get();
}

absl::Status Products::Multiply(const KernelContext& k, DType dtype, const MatMulDims& dims, const void* a,
                                const void* b, void* c, const Epilogue& epilogue) {
  ASSIGN_OR_RETURN(const MatMulPlan plan, MatMulPlan::Make(dims, /*may_swap=*/epilogue.bias == nullptr));
  if (plan.swapped) std::swap(a, b);
  const auto size = static_cast<int64_t>(SizeOf(dtype));
  const Views<3, int64_t> starts(plan.calls);
  ProductShape part = plan.shape;
  for (int64_t first = 0; first < plan.shape.batch; first += kMostBatch) {
    part.batch = std::min(kMostBatch, plan.shape.batch - first);
    const auto begin = [&](const void* matrices, int64_t step) {
      return static_cast<char*>(const_cast<void*>(matrices)) + first * step * size;
    };
    char *part_a = begin(a, part.step_a), *part_b = begin(b, part.step_b), *part_c = begin(c, part.step_c);
    const auto aligned = [&](const void* address, int operand, int64_t step) {
      int64_t steps = step * size;
      for (int axis = 0; axis < plan.calls.rank; ++axis) steps |= plan.calls.steps[operand][axis] * size;
      return AlignmentOf(address, steps);
    };
    const Key key{dtype,
                  part,
                  aligned(part_a, 0, part.step_a),
                  aligned(part_b, 1, part.step_b),
                  aligned(part_c, 2, part.step_c),
                  AlignmentOf(epilogue.bias, 0),
                  epilogue.bias != nullptr,
                  epilogue.relu};
    ASSIGN_OR_RETURN(Prepared * prepared, Find(k, key, epilogue));
    RETURN_IF_ERROR(prepared->SetBias(epilogue));
    for (int64_t call = 0; call < plan.calls.num_elements; ++call) {
      const auto start = starts(call);
      RETURN_IF_ERROR(
          prepared->Run(k, part_a + start.at[0] * size, part_b + start.at[1] * size, part_c + start.at[2] * size));
    }
  }
  return absl::OkStatus();
}

}  // namespace eager::server::cuda
