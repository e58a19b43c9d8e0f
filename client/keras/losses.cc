#include "client/keras/losses.h"

#include <algorithm>
#include <numbers>

#include "absl/strings/str_cat.h"
#include "client/core/call.h"
#include "client/keras/ranks.h"
#include "client/math.h"
#include "client/ops.h"

namespace eager::keras::losses {
namespace {

using internal::AsFloats;
using internal::AsTensor;

constexpr double kEpsilon = 1e-7;  // keras.backend.epsilon()

// y_true and y_pred of one dtype; `where` is y_pred's line, which every op on them reports.
struct Pair {
  Tensor truth, prediction;
  std::source_location where;
  Operand y_true() const { return Operand(truth, where); }
  Operand y_pred() const { return Operand(prediction, where); }
};

Pair OneDType(const Operand& y_true, const Operand& y_pred) {
  Pair p{{}, AsFloats(y_pred), y_pred.where()};
  p.truth = AsTensor(y_true, p.prediction.dtype());
  return p;
}

Pair OneRank(const Operand& y_true, const Operand& y_pred) {
  Pair p = OneDType(y_true, y_pred);
  internal::MatchRanks(p.truth, p.prediction, p.where);
  return p;
}

void CheckSameShape(const char* loss, const Pair& p) {
  const Shape &truth = p.truth.shape(p.where), &prediction = p.prediction.shape(p.where);
  if (truth == prediction) return;
  throw Error(absl::InvalidArgumentError(absl::StrCat(loss, ": y_true and y_pred must have the same shape, got ",
                                                      truth.ToString(), " and ", prediction.ToString())),
              p.where);
}

// Positions from 0 to rank - 1 for an axis that may count from the end.
int64_t AxisOf(const char* loss, const Pair& p, int64_t axis) {
  const int rank = p.prediction.rank(p.where);
  if (axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  throw Error(absl::InvalidArgumentError(absl::StrCat(loss, ": axis must be in the range [", -rank, ", ", rank,
                                                      ") for y_pred of shape ", p.prediction.shape(p.where).ToString(),
                                                      ", got ", axis)),
              p.where);
}

Tensor Clip(const Tensor& probabilities, double high, std::source_location where) {
  return raw_ops::ClipByValue(Operand(probabilities, where), Operand(kEpsilon, where), Operand(high, where));
}

// Rows of classes for an op that takes matrices only; the shape of its one result a row.
struct Rows {
  Tensor matrix;
  std::vector<int64_t> outer;
};

Rows ToRows(const Tensor& t, std::source_location where) {
  const Shape& shape = t.shape(where);
  const int64_t classes = shape[shape.rank() - 1];
  Rows rows{t, {shape.dims().begin(), shape.dims().end() - 1}};
  if (shape.rank() == 2) return rows;
  int64_t n = 1;
  for (const int64_t d : rows.outer) n *= d;
  rows.matrix = reshape(Operand(t, where), Operand(std::vector<int64_t>{n, classes}, where));
  return rows;
}

Tensor FromRows(const Tensor& values, const Rows& rows, std::source_location where) {
  return rows.outer.size() == 1 ? values : reshape(Operand(values, where), Operand(rows.outer, where));
}

// The losses of an op that also gives their gradient.
Tensor CrossEntropy(absl::string_view op, const Tensor& logits, const Tensor& labels, std::source_location where) {
  const Operand operands[] = {Operand(logits, where), Operand(labels, where)};
  return eager::internal::Call(eager::internal::Op(op), operands, {}, where)[0];
}

// Axis `axis` last, for ops that look there.
Tensor AxisLast(const Tensor& t, int64_t axis, std::source_location where) {
  const int64_t rank = t.rank(where);
  if (axis == rank - 1) return t;
  std::vector<int64_t> perm;
  for (int64_t i = 0; i < rank; ++i) {
    if (i != axis) perm.push_back(i);
  }
  perm.push_back(axis);
  return transpose(Operand(t, where), perm);
}

// y_true * (1 - smoothing) + share
Tensor Smoothed(const Tensor& truth, double smoothing, double share, std::source_location where) {
  const Tensor scaled = multiply(Operand(truth, where), Operand(1 - smoothing, where));
  return add(Operand(scaled, where), Operand(share, where));
}

// max(x, 0) - x * y_true + log(1 + exp(-|x|)), with -|x| as min(-x, x): its gradient at 0 is then sigmoid(0) - y_true too.
Tensor FromLogits(const Pair& p) {
  const std::source_location w = p.where;
  const Tensor negative_x = negative(p.y_pred());
  const Tensor minus_size = minimum(Operand(negative_x, w), p.y_pred()), positive = maximum(p.y_pred(), Operand(0.0, w));
  const Tensor product = multiply(p.y_pred(), p.y_true()), rest = subtract(Operand(positive, w), Operand(product, w));
  const Tensor tail = raw_ops::Softplus(Operand(minus_size, w));
  return add(Operand(rest, w), Operand(tail, w));
}

// -(y_true * log(y_pred) + (1 - y_true) * log(1 - y_pred))
Tensor FromProbabilities(const Pair& p) {
  const std::source_location w = p.where;
  const Tensor yes = Clip(p.prediction, 1 - kEpsilon, w), no = subtract(Operand(1.0, w), Operand(yes, w));
  const Tensor log_yes = log(Operand(yes, w)), log_no = log(Operand(no, w));
  const Tensor not_true = subtract(Operand(1.0, w), p.y_true());
  const Tensor a = multiply(p.y_true(), Operand(log_yes, w)), b = multiply(Operand(not_true, w), Operand(log_no, w));
  const Tensor sum = add(Operand(a, w), Operand(b, w));
  return negative(Operand(sum, w));
}

Tensor BinaryElements(const Operand& y_true, const Operand& y_pred, bool from_logits, double label_smoothing) {
  Pair p = OneDType(y_true, y_pred);
  CheckSameShape("binary_crossentropy", p);
  if (label_smoothing != 0) p.truth = Smoothed(p.truth, label_smoothing, 0.5 * label_smoothing, p.where);
  return from_logits ? FromLogits(p) : FromProbabilities(p);
}

Tensor SquaredErrors(const Operand& y_true, const Operand& y_pred) {
  const Pair p = OneRank(y_true, y_pred);
  return raw_ops::SquaredDifference(p.y_true(), p.y_pred());
}

Tensor AbsoluteErrors(const Operand& y_true, const Operand& y_pred) {
  const Pair p = OneRank(y_true, y_pred);
  const Tensor error = subtract(p.y_true(), p.y_pred());
  return abs(Operand(error, p.where));
}

Tensor PercentageErrors(const Operand& y_true, const Operand& y_pred) {
  const Pair p = OneRank(y_true, y_pred);
  const std::source_location w = p.where;
  const Tensor error = subtract(p.y_true(), p.y_pred()), size = abs(p.y_true());
  const Tensor base = maximum(Operand(size, w), Operand(kEpsilon, w));
  const Tensor part = raw_ops::RealDiv(Operand(error, w), Operand(base, w)), absolute = abs(Operand(part, w));
  return multiply(Operand(absolute, w), Operand(100.0, w));
}

Tensor LogarithmicErrors(const Operand& y_true, const Operand& y_pred) {
  const Pair p = OneRank(y_true, y_pred);
  const std::source_location w = p.where;
  const auto log_of = [&](const Operand& y) {
    const Tensor positive = maximum(y, Operand(kEpsilon, w)), more = add(Operand(positive, w), Operand(1.0, w));
    return log(Operand(more, w));
  };
  const Tensor a = log_of(p.y_pred()), b = log_of(p.y_true());
  return raw_ops::SquaredDifference(Operand(a, w), Operand(b, w));
}

Tensor HuberErrors(const Operand& y_true, const Operand& y_pred, double delta) {
  const Pair p = OneRank(y_true, y_pred);
  const std::source_location w = p.where;
  const Tensor error = subtract(p.y_pred(), p.y_true()), size = abs(Operand(error, w));
  const Tensor small = less_equal(Operand(size, w), Operand(delta, w)), squared = square(Operand(error, w));
  const Tensor half = multiply(Operand(squared, w), Operand(0.5, w)), steep = multiply(Operand(size, w), Operand(delta, w));
  const Tensor line = subtract(Operand(steep, w), Operand(0.5 * delta * delta, w));
  return eager::where(Operand(small, w), Operand(half, w), Operand(line, w));
}

// x + softplus(-2x) - log(2)
Tensor LogCoshErrors(const Operand& y_true, const Operand& y_pred) {
  const Pair p = OneRank(y_true, y_pred);
  const std::source_location w = p.where;
  const Tensor x = subtract(p.y_pred(), p.y_true()), twice = multiply(Operand(x, w), Operand(-2.0, w));
  const Tensor soft = raw_ops::Softplus(Operand(twice, w)), sum = add(Operand(x, w), Operand(soft, w));
  return subtract(Operand(sum, w), Operand(std::numbers::ln2, w));
}

Tensor PoissonErrors(const Operand& y_true, const Operand& y_pred) {
  const Pair p = OneDType(y_true, y_pred);
  const std::source_location w = p.where;
  const Tensor more = add(p.y_pred(), Operand(kEpsilon, w)), logs = log(Operand(more, w));
  const Tensor product = multiply(p.y_true(), Operand(logs, w));
  return subtract(p.y_pred(), Operand(product, w));
}

// Labels of 0 and 1 become -1 and 1; whether all are such, the server finds out.
Tensor HingeErrors(const Operand& y_true, const Operand& y_pred) {
  const Pair p = OneDType(y_true, y_pred);
  const std::source_location w = p.where;
  const Tensor zeros = equal(p.y_true(), Operand(0.0, w)), ones = equal(p.y_true(), Operand(1.0, w));
  const Tensor either = logical_or(Operand(zeros, w), Operand(ones, w));
  std::vector<int64_t> axes;
  for (int i = 0; i < p.truth.rank(w); ++i) axes.push_back(i);
  const Tensor binary = raw_ops::All(Operand(either, w), Operand(axes, w));
  const Tensor doubled = multiply(p.y_true(), Operand(2.0, w)), signs = subtract(Operand(doubled, w), Operand(1.0, w));
  const Tensor truth = eager::where(Operand(binary, w), Operand(signs, w), p.y_true());
  const Tensor product = multiply(Operand(truth, w), p.y_pred()), margin = subtract(Operand(1.0, w), Operand(product, w));
  return maximum(Operand(margin, w), Operand(0.0, w));
}

Tensor OverLastAxis(const Tensor& elements, const Operand& y_pred) {
  return internal::MeanOver(elements, -1, y_pred.where());
}

}  // namespace

Tensor categorical_crossentropy(const Operand& y_true, const Operand& y_pred, bool from_logits, double label_smoothing,
                                int64_t axis) {
  Pair p = OneDType(y_true, y_pred);
  const std::source_location w = p.where;
  CheckSameShape("categorical_crossentropy", p);
  axis = AxisOf("categorical_crossentropy", p, axis);
  if (label_smoothing != 0) {
    const Shape& shape = p.truth.shape(w);
    const double classes = static_cast<double>(shape[shape.rank() - 1]);
    p.truth = Smoothed(p.truth, label_smoothing, label_smoothing / classes, w);
  }
  if (from_logits) {
    const Rows logits = ToRows(AxisLast(p.prediction, axis, w), w), labels = ToRows(AxisLast(p.truth, axis, w), w);
    return FromRows(CrossEntropy("SoftmaxCrossEntropyWithLogits", logits.matrix, labels.matrix, w), logits, w);
  }
  const Tensor sum = reduce_sum(p.y_pred(), std::vector<int64_t>{axis}, /*keepdims=*/true);
  const Tensor parts = raw_ops::RealDiv(p.y_pred(), Operand(sum, w));
  const Tensor clipped = Clip(parts, 1 - kEpsilon, w), logs = log(Operand(clipped, w));
  const Tensor product = multiply(p.y_true(), Operand(logs, w)), total = internal::SumOver(product, axis, w);
  return negative(Operand(total, w));
}

Tensor sparse_categorical_crossentropy(const Operand& y_true, const Operand& y_pred, bool from_logits) {
  const std::source_location w = y_pred.where();
  Tensor logits = AsFloats(y_pred), labels = AsTensor(y_true);
  if (labels.dtype() != DType::kInt32 && labels.dtype() != DType::kInt64) labels = cast(Operand(labels, w), DType::kInt64);
  const Shape& shape = logits.shape(w);
  if (labels.rank(w) == shape.rank() && shape.rank() > 0 && labels.shape(w)[shape.rank() - 1] == 1) {
    labels = squeeze(Operand(labels, w), {-1});
  }
  if (shape.rank() == 0 || labels.rank(w) != shape.rank() - 1 ||
      !std::equal(labels.shape(w).dims().begin(), labels.shape(w).dims().end(), shape.dims().begin())) {
    throw Error(absl::InvalidArgumentError(
                    absl::StrCat("sparse_categorical_crossentropy: y_true must have y_pred's shape without the classes, "
                                 "which are the last axis, got ", labels.shape(w).ToString(), " and ", shape.ToString())),
                w);
  }
  if (!from_logits) {
    const Tensor clipped = Clip(logits, 1 - kEpsilon, w);
    logits = log(Operand(clipped, w));
  }
  const Rows rows = ToRows(logits, w);
  if (rows.outer.size() != 1) {
    labels = reshape(Operand(labels, w), Operand(std::vector<int64_t>{rows.matrix.shape(w)[0]}, w));
  }
  return FromRows(CrossEntropy("SparseSoftmaxCrossEntropyWithLogits", rows.matrix, labels, w), rows, w);
}

Tensor binary_crossentropy(const Operand& y_true, const Operand& y_pred, bool from_logits, double label_smoothing,
                           int64_t axis) {
  return internal::MeanOver(BinaryElements(y_true, y_pred, from_logits, label_smoothing), axis, y_pred.where());
}

Tensor kl_divergence(const Operand& y_true, const Operand& y_pred) {
  const Pair p = OneDType(y_true, y_pred);
  const std::source_location w = p.where;
  const Tensor truth = Clip(p.truth, 1, w), prediction = Clip(p.prediction, 1, w);
  const Tensor ratio = raw_ops::RealDiv(Operand(truth, w), Operand(prediction, w)), logs = log(Operand(ratio, w));
  return internal::SumOver(multiply(Operand(truth, w), Operand(logs, w)), -1, w);
}

Tensor cosine_similarity(const Operand& y_true, const Operand& y_pred, int64_t axis) {
  const Pair p = OneRank(y_true, y_pred);
  const std::source_location w = p.where;
  const auto direction = [&](const Operand& y) {
    const Tensor squares = square(y), sum = reduce_sum(Operand(squares, w), std::vector<int64_t>{axis}, /*keepdims=*/true);
    const Tensor inverse = raw_ops::Rsqrt(Operand(sum, w)), bounded = minimum(Operand(inverse, w), Operand(1 / kEpsilon, w));
    return multiply(y, Operand(bounded, w));
  };
  const Tensor a = direction(p.y_true()), b = direction(p.y_pred());
  const Tensor cosine = internal::SumOver(multiply(Operand(a, w), Operand(b, w)), axis, w);
  return negative(Operand(cosine, w));
}

Tensor mean_squared_error(const Operand& y_true, const Operand& y_pred) {
  return OverLastAxis(SquaredErrors(y_true, y_pred), y_pred);
}
Tensor mean_absolute_error(const Operand& y_true, const Operand& y_pred) {
  return OverLastAxis(AbsoluteErrors(y_true, y_pred), y_pred);
}
Tensor mean_absolute_percentage_error(const Operand& y_true, const Operand& y_pred) {
  return OverLastAxis(PercentageErrors(y_true, y_pred), y_pred);
}
Tensor mean_squared_logarithmic_error(const Operand& y_true, const Operand& y_pred) {
  return OverLastAxis(LogarithmicErrors(y_true, y_pred), y_pred);
}
Tensor huber(const Operand& y_true, const Operand& y_pred, double delta) {
  return OverLastAxis(HuberErrors(y_true, y_pred, delta), y_pred);
}
Tensor log_cosh(const Operand& y_true, const Operand& y_pred) { return OverLastAxis(LogCoshErrors(y_true, y_pred), y_pred); }
Tensor poisson(const Operand& y_true, const Operand& y_pred) { return OverLastAxis(PoissonErrors(y_true, y_pred), y_pred); }
Tensor hinge(const Operand& y_true, const Operand& y_pred) { return OverLastAxis(HingeErrors(y_true, y_pred), y_pred); }

CategoricalCrossentropy::CategoricalCrossentropy(const CategoricalCrossentropyOptions& o)
    : Loss(o.name, "categorical_crossentropy",
           [from_logits = o.from_logits, smoothing = o.label_smoothing, axis = o.axis](const Operand& t, const Operand& p) {
             return categorical_crossentropy(t, p, from_logits, smoothing, axis);
           },
           std::nullopt, o.reduction) {}

SparseCategoricalCrossentropy::SparseCategoricalCrossentropy(const SparseCategoricalCrossentropyOptions& o)
    : Loss(o.name, "sparse_categorical_crossentropy",
           [from_logits = o.from_logits](const Operand& t, const Operand& p) {
             return sparse_categorical_crossentropy(t, p, from_logits);
           },
           std::nullopt, o.reduction) {}

BinaryCrossentropy::BinaryCrossentropy(const BinaryCrossentropyOptions& o)
    : Loss(o.name, "binary_crossentropy",
           [from_logits = o.from_logits, smoothing = o.label_smoothing](const Operand& t, const Operand& p) {
             return BinaryElements(t, p, from_logits, smoothing);
           },
           o.axis, o.reduction) {}

KLDivergence::KLDivergence(const LossOptions& o) : Loss(o.name, "kl_divergence", &kl_divergence, std::nullopt, o.reduction) {}
Hinge::Hinge(const LossOptions& o) : Loss(o.name, "hinge", &HingeErrors, -1, o.reduction) {}
MeanSquaredError::MeanSquaredError(const LossOptions& o)
    : Loss(o.name, "mean_squared_error", &SquaredErrors, -1, o.reduction) {}
MeanAbsoluteError::MeanAbsoluteError(const LossOptions& o)
    : Loss(o.name, "mean_absolute_error", &AbsoluteErrors, -1, o.reduction) {}
MeanAbsolutePercentageError::MeanAbsolutePercentageError(const LossOptions& o)
    : Loss(o.name, "mean_absolute_percentage_error", &PercentageErrors, -1, o.reduction) {}
MeanSquaredLogarithmicError::MeanSquaredLogarithmicError(const LossOptions& o)
    : Loss(o.name, "mean_squared_logarithmic_error", &LogarithmicErrors, -1, o.reduction) {}
Huber::Huber(const HuberOptions& o)
    : Loss(o.name, "huber_loss",
           [delta = o.delta](const Operand& t, const Operand& p) { return HuberErrors(t, p, delta); }, -1, o.reduction) {}
LogCosh::LogCosh(const LossOptions& o) : Loss(o.name, "log_cosh", &LogCoshErrors, -1, o.reduction) {}
Poisson::Poisson(const LossOptions& o) : Loss(o.name, "poisson", &PoissonErrors, -1, o.reduction) {}
CosineSimilarity::CosineSimilarity(const CosineSimilarityOptions& o)
    : Loss(o.name, "cosine_similarity",
           [axis = o.axis](const Operand& t, const Operand& p) { return cosine_similarity(t, p, axis); }, std::nullopt,
           o.reduction) {}

}  // namespace eager::keras::losses
