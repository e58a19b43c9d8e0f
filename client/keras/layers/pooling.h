// Pooling of images, (batch, rows, columns, channels).
#pragma once

#include "client/keras/layer.h"
#include "client/keras/layers/window.h"

namespace eager::keras::layers {

struct Pooling2DOptions {
  std::optional<Pair> strides;    // pool_size
  std::string padding = "valid";  // or "same"
  PartialShape input_shape;
  std::string name;
  DType dtype = DType::kFloat32;
};

// What the two below share.
class Pooling2D : public Layer {
 public:
  Tensor call(const Tensor& images, bool training) override;
  std::optional<PartialShape> compute_output_shape(const PartialShape& input) const override;

 protected:
  Pooling2D(const char* type, const char* kind, const char* op, Pair pool_size, const Pooling2DOptions& options,
            std::source_location where);
  bool makes_weights() const override { return false; }

 private:
  const char* op_;
  Window window_;
};

// The largest value of each window.
class MaxPooling2D : public Pooling2D {
 public:
  explicit MaxPooling2D(Pair pool_size = 2, const Pooling2DOptions& options = {},
                        std::source_location where = std::source_location::current())
      : Pooling2D("MaxPooling2D", "max_pooling2d", "MaxPool", pool_size, options, where) {}
};

// The mean of each window; what lies outside of the image does not count.
class AveragePooling2D : public Pooling2D {
 public:
  explicit AveragePooling2D(Pair pool_size = 2, const Pooling2DOptions& options = {},
                            std::source_location where = std::source_location::current())
      : Pooling2D("AveragePooling2D", "average_pooling2d", "AvgPool", pool_size, options, where) {}
};

struct GlobalPooling2DOptions {
  bool keepdims = false;
  PartialShape input_shape;
  std::string name;
  DType dtype = DType::kFloat32;
};

class GlobalPooling2D : public Layer {
 public:
  std::optional<PartialShape> compute_output_shape(const PartialShape& input) const override;

 protected:
  GlobalPooling2D(const char* kind, const GlobalPooling2DOptions& options, std::source_location where);
  bool makes_weights() const override { return false; }

  bool keepdims_;
};

// The mean of each channel: (batch, rows, columns, channels) -> (batch, channels).
class GlobalAveragePooling2D : public GlobalPooling2D {
 public:
  explicit GlobalAveragePooling2D(const GlobalPooling2DOptions& options = {},
                                  std::source_location where = std::source_location::current())
      : GlobalPooling2D("global_average_pooling2d", options, where) {}
  Tensor call(const Tensor& images, bool training) override;
};

// The largest value of each channel.
class GlobalMaxPooling2D : public GlobalPooling2D {
 public:
  explicit GlobalMaxPooling2D(const GlobalPooling2DOptions& options = {},
                              std::source_location where = std::source_location::current())
      : GlobalPooling2D("global_max_pooling2d", options, where) {}
  Tensor call(const Tensor& images, bool training) override;
};

}  // namespace eager::keras::layers
