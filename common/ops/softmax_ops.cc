// Softmax over the last axis, and the cross entropies that begin with it.
#include "absl/strings/str_cat.h"
#include "common/ops/grad_context.h"
#include "common/ops/op_table.h"
#include "common/ops/shape_context.h"
#include "common/status_macros.h"

namespace eager {
namespace {

absl::Status SoftmaxShape(ShapeContext& c) {
  if (c.input(0).rank() < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("logits must have >= 1 dimension, got ", c.input(0).ToString()));
  }
  return SameAsInput0(c);
}

absl::Status CrossEntropyShape(ShapeContext& c) {
  const Shape &logits = c.input(0), &labels = c.input(1);
  absl::StatusOr<Shape> both = Broadcast(logits, labels);
  if (!both.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("logits and labels must be broadcastable: logits_size=",
                                                   logits.ToString(), " labels_size=", labels.ToString()));
  }
  if (both->rank() != 2) {
    return absl::InvalidArgumentError(
        "logits and labels must be either 2-dimensional, or broadcasted to be 2-dimensional");
  }
  c.set_output(0, Shape{(*both)[0]});
  c.set_output(1, *std::move(both));
  return absl::OkStatus();
}

absl::Status SparseCrossEntropyShape(ShapeContext& c) {
  const Shape &logits = c.input(0), &labels = c.input(1);
  if (logits.rank() != 2) {
    return absl::InvalidArgumentError(absl::StrCat("logits must be 2-D, but got shape ", logits.ToString()));
  }
  if (labels.rank() != 1) {
    return absl::InvalidArgumentError(absl::StrCat("labels must be 1-D, but got shape ", labels.ToString()));
  }
  if (logits[0] != labels[0]) {
    return absl::InvalidArgumentError(
        absl::StrCat("logits and labels must have the same first dimension, got logits shape ", logits.ToString(),
                     " and labels shape ", labels.ToString()));
  }
  if (logits[1] == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("Must have at least one class, but got logits shape ", logits.ToString()));
  }
  c.set_output(0, labels);
  c.set_output(1, logits);
  return absl::OkStatus();
}

Node SumOfRows(GradContext& g, const Node& x) { return g.Sum(x, {-1}, /*keep_dims=*/true); }

// What softmax s makes of a gradient: s (dy - sum(s dy)).
Node ThroughSoftmax(GradContext& g, const Node& s, const Node& up) {
  return g.Mul(g.Sub(up, SumOfRows(g, g.Mul(up, s))), s);
}

absl::Status SoftmaxGradient(GradContext& g, Grads& grads) {
  grads[0] = ThroughSoftmax(g, g.output(0), g.upstream(0));
  return g.status();
}

absl::Status LogSoftmaxGradient(GradContext& g, Grads& grads) {
  const Node up = g.upstream(0);
  grads[0] = g.Sub(up, g.Mul(SumOfRows(g, up), g.Op("Exp", {g.output(0)})));
  return g.status();
}

// The upstream of the losses times a matrix, row by row.
Node TimesRows(GradContext& g, const Node& matrix) {
  const Node up = g.upstream(0);
  return g.Mul(g.Reshape(up, Shape{g.shape(up)[0], 1}), matrix);
}

// The logits in the shape of the rows that were compared: the op repeats them where the labels have more.
Node Logits(GradContext& g) {
  const Shape& rows = g.shape(g.output(1));
  return g.shape(g.input(0)) == rows ? g.input(0) : g.BroadcastTo(g.input(0), rows);
}

// backprop = softmax(logits) - labels is the loss's gradient already; if it is used itself, its own gradient counts too.
Node LogitsGradient(GradContext& g) {
  Node gradient = TimesRows(g, g.output(1));
  if (g.has_upstream(1)) {
    gradient = g.Add(gradient, ThroughSoftmax(g, g.Op("Softmax", {Logits(g)}), g.upstream(1)));
  }
  return gradient;
}

absl::Status CrossEntropyGradient(GradContext& g, Grads& grads) {
  if (g.needs(0)) grads[0] = LogitsGradient(g);
  if (g.needs(1)) grads[1] = TimesRows(g, g.Neg(g.Op("LogSoftmax", {Logits(g)})));
  return g.status();
}

absl::Status SparseCrossEntropyGradient(GradContext& g, Grads& grads) {
  grads[0] = LogitsGradient(g);
  return g.status();
}

constexpr OpDef kRows[] = {
    {.name = "Softmax",
     .doc = "exp(logits), each row of the last axis divided by its sum.",
     .inputs = "logits: T",
     .outputs = "softmax: T",
     .attrs = "T: {half, bfloat16, float, double}",
     .shape = &SoftmaxShape,
     .gradient = &SoftmaxGradient,
     .saves = Saves::kOutputs},
    {.name = "LogSoftmax",
     .doc = "log(Softmax(logits)), with no loss of digits.",
     .inputs = "logits: T",
     .outputs = "logsoftmax: T",
     .attrs = "T: {half, bfloat16, float, double}",
     .shape = &SoftmaxShape,
     .gradient = &LogSoftmaxGradient,
     .saves = Saves::kOutputs},
    {.name = "SoftmaxCrossEntropyWithLogits",
     .doc = "For each row the cross entropy of its softmax with `labels`, a distribution; `backprop` is its gradient "
            "with respect to the features.",
     .inputs = "features: T, labels: T",
     .outputs = "loss: T, backprop: T",
     .attrs = "T: {half, bfloat16, float, double}",
     .shape = &CrossEntropyShape,
     .gradient = &CrossEntropyGradient,
     .saves = Saves::kBoth},
    {.name = "SparseSoftmaxCrossEntropyWithLogits",
     .doc = "For each row the cross entropy of its softmax with the class that `labels` names; `backprop` is its "
            "gradient with respect to the features.",
     .inputs = "features: T, labels: Tlabels",
     .outputs = "loss: T, backprop: T",
     .attrs = "T: {half, bfloat16, float, double}, Tlabels: {int32, int64} = int64",
     .shape = &SparseCrossEntropyShape,
     .gradient = &SparseCrossEntropyGradient,
     .saves = Saves::kBoth},
};

}  // namespace

absl::Span<const OpDef> SoftmaxOps() { return kRows; }

}  // namespace eager
