// Einsum: sums of products over labelled axes.
#include "common/ops/einsum_equation.h"
#include "common/ops/grad_context.h"
#include "common/ops/op_table.h"
#include "common/ops/shape_context.h"
#include "common/status_macros.h"

namespace eager {
namespace {

absl::Status EinsumShape(ShapeContext& c) {
  ASSIGN_OR_RETURN(const EinsumEquation equation, EinsumEquation::Parse(c.attr<std::string>("equation")));
  absl::InlinedVector<const Shape*, 2> shapes;
  for (int i = 0; i < c.num_inputs(); ++i) shapes.push_back(&c.input(i));
  ASSIGN_OR_RETURN(const EinsumAxes axes, EinsumAxes::Make(equation, shapes));
  const Shape labelled = axes.ShapeOf(axes.output);
  ASSIGN_OR_RETURN(Shape out, Shape::Make(labelled.dims()));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

// The sum over products is linear in each operand, so the gradient of one is the sum over products of dy and the other:
// for "ij,jk->ik" that of the first is "ik,jk->ij". Axes along which an operand is repeated are squeezed out first,
// then no equation here needs an ellipsis; an axis of dy that the operand lacks is summed away.
class OperandGrad {
 public:
  OperandGrad(GradContext& g, const EinsumAxes& axes) : g_(g), axes_(axes) {}

  absl::StatusOr<Node> Of(int input) {
    std::vector<Node> factors = {g_.upstream(0)};
    std::vector<EinsumLabels> labels = {axes_.output};
    if (g_.num_inputs() == 2) {
      const int other = 1 - input;
      labels.push_back(axes_.Squeezed(other, g_.shape(g_.input(other))));
      const Node squeezed = As(g_.input(other), axes_.ShapeOf(labels[1]));
      factors.push_back(IsComplex(squeezed.spec.dtype) ? g_.Op("Conj", {squeezed}) : squeezed);
    }
    const EinsumLabels wanted = axes_.Squeezed(input, g_.shape(g_.input(input)));
    // Labels that only this operand has were summed over: dy is the same all along them.
    EinsumLabels kept, spread;
    for (const EinsumLabel label : Distinct(wanted)) {
      const bool known = Contains(labels[0], label) || (labels.size() == 2 && Contains(labels[1], label));
      (known ? kept : spread).push_back(label);
    }
    if (spread.empty()) {
      ASSIGN_OR_RETURN(const Node grad, Emit(factors, labels, wanted));
      return As(grad, g_.shape(g_.input(input)));
    }
    ASSIGN_OR_RETURN(const Node narrow, Emit(factors, labels, kept));
    spread.insert(spread.end(), kept.begin(), kept.end());
    ASSIGN_OR_RETURN(const Node grad, Emit({g_.BroadcastTo(narrow, axes_.ShapeOf(spread))}, {spread}, wanted));
    return As(grad, g_.shape(g_.input(input)));
  }

 private:
  absl::StatusOr<Node> Emit(const std::vector<Node>& factors, const std::vector<EinsumLabels>& labels,
                            const EinsumLabels& wanted) {
    if (factors.size() == 1 && labels[0] == wanted) return factors[0];
    ASSIGN_OR_RETURN(std::string equation, SpellEinsum(labels, wanted));
    absl::InlinedVector<Node, 2> product = g_.Ops("Einsum", factors, {{"equation", std::move(equation)}});
    return product.empty() ? Node() : product[0];
  }
  Node As(const Node& node, const Shape& shape) { return g_.shape(node) == shape ? node : g_.Reshape(node, shape); }

  GradContext& g_;
  const EinsumAxes& axes_;
};

// A client that does not know the shapes traces which tensors a gradient depends on, and no more.
void TraceWithoutShapes(GradContext& g, Grads& grads) {
  for (int i = 0; i < g.num_inputs(); ++i) {
    absl::InlinedVector<Node, 2> factors = {g.upstream(0)};
    if (g.num_inputs() == 2) factors.push_back(g.input(1 - i));
    absl::InlinedVector<Node, 2> product = g.Ops("Einsum", factors, {{"equation", g.attr<std::string>("equation")}});
    if (!product.empty()) grads[i] = std::move(product[0]);
  }
}

absl::Status EinsumGrad(GradContext& g, Grads& grads) {
  for (int i = 0; i < g.num_inputs(); ++i) {
    if (g.input(i).shape_known) continue;
    TraceWithoutShapes(g, grads);
    return g.status();
  }
  ASSIGN_OR_RETURN(const EinsumEquation equation, EinsumEquation::Parse(g.attr<std::string>("equation")));
  absl::InlinedVector<const Shape*, 2> shapes;
  for (int i = 0; i < g.num_inputs(); ++i) shapes.push_back(&g.shape(g.input(i)));
  ASSIGN_OR_RETURN(const EinsumAxes axes, EinsumAxes::Make(equation, shapes));
  for (int i = 0; i < g.num_inputs(); ++i) {
    if (!g.needs(i)) continue;
    ASSIGN_OR_RETURN(grads[i], OperandGrad(g, axes).Of(i));
  }
  return g.status();
}

constexpr OpDef kOps[] = {
    {.name = "Einsum",
     .doc = "Einstein's summation: products of operands with labelled axes, summed over the labels that the result lacks.",
     .inputs = "inputs: N * T",
     .outputs = "output: T",
     .attrs = "equation: string, N: int >= 1, T: type",
     .shape = &EinsumShape,
     .gradient = &EinsumGrad,
     .saves = Saves::kInputs},
};

}  // namespace

absl::Span<const OpDef> EinsumOps() { return kOps; }

}  // namespace eager
