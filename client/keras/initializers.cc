#include "client/keras/initializers.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/constant.h"
#include "client/core/context_state.h"
#include "client/math.h"
#include "client/ops.h"
#include "client/random.h"

namespace eager::keras {
namespace {

using Where = std::source_location;

const std::map<std::string, Initializer>& ByName() {
  using namespace initializers;  // NOLINT
  static const auto* initializers = new std::map<std::string, Initializer>{
      {"constant", Constant()},
      {"glorot_normal", GlorotNormal()},
      {"glorot_uniform", GlorotUniform()},
      {"he_normal", HeNormal()},
      {"he_uniform", HeUniform()},
      {"identity", Identity()},
      {"lecun_normal", LecunNormal()},
      {"lecun_uniform", LecunUniform()},
      {"ones", Ones()},
      {"orthogonal", Orthogonal()},
      {"random_normal", RandomNormal()},
      {"random_uniform", RandomUniform()},
      {"truncated_normal", TruncatedNormal()},
      {"uniform", RandomUniform()},
      {"variance_scaling", VarianceScaling()},
      {"zeros", Zeros()},
  };
  return *initializers;
}

const Initializer& Find(const std::string& name, Where where) {
  const auto found = ByName().find(name);
  if (found != ByName().end()) return found->second;
  throw Error(absl::InvalidArgumentError(absl::StrCat(
                  "unknown initializer '", name, "'; known are ",
                  absl::StrJoin(ByName(), ", ", [](std::string* out, const auto& item) { out->append(item.first); }))),
              where);
}

// A number of the weight's own dtype, everywhere.
Tensor Filled(const Shape& shape, DType dtype, double value, Where where) {
  const Tensor number = cast(Operand(constant(value, where), where), dtype);
  return fill(Operand(shape, where), number);
}

Tensor Truncated(const Shape& shape, DType dtype, double mean, double stddev, std::optional<int64_t> seed,
                 Where where) {
  const auto seeds = internal::DefaultState(where)->NextSeeds(seed);
  const Tensor standard =
      raw_ops::TruncatedNormal(Operand(shape, where), {.seed = seeds.seed, .seed2 = seeds.seed2, .dtype = dtype});
  const Tensor spread = Operand(standard, where) * stddev;
  return mean == 0 ? spread : Operand(spread, where) + mean;
}

// How many inputs reach one output of a weight, and the other way round.
struct Fans {
  double in = 1, out = 1;
};
Fans FansOf(const Shape& shape) {
  if (shape.rank() == 0) return {};
  if (shape.rank() == 1) return {static_cast<double>(shape[0]), static_cast<double>(shape[0])};
  double field = 1;
  for (int axis = 0; axis < shape.rank() - 2; ++axis) field *= static_cast<double>(shape[axis]);
  return {field * static_cast<double>(shape[shape.rank() - 2]), field * static_cast<double>(shape[shape.rank() - 1])};
}

Initializer Scaled(double scale, const char* mode, const char* distribution, const initializers::SeedOptions& options) {
  return initializers::VarianceScaling(
      {.scale = scale, .mode = mode, .distribution = distribution, .seed = options.seed});
}

// Makes the columns of a row-major matrix (rows >= columns) orthonormal, one after the other, each projected twice to
// stay so in floating point. What the positive diagonal of a QR decomposition gives.
void Orthonormalize(std::vector<double>& a, size_t rows, size_t columns) {
  const auto dot = [&](size_t i, size_t j) {
    double sum = 0;
    for (size_t r = 0; r < rows; ++r) sum += a[r * columns + i] * a[r * columns + j];
    return sum;
  };
  for (size_t j = 0; j < columns; ++j) {
    for (int pass = 0; pass < 2; ++pass) {
      for (size_t i = 0; i < j; ++i) {
        const double along = dot(i, j);
        for (size_t r = 0; r < rows; ++r) a[r * columns + j] -= along * a[r * columns + i];
      }
    }
    const double norm = std::sqrt(dot(j, j));
    for (size_t r = 0; r < rows; ++r) a[r * columns + j] /= norm;
  }
}

}  // namespace

Initializer::Initializer(const char* name, Where where) : Initializer(Find(name, where)) {}
Initializer::Initializer(const std::string& name, Where where) : Initializer(Find(name, where)) {}

namespace initializers {

Initializer Zeros() { return Constant(0); }
Initializer Ones() { return Constant(1); }

Initializer Constant(double value) {
  return Initializer(Initializer::Function(
      [value](const Shape& shape, DType dtype, Where where) { return Filled(shape, dtype, value, where); }));
}

Initializer Identity(double gain) {
  return Initializer(Initializer::Function([gain](const Shape& shape, DType dtype, Where where) {
    if (shape.rank() != 2) {
      throw Error(
          absl::InvalidArgumentError(absl::StrCat("Identity: expected the shape of a matrix, got ", shape.ToTuple())),
          where);
    }
    HostTensor eye(TensorSpec{DType::kFloat64, shape});
    for (int64_t i = 0; i < std::min(shape[0], shape[1]); ++i) {
      eye.values<double>()[static_cast<size_t>(i * shape[1] + i)] = gain;
    }
    return cast(Operand(constant(eye, where), where), dtype);
  }));
}

Initializer RandomNormal(const RandomNormalOptions& options) {
  return Initializer(Initializer::Function([options](const Shape& shape, DType dtype, Where where) {
    return random::normal(Operand(shape, where), options.mean, options.stddev, {.dtype = dtype, .seed = options.seed});
  }));
}

Initializer RandomUniform(const RandomUniformOptions& options) {
  return Initializer(Initializer::Function([options](const Shape& shape, DType dtype, Where where) {
    return random::uniform(Operand(shape, where), options.minval, options.maxval,
                           {.dtype = dtype, .seed = options.seed});
  }));
}

Initializer TruncatedNormal(const RandomNormalOptions& options) {
  return Initializer(Initializer::Function([options](const Shape& shape, DType dtype, Where where) {
    return Truncated(shape, dtype, options.mean, options.stddev, options.seed, where);
  }));
}

Initializer VarianceScaling(const VarianceScalingOptions& options, Where where) {
  const auto refuse = [where](absl::string_view what, absl::string_view got, absl::string_view allowed) {
    throw Error(
        absl::InvalidArgumentError(absl::StrCat("VarianceScaling: ", what, " is ", got, ", expected ", allowed)),
        where);
  };
  if (!(options.scale > 0)) refuse("scale", absl::StrCat(options.scale), "a positive number");
  if (options.mode != "fan_in" && options.mode != "fan_out" && options.mode != "fan_avg") {
    refuse("mode", absl::StrCat("'", options.mode, "'"), "'fan_in', 'fan_out' or 'fan_avg'");
  }
  const std::string& distribution = options.distribution;
  if (distribution != "truncated_normal" && distribution != "untruncated_normal" && distribution != "uniform") {
    refuse("distribution", absl::StrCat("'", distribution, "'"),
           "'truncated_normal', 'untruncated_normal' or 'uniform'");
  }
  return Initializer(Initializer::Function([options](const Shape& shape, DType dtype, Where at) {
    const Fans fans = FansOf(shape);
    const double fan = options.mode == "fan_in"    ? fans.in
                       : options.mode == "fan_out" ? fans.out
                                                   : (fans.in + fans.out) / 2;
    const double variance = options.scale / std::max(1.0, fan);
    if (options.distribution == "uniform") {
      const double limit = std::sqrt(3 * variance);
      return random::uniform(Operand(shape, at), -limit, limit, {.dtype = dtype, .seed = options.seed});
    }
    if (options.distribution == "untruncated_normal") {
      return random::normal(Operand(shape, at), 0, std::sqrt(variance), {.dtype = dtype, .seed = options.seed});
    }
    // The deviation that a standard normal has left when it is cut at -2 and 2.
    constexpr double kTruncatedDeviation = 0.87962566103423978;
    return Truncated(shape, dtype, 0, std::sqrt(variance) / kTruncatedDeviation, options.seed, at);
  }));
}

Initializer GlorotNormal(const SeedOptions& options) { return Scaled(1, "fan_avg", "truncated_normal", options); }
Initializer GlorotUniform(const SeedOptions& options) { return Scaled(1, "fan_avg", "uniform", options); }
Initializer HeNormal(const SeedOptions& options) { return Scaled(2, "fan_in", "truncated_normal", options); }
Initializer HeUniform(const SeedOptions& options) { return Scaled(2, "fan_in", "uniform", options); }
Initializer LecunNormal(const SeedOptions& options) { return Scaled(1, "fan_in", "truncated_normal", options); }
Initializer LecunUniform(const SeedOptions& options) { return Scaled(1, "fan_in", "uniform", options); }

Initializer Orthogonal(const OrthogonalOptions& options) {
  return Initializer(Initializer::Function([options](const Shape& shape, DType dtype, Where where) {
    if (shape.rank() < 2) {
      throw Error(absl::InvalidArgumentError(
                      absl::StrCat("Orthogonal: expected at least two axes, got shape ", shape.ToTuple())),
                  where);
    }
    const int64_t columns = shape[shape.rank() - 1];
    const int64_t rows = columns == 0 ? 0 : shape.num_elements() / columns;
    const int64_t tall = std::max(rows, columns), wide = std::min(rows, columns);
    const Tensor drawn = random::normal(Operand(Shape{tall, wide}, where), 0, 1, {.seed = options.seed});
    const std::vector<float> values = drawn.read<float>(where);
    std::vector<double> q(values.begin(), values.end());
    Orthonormalize(q, static_cast<size_t>(tall), static_cast<size_t>(wide));
    HostTensor matrix(TensorSpec{DType::kFloat64, shape});
    const auto out = matrix.values<double>();
    for (int64_t r = 0; r < rows; ++r) {
      for (int64_t c = 0; c < columns; ++c) {
        out[static_cast<size_t>(r * columns + c)] =
            options.gain * q[static_cast<size_t>(rows < columns ? c * wide + r : r * wide + c)];
      }
    }
    return cast(Operand(constant(matrix, where), where), dtype);
  }));
}

}  // namespace initializers
}  // namespace eager::keras
