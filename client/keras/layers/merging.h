// Layers of several inputs: Add()({a, b}).
#pragma once

#include "client/keras/layers/core.h"

namespace eager::keras::layers {

// The sum of its inputs, which broadcast to one shape.
class Add : public Layer {
 public:
  explicit Add(const PlainOptions& options = {}, std::source_location where = std::source_location::current());
  void build_all(const std::vector<PartialShape>& shapes) override;
  Tensor call_all(const std::vector<Tensor>& inputs, bool training) override;
  std::optional<PartialShape> compute_output_shape(const PartialShape& input) const override { return input; }

 protected:
  bool makes_weights() const override { return false; }
};

struct ConcatenateOptions {
  int64_t axis = -1;
  std::string name;
  DType dtype = DType::kFloat32;
};

// Its inputs one after the other along an axis.
class Concatenate : public Layer {
 public:
  explicit Concatenate(const ConcatenateOptions& options = {},
                       std::source_location where = std::source_location::current());
  void build_all(const std::vector<PartialShape>& shapes) override;
  Tensor call_all(const std::vector<Tensor>& inputs, bool training) override;

 protected:
  bool makes_weights() const override { return false; }

 private:
  int64_t axis_;
};

}  // namespace eager::keras::layers
