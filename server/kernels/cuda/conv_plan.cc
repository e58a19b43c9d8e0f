#include "server/kernels/cuda/conv_plan.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "common/status_macros.h"
#include "server/kernels/cuda/libraries.h"

namespace eager::server::cuda {
namespace {

// Faster engines that want more memory than this are passed over.
constexpr int64_t kMostWorkspace = int64_t{1} << 30;
enum TensorId : int64_t { kInputId = 1, kFilterId = 2, kOutputId = 3 };

// What came instead of these is not in every cuDNN 9.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
constexpr cudnnBackendAttributeName_t kGraphHandle = CUDNN_ATTR_OPERATIONGRAPH_HANDLE;
constexpr cudnnBackendAttributeName_t kPlanHandle = CUDNN_ATTR_EXECUTION_PLAN_HANDLE;
#pragma GCC diagnostic pop

// Owns a descriptor of cuDNN's graph interface.
class Descriptor {
 public:
  Descriptor() = default;
  Descriptor(Descriptor&& other) noexcept : raw_(std::exchange(other.raw_, nullptr)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(raw_, other.raw_);
    return *this;
  }
  ~Descriptor() {
    if (raw_ != nullptr) cudnnBackendDestroyDescriptor(raw_);
  }

  static absl::StatusOr<Descriptor> Make(cudnnBackendDescriptorType_t type) {
    Descriptor d;
    RETURN_IF_ERROR(FromLibrary(cudnnBackendCreateDescriptor(type, &d.raw_), "cudnnBackendCreateDescriptor"));
    return d;
  }

  // Attributes are set one after the other; the first error is kept until Finalize().
  template <class T>
  Descriptor& Set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, const T& value) {
    return SetMany(name, type, 1, &value);
  }
  Descriptor& Set(cudnnBackendAttributeName_t name, const Descriptor& part) {
    return SetMany(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &part.raw_);
  }
  Descriptor& Set(cudnnBackendAttributeName_t name, const std::vector<int64_t>& values) {
    return SetMany(name, CUDNN_TYPE_INT64, static_cast<int64_t>(values.size()), values.data());
  }
  Descriptor& SetMany(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, int64_t n,
                      const void* values) {
    if (status_.ok()) {
      status_ = FromLibrary(cudnnBackendSetAttribute(raw_, name, type, n, values), "cudnnBackendSetAttribute");
    }
    return *this;
  }
  absl::Status Finalize() {
    RETURN_IF_ERROR(status_);
    return FromLibrary(cudnnBackendFinalize(raw_), "cudnnBackendFinalize");
  }

  cudnnBackendDescriptor_t get() const { return raw_; }
  cudnnBackendDescriptor_t Release() { return std::exchange(raw_, nullptr); }

 private:
  cudnnBackendDescriptor_t raw_ = nullptr;
  absl::Status status_;
};

cudnnDataType_t DataType(DType dtype) {
  switch (dtype) {
    case DType::kFloat64:
      return CUDNN_DATA_DOUBLE;
    case DType::kFloat16:
      return CUDNN_DATA_HALF;
    case DType::kBFloat16:
      return CUDNN_DATA_BFLOAT16;
    default:
      return CUDNN_DATA_FLOAT;
  }
}

// Extents in cuDNN's order (images or filters, channels, rows, columns) of a tensor whose channels lie innermost.
absl::StatusOr<Descriptor> DescribeTensor(TensorId id, DType dtype, int64_t n, int64_t channels, int64_t rows,
                                          int64_t columns) {
  ASSIGN_OR_RETURN(Descriptor d, Descriptor::Make(CUDNN_BACKEND_TENSOR_DESCRIPTOR));
  const int64_t name = id, alignment = ConvPlan::kAlignment;
  d.Set(CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_INT64, name)
      .Set(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, DataType(dtype))
      .Set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, CUDNN_TYPE_INT64, alignment)
      .Set(CUDNN_ATTR_TENSOR_DIMENSIONS, {n, channels, rows, columns})
      .Set(CUDNN_ATTR_TENSOR_STRIDES, {rows * columns * channels, 1, columns * channels, channels});
  RETURN_IF_ERROR(d.Finalize());
  return d;
}

absl::StatusOr<Descriptor> DescribeConvolution(const ConvDims& d, cudnnDataType_t compute) {
  ASSIGN_OR_RETURN(Descriptor conv, Descriptor::Make(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR));
  const int64_t axes = 2;
  conv.Set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, compute)
      .Set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, CUDNN_CROSS_CORRELATION)
      .Set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, CUDNN_TYPE_INT64, axes)
      .Set(CUDNN_ATTR_CONVOLUTION_DILATIONS, {d.rows.dilation, d.columns.dilation})
      .Set(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, {d.rows.stride, d.columns.stride})
      .Set(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, {d.rows.before, d.columns.before})
      .Set(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, {d.rows.after, d.columns.after});
  RETURN_IF_ERROR(conv.Finalize());
  return conv;
}

// How a pass is called, and what its operands are.
struct Names {
  cudnnBackendDescriptorType_t type;
  cudnnBackendAttributeName_t conv, input, filter, output, alpha, beta;
};
Names NamesOf(ConvPass pass) {
  switch (pass) {
    case ConvPass::kForward:
      return {CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
              CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
              CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
              CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,
              CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
              CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
              CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA};
    case ConvPass::kBackpropInput:
      return {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA};
    case ConvPass::kBackpropFilter:
      break;
  }
  return {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
          CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
          CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
          CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,
          CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
          CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
          CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA};
}

// A graph and its only operation, whose own parts may go once it is finalized.
struct Graph {
  Descriptor operation, graph;
};
absl::StatusOr<Graph> DescribeGraph(cudnnHandle_t handle, const ConvPlanKey& key) {
  const ConvDims& d = key.dims;
  const bool wide = key.dtype == DType::kFloat64;
  ASSIGN_OR_RETURN(const Descriptor input,
                   DescribeTensor(kInputId, key.dtype, d.batch, d.in_channels, d.rows.in, d.columns.in));
  ASSIGN_OR_RETURN(const Descriptor filter, DescribeTensor(kFilterId, key.dtype, d.out_channels,
                                                           d.in_channels / d.groups, d.rows.size, d.columns.size));
  ASSIGN_OR_RETURN(const Descriptor output,
                   DescribeTensor(kOutputId, key.dtype, d.batch, d.out_channels, d.rows.out, d.columns.out));
  ASSIGN_OR_RETURN(const Descriptor conv, DescribeConvolution(d, wide ? CUDNN_DATA_DOUBLE : CUDNN_DATA_FLOAT));
  const Names names = NamesOf(key.pass);
  Graph g;
  ASSIGN_OR_RETURN(g.operation, Descriptor::Make(names.type));
  g.operation.Set(names.conv, conv).Set(names.input, input).Set(names.filter, filter).Set(names.output, output);
  if (wide) {
    g.operation.Set(names.alpha, CUDNN_TYPE_DOUBLE, 1.0).Set(names.beta, CUDNN_TYPE_DOUBLE, 0.0);
  } else {
    g.operation.Set(names.alpha, CUDNN_TYPE_FLOAT, 1.0f).Set(names.beta, CUDNN_TYPE_FLOAT, 0.0f);
  }
  RETURN_IF_ERROR(g.operation.Finalize());
  ASSIGN_OR_RETURN(g.graph, Descriptor::Make(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR));
  g.graph.Set(kGraphHandle, CUDNN_TYPE_HANDLE, handle).Set(CUDNN_ATTR_OPERATIONGRAPH_OPS, g.operation);
  RETURN_IF_ERROR(g.graph.Finalize());
  return g;
}

// What the heuristics suggest, best first; empty where they know nothing.
std::vector<Descriptor> Suggestions(const Descriptor& graph, cudnnBackendHeurMode_t mode) {
  absl::StatusOr<Descriptor> heuristics = Descriptor::Make(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
  if (!heuristics.ok()) return {};
  heuristics->Set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph)
      .Set(CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, mode);
  if (!heuristics->Finalize().ok()) return {};
  int64_t count = 0;
  if (cudnnBackendGetAttribute(heuristics->get(), CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR, 0,
                               &count, nullptr) != CUDNN_STATUS_SUCCESS) {
    return {};
  }
  std::vector<Descriptor> found;
  std::vector<cudnnBackendDescriptor_t> raw;
  for (int64_t i = 0; i < count; ++i) {
    absl::StatusOr<Descriptor> config = Descriptor::Make(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
    if (!config.ok()) return {};
    raw.push_back(config->get());
    found.push_back(*std::move(config));
  }
  if (count == 0 ||
      cudnnBackendGetAttribute(heuristics->get(), CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR, count,
                               &count, raw.data()) != CUDNN_STATUS_SUCCESS) {
    return {};
  }
  found.resize(static_cast<size_t>(std::min<int64_t>(count, static_cast<int64_t>(found.size()))));
  return found;
}

// Whether an engine's numbers are what we want: the same in every run, and as exact as `tf32` says.
bool IsWelcome(const Descriptor& config, DType dtype, bool tf32) {
  absl::StatusOr<Descriptor> engine = Descriptor::Make(CUDNN_BACKEND_ENGINE_DESCRIPTOR);
  if (!engine.ok()) return false;
  cudnnBackendDescriptor_t raw = engine->get();
  int64_t count = 0;
  if (cudnnBackendGetAttribute(config.get(), CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &count,
                               &raw) != CUDNN_STATUS_SUCCESS) {
    return false;
  }
  cudnnBackendNumericalNote_t notes[CUDNN_NUMERICAL_NOTE_TYPE_COUNT];
  count = 0;
  if (cudnnBackendGetAttribute(engine->get(), CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE,
                               CUDNN_NUMERICAL_NOTE_TYPE_COUNT, &count, notes) != CUDNN_STATUS_SUCCESS) {
    return false;
  }
  count = std::min<int64_t>(count, CUDNN_NUMERICAL_NOTE_TYPE_COUNT);  // a newer cuDNN may know of more
  const auto has = [&](cudnnBackendNumericalNote_t note) {
    return std::find(notes, notes + count, note) != notes + count;
  };
  if (has(CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC) || has(CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION) ||
      has(CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_13x13)) {
    return false;
  }
  // Tensor cores have float32 operands as TF32 alone.
  return tf32 || dtype != DType::kFloat32 ||
         !(has(CUDNN_NUMERICAL_NOTE_TENSOR_CORE) || has(CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS));
}

// The plan for an engine, if it can be had within kMostWorkspace.
absl::StatusOr<Descriptor> Finalized(cudnnHandle_t handle, const Descriptor& config, int64_t& workspace) {
  ASSIGN_OR_RETURN(Descriptor plan, Descriptor::Make(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR));
  plan.Set(kPlanHandle, CUDNN_TYPE_HANDLE, handle).Set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, config);
  RETURN_IF_ERROR(plan.Finalize());
  int64_t count = 0;
  RETURN_IF_ERROR(FromLibrary(cudnnBackendGetAttribute(plan.get(), CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE,
                                                       CUDNN_TYPE_INT64, 1, &count, &workspace),
                              "cudnnBackendGetAttribute"));
  if (workspace > kMostWorkspace) return absl::UnimplementedError("the engine wants too much memory");
  return plan;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const ConvPlan>> ConvPlan::Make(cudnnHandle_t handle, const ConvPlanKey& key,
                                                               bool tf32) {
  std::shared_ptr<ConvPlan> made(new ConvPlan);
  const absl::StatusOr<Graph> graph = DescribeGraph(handle, key);
  if (!graph.ok()) {
    if (absl::IsResourceExhausted(graph.status())) return graph.status();
    // Our own kernels compute it, though not as fast: somebody should hear of it.
    if (!absl::IsUnimplemented(graph.status())) {
      std::fprintf(stderr, "eagerd: a convolution without cuDNN: %s\n", graph.status().ToString().c_str());
    }
    return made;
  }
  for (const cudnnBackendHeurMode_t mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK}) {
    for (Descriptor& config : Suggestions(graph->graph, mode)) {
      if (!IsWelcome(config, key.dtype, tf32)) continue;
      absl::StatusOr<Descriptor> plan = Finalized(handle, config, made->workspace_bytes_);
      if (!plan.ok()) continue;
      made->plan_ = plan->Release();
      made->config_ = config.Release();
      return made;
    }
  }
  return made;
}

ConvPlan::~ConvPlan() {
  for (const cudnnBackendDescriptor_t descriptor : {plan_, config_}) {
    if (descriptor != nullptr) cudnnBackendDestroyDescriptor(descriptor);
  }
}

absl::Status ConvPlan::Run(const KernelContext& k, cudnnHandle_t handle, const void* input, const void* filter,
                           const void* output) const {
  BufferRef workspace;
  void* work = nullptr;
  if (workspace_bytes_ > 0) {
    ASSIGN_OR_RETURN(workspace, Scratch(k, workspace_bytes_));
    work = workspace->data();
  }
  const int64_t ids[] = {kInputId, kFilterId, kOutputId};
  const void* const pointers[] = {input, filter, output};
  ASSIGN_OR_RETURN(Descriptor pack, Descriptor::Make(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR));
  pack.SetMany(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, CUDNN_TYPE_INT64, 3, ids)
      .SetMany(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, 3, pointers)
      .Set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, work);
  RETURN_IF_ERROR(pack.Finalize());
  return Check(k, cudnnBackendExecute(handle, plan_, pack.get()), "cudnnBackendExecute");
}

}  // namespace eager::server::cuda
