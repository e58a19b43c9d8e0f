// Layers that act while a model is trained, and let everything through when it is used.
#pragma once

#include "client/keras/layers/core.h"

namespace eager::keras::layers {

struct DropoutOptions {
  PartialShape noise_shape;  // drawn once for axes of extent 1; None: the input's extent
  std::optional<int64_t> seed;
  PartialShape input_shape;
  std::string name;
  DType dtype = DType::kFloat32;
};

// In training: each value is 0 with probability `rate`, else divided by 1 - rate.
class Dropout : public Elementwise {
 public:
  // INVALID_ARGUMENT unless 0 <= rate < 1.
  explicit Dropout(double rate, const DropoutOptions& options = {},
                   std::source_location where = std::source_location::current());
  Tensor call(const Tensor& x, bool training) override;

 private:
  double rate_;
  PartialShape noise_shape_;
  std::optional<int64_t> seed_;
};

}  // namespace eager::keras::layers
