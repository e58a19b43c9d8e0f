#include "client/keras/layers/convolution.h"

#include "absl/strings/str_cat.h"
#include "client/op.h"
#include "client/ops.h"

namespace eager::keras::layers {
namespace {

using Where = std::source_location;

[[noreturn]] void Refuse(Where where, absl::string_view what) { throw Error(absl::InvalidArgumentError(what), where); }

// The number of channels, which weights depend on.
int64_t Channels(const std::string& layer, const PartialShape& images, Where where) {
  if (images[-1] == None) {
    Refuse(where,
           absl::StrCat("layer \"", layer, "\": the channel dimension of the inputs should be defined, found None in ",
                        images.ToString()));
  }
  return images[-1];
}

Tensor Convolve(const char* name, const Tensor& images, const Variable& kernel, const Window& window, Where where) {
  return op(name, {Operand(images, where), kernel},
            {{"strides", Window::Attribute(window.strides)},
             {"padding", window.padding},
             {"dilations", Window::Attribute(window.dilation)}},
            where)[0];
}

Tensor Finish(Tensor y, const std::optional<Variable>& bias, const ActivationFn& activation, Where where) {
  if (bias.has_value()) y = raw_ops::BiasAdd(Operand(y, where), *bias);
  return activation ? activation(Operand(y, where)) : y;
}

}  // namespace

Conv2D::Conv2D(int64_t filters, Pair kernel_size, const Conv2DOptions& options, Where where)
    : Layer("conv2d", {options.name, options.trainable, options.dtype, options.input_shape}, where),
      filters_(filters),
      options_(options),
      window_(Window::Make("Conv2D", kernel_size, options.strides, options.dilation_rate, options.padding, where)) {
  if (filters <= 0) Refuse(where, absl::StrCat("Conv2D: expected a positive number of filters, got ", filters));
  if (options.groups <= 0)
    Refuse(where, absl::StrCat("Conv2D: expected a positive number of groups, got ", options.groups));
  if (filters % options.groups != 0) {
    Refuse(where,
           absl::StrCat("Conv2D: ", filters, " filters cannot be divided evenly among ", options.groups, " groups"));
  }
  set_input_spec({.ndim = 4});
}

void Conv2D::build(const PartialShape& input_shape) {
  const int64_t channels = Channels(name(), input_shape, call_site());
  if (channels % options_.groups != 0) {
    Refuse(call_site(), absl::StrCat("layer \"", name(), "\": ", channels,
                                     " input channels cannot be divided evenly among ", options_.groups, " groups"));
  }
  kernel_ = add_weight("kernel", {window_.size.rows, window_.size.columns, channels / options_.groups, filters_},
                       options_.kernel_initializer);
  if (options_.use_bias) bias_ = add_weight("bias", {filters_}, options_.bias_initializer);
  add_checkpoint_alias("kernel", "_kernel");
  set_input_spec({.ndim = 4, .axes = {{-1, channels}}});
}

Tensor Conv2D::call(const Tensor& images, bool training) {
  const Where where = call_site();
  return Finish(Convolve("Conv2D", images, *kernel_, window_, where), bias_, options_.activation, where);
}

std::optional<PartialShape> Conv2D::compute_output_shape(const PartialShape& input) const {
  return window_.Output(input, filters_);
}

DepthwiseConv2D::DepthwiseConv2D(Pair kernel_size, const DepthwiseConv2DOptions& options, Where where)
    : Layer("depthwise_conv2d", {options.name, options.trainable, options.dtype, options.input_shape}, where),
      options_(options),
      window_(Window::Make("DepthwiseConv2D", kernel_size, options.strides, options.dilation_rate, options.padding,
                           where)) {
  if (options.depth_multiplier <= 0) {
    Refuse(where,
           absl::StrCat("DepthwiseConv2D: expected a positive depth_multiplier, got ", options.depth_multiplier));
  }
  set_input_spec({.ndim = 4});
}

void DepthwiseConv2D::build(const PartialShape& input_shape) {
  const int64_t channels = Channels(name(), input_shape, call_site());
  kernel_ =
      add_weight("depthwise_kernel", {window_.size.rows, window_.size.columns, channels, options_.depth_multiplier},
                 options_.depthwise_initializer);
  if (options_.use_bias) bias_ = add_weight("bias", {channels * options_.depth_multiplier}, options_.bias_initializer);
  add_checkpoint_alias("depthwise_kernel", "kernel");
  set_input_spec({.ndim = 4, .axes = {{-1, channels}}});
}

Tensor DepthwiseConv2D::call(const Tensor& images, bool training) {
  const Where where = call_site();
  return Finish(Convolve("DepthwiseConv2dNative", images, *kernel_, window_, where), bias_, options_.activation, where);
}

std::optional<PartialShape> DepthwiseConv2D::compute_output_shape(const PartialShape& input) const {
  return window_.Output(input, input[-1] == None ? None : input[-1] * options_.depth_multiplier);
}

}  // namespace eager::keras::layers
