// Einsum as transposes, reductions and one batched product of matrices, each done by the kernel of that op on the same
// device.
//
// Of a label that two operands share the product is a batch of matrices if the result has it, or else an inner product;
// a label of one operand is a row or a column if the result has it, or else summed over first.
#pragma once

#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"
#include "common/ops/einsum_equation.h"
#include "common/ops/op_table.h"
#include "common/status_macros.h"
#include "server/kernels/cpu/strided_copy.h"
#include "server/kernels/kernel.h"

namespace eager::server {

// Keeps what the product keeps between calls.
struct EinsumState : KernelState {
  std::unique_ptr<KernelState> product;
};

// What a device does itself are its Moves, static functions that return an absl::Status:
//   Gather(k, extents, from, strides, to)    every element of the dense `to` from its place in `from`
//   Scatter(k, extents, from, to, strides)   every element of the dense `from` to its place in `to`, the rest zero
template <class Moves>
class EinsumSummation {
 public:
  EinsumSummation(KernelContext& k, const EinsumAxes& axes) : k_(k), axes_(axes) {}

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
  // A tensor whose axes have labels.
  struct Labelled {
    TensorRef tensor;
    EinsumLabels labels;
  };

  // How far apart neighbours along `label` lie: on the diagonal where several axes have it.
  static int64_t StrideOf(EinsumLabel label, absl::Span<const EinsumLabel> labels, const Strides& dense) {
    int64_t stride = 0;
    for (size_t axis = 0; axis < labels.size(); ++axis) {
      if (labels[axis] == label) stride += dense[axis];
    }
    return stride;
  }
  static Strides StridesOf(const EinsumLabels& order, const EinsumLabels& labels, const Shape& shape) {
    const Strides dense = DenseStrides(shape.dims());
    Strides strides;
    for (const EinsumLabel label : order) strides.push_back(StrideOf(label, labels, dense));
    return strides;
  }

  static TensorRef Reshaped(const Tensor& t, Shape shape) {
    return MakeRef<Tensor>(TensorSpec{t.dtype(), std::move(shape)}, t.buffer(), t.offset());
  }

  Labelled Squeezed(int i) {
    const EinsumLabels labels = axes_.Squeezed(i, k_.input(i).shape());
    return {Reshaped(k_.input(i), axes_.ShapeOf(labels)), labels};
  }

  static absl::StatusOr<TensorRef> Allocate(Device& device, DType dtype, Shape shape) {
    const size_t bytes = static_cast<size_t>(shape.num_elements()) * SizeOf(dtype);
    ASSIGN_OR_RETURN(BufferRef buffer, device.Allocate(bytes));
    return MakeRef<Tensor>(TensorSpec{dtype, std::move(shape)}, std::move(buffer));
  }

  // Runs the kernel of another op of this device, which fills `output` or, where it makes its outputs itself, sets it.
  absl::Status RunOp(absl::string_view name, const NamedAttrs& named, absl::Span<const TensorRef> inputs,
                     TensorRef& output, std::unique_ptr<KernelState>& state) {
    ASSIGN_OR_RETURN(const OpSpec* op, OpTable::Builtin().Get(name));
    ASSIGN_OR_RETURN(const Attrs attrs, Attrs::Make(*op, named));
    const KernelRow* row = KernelsFor(k_.device()).Find(*op, output->dtype());
    if (row == nullptr) {
      return absl::UnimplementedError(absl::StrCat("there is no ", name, " of ", Name(output->dtype())));
    }
    KernelContext context(*op, attrs, k_.device(), k_.host_device(), inputs, absl::MakeSpan(&output, 1), state);
    return row->fn(context);
  }

  // The axes in another order, one for each of `order`; those of `t` are diagonals where a label stands several times.
  absl::Status Arrange(Labelled& t, const EinsumLabels& order) {
    if (t.labels == order) return absl::OkStatus();
    const Shape shape = axes_.ShapeOf(order);
    ASSIGN_OR_RETURN(TensorRef arranged, Allocate(k_.device(), t.tensor->dtype(), shape));
    if (shape.num_elements() != 0) {
      RETURN_IF_ERROR(
          Moves::Gather(k_, shape.dims(), *t.tensor, StridesOf(order, t.labels, t.tensor->shape()), *arranged));
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
    ASSIGN_OR_RETURN(TensorRef axis_values,
                     Allocate(k_.host_device(), DType::kInt64, Shape{static_cast<int64_t>(axes.size())}));
    std::memcpy(axis_values->raw(), axes.data(), axes.size() * sizeof(int64_t));
    ASSIGN_OR_RETURN(TensorRef sums, Allocate(k_.device(), t.tensor->dtype(), axes_.ShapeOf(kept)));
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
    return Matrices{Reshaped(*t.tensor, Shape{Extent(batch), transposed ? columns : rows, transposed ? rows : columns}),
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
      product.tensor = Reshaped(k_.output(0), shape);
    } else {
      ASSIGN_OR_RETURN(product.tensor, Allocate(k_.device(), left.tensor->dtype(), shape));
    }
    EinsumState& state = k_.state<EinsumState>([] { return std::make_unique<EinsumState>(); });
    TensorRef matrices = Reshaped(*product.tensor, Shape{Extent(batch), Extent(rows), Extent(columns)});
    RETURN_IF_ERROR(RunOp("BatchMatMulV2", {{"adj_x", left.transposed}, {"adj_y", !right.transposed}},
                          {left.tensor, right.tensor}, matrices, state.product));
    return product;
  }

  // Into the order of the result; one that has a label several times is zero off the diagonal.
  absl::Status Write(const Labelled& t) {
    const Tensor& out = k_.output(0);
    if (out.num_elements() == 0 || t.tensor->raw() == out.raw()) return absl::OkStatus();
    if (t.labels.size() != axes_.output.size()) {
      return Moves::Scatter(k_, t.tensor->shape().dims(), *t.tensor, out,
                            StridesOf(t.labels, axes_.output, out.shape()));
    }
    return Moves::Gather(k_, out.shape().dims(), *t.tensor, StridesOf(axes_.output, t.labels, t.tensor->shape()), out);
  }

  KernelContext& k_;
  const EinsumAxes& axes_;
};

// The kernel of a device with these moves.
template <class Moves>
absl::Status EinsumKernel(KernelContext& k) {
  ASSIGN_OR_RETURN(const EinsumEquation equation, EinsumEquation::Parse(k.attr<std::string>("equation")));
  absl::InlinedVector<const Shape*, 2> shapes;
  for (int i = 0; i < k.num_inputs(); ++i) shapes.push_back(&k.input(i).shape());
  ASSIGN_OR_RETURN(const EinsumAxes axes, EinsumAxes::Make(equation, shapes));
  return EinsumSummation<Moves>(k, axes).Run();
}

}  // namespace eager::server
