// How a layer's weights start: by name, as functions of shape and dtype, or one's own.
//
// Random ones are drawn on the server by ops that random::set_seed and the seed below govern; none waits but
// Orthogonal. The formulas are Keras 2's (tf_keras/src/initializers/initializers.py).
#pragma once

#include <functional>
#include <optional>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>

#include "client/tensor.h"

namespace eager::keras {

// What a layer takes as an initializer: a name ("glorot_uniform"), one of initializers::, or any function of a shape
// and a dtype. Thread-safe to call.
class Initializer {
 public:
  using Function = std::function<Tensor(const Shape&, DType, std::source_location)>;

  // INVALID_ARGUMENT for a name that is none of below in snake case; the message lists them.
  Initializer(const char* name, std::source_location where = std::source_location::current());         // NOLINT
  Initializer(const std::string& name, std::source_location where = std::source_location::current());  // NOLINT
  template <class F>
  requires std::is_invocable_r_v<Tensor, const F&, const Shape&, DType> Initializer(F function)  // NOLINT
      : function_([function = std::move(function)](const Shape& shape, DType dtype, std::source_location) {
          return function(shape, dtype);
        }) {}
  explicit Initializer(Function function) : function_(std::move(function)) {}

  Tensor operator()(const Shape& shape, DType dtype = DType::kFloat32,
                    std::source_location where = std::source_location::current()) const {
    return function_(shape, dtype, where);
  }

 private:
  Function function_;
};

namespace initializers {

struct RandomNormalOptions {
  double mean = 0, stddev = 0.05;
  std::optional<int64_t> seed;
};
struct RandomUniformOptions {
  double minval = -0.05, maxval = 0.05;
  std::optional<int64_t> seed;
};
struct SeedOptions {
  std::optional<int64_t> seed;
};
struct OrthogonalOptions {
  double gain = 1;
  std::optional<int64_t> seed;
};
struct VarianceScalingOptions {
  double scale = 1;
  std::string mode = "fan_in";                    // or "fan_out", "fan_avg"
  std::string distribution = "truncated_normal";  // or "untruncated_normal", "uniform"
  std::optional<int64_t> seed;
};

Initializer Zeros();
Initializer Ones();
Initializer Constant(double value = 0);
// A matrix of `gain` on the diagonal. INVALID_ARGUMENT for a shape that is no matrix's.
Initializer Identity(double gain = 1);
Initializer RandomNormal(const RandomNormalOptions& options = {});
Initializer RandomUniform(const RandomUniformOptions& options = {});
// Normal, values beyond two deviations drawn again.
Initializer TruncatedNormal(const RandomNormalOptions& options = {});
// Deviation sqrt(scale / fan). A kernel's fan in is its extents but the last multiplied, its fan out all but the last
// but one. INVALID_ARGUMENT for options that are not allowed.
Initializer VarianceScaling(const VarianceScalingOptions& options = {},
                            std::source_location where = std::source_location::current());
Initializer GlorotNormal(const SeedOptions& options = {});
Initializer GlorotUniform(const SeedOptions& options = {});
Initializer HeNormal(const SeedOptions& options = {});
Initializer HeUniform(const SeedOptions& options = {});
Initializer LecunNormal(const SeedOptions& options = {});
Initializer LecunUniform(const SeedOptions& options = {});
// Rows or columns that are orthonormal, times `gain`; all axes but the last count as rows. The decomposition is the
// client's: waits for the normal numbers that it starts from. INVALID_ARGUMENT for fewer than two axes.
Initializer Orthogonal(const OrthogonalOptions& options = {});

}  // namespace initializers
}  // namespace eager::keras
