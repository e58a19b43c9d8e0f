// Layers that arrange an example's values otherwise.
#pragma once

#include "client/keras/layers/core.h"

namespace eager::keras::layers {

// (batch, …) -> (batch, all of them); (batch,) -> (batch, 1).
class Flatten : public Layer {
 public:
  explicit Flatten(const PlainOptions& options = {}, std::source_location where = std::source_location::current());
  Tensor call(const Tensor& x, bool training) override;
  std::optional<PartialShape> compute_output_shape(const PartialShape& input) const override;

 protected:
  bool makes_weights() const override { return false; }
};

// (batch, …) -> (batch, target_shape…). One extent of the target may be -1.
class Reshape : public Layer {
 public:
  // INVALID_ARGUMENT for more than one -1 or an extent below.
  explicit Reshape(PartialShape target_shape, const PlainOptions& options = {},
                   std::source_location where = std::source_location::current());
  Tensor call(const Tensor& x, bool training) override;
  std::optional<PartialShape> compute_output_shape(const PartialShape& input) const override;

 protected:
  bool makes_weights() const override { return false; }

 private:
  PartialShape target_;
};

}  // namespace eager::keras::layers
