// Einsum as transposes, reductions and one batched product of matrices, each done by the kernel of that op.
//
// Of a label that two operands share the product is a batch of matrices if the result has it, or else an inner product;
// a label of one operand is a row or a column if the result has it, or else summed over first.
#include <cstring>

#include "common/ops/einsum_equation.h"
#include "common/ops/op_table.h"
#include "common/status_macros.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/number.h"
#include "server/kernels/cpu/strided_copy.h"

namespace eager::server {
namespace {

// Keeps what the product keeps between calls.
struct EinsumState : KernelState {
  std::unique_ptr<KernelState> product;
};

// A tensor whose axes have labels.
struct Labelled {
  TensorRef tensor;
  EinsumLabels labels;
};

// How far apart neighbours along `label` lie: on the diagonal where several axes have it.
int64_t StrideOf(EinsumLabel label, absl::Span<const EinsumLabel> labels, const Strides& dense) {
  int64_t stride = 0;
  for (size_t axis = 0; axis < labels.size(); ++axis) {
    if (labels[axis] == label) stride += dense[axis];
  }
  return stride;
}

TensorRef Reshaped(const TensorRef& t, Shape shape) {
  return MakeRef<Tensor>(TensorSpec{t->dtype(), std::move(shape)}, t->buffer(), t->offset());
}

class Summation {
 public:
  Summation(KernelContext& k, const EinsumAxes& axes) : k_(k), axes_(axes) {}

  absl::Status Run() {
    Labelled a = Squeezed(0);
    if (k_.num_inputs() == 1) {
      RETURN_IF_ERROR(Reduce(a, /*other=*/{}));
      return Write(a);
    }
    Labelled b = Squeezed(1);
    const EinsumLabels labels_of_a = a.labels;
    RETURN_IF_ERROR(Reduce(a, b.labels));
    RETURN_IF_ERROR(Reduce(b, labels_of_a));
    ASSIGN_OR_RETURN(const Labelled product, Multiply(a, b));
    return Write(product);
  }

 private:
  Labelled Squeezed(int i) {
    Labelled operand{k_.input_ref(i), axes_.Squeezed(i, k_.input(i).shape())};
    operand.tensor = Reshaped(operand.tensor, axes_.ShapeOf(operand.labels));
    return operand;
  }

  absl::StatusOr<TensorRef> Allocate(DType dtype, Shape shape) {
    const size_t bytes = static_cast<size_t>(shape.num_elements()) * SizeOf(dtype);
    ASSIGN_OR_RETURN(BufferRef buffer, k_.device().Allocate(bytes));
    return MakeRef<Tensor>(TensorSpec{dtype, std::move(shape)}, std::move(buffer));
  }

  // Runs the kernel of another op of this device.
  absl::Status RunOp(absl::string_view name, const NamedAttrs& named, absl::Span<const TensorRef> inputs,
                     TensorRef output, std::unique_ptr<KernelState>& state) {
    ASSIGN_OR_RETURN(const OpSpec* op, OpTable::Builtin().Get(name));
    ASSIGN_OR_RETURN(const Attrs attrs, Attrs::Make(*op, named));
    const KernelRow* row = CpuKernels().Find(*op, output->dtype());
    if (row == nullptr) {
      return absl::UnimplementedError(absl::StrCat("there is no ", name, " of ", Name(output->dtype())));
    }
    KernelContext context(*op, attrs, k_.device(), inputs, absl::MakeSpan(&output, 1), state);
    return row->fn(context);
  }

  // The axes in another order, one for each of `order`; those of `t` are diagonals where a label stands several times.
  absl::Status Arrange(Labelled& t, const EinsumLabels& order) {
    if (t.labels == order) return absl::OkStatus();
    const Strides dense = DenseStrides(t.tensor->shape().dims());
    Strides from;
    for (const EinsumLabel label : order) from.push_back(StrideOf(label, t.labels, dense));
    const Shape shape = axes_.ShapeOf(order);
    ASSIGN_OR_RETURN(TensorRef arranged, Allocate(t.tensor->dtype(), shape));
    if (shape.num_elements() != 0) {
      StridedCopy(SizeOf(t.tensor->dtype()), shape.dims(), t.tensor->raw(), from, arranged->raw(),
                  DenseStrides(shape.dims()));
    }
    t = {std::move(arranged), order};
    return absl::OkStatus();
  }

  // Leaves one axis for each label that the result or `other` has, and sums over the rest.
  absl::Status Reduce(Labelled& t, const EinsumLabels& other) {
    RETURN_IF_ERROR(Arrange(t, Distinct(t.labels)));
    EinsumLabels kept;
    absl::InlinedVector<int64_t, 8> axes;
    for (size_t axis = 0; axis < t.labels.size(); ++axis) {
      if (Contains(axes_.output, t.labels[axis]) || Contains(other, t.labels[axis])) {
        kept.push_back(t.labels[axis]);
      } else {
        axes.push_back(static_cast<int64_t>(axis));
      }
    }
    if (axes.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(TensorRef axis_values, Allocate(DType::kInt64, Shape{static_cast<int64_t>(axes.size())}));
    std::memcpy(axis_values->raw(), axes.data(), axes.size() * sizeof(int64_t));
    ASSIGN_OR_RETURN(TensorRef sums, Allocate(t.tensor->dtype(), axes_.ShapeOf(kept)));
    std::unique_ptr<KernelState> none;
    RETURN_IF_ERROR(RunOp("Sum", {{"Tidx", DType::kInt64}}, {t.tensor, axis_values}, sums, none));
    t = {std::move(sums), std::move(kept)};
    return absl::OkStatus();
  }

  // An operand as matrices: [batch, free, inner] or, where that saves a copy, transposed: [batch, inner, free].
  struct Matrices {
    TensorRef tensor;
    bool transposed = false;
  };
  absl::StatusOr<Matrices> AsMatrices(Labelled t, const EinsumLabels& batch, const EinsumLabels& free,
                                      const EinsumLabels& inner) {
    EinsumLabels plain = batch, swapped = batch;
    plain.insert(plain.end(), free.begin(), free.end());
    plain.insert(plain.end(), inner.begin(), inner.end());
    swapped.insert(swapped.end(), inner.begin(), inner.end());
    swapped.insert(swapped.end(), free.begin(), free.end());
    const bool transposed = t.labels == swapped && t.labels != plain && !IsComplex(t.tensor->dtype());
    if (!transposed) RETURN_IF_ERROR(Arrange(t, plain));
    const int64_t rows = Extent(free), columns = Extent(inner);
    return Matrices{Reshaped(t.tensor, Shape{Extent(batch), transposed ? columns : rows, transposed ? rows : columns}),
                    transposed};
  }

  int64_t Extent(const EinsumLabels& labels) const { return axes_.ShapeOf(labels).num_elements(); }

  absl::StatusOr<Labelled> Multiply(const Labelled& a, const Labelled& b) {
    EinsumLabels batch, rows, columns, inner;
    for (const EinsumLabel label : Distinct(axes_.output)) {
      const bool in_a = Contains(a.labels, label), in_b = Contains(b.labels, label);
      (in_a && in_b ? batch : in_a ? rows : columns).push_back(label);
    }
    for (const EinsumLabel label : a.labels) {
      if (!Contains(axes_.output, label)) inner.push_back(label);
    }
    ASSIGN_OR_RETURN(const Matrices left, AsMatrices(a, batch, rows, inner));
    ASSIGN_OR_RETURN(const Matrices right, AsMatrices(b, batch, columns, inner));
    Labelled product;
    product.labels = batch;
    product.labels.insert(product.labels.end(), rows.begin(), rows.end());
    product.labels.insert(product.labels.end(), columns.begin(), columns.end());
    const Shape shape = axes_.ShapeOf(product.labels);
    if (product.labels == axes_.output) {
      product.tensor = Reshaped(k_output(), shape);
    } else {
      ASSIGN_OR_RETURN(product.tensor, Allocate(left.tensor->dtype(), shape));
    }
    EinsumState& state = k_.state<EinsumState>([] { return std::make_unique<EinsumState>(); });
    RETURN_IF_ERROR(RunOp("BatchMatMulV2", {{"adj_x", left.transposed}, {"adj_y", !right.transposed}},
                          {left.tensor, right.tensor},
                          Reshaped(product.tensor, Shape{Extent(batch), Extent(rows), Extent(columns)}), state.product));
    return product;
  }

  TensorRef k_output() const {
    const Tensor& out = k_.output(0);
    return MakeRef<Tensor>(out.spec(), out.buffer(), out.offset());
  }

  // Into the order of the result; one that has a label several times is zero off the diagonal.
  absl::Status Write(const Labelled& t) {
    const Tensor& out = k_.output(0);
    if (out.num_elements() == 0 || t.tensor->raw() == out.raw()) return absl::OkStatus();
    if (t.labels.size() != axes_.output.size()) std::memset(out.raw(), 0, out.num_bytes());
    const Strides dense = DenseStrides(out.shape().dims());
    Strides to;
    for (const EinsumLabel label : t.labels) to.push_back(StrideOf(label, axes_.output, dense));
    const absl::Span<const int64_t> extents = t.tensor->shape().dims();
    StridedCopy(SizeOf(out.dtype()), extents, t.tensor->raw(), DenseStrides(extents), out.raw(), to);
    return absl::OkStatus();
  }

  KernelContext& k_;
  const EinsumAxes& axes_;
};

absl::Status EinsumKernel(KernelContext& k) {
  ASSIGN_OR_RETURN(const EinsumEquation equation, EinsumEquation::Parse(k.attr<std::string>("equation")));
  absl::InlinedVector<const Shape*, 2> shapes;
  for (int i = 0; i < k.num_inputs(); ++i) shapes.push_back(&k.input(i).shape());
  ASSIGN_OR_RETURN(const EinsumAxes axes, EinsumAxes::Make(equation, shapes));
  return Summation(k, axes).Run();
}

}  // namespace

std::vector<KernelRow> CpuEinsumKernels() {
  return {{"Einsum",
           {DType::kBFloat16, DType::kFloat16, DType::kFloat32, DType::kFloat64, DType::kInt32, DType::kInt64},
           &EinsumKernel}};
}

}  // namespace eager::server
