#include "client/keras/layers/pooling.h"

#include "client/math.h"
#include "client/op.h"

namespace eager::keras::layers {

Pooling2D::Pooling2D(const char* type, const char* kind, const char* op, Pair pool_size,
                     const Pooling2DOptions& options, std::source_location where)
    : Layer(kind, {options.name, true, options.dtype, options.input_shape}, where),
      op_(op),
      window_(Window::Make(type, pool_size, options.strides.value_or(pool_size), 1, options.padding, where)) {
  set_input_spec({.ndim = 4});
}

Tensor Pooling2D::call(const Tensor& images, bool training) {
  return op(op_, {Operand(images, call_site())},
            {{"ksize", Window::Attribute(window_.size)},
             {"strides", Window::Attribute(window_.strides)},
             {"padding", window_.padding}},
            call_site())[0];
}

std::optional<PartialShape> Pooling2D::compute_output_shape(const PartialShape& input) const {
  return window_.Output(input, input[-1]);
}

GlobalPooling2D::GlobalPooling2D(const char* kind, const GlobalPooling2DOptions& options, std::source_location where)
    : Layer(kind, {options.name, true, options.dtype, options.input_shape}, where), keepdims_(options.keepdims) {
  set_input_spec({.ndim = 4});
}

std::optional<PartialShape> GlobalPooling2D::compute_output_shape(const PartialShape& input) const {
  if (keepdims_) return PartialShape{input[0], 1, 1, input[3]};
  return PartialShape{input[0], input[3]};
}

Tensor GlobalAveragePooling2D::call(const Tensor& images, bool training) {
  return reduce_mean(Operand(images, call_site()), std::vector<int64_t>{1, 2}, keepdims_);
}

Tensor GlobalMaxPooling2D::call(const Tensor& images, bool training) {
  return reduce_max(Operand(images, call_site()), std::vector<int64_t>{1, 2}, keepdims_);
}

}  // namespace eager::keras::layers
